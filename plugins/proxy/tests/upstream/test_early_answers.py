"""Upstreams that answer before they have the whole body."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from jackfield.config import Timeouts
from jackfield.effects import Outgoing
from jackfield.multipart import SourceBody
from jackfield.sources import Source
from jackfield_proxy.upstream.transport import Upstream

_TIMEOUTS = Timeouts(connect=10.0, read=10.0, write=10.0, pool=10.0, total=None)
_REPLY = b"HTTP/1.1 %d Status\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


class Early:
    """An upstream that answers as soon as it has the head and ``after`` bytes of the body."""

    def __init__(self, status: int, after: int) -> None:
        self.status = status
        self.after = after
        self.heads: list[bytes] = []
        self.connections = 0
        self.url = ""

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                self.heads.append(await reader.readuntil(b"\r\n\r\n"))
                await reader.readexactly(self.after)
                writer.write(_REPLY % self.status)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def early(status: int, after: int = 0) -> AsyncGenerator[Early, None]:
    found = Early(status, after)
    server = await asyncio.start_server(found.answer, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1/files"
    async with server:
        yield found


class Arriving:
    """A body that comes from a client, who sends its beginning and then nothing for long."""

    replayable = False
    length: int | None = 1000

    def __init__(self) -> None:
        self.ended = False

    def pieces(self) -> Generator[bytes, None, None]:
        raise NotImplementedError

    async def arriving(self) -> AsyncGenerator[bytes, None]:
        try:
            yield b"x" * 10
            await asyncio.sleep(3600)
        finally:
            self.ended = True


def in_a_file(file: io.BytesIO) -> SourceBody:
    source = Source.of(file)
    assert source is not None
    return SourceBody(source)


async def ask(upstream: Upstream, url: str, body: Any) -> Any:
    return await upstream.raw.send(Outgoing("POST", url, {}, body, _TIMEOUTS))


@pytest.mark.parametrize("whole", [True, False], ids=["read", "close"])
@pytest.mark.parametrize("after", [0, 10])
def test_it_is_answered_while_the_client_still_sends(after: int, whole: bool) -> None:
    async def run() -> None:
        upstream = Upstream()
        body = Arriving()
        async with early(413, after) as server:
            reply = await ask(upstream, server.url, body)
            assert reply.status == 413
            if whole:
                assert await reply.read(None) == b"{}"
            else:
                await reply.close(False)
            assert body.ended
            # What was half sent is not gone on with: the next request has its own connection.
            again = await ask(upstream, server.url, b"y" * after)
            assert (again.status, await again.read(None)) == (413, b"{}")
            assert len(server.heads) == 2
            assert all(head.startswith(b"POST /v1/files ") for head in server.heads)
            await upstream.aclose()

    asyncio.run(run())


def test_a_large_file_goes_back_to_where_it_stood() -> None:
    async def run() -> None:
        upstream = Upstream()
        file = io.BytesIO(b"before" + bytes(32 * 1024 * 1024))
        file.seek(6)
        async with early(503) as server:
            for _ in range(2):  # as where a request is tried again
                reply = await ask(upstream, server.url, in_a_file(file))
                assert reply.status == 503
                await reply.close(False)
                assert file.tell() == 6
            await upstream.aclose()

    asyncio.run(run())


def test_the_answer_to_the_last_piece_keeps_the_connection() -> None:
    async def run() -> None:
        upstream = Upstream()
        content = b"z" * 100
        async with early(200, len(content)) as server:
            for _ in range(20):
                body = in_a_file(io.BytesIO(content))
                reply = await ask(upstream, server.url, body)
                assert (reply.status, await reply.read(None)) == (200, b"{}")
            assert (len(server.heads), server.connections) == (20, 1)
            await upstream.aclose()

    asyncio.run(run())


def test_a_body_that_fails_is_the_error() -> None:
    class Failing(Arriving):
        length = None

        async def arriving(self) -> AsyncGenerator[bytes, None]:
            yield b"x"
            raise OSError("the client left")

    async def run() -> None:
        upstream = Upstream()
        async with early(200, 1000) as server:
            with pytest.raises(Exception, match="the connection to"):
                await ask(upstream, server.url, Failing())
            await upstream.aclose()

    asyncio.run(run())
