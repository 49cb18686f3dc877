"""The upstream's own server: a raw asyncio protocol that answers by path with canned bytes.

`/v1/…` a completion, `/stream/v1/…` a stream at once, `/paced/v1/…` a stream with one write for
each event and a pause between them. It reads no more of a request than it must.

Usage: `answering.py PORT PAUSE` (seconds between the events of a paced stream).
"""

from __future__ import annotations

import asyncio
import re
import sys
from typing import cast

import payload

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
EVENT_STREAM = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n"
CHUNKED = EVENT_STREAM + b"Transfer-Encoding: chunked\r\n\r\n"


def _whole(head: bytes, body: bytes) -> bytes:
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


EVENTS = [b"%x\r\n%b\r\n" % (len(event), event) for event in payload.events()]
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
COMPLETION = _whole(JSON, payload.completion())
STREAM = _whole(EVENT_STREAM, b"".join(payload.events()))


class Answering(asyncio.Protocol):
    """One connection; requests may not be pipelined."""

    def __init__(self, pause: float) -> None:
        self._pause = pause
        self._received = b""
        self._timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by name

    def connection_lost(self, exc: Exception | None) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        length = LENGTH.search(self._received, 0, end)
        if len(self._received) < end + 4 + (int(length[1]) if length else 0):
            return
        path = self._received.split(b" ", 2)[1]
        self._received = b""
        if path.startswith(b"/paced/"):
            self._transport.write(CHUNKED)
            self._go_on(0)
        else:
            self._transport.write(STREAM if path.startswith(b"/stream/") else COMPLETION)

    def _go_on(self, number: int) -> None:
        if number == len(EVENTS):
            self._timer = None
            self._transport.write(b"0\r\n\r\n")
            return
        self._transport.write(EVENTS[number])
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._pause, self._go_on, number + 1)


async def serve(port: int, pause: float) -> None:
    """Serve until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Answering(pause), "127.0.0.1", port, backlog=1024, reuse_address=True
    )
    await server.serve_forever()


def main() -> None:
    port, pause = int(sys.argv[1]), float(sys.argv[2])
    try:
        import uvloop
    except ImportError:
        asyncio.run(serve(port, pause))
    else:
        uvloop.run(serve(port, pause))


if __name__ == "__main__":
    main()
