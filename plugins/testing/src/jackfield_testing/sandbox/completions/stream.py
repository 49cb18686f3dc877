"""Completion to stream chunks, as the API cuts them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from jackfield_testing.sandbox import tokens
from jackfield_testing.sandbox.families import base_of

_ARRAYS = ("tokens", "token_logprobs", "top_logprobs", "text_offset")


def events(answer: Mapping[str, Any], request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the chunks of an answer: a token each, those of several choices interleaved.

    A choice that has reached its limit says so with its last token, and instruct models say it
    again in an empty chunk; a choice that has stopped says so in an empty chunk.
    """
    usage = bool((request.get("stream_options") or {}).get("include_usage"))
    head = {name: answer[name] for name in ("id", "object", "created")}
    repeats = base_of(answer["model"]).startswith("gpt-")
    for row in zip_longest(*(_choice(choice, repeats) for choice in answer["choices"])):
        for choice in row:
            if choice is not None:
                chunk = {**head, "choices": [choice], "model": answer["model"]}
                yield {**chunk, "usage": None} if usage else chunk
    if usage:
        yield {**head, "model": answer["model"], "usage": answer["usage"], "choices": []}


def _choice(choice: Mapping[str, Any], repeats: bool) -> Iterator[dict[str, Any]]:
    logprobs, reason = choice["logprobs"], choice["finish_reason"]
    pieces = tokens.split(choice["text"]) if logprobs is None else logprobs["tokens"]
    for place, piece in enumerate(pieces):
        last = reason == "length" and place == len(pieces) - 1
        yield _chunk(choice, piece, place, reason if last else None)
    if reason == "stop" or repeats or not pieces:
        yield _chunk(choice, "", len(pieces), reason)


def _chunk(choice: Mapping[str, Any], text: str, place: int, reason: str | None) -> dict[str, Any]:
    logprobs = choice["logprobs"]
    if logprobs is not None:
        logprobs = {name: logprobs[name][place : place + 1] for name in _ARRAYS}
    return {
        "text": text,
        "index": choice["index"],
        "logprobs": logprobs,
        "finish_reason": reason,
    }
