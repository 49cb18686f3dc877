"""Chat completion to stream chunks, as the API cuts them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from jackfield_testing.sandbox import tokens

_BASE64_PIECE = 4096  # characters; a multiple of 4, so that each piece is whole bytes
_Delta = tuple[dict[str, Any], Any]


def events(answer: Mapping[str, Any], request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the chunks of an answer.

    Each choice begins with the role and ends with an empty delta and its finish reason; several
    choices are interleaved. ``stream_options`` may ask for usage, and against obfuscation.
    """
    options = request.get("stream_options") or {}
    head = {
        "id": answer["id"],
        "object": "chat.completion.chunk",
        "created": answer["created"],
        "model": answer["model"],
        "service_tier": answer["service_tier"],
        "system_fingerprint": answer["system_fingerprint"],
    }
    tail: dict[str, Any] = {"usage": None} if options.get("include_usage") else {}
    obfuscated = options.get("include_obfuscation", True) is not False
    number = 0
    for row in zip_longest(*(_choice(choice) for choice in answer["choices"])):
        for choice in row:
            if choice is None:
                continue
            chunk = {**head, "choices": [choice], **tail}
            if obfuscated:
                number += 1
                chunk["obfuscation"] = answer["id"][9 : 9 + 1 + number * 7 % 13]
            yield chunk
    if tail:
        yield {**head, "choices": [], "usage": answer["usage"]}


def _choice(choice: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    index = choice["index"]
    for delta, logprobs in _deltas(choice):
        yield {"index": index, "delta": delta, "logprobs": logprobs, "finish_reason": None}
    reason = choice["finish_reason"]
    yield {"index": index, "delta": {}, "logprobs": None, "finish_reason": reason}


def _deltas(choice: Mapping[str, Any]) -> Iterator[_Delta]:
    message = choice["message"]
    spoken = isinstance(message["content"], str)
    first = {"role": "assistant", "content": "" if spoken else None, "refusal": None}
    if message.get("audio"):
        yield {**first, "audio": {"id": message["audio"]["id"], "transcript": ""}}, None
        yield from _audio(message["audio"])
    elif message.get("function_call"):
        call = message["function_call"]
        yield {**first, "function_call": {"name": call["name"], "arguments": ""}}, None
        for piece in tokens.split(call["arguments"]):
            yield {"function_call": {"arguments": piece}}, None
    else:
        yield first, None
        yield from _text("content", message["content"], choice["logprobs"])
        yield from _text("refusal", message["refusal"], choice["logprobs"])
        for number, call in enumerate(message.get("tool_calls") or ()):
            yield from _call(number, call)
    if message.get("annotations"):
        yield {"annotations": message["annotations"]}, None


def _text(field: str, text: str | None, logprobs: Mapping[str, Any] | None) -> Iterator[_Delta]:
    entries = (logprobs or {}).get(field)
    for number, piece in enumerate(tokens.split(text or "")):
        logged = None
        if entries is not None:
            logged = {"content": None, "refusal": None, field: [entries[number]]}
        yield {field: piece}, logged


def _call(number: int, call: Mapping[str, Any]) -> Iterator[_Delta]:
    kind = call["type"]
    text = "input" if kind == "custom" else "arguments"
    begun = {"name": call[kind]["name"], text: ""}
    yield {"tool_calls": [{"index": number, "id": call["id"], "type": kind, kind: begun}]}, None
    for piece in tokens.split(call[kind][text]):
        yield {"tool_calls": [{"index": number, kind: {text: piece}}]}, None


def _audio(audio: Mapping[str, Any]) -> Iterator[_Delta]:
    for piece in tokens.split(audio["transcript"]):
        yield {"audio": {"transcript": piece}}, None
    for piece in re.findall(f".{{1,{_BASE64_PIECE}}}", audio["data"]):
        yield {"audio": {"data": piece}}, None
    yield {"audio": {"expires_at": audio["expires_at"]}}, None
