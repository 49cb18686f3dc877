"""An answer's head and its body in one write: two cost a third of a small request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, RequestResponseCycle

if TYPE_CHECKING:
    from jackfield_proxy.wire.asgi import Pairs, Send

_UNUSUAL = frozenset({b"connection", b"content-length", b"transfer-encoding"})
"""Headers that say how an answer ends, which `send_whole` says itself."""
BARE = frozenset({204, 205, 304})
"""Answers that have no body, whatever their headers say."""
_CONTROLS = bytes({*range(32), 127} - set(b"\t\r\n"))
_BROKEN = re.compile(b"[\r\n%s]" % re.escape(_CONTROLS))


class _Gathered:
    """A transport's writes, gathered."""

    __slots__ = ("_pieces", "_transport")

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> None:
        self._pieces.append(data)

    def flush(self) -> None:
        pieces, self._pieces = self._pieces, []
        if pieces:
            self._transport.write(b"".join(pieces))

    def close(self) -> None:
        self.flush()
        self._transport.close()

    def is_closing(self) -> bool:
        closing: bool = self._transport.is_closing()
        return closing


async def send_both(send: Send, first: dict[str, Any], second: dict[str, Any]) -> None:
    """Send two messages; with uvicorn's own ``send`` they leave in one write."""
    cycle = getattr(send, "__self__", None)
    if type(cycle) is not RequestResponseCycle:
        await send(first)
        await send(second)
        return
    transport = cycle.transport
    gathered: Any = _Gathered(transport)
    cycle.transport = gathered
    try:
        await cycle.send(first)  # type: ignore[arg-type]  # ASGI messages, as uvicorn types them
        await cycle.send(second)  # type: ignore[arg-type]  # likewise
    finally:
        cycle.transport = transport
        gathered.flush()


async def send_whole(send: Send, status: int, headers: Pairs, body: bytes) -> None:
    """Send a whole answer, whose length is none of the headers yet.

    With uvicorn's own ``send`` an ordinary one is written here: uvicorn looks at each header three
    times, which takes longer than the write. What is not ordinary is left to it.
    """
    cycle = getattr(send, "__self__", None)
    if type(cycle) is RequestResponseCycle and _is_ordinary(cycle, status):
        head = _head(status, [*cycle.default_headers, *headers], len(body))
        if head is not None:
            cycle.response_started = cycle.response_complete = True
            cycle.waiting_for_100_continue = False
            cycle.transport.write(head + body)
            cycle.message_event.set()
            cycle.on_response()
            return
    headers = writable([*headers, (b"content-length", b"%d" % len(body))])
    await send_both(
        send,
        {"type": "http.response.start", "status": status, "headers": headers},
        {"type": "http.response.body", "body": body},
    )


def writable(headers: Pairs) -> Pairs:
    """The headers without those that can't be written: a line break in one would begin another."""
    return [(name, value) for name, value in headers if _BROKEN.search(value) is None]


def _is_ordinary(cycle: RequestResponseCycle, status: int) -> bool:
    return (
        cycle.keep_alive
        and not cycle.disconnected
        and not cycle.response_started
        and not cycle.flow.write_paused
        and not cycle.access_log
        and cycle.chunked_encoding is None
        and status >= 200
        and status not in BARE
        and cycle.scope["method"] != "HEAD"
    )


def _head(status: int, headers: Pairs, length: int) -> bytes | None:
    """The lines before a body; None where one of the headers is not to be written so."""
    parts = [STATUS_LINE[status]]
    for name, value in headers:
        if name in _UNUSUAL:
            return None
        parts += (name, b": ", value, b"\r\n")
    parts.append(b"content-length: %d\r\n\r\n" % length)
    head = b"".join(parts)
    lines = len(headers) + 3
    if head.count(b"\n") != lines or head.count(b"\r") != lines:
        return None
    return head if len(head.translate(None, _CONTROLS)) == len(head) else None
