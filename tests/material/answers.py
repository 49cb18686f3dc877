"""Small OpenAI answers for raw servers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any


def completion(text: str | None = "Hello", **message: Any) -> dict[str, Any]:
    """A chat completion with one choice."""
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-4o-2024-08-06",
        "choices": [
            {
                "index": 0,
                "message": {"role": "assistant", "content": text, **message},
                "finish_reason": "stop",
            }
        ],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
    }


def chunks(*texts: str) -> list[dict[str, Any]]:
    """The chunks of a streamed completion with one choice."""
    deltas: list[tuple[dict[str, Any], str | None]] = [({"role": "assistant", "content": ""}, None)]
    deltas += [({"content": text}, None) for text in texts]
    deltas.append(({}, "stop"))
    return [
        {
            "id": "chatcmpl-1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "gpt-4o-2024-08-06",
            "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
        }
        for delta, reason in deltas
    ]


def events(given: Iterable[dict[str, Any]], done: bool = True) -> list[bytes]:
    """Chunks as server-sent events, one piece each."""
    pieces = [b"data: %s\n\n" % json.dumps(chunk).encode() for chunk in given]
    return [*pieces, b"data: [DONE]\n\n"] if done else pieces


def error(message: str = "no", code: str | None = None, **more: Any) -> dict[str, Any]:
    """An error body."""
    return {"error": {"message": message, "type": None, "param": None, "code": code, **more}}


HELLO = [{"role": "user", "content": "Hello"}]
