"""Upstreams that keep the bytes they got, and send the bytes that a test wants."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager

from jackfield.config import Timeouts
from jackfield.effects import Outgoing
from jackfield_proxy.upstream.transport import AiohttpReply, Upstream

TIMEOUTS = Timeouts(connect=10.0, read=10.0, write=10.0, pool=10.0, total=None)
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)\r\n", re.IGNORECASE)
Script = Callable[[int], bytes | None]


class Wire:
    """A server: ``requests`` as they came, byte for byte, and on which connection each did.

    Args:
        script: the bytes to answer a request with, by its number; None for no more than is sent.
    """

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[bytes] = []
        self.on: list[int] = []
        self.connections = 0
        self.url = ""
        self.closed = asyncio.Event()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        here = self.connections
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = _LENGTH.search(head)
                body = await reader.readexactly(int(length[1]) if length else 0)
                self.requests.append(head + body)
                self.on.append(here)
                said = self.script(len(self.requests) - 1)
                if said is None:
                    return
                writer.write(said)
                await writer.drain()
                if b"\r\nConnection: close\r\n" in said:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            self.closed.set()
        finally:
            writer.close()


@asynccontextmanager
async def listening(script: Script, host: str = "127.0.0.1") -> AsyncGenerator[Wire, None]:
    """A server that listens."""
    wire = Wire(script)
    server = await asyncio.start_server(wire.answer, host, 0)
    port = server.sockets[0].getsockname()[1]
    wire.url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    try:
        yield wire
    finally:
        server.close()


@asynccontextmanager
async def upstream() -> AsyncGenerator[Upstream, None]:
    """Connections, closed afterwards."""
    made = Upstream()
    try:
        yield made
    finally:
        await made.aclose()


async def send(
    to: Upstream, url: str, body: bytes = b"{}", headers: dict[str, str] | None = None
) -> AiohttpReply:
    """Ask for it as the lane does."""
    return await to.raw.send(Outgoing("POST", url, dict(headers or {}), body, TIMEOUTS))
