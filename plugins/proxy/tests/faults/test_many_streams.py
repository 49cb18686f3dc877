"""A thousand slow streams at once."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from measured import MIB, in_flight, open_files, resident
from proxying import running
from rawclients import chat, eventually, post
from scripted import DONE, Asked, Upstream, Wire, chunk, enough_files

_STREAMS = 1000
_PIECES = 12
_PAUSE = 0.25
_PATIENCE = 60.0


def _expected(number: int) -> bytes:
    return b"".join([*(chunk(piece, f"stream {number}") for piece in range(_PIECES)), DONE])


async def _slowly(asked: Asked, wire: Wire) -> None:
    number = asked.json["messages"][0]["content"]
    await wire.begin()
    for piece in range(_PIECES):
        await wire.piece(chunk(piece, f"stream {number}"))
        await asyncio.sleep(_PAUSE)
    await wire.piece(DONE)
    await wire.end()


async def _stream(port: int, number: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        body: Any = chat("slow", stream=True)
        body["messages"][0]["content"] = number
        writer.write(post("/v1/chat/completions", body))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 "), head
        parts = []
        while size := int(await reader.readuntil(b"\r\n"), 16):
            parts.append((await reader.readexactly(size + 2))[:-2])
        assert await reader.readexactly(2) == b"\r\n"
        return b"".join(parts)
    finally:
        writer.transport.abort()


async def _ready(port: int) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(
            b"GET /health/readiness HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"
        )
        return await reader.read()
    finally:
        writer.transport.abort()


async def _all(port: int, upstream: Upstream) -> tuple[list[bytes], int]:
    """The streams' bytes, and how many were open when the server said that it is ready."""
    async with asyncio.timeout(_PATIENCE), asyncio.TaskGroup() as group:
        streams = [group.create_task(_stream(port, n)) for n in range(_STREAMS)]
        most = 0
        while not all(stream.done() for stream in streams):
            before = upstream.running["slow"]
            answer = await _ready(port)
            assert answer.startswith(b"HTTP/1.1 200 "), answer
            assert json.loads(answer.partition(b"\r\n\r\n")[2]) == {"status": "healthy"}
            most = max(most, min(before, upstream.running["slow"]))
            await asyncio.sleep(0.1)
    return [stream.result() for stream in streams], most


def test_a_thousand_slow_streams_are_all_answered_and_the_server_answers_meanwhile() -> None:
    if enough_files(4 * _STREAMS) < 4 * _STREAMS:
        pytest.skip("this system does not allow enough open files")
    with Upstream({"slow": _slowly}) as upstream, running(upstream.config()) as proxy:
        pid = proxy.process.pid
        files, memory = open_files(pid), resident(pid)
        answers, most = asyncio.run(_all(proxy.port, upstream))
        wrong = [n for n, got in enumerate(answers) if got != _expected(n)]
        assert not wrong
        assert most > _STREAMS // 2  # they were open at the same time
        assert upstream.asked["slow"] == _STREAMS
        assert not upstream.abandoned
        assert resident(pid) - memory < 150 * MIB
        eventually(lambda: in_flight(proxy.url) == 0, "no request in flight")
        # What stays are connections to the upstream, which are kept for a while.
        idle = upstream.connections
        eventually(lambda: open_files(pid) <= files + idle + 5, "the clients are let go")


def test_a_server_that_starts_with_few_files_raises_its_limit() -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2048:
        pytest.skip("this system does not allow enough open files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        with Upstream() as upstream, running(upstream.config("none")) as proxy:
            limits, _ = resource.prlimit(proxy.process.pid, resource.RLIMIT_NOFILE)
            assert limits == hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
