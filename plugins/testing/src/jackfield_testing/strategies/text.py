"""Text completions: requests as ``/completions`` takes them, results, and streams of them."""

from __future__ import annotations

from functools import cache
from typing import Any

from hypothesis import strategies as st

from jackfield_testing.strategies.chunks import pieces_of_text
from jackfield_testing.strategies.json_values import json_values, texts
from jackfield_testing.strategies.messages import text_parts
from jackfield_testing.strategies.results import function_calls, tool_calls, usages

_ONE_IN_FOUR = st.integers(0, 3).map(lambda n: n == 0)
_ANYTHING = json_values(max_leaves=3)
_LISTS = ("tokens", "token_logprobs", "top_logprobs", "text_offset")


# Requests ---------------------------------------------------------------------------------------


@cache
def prompts(surrogates: bool = False) -> st.SearchStrategy[Any]:
    """A prompt in each of its four forms: text, texts, tokens, lists of tokens."""
    tokens = st.lists(st.integers(0, 100_256), min_size=1, max_size=5)
    text = texts(surrogates=surrogates)
    return text | st.lists(text, min_size=1, max_size=3) | tokens | st.lists(tokens, min_size=1)


@cache
def optional_text_params(surrogates: bool = False) -> dict[str, st.SearchStrategy[Any]]:
    """The values of every official parameter but ``model``, ``prompt`` and ``stream``."""
    short = texts(surrogates=surrogates, max_size=12)
    penalty = st.floats(-2, 2) | st.integers(-2, 2)
    return {
        "best_of": st.integers(0, 20),
        "echo": st.booleans(),
        "frequency_penalty": penalty,
        "logit_bias": st.dictionaries(st.integers(0, 99).map(str), st.integers(-100, 100)),
        "logprobs": st.integers(0, 5),
        "max_tokens": st.integers(0, 10**6),
        "n": st.integers(1, 128),
        "presence_penalty": penalty,
        "seed": st.integers(-(2**63), 2**63 - 1),
        "stop": short | st.lists(short, min_size=1, max_size=4),
        "stream_options": st.fixed_dictionaries(
            {},
            optional={"include_usage": st.booleans(), "include_obfuscation": st.booleans()},
        ),
        "suffix": short,
        "temperature": st.floats(0, 2) | st.integers(0, 2),
        "top_p": st.floats(0, 1) | st.integers(0, 1),
        "user": short,
    }


@st.composite
def text_params(
    draw: st.DrawFn, *, surrogates: bool = False, unknown: bool = True
) -> dict[str, Any]:
    """The parameters of a text completion, ``prompt`` among them, in any order.

    Args:
        draw: given by Hypothesis.
        surrogates: also lone surrogates in texts.
        unknown: also parameters that no API has, with any JSON but null as value.
    """
    official = optional_text_params(surrogates)
    names = draw(st.lists(st.sampled_from(sorted(official)), max_size=6, unique=True))
    found: dict[str, Any] = {name: draw(official[name]) for name in names}
    found["prompt"] = draw(prompts(surrogates))
    if unknown and draw(_ONE_IN_FOUR):
        value = draw(json_values(surrogates=surrogates))
        if value is not None:
            found["x_new"] = value
    return {name: found[name] for name in draw(st.permutations(list(found)))}


@cache
def text_messages(surrogates: bool = False) -> st.SearchStrategy[dict[str, Any]]:
    """One message of a chat, in any role, that a prompt can hold: its content is text."""
    text = texts(surrogates=surrogates)
    plain = text | st.lists(text_parts(surrogates), min_size=1, max_size=3)
    named = {"name": st.sampled_from(["ann", "bob"])}
    roles = st.sampled_from(["developer", "system", "user"])
    said = st.fixed_dictionaries({"role": roles, "content": plain}, optional=named)
    refusal = st.fixed_dictionaries({"type": st.just("refusal"), "refusal": text})
    parts = st.lists(text_parts(surrogates) | refusal, min_size=1, max_size=3)
    assistant = st.fixed_dictionaries(
        {"role": st.just("assistant")},
        optional={
            "content": st.none() | text | parts,
            "refusal": st.none() | text,
            "audio": st.none(),
            "tool_calls": st.lists(tool_calls(), min_size=1, max_size=2),
            "function_call": st.none() | function_calls(),
            **named,
        },
    )
    tool = st.fixed_dictionaries(
        {"role": st.just("tool"), "tool_call_id": st.just("call_1"), "content": plain}
    )
    function = st.fixed_dictionaries(
        {"role": st.just("function"), "name": st.just("f"), "content": st.none() | text}
    )
    return said | assistant | tool | function


# Results ----------------------------------------------------------------------------------------


@st.composite
def text_logprobs(draw: st.DrawFn) -> dict[str, Any]:
    """A choice's log probabilities: lists of one length, nulls and parts of characters in them."""
    logprob = st.floats(-30, 0)
    token = texts(max_size=5) | st.just("bytes:\\xe2\\x80")
    ranked = st.none() | st.dictionaries(texts(max_size=5), logprob, max_size=3)
    entries = draw(st.lists(st.tuples(token, logprob, ranked, st.integers(0, 10**6)), max_size=5))
    columns: list[list[Any]] = [list(column) for column in zip(*entries, strict=True)]
    found: dict[str, Any] = dict(zip(_LISTS, columns or [[], [], [], []], strict=True))
    echoed, alone = draw(st.booleans()), draw(st.booleans())
    if entries and echoed:  # of an echoed prompt's first token nothing is known
        found["token_logprobs"] = [None, *found["token_logprobs"][1:]]
    if alone:
        found["top_logprobs"] = None
    return {name: found[name] for name in draw(st.permutations(_LISTS))}


@st.composite
def text_choices(draw: st.DrawFn, index: int = 0) -> dict[str, Any]:
    """One choice of a text completion."""
    choice: dict[str, Any] = {
        "text": draw(texts(max_size=40)),
        "index": index,
        "logprobs": draw(st.none() | text_logprobs()),
        "finish_reason": draw(st.sampled_from(["stop", "length", "content_filter"])),
    }
    if draw(_ONE_IN_FOUR):
        choice["vendor"] = draw(_ANYTHING)
    return choice


@st.composite
def text_results(draw: st.DrawFn, *, min_choices: int = 1, max_choices: int = 3) -> dict[str, Any]:
    """A whole text completion; its choices come in the order of their indices."""
    count = draw(st.integers(min_choices, max_choices))
    result: dict[str, Any] = {
        "id": f"cmpl-{draw(st.integers(0, 10**6))}",
        "object": "text_completion",
        "created": draw(st.integers(0, 2**31)),
        "model": draw(st.sampled_from(["gpt-3.5-turbo-instruct:20230824-v2", "davinci:2023"])),
        "choices": [draw(text_choices(index)) for index in range(count)],
    }
    more: dict[str, st.SearchStrategy[Any]] = {
        "usage": st.none() | usages(),
        "system_fingerprint": st.none() | st.just("fp_1"),
        "vendor": _ANYTHING,
    }
    for name in draw(st.lists(st.sampled_from(sorted(more)), unique=True)):
        result[name] = draw(more[name])
    return {name: result[name] for name in draw(st.permutations(list(result)))}


# Streams ----------------------------------------------------------------------------------------


@st.composite
def _logprob_pieces(draw: st.DrawFn, logged: dict[str, Any] | None, count: int) -> list[Any]:
    """Log probabilities in ``count`` pieces; a piece without tokens may be null."""
    if logged is None:
        return [None] * count
    length = len(logged["tokens"])
    cuts = sorted(draw(st.lists(st.integers(0, length), min_size=count - 1, max_size=count - 1)))
    pieces: list[Any] = []
    for start, end in zip([0, *cuts], [*cuts, length], strict=True):
        piece = {
            name: None if entries is None else entries[start:end]
            for name, entries in logged.items()
        }
        empty = start == end and (pieces or count > 1)
        pieces.append(None if empty and draw(st.booleans()) else piece)
    if all(piece is None for piece in pieces):
        pieces[-1] = logged
    return pieces


@st.composite
def _choice_pieces(draw: st.DrawFn, choice: dict[str, Any]) -> list[dict[str, Any]]:
    said = draw(pieces_of_text(choice["text"]))
    logged = draw(_logprob_pieces(choice["logprobs"], len(said)))
    pieces = [
        {"text": text, "index": choice["index"], "logprobs": piece, "finish_reason": None}
        for text, piece in zip(said, logged, strict=True)
    ]
    if draw(st.booleans()):
        pieces.append({**pieces[-1], "text": "", "logprobs": None})
    if "vendor" in choice:
        pieces[0]["vendor"] = choice["vendor"]
    pieces[-1]["finish_reason"] = choice["finish_reason"]
    return pieces


@st.composite
def text_chunks_of(draw: st.DrawFn, result: dict[str, Any]) -> list[dict[str, Any]]:
    """A stream of ``result``: pieces of text, choices in any interleaving, usage.

    Every field of the result is somewhere in it, so that folding must give the result again.
    """
    usage = result.get("usage")
    shared = {**result, "usage": None} if "usage" in result else result
    obfuscated = draw(st.booleans())
    waiting = [draw(_choice_pieces(choice)) for choice in result["choices"]]
    chunks: list[dict[str, Any]] = []
    while waiting:
        pieces = draw(st.sampled_from(waiting)) if len(waiting) > 1 else waiting[0]
        chunk = {**shared, "choices": [pieces.pop(0)]}
        if obfuscated:
            chunk["obfuscation"] = "x" * (len(chunks) % 3)
        chunks.append(chunk)
        waiting = [pieces for pieces in waiting if pieces]
    if usage is not None:
        chunks.append({**shared, "choices": [], "usage": usage})
    return chunks


@st.composite
def text_chunk_sequences(
    draw: st.DrawFn, *, max_choices: int = 3
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A text completion and a stream of it."""
    result = draw(text_results(max_choices=max_choices))
    return result, draw(text_chunks_of(result))
