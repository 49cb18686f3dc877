"""A client that falls silent in the middle of a body is not waited for."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from jackfield_proxy.wire import protocol
from jackfield_proxy.wire.protocol import Connection

HEAD = b"POST / HTTP/1.1\r\nhost: localhost\r\ncontent-length: 10\r\n\r\n"


class Seen:
    """What became of one request."""

    body = b""
    left = False


async def conversation(*pieces: bytes) -> tuple[Seen, bytes]:
    """Send pieces to a connection of ours; what the application saw, and what came back."""
    seen = Seen()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        try:
            more = True
            while more:
                message = await receive()
                seen.body += message.get("body", b"")
                more = message.get("more_body", False)
        except asyncio.CancelledError:
            seen.left = True
            return
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    config = Config(app, log_config=None, access_log=False, proxy_headers=False)
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: Connection(config, ServerState(), {}, loop), "127.0.0.1", 0
    )
    async with server, asyncio.timeout(30):
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        for piece in pieces:
            writer.write(piece)
            await asyncio.sleep(0.01)
        answer = b""
        with contextlib.suppress(ConnectionError):
            whole = b"done" in pieces[-1]
            answer = await (reader.readuntil(b"\r\n\r\n") if whole else reader.read())
        writer.close()
    return seen, answer


def test_half_a_body(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "_BODY_SECONDS", 0.05)
    seen, answer = asyncio.run(conversation(HEAD + b"half"))
    assert (seen.body, seen.left, answer) == (b"half", True, b"")


def test_a_body_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "_BODY_SECONDS", 20.0)
    seen, answer = asyncio.run(conversation(HEAD + b"in", b"piec", b"done"))
    assert (seen.body, seen.left) == (b"inpiecdone", False)
    assert answer.startswith(b"HTTP/1.1 204")


def test_silence_that_is_our_own_wish(monkeypatch: pytest.MonkeyPatch) -> None:
    """While reading is paused, for the upstream is slow, the client can't send."""
    monkeypatch.setattr(protocol, "_BODY_SECONDS", 0.01)
    aborted = []

    class Flow:
        read_paused = True

    async def wait() -> None:
        loop = asyncio.get_running_loop()
        connection = Connection.__new__(Connection)
        connection.loop, connection._in_head, connection._heard = loop, False, loop.time()
        connection._patience = None
        connection.flow = Flow()  # type: ignore[assignment]  # all that is looked at
        connection.transport = type(
            "Transport",
            (),
            {"is_closing": lambda self: False, "abort": lambda self: aborted.append(1)},
        )()
        connection._stalled()
        for _ in range(5):
            await asyncio.sleep(0.01)
        assert not aborted
        Flow.read_paused = False
        for _ in range(1000):
            if aborted:
                break
            await asyncio.sleep(0.01)
        assert aborted
        assert connection._patience is None

    asyncio.run(wait())


def test_a_reset_connection_is_not_kept_by_its_timer() -> None:
    """The timer of a kept connection holds it, its request and its buffers for over a minute."""
    made: list[Connection] = []

    async def talk() -> None:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            await receive()
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        config = Config(app, log_config=None, access_log=False, proxy_headers=False)
        config.load()
        loop = asyncio.get_running_loop()

        def connection() -> Connection:
            made.append(Connection(config, ServerState(), {}, loop))
            return made[-1]

        server = await loop.create_server(connection, "127.0.0.1", 0)
        async with server, asyncio.timeout(30):
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(b"GET / HTTP/1.1\r\nhost: localhost\r\n\r\n")
            await reader.readuntil(b"\r\n\r\n")
            assert made[0]._idle.running
            sock = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
            for _ in range(1000):
                if made[0].gone:
                    break
                await asyncio.sleep(0.01)

    asyncio.run(talk())
    assert made[0].gone
    assert not made[0]._idle.running
    assert made[0]._idle._timer is None


def test_a_client_that_was_answered_early_and_then_says_nothing_is_not_kept() -> None:
    """Its body comes after the answer; what follows it is awaited no longer than usual."""

    async def talk() -> bytes:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            head = {"type": "http.response.start", "status": 401, "headers": []}
            await send({**head, "headers": [(b"content-length", b"2")]})
            await send({"type": "http.response.body", "body": b"no"})

        config = Config(
            app, log_config=None, access_log=False, proxy_headers=False, timeout_keep_alive=1
        )
        config.load()
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Connection(config, ServerState(), {}, loop), "127.0.0.1", 0
        )
        async with server, asyncio.timeout(30):
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            writer.write(HEAD + b"half")
            await reader.readuntil(b"no")
            writer.write(b"a body")
            rest = await reader.read()
            writer.close()
            return rest

    assert asyncio.run(talk()) == b""
