"""The canned bodies that nginx serves: one chat completion, one stream of 500 content chunks."""

from __future__ import annotations

import itertools
import json
from typing import Any

CHUNKS = 500
"""Content chunks of the stream; the role, finish and usage chunks and `[DONE]` come on top."""

MODEL = "gpt-4o-2024-08-06"
FINGERPRINT = "fp_07871e2ad8"
CREATED = 1_741_569_952

PIECES = (
    "The",
    " patch",
    " bay",
    " was",
    " wired",
    " for",
    " forty",
    "-eight",
    " lines",
    ",",
    " each",
    " labelled",
    " in",
    " Zoë",
    "'s",
    " hand",
    ":",
    ' "mic',
    " 1",
    '",',
    "\n",
    " —",
    " and",
    " so",
    " on",
    ".",
    "\n\n",
    " 🎛️",
)
"""Tokens as the API cuts them: words with their space, punctuation, escapes, non-ASCII text."""

ANSWER = (
    "A jackfield is a panel of sockets that brings every input and output of a studio to one "
    "place, so that any source can be patched to any destination with a short cord."
)
"""The content of the non-streamed answer."""


def _compact(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _usage(completion_tokens: int) -> dict[str, Any]:
    return {
        "prompt_tokens": 41,
        "completion_tokens": completion_tokens,
        "total_tokens": 41 + completion_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {
            "reasoning_tokens": 0,
            "audio_tokens": 0,
            "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        },
    }


def _chunk(choices: list[dict[str, Any]], usage: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "id": "chatcmpl-BR8xQ2mJt5vKwL0nYc7eUaHd3FzPs",
        "object": "chat.completion.chunk",
        "created": CREATED,
        "model": MODEL,
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
        "choices": choices,
        "usage": usage,
    }


def _delta(delta: dict[str, Any], finish_reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
    return _chunk([choice], None)


def pieces() -> list[str]:
    """Return the text of the content chunks, in order."""
    return list(itertools.islice(itertools.cycle(PIECES), CHUNKS))


def completion() -> bytes:
    """Return the body of a chat completion, as the API formats it (indented, about 900 bytes)."""
    body = {
        "id": "chatcmpl-BR8xPq4kZr1TgWm6uXn9sBvEoYdCi",
        "object": "chat.completion",
        "created": CREATED,
        "model": MODEL,
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": ANSWER,
                    "refusal": None,
                    "annotations": [],
                },
                "logprobs": None,
                "finish_reason": "stop",
            }
        ],
        "usage": _usage(33),
        "service_tier": "default",
        "system_fingerprint": FINGERPRINT,
    }
    return (json.dumps(body, indent=2, ensure_ascii=False) + "\n").encode()


def stream() -> bytes:
    """Return the body of a stream: role, content chunks, finish, usage, `[DONE]`."""
    chunks = [_delta({"role": "assistant", "content": "", "refusal": None})]
    chunks += [_delta({"content": piece}) for piece in pieces()]
    chunks += [_delta({}, "stop"), _chunk([], _usage(CHUNKS))]
    return "".join(f"data: {line}\n\n" for line in [*map(_compact, chunks), "[DONE]"]).encode()


def characters() -> dict[str, int]:
    """Return how many characters of content a client must have read, by operation."""
    return {"call": len(ANSWER), "stream": sum(map(len, pieces()))}
