"""Connections that are kept: what was over before leaves nothing behind for who comes next."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from jackfield.config import Timeouts
from jackfield.effects import Outgoing
from jackfield.errors import APIConnectionError, APITimeoutError
from jackfield_proxy.upstream.handler import was_stale
from jackfield_proxy.upstream.transport import Upstream

QUICK = Timeouts(connect=10.0, read=0.3, write=10.0, pool=10.0, total=None)


class Server:
    """Answers with so many bytes, then does what ``then`` says with the next request."""

    def __init__(self, size: int, then: str = "answers") -> None:
        self.size = size
        self.then = then
        self.url = ""
        self.requests: list[bytes] = []
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                self.requests.append(head)
                found = re.search(rb"content-length: *(\d+)", head.lower())
                await reader.readexactly(int(found[1]) if found else 0)
                if len(self.requests) > 1 and self.then == "closes":
                    break
                if len(self.requests) > 1 and self.then == "hangs":
                    await asyncio.sleep(30)
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % self.size)
                writer.write(b" " * self.size)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def served(server: Server) -> AsyncGenerator[Upstream, None]:
    listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
    server.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/v1/x"
    upstream = Upstream()
    try:
        yield upstream
    finally:
        await upstream.aclose()
        listening.close()


def request(server: Server, method: str = "POST", body: Any = b"{}") -> Outgoing:
    return Outgoing(method, server.url, {}, body, QUICK)


@pytest.mark.parametrize("way", ["raw", "decoded"])
@pytest.mark.parametrize("size", [2, 200_000, 2_000_000])
def test_a_limit_ends_with_the_answer(size: int, way: str) -> None:
    """Large answers pause reading, and aiohttp sets the limit again when it goes on."""

    async def run() -> None:
        server = Server(size)
        async with served(server) as upstream:
            for _ in range(3):
                reply = await getattr(upstream, way).send(request(server))
                await asyncio.sleep(0.05)  # so that it waits for its reader
                assert len(await reply.read(None)) == size
                await asyncio.sleep(0.5)  # longer than a read may take
        assert (len(server.requests), server.connections) == (3, 1)

    asyncio.run(run())


@pytest.mark.parametrize("way", ["raw", "decoded"])
def test_the_next_request_has_its_own_limit(way: str) -> None:
    async def run() -> None:
        server = Server(2, "hangs")
        async with served(server) as upstream:
            transport = getattr(upstream, way)
            await (await transport.send(request(server))).read(None)
            async with asyncio.timeout(20):
                with pytest.raises(APITimeoutError) as caught:
                    await transport.send(request(server))
            assert not was_stale(caught.value)

    asyncio.run(run())


@pytest.mark.parametrize("way", ["raw", "decoded"])
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "POST"])
def test_nothing_is_asked_again_behind_anybody_s_back(method: str, way: str) -> None:
    """Whether a request is made again is decided where it is counted."""

    async def run() -> None:
        server = Server(2, "closes")
        async with served(server) as upstream:
            transport = getattr(upstream, way)
            body = None if method in ("GET", "DELETE") else b"{}"
            await (await transport.send(request(server, method, body))).read(None)
            with pytest.raises(APIConnectionError) as caught:
                await transport.send(request(server, method, body))
            assert was_stale(caught.value)
        assert len(server.requests) == 2

    asyncio.run(run())


def test_a_host_of_the_deployment_s_is_the_only_one() -> None:
    async def run() -> None:
        server = Server(2)
        async with served(server) as upstream:
            asked = Outgoing("POST", server.url, {"Host": "tenant.example"}, b"{}", QUICK)
            await (await upstream.raw.send(asked)).read(None)
        [head] = server.requests
        lines = [line for line in head.split(b"\r\n") if line.lower().startswith(b"host:")]
        assert lines == [b"Host: tenant.example"]

    asyncio.run(run())
