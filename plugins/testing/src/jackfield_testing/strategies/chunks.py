"""A result as a stream: what an upstream sends, piece by piece, for the same answer."""

from __future__ import annotations

import base64
from typing import Any

from hypothesis import strategies as st

from jackfield_testing.strategies.results import chat_results


@st.composite
def pieces_of_text(draw: st.DrawFn, text: str, most: int = 4) -> list[str]:
    """``text`` in some pieces, empty ones among them; joined they are the text."""
    found, at = [], 0
    for cut in sorted(draw(st.lists(st.integers(0, len(text)), max_size=most - 1))):
        found.append(text[at:cut])
        at = cut
    return [*found, text[at:]]


@st.composite
def _base64_pieces(draw: st.DrawFn, data: str) -> list[str]:
    # Upstreams encode each piece by itself, so that each is padded by itself.
    raw = base64.b64decode(data)
    found, at = [], 0
    for cut in sorted(draw(st.lists(st.integers(0, len(raw)), max_size=3))):
        found.append(raw[at:cut])
        at = cut
    return [base64.b64encode(piece).decode() for piece in (*found, raw[at:])]


@st.composite
def _call_deltas(draw: st.DrawFn, call: dict[str, Any], index: int) -> list[dict[str, Any]]:
    kind = call["type"]
    text = "arguments" if kind == "function" else "input"
    first, *rest = draw(pieces_of_text(call[kind][text]))
    deltas = [{**call, "index": index, kind: {**call[kind], text: first}}]
    deltas += [{"index": index, kind: {text: piece}} for piece in rest]
    return [{"tool_calls": [delta]} for delta in deltas]


@st.composite
def _deltas(draw: st.DrawFn, message: dict[str, Any]) -> list[dict[str, Any]]:
    """The message's deltas in the order in which they are sent, the role first."""
    streamed = ("tool_calls", "function_call", "audio", "annotations")
    opening = {
        key: "" if key in ("content", "refusal", "reasoning_content") and value else value
        for key, value in message.items()
        if key not in streamed or value is None
    }
    deltas = [opening]
    for key in ("reasoning_content", "content", "refusal"):
        if message.get(key):
            deltas += [{key: piece} for piece in draw(pieces_of_text(message[key]))]
    for index, call in enumerate(message.get("tool_calls") or ()):
        deltas += draw(_call_deltas(call, index))
    function = message.get("function_call")
    if function is not None:
        first, *rest = draw(pieces_of_text(function["arguments"]))
        deltas.append({"function_call": {"name": function["name"], "arguments": first}})
        deltas += [{"function_call": {"arguments": piece}} for piece in rest]
    audio = message.get("audio")
    if audio is not None:
        deltas.append({"audio": {"id": audio["id"]}})
        deltas += [{"audio": {"data": piece}} for piece in draw(_base64_pieces(audio["data"]))]
        for piece in draw(pieces_of_text(audio["transcript"])):
            deltas.append({"audio": {"transcript": piece}})
        deltas.append({"audio": {"expires_at": audio["expires_at"]}})
    if "annotations" in message:
        deltas += [{"annotations": message["annotations"][:1]}]
        deltas += [{"annotations": [item]} for item in message["annotations"][1:]]
    return deltas


@st.composite
def _choice_parts(draw: st.DrawFn, choice: dict[str, Any]) -> list[dict[str, Any]]:
    rest = {
        key: value
        for key, value in choice.items()
        if key not in ("index", "message", "finish_reason", "logprobs")
    }
    deltas = draw(_deltas(choice["message"]))
    logged = choice.get("logprobs")
    found: list[dict[str, Any]] = []
    for at, delta in enumerate(deltas):
        part = {"index": choice["index"], "delta": delta, "logprobs": None, "finish_reason": None}
        if logged is not None and at == len(deltas) - 1:
            part["logprobs"] = logged
        found.append(part)
    if logged is not None and logged["content"] and len(found) > 1:
        cut = draw(st.integers(0, len(logged["content"])))
        found[-2]["logprobs"] = {"content": logged["content"][:cut], "refusal": None}
        found[-1]["logprobs"] = {**logged, "content": logged["content"][cut:]}
    found[0] |= rest
    last = {"index": choice["index"], "delta": {}, "finish_reason": choice["finish_reason"]}
    return [*found, last]


@st.composite
def chunks_of(draw: st.DrawFn, result: dict[str, Any]) -> list[dict[str, Any]]:
    """A stream of ``result``: pieces of text and arguments, choices in any interleaving, usage.

    Every field of the result is somewhere in it, so that folding must give the result again.
    """
    usage = result.get("usage")
    shared = {k: v for k, v in result.items() if k not in ("choices", "usage")}
    shared["object"] = "chat.completion.chunk"
    if "usage" in result:
        shared["usage"] = None
    obfuscated = draw(st.booleans())
    waiting = [draw(_choice_parts(choice)) for choice in result["choices"]]
    chunks: list[dict[str, Any]] = []
    while waiting:
        parts = draw(st.sampled_from(waiting)) if len(waiting) > 1 else waiting[0]
        chunk = {**shared, "choices": [parts.pop(0)]}
        if obfuscated:
            chunk["obfuscation"] = "x" * (len(chunks) % 3)
        chunks.append(chunk)
        waiting = [parts for parts in waiting if parts]
    if usage is not None:
        chunks.append({**shared, "choices": [], "usage": usage})
    return chunks


@st.composite
def chunk_sequences(
    draw: st.DrawFn, *, max_choices: int = 3
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A result and a stream of it."""
    result = draw(chat_results(max_choices=max_choices))
    return result, draw(chunks_of(result))
