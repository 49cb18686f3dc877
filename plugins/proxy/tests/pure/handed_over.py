"""A request as a server hands it over, without a server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, MutableMapping
from typing import Any

from jackfield_proxy.requests.ids import new_id
from jackfield_proxy.requests.incoming import Incoming

Messages = list[MutableMapping[str, Any]]


def pieces(parts: Iterable[bytes], *, leaves: bool = False) -> Messages:
    """The messages of a body; with ``leaves`` the client goes before its end."""
    found: Messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    if leaves:
        return [*found, {"type": "http.disconnect"}]
    if found:
        found[-1]["more_body"] = False
        return found
    return [{"type": "http.request", "body": b"", "more_body": False}]


def incoming(
    messages: Messages, headers: Iterable[tuple[bytes, bytes]] = (), **scope: Any
) -> tuple[Incoming, Messages]:
    """A request whose body is these messages, and what is sent in answer."""
    left, sent = list(messages), []

    async def receive() -> MutableMapping[str, Any]:
        assert left, "more is read than there is"
        return left.pop(0)

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    whole = {
        "type": "http",
        "method": "POST",
        "path": "/v1/chat/completions",
        "query_string": b"",
        "headers": list(headers),
        **scope,
    }
    return Incoming(whole, receive, send, new_id), sent


def run(coroutine: Any) -> Any:
    """Run to the end."""
    return asyncio.run(coroutine)
