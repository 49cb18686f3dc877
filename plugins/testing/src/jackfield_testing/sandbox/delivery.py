"""A reply on the wire: each piece flushed by itself, with the delays and cuts it asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from jackfield_testing.sandbox.journal import RecordedRequest
from jackfield_testing.sandbox.reply import Reply

TRANSPORT = "jackfield_testing.transport"


class _Gone(Exception):
    """The connection is closed, by the client or by a fault."""


class Delivery(Response):
    """Sends a reply.

    Args:
        reply: what is sent.
        headers: those that every reply has.
        record: is told how it ended.
    """

    def __init__(
        self, reply: Reply, headers: list[tuple[str, str]], record: RecordedRequest
    ) -> None:
        super().__init__(status_code=reply.status)
        self.reply = reply
        self.record = record
        pairs = [("content-type", reply.content_type), *headers, *reply.headers]
        if not reply.streamed:
            pairs.append(("content-length", str(sum(map(len, reply.pieces)))))
        self.raw_headers = [(name.encode(), value.encode("latin-1")) for name, value in pairs]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the reply, or as much of it as there is to be."""
        self.record.status = self.reply.status
        wire = _Wire(scope, receive, send)
        try:
            await self._send(wire)
        except _Gone:
            pass
        finally:
            self.record.finish(disconnected=wire.left)

    async def _send(self, wire: _Wire) -> None:
        disturbance = self.reply.disturbance
        await wire.pause(disturbance.delay)
        if disturbance.drop:
            await wire.close()
        await wire.send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        if disturbance.hang:
            await wire.pause(None)
        pieces, whole = _cut(self.reply)
        for number, piece in enumerate(pieces):
            if number:
                await wire.pause(disturbance.chunk_delay)
            await wire.send({"type": "http.response.body", "body": piece, "more_body": True})
        if not whole:
            await wire.close()
        await wire.send({"type": "http.response.body", "body": b"", "more_body": False})


def _cut(reply: Reply) -> tuple[list[bytes], bool]:
    """Give the pieces that go out, and whether that is all of them."""
    events, size = reply.disturbance.cut_events, reply.disturbance.cut
    pieces = list(reply.pieces if events is None else reply.pieces[:events])
    whole = len(pieces) == len(reply.pieces)
    if size is not None and size < sum(map(len, pieces)):
        return list(_first_bytes(pieces, size)), False
    return pieces, whole


def _first_bytes(pieces: list[bytes], size: int) -> Iterator[bytes]:
    for piece in pieces:
        if size <= 0:
            return
        yield piece[:size]
        size -= len(piece)


class _Wire:
    """One connection, and whether the client is still there."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._transport: asyncio.Transport = scope["state"][TRANSPORT]
        self._receive = receive
        self._send = send
        self.left = False

    async def send(self, message: dict[str, Any]) -> None:
        """Send, after the loop has had time to notice that the client left."""
        await asyncio.sleep(0)
        if self._transport.is_closing():
            self.left = True
            raise _Gone
        await self._send(message)

    async def pause(self, seconds: float | None) -> None:
        """Wait, for ever with None, but no longer than the client does."""
        if seconds == 0:
            return
        try:
            await asyncio.wait_for(self._departure(), seconds)
        except TimeoutError:
            return
        self.left = True
        raise _Gone

    async def close(self) -> None:
        """Close the connection after what was sent has gone out, and stop."""
        self._transport.close()
        await self._departure()
        raise _Gone

    async def _departure(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass
