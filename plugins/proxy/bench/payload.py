"""What is asked and answered: one chat request, its answer, and a stream of 500 content chunks.

The servers of the bench import this too: keep it light.
"""

from __future__ import annotations

import itertools
import json
from typing import Any

CHUNKS = 500
"""Content chunks of a stream; the role, finish and usage chunks and `[DONE]` come on top."""

KEY = "sk-bench-0000000000000000000000000000000000000000"
MODEL = "gpt-4.1"
"""What the upstream is asked for; `name` gives what the client asks for."""

KINDS = ("unary", "stream", "paced")
"""A call; a stream as fast as it is read; a stream whose events come one at a time."""

_ANSWERED = {
    "created": 1_741_569_952,
    "model": "gpt-4.1-2025-04-14",
    "service_tier": "default",
    "system_fingerprint": "fp_07871e2ad8",
}
_SYSTEM = (
    "You are a studio engineer. Answer in a few plain sentences, do not repeat the question, and "
    "say so when you are not sure."
)
_USER = (
    "We have forty-eight microphone lines and only twenty-four inputs on the desk. I would like to "
    "know what a jackfield does for us, how normalled and half-normalled sockets differ, and which "
    "of the two you would take for inserts."
)
_PIECES = ("The", " patch", " bay", " was", " wired", ",", " each", " in", " Zoë", "'s hand", "\n")
ANSWER = "A jackfield brings every input and output to one panel of sockets."
TEXT = "".join(itertools.islice(itertools.cycle(_PIECES), CHUNKS))
"""What the content chunks of a stream say together."""


def name(kind: str) -> str:
    """Return the model that a client asks a proxy for: each kind has an upstream of its own."""
    return MODEL if kind == "unary" else f"{MODEL}-{kind}"


def _compact(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def request(kind: str, model: str) -> bytes:
    """Return the body of a request: about 500 bytes."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [
            {"role": "system", "content": _SYSTEM},
            {"role": "user", "content": _USER},
        ],
        "temperature": 0.7,
        "max_tokens": 128,
    }
    if kind != "unary":
        body |= {"stream": True, "stream_options": {"include_usage": True}}
    return _compact(body)


def _usage(tokens: int) -> dict[str, Any]:
    return {"prompt_tokens": 87, "completion_tokens": tokens, "total_tokens": 87 + tokens}


def completion() -> bytes:
    """Return the body of a chat completion: about 600 bytes."""
    message: dict[str, Any] = {
        "role": "assistant",
        "content": ANSWER,
        "refusal": None,
        "annotations": [],
    }
    none = {"reasoning_tokens": 0, "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    usage = {
        **_usage(14),
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": none,
    }
    head = {"id": "chatcmpl-BR8xPq4kZr1TgWm6uXn9sBvEoYdCi", "object": "chat.completion"}
    return _compact({**head, **_ANSWERED, "choices": [choice], "usage": usage})


def _chunk(choices: list[dict[str, Any]], usage: dict[str, Any] | None = None) -> bytes:
    head = {"id": "chatcmpl-BR8xQ2mJt5vKwL0nYc7eUaHd3FzPs", "object": "chat.completion.chunk"}
    return _compact({**head, **_ANSWERED, "choices": choices, "usage": usage})


def _delta(delta: dict[str, Any], reason: str | None = None) -> bytes:
    return _chunk([{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}])


def events() -> list[bytes]:
    """Return the events of a stream: role, content, finish, usage, `[DONE]`; about 280 bytes."""
    chunks = [_delta({"role": "assistant", "content": "", "refusal": None})]
    pieces = itertools.islice(itertools.cycle(_PIECES), CHUNKS)
    chunks += [_delta({"content": piece}) for piece in pieces]
    chunks += [_delta({}, "stop"), _chunk([], _usage(CHUNKS)), b"[DONE]"]
    return [b"data: " + chunk + b"\n\n" for chunk in chunks]
