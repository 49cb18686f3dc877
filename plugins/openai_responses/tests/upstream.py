"""A raw server with the Responses API's answers, and calls to it on both clients."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable
from typing import Any

from rawserver import Answer, RawServer

import jackfield
from jackfield_openai_responses.manifest import MANIFEST

Ask = Callable[[Any], Any]

PLUGINS: list[Any] = ["openai", MANIFEST]
"""Chat completions, and what is tested here."""


def message(*texts: str, **more: Any) -> dict[str, Any]:
    """An output message."""
    parts = [
        {"type": "output_text", "text": text, "annotations": [], "logprobs": []} for text in texts
    ]
    item = {"id": "msg_1", "type": "message", "status": "completed", "role": "assistant"}
    return {**item, "content": parts, **more}


def response(*output: Any, **more: Any) -> dict[str, Any]:
    """A completed response."""
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1741476542,
        "status": "completed",
        "error": None,
        "incomplete_details": None,
        "instructions": None,
        "metadata": {},
        "model": "gpt-4o-2024-08-06",
        "output": list(output) or [message("Hello", " there")],
        "parallel_tool_calls": True,
        "temperature": 1.0,
        "tool_choice": "auto",
        "tools": [],
        "top_p": 1.0,
        "usage": {
            "input_tokens": 3,
            "input_tokens_details": {"cached_tokens": 1},
            "output_tokens": 2,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 5,
        },
        "x_new": {"kept": True},
        **more,
    }


def lines(events: Iterable[dict[str, Any]], *more: bytes) -> list[bytes]:
    """Events as the API sends them, one piece each."""
    return [
        *(f"event: {event['type']}\ndata: {json.dumps(event)}\n\n".encode() for event in events),
        *more,
    ]


def streaming(pieces: Iterable[bytes], **more: Any) -> Answer:
    """Answer every request with these pieces of a stream."""
    return lambda asked, wire: wire.stream(pieces, **more)


def settings(server: RawServer, more: dict[str, Any]) -> dict[str, Any]:
    """Arguments of a client that calls a server once."""
    given = {"plugins": PLUGINS, "base_url": server.base_url, "api_key": "sk-1", "max_retries": 0}
    return given | more


def blocking(server: RawServer, ask: Ask, **more: Any) -> Any:
    """The outcome of ``ask`` on a blocking client; a stream as the list of its chunks."""
    with jackfield.Client(**settings(server, more)) as client:
        outcome = ask(client)
        return list(outcome) if isinstance(outcome, jackfield.Stream) else outcome


def on_loop(server: RawServer, ask: Ask, **more: Any) -> Any:
    """The same on asyncio."""

    async def main() -> Any:
        async with jackfield.AsyncClient(**settings(server, more)) as client:
            outcome = await ask(client)
            if isinstance(outcome, jackfield.AsyncStream):
                return [chunk async for chunk in outcome]
            return outcome

    return asyncio.run(main())
