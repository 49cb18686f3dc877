"""What is written past aiohttp's session is an ordinary request, answered as the session's is."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from raw_upstreams import listening, send, upstream
from yarl import URL

from jackfield.errors import APIConnectionError, ConfigError
from jackfield_proxy.upstream import direct, transport

HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello"


def run(do: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    return asyncio.run(do())


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "_PROXIES", {})


def test_the_locked_aiohttp_has_what_is_needed() -> None:
    assert direct.available()


def test_it_is_really_past_the_session(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with listening(lambda number: HELLO) as wire, upstream() as up:
            monkeypatch.setattr(up.raw.session, "_request", None)
            reply = await send(up, wire.url)
            assert await reply.read(None) == b"hello"

    run(main)


PATHS = st.sampled_from(["/", "/v1/chat/completions", "/a%20b/c%2Fd", "/v1?x=1&y=%26", "/é", ""])
NAMES = st.sampled_from(["Authorization", "X-A", "x-b", "Content-Type", "Accept", "User-Agent"])
VALUES = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_categories=["Cc"]), max_size=12
).map(str.strip)


@settings(max_examples=25)
@given(PATHS, st.dictionaries(NAMES, VALUES), st.binary(max_size=200))
def test_a_request_is_its_bytes(path: str, headers: dict[str, str], body: bytes) -> None:
    async def main() -> None:
        async with listening(lambda number: HELLO) as wire, upstream() as up:
            reply = await send(up, wire.url + path, body, headers)
            assert (reply.status, await reply.read(None)) == (200, b"hello")
            target = URL(wire.url + path, encoded=True).raw_path_qs
            lines = [f"POST {target} HTTP/1.1", f"Host: {wire.url.removeprefix('http://')}"]
            lines += [f"{name}: {value}" for name, value in headers.items()]
            lines += [f"Content-Length: {len(body)}", "", ""]
            if target.isascii():
                assert wire.requests == ["\r\n".join(lines).encode("latin-1") + body]

    run(main)


@pytest.mark.parametrize(
    "value", ["a\r\nX-Evil: 1", "a\nX-Evil: 1", "a\rX-Evil: 1", "\r\n\r\n", "\n"]
)
@pytest.mark.parametrize("in_name", [False, True])
def test_a_line_break_in_a_header_is_refused(value: str, in_name: bool) -> None:
    headers = {value: "x"} if in_name else {"X-A": value}

    async def main() -> None:
        async with listening(lambda number: HELLO) as wire, upstream() as up:
            with pytest.raises(ValueError, match="line break"):
                await send(up, wire.url, b"{}", headers)
            assert wire.requests == []
            reply = await send(up, wire.url)  # and nothing is left behind
            assert await reply.read(None) == b"hello"

    run(main)


# The same answers as by the session ---------------------------------------------------------------

HEAD = b"HTTP/1.1 200 OK\r\n"
EARLY = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
ANSWERS: dict[str, bytes] = {
    "an ordinary one": HELLO,
    "chunks": HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    "a chunk with an extension and trailers": (
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nX-T: 1\r\n\r\n"
    ),
    "to the end of the connection": HEAD + b"Connection: close\r\n\r\nuntil the end",
    "no content": b"HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n",
    "an empty body": HEAD + b"Content-Length: 0\r\n\r\n",
    "an error": b"HTTP/1.1 429 Slow\r\nRetry-After: 1\r\nContent-Length: 2\r\n\r\n{}",
    "a redirect": b"HTTP/1.1 307 There\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
    "repeated headers": HEAD + b"X-A: 1\r\nx-a: 2\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\n\r\n",
    "headers that are no ASCII": HEAD + b"X-A: \xe9\xff\r\nContent-Length: 0\r\n\r\n",
    "a status of its own": b"HTTP/1.1 599 Own\r\nContent-Length: 1\r\n\r\nx",
    "another early head": EARLY + EARLY + HELLO,
    "to go on": b"HTTP/1.1 100 Continue\r\n\r\n" + HELLO,
    "an encoding": HEAD + b"Content-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8bx",
    "an old version": b"HTTP/1.0 200 OK\r\nConnection: close\r\n\r\nold",
    "no reason": b"HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok",
    "a long header": HEAD + b"X-A: " + b"a" * 30_000 + b"\r\nContent-Length: 0\r\n\r\n",
    "a body that is cut": HEAD + b"Connection: close\r\nContent-Length: 9\r\n\r\nabc",
    "a chunk that is cut": (
        HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nabc"
    ),
    "a chunk that is none": (
        HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n"
    ),
    "no HTTP": b"hello there\r\nConnection: close\r\n\r\n",
    "a length that is none": HEAD + b"Connection: close\r\nContent-Length: x\r\n\r\nabc",
    "nothing": b"",
}


def outcome(said: bytes, *, past: bool, times: int = 2) -> list[Any]:
    """What becomes of some requests that are answered so."""

    async def main() -> list[Any]:
        found: list[Any] = []
        async with listening(lambda number: said or None) as wire, upstream() as up:
            assert up.raw._direct is past
            for _ in range(times):
                try:
                    reply = await send(up, wire.url + "/v1/x?y=z", b'{"a":1}', {"X-Own": "1"})
                    found.append((reply.status, reply.headers))
                    found.append(await reply.read(None))
                except APIConnectionError as error:
                    found.append(type(error))
            assert len(wire.requests) >= times
            found.append(wire.connections if b"200 OK\r\nContent-Length" in said else None)
        return found

    found: list[Any] = run(main)
    return found


@pytest.mark.parametrize("which", sorted(ANSWERS))
def test_the_session_would_have_got_the_same(which: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = outcome(ANSWERS[which], past=True)
    monkeypatch.setattr(transport, "available", lambda: False)
    theirs = outcome(ANSWERS[which], past=False)
    assert ours == theirs


@pytest.mark.parametrize("missing", ["ResponseHandler", "ClientRequest"])
def test_another_aiohttp_is_noticed(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, missing, type("Other", (), {}))
    assert not direct.available()


# Connections --------------------------------------------------------------------------------------


def test_a_connection_is_kept() -> None:
    async def main() -> None:
        async with listening(lambda number: HELLO) as wire, upstream() as up:
            for _ in range(20):
                reply = await send(up, wire.url)
                assert await reply.read(None) == b"hello"
            assert (len(wire.requests), wire.connections) == (20, 1)

    run(main)


def test_a_connection_is_kept_where_pieces_are_read_to_the_end() -> None:
    async def main() -> None:
        async with listening(lambda number: ANSWERS["chunks"]) as wire, upstream() as up:
            for _ in range(5):
                reply = await send(up, wire.url)
                body = b""
                while piece := await reply.piece(None):
                    body += piece
                await reply.close(False)
                assert body == b"abcde"
            assert wire.connections == 1

    run(main)


BEGUN = HEAD + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"


def test_a_reply_that_is_abandoned_closes_its_connection() -> None:
    async def main() -> None:
        answers = [BEGUN, HELLO]
        async with listening(lambda number: answers[number]) as wire, upstream() as up:
            reply = await send(up, wire.url)
            assert await reply.piece(None) == b"abc"
            await reply.close(False)
            await asyncio.wait_for(wire.closed.wait(), 10)
            again = await send(up, wire.url)
            assert await again.read(None) == b"hello"
            assert wire.on == [1, 2]

    run(main)


def test_a_request_that_is_cancelled_closes_its_connection() -> None:
    async def main() -> None:
        seen = asyncio.Event()

        def script(number: int) -> bytes:
            seen.set()
            return b"HTTP/1.1 200 OK\r\n" if number == 0 else HELLO

        async with listening(script) as wire, upstream() as up:
            asking = asyncio.create_task(send(up, wire.url))
            await asyncio.wait_for(seen.wait(), 10)
            asking.cancel()
            with pytest.raises(asyncio.CancelledError):
                await asking
            await asyncio.wait_for(wire.closed.wait(), 10)
            reply = await send(up, wire.url)
            assert await reply.read(None) == b"hello"
            assert wire.on == [1, 2]

    run(main)


def test_at_once_means_one_connection_each() -> None:
    async def main() -> None:
        async with listening(lambda number: HELLO) as wire, upstream() as up:

            async def ask() -> bytes:
                return await (await send(up, wire.url)).read(None)

            assert await asyncio.gather(*(ask() for _ in range(10))) == [b"hello"] * 10
            assert 1 <= wire.connections <= 10

    run(main)


def test_a_host_on_ipv6() -> None:
    try:
        with socket.create_server(("::1", 0), family=socket.AF_INET6):
            pass
    except OSError:
        pytest.skip("no IPv6 here")

    async def main() -> None:
        async with listening(lambda number: HELLO, "::1") as wire, upstream() as up:
            reply = await send(up, f"{wire.url}/v1")
            assert await reply.read(None) == b"hello"
            host = wire.url.removeprefix("http://").encode()
            assert wire.requests[0].startswith(b"POST /v1 HTTP/1.1\r\nHost: " + host + b"\r\n")

    run(main)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://a.example/", "a.example"),
        ("https://a.example/x", "a.example"),
        ("http://a.example:80/", "a.example"),
        ("https://a.example:443/", "a.example"),
        ("https://a.example:80/", "a.example:80"),
        ("http://a.example:8080/", "a.example:8080"),
        ("http://[::1]:8080/", "[::1]:8080"),
        ("http://[::1]/", "[::1]"),
        ("http://user:secret@a.example/", "a.example"),
        ("http://127.0.0.1:1/", "127.0.0.1:1"),
    ],
)
def test_a_host_header(url: str, host: str) -> None:
    assert direct._host(URL(url, encoded=True)) == f"Host: {host}\r\n"


@pytest.mark.parametrize(
    "url",
    [
        *("http://127.0.0.1:1/", "http://[::1", "http://127.0.0.1:99999/", "http:///x", "nope"),
        *("ftp://127.0.0.1/", "http://", "http://a b/", "http://127.0.0.1:x/", ""),
        *("http://x..invalid/", "http://" + "a" * 70 + ".invalid/"),
    ],
)
def test_what_can_t_be_reached_is_an_error_of_ours(url: str) -> None:
    async def main() -> None:
        async with upstream() as up:
            with pytest.raises((APIConnectionError, ConfigError)):
                await send(up, url)

    run(main)
