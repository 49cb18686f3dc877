"""Requests that are none, too much, or written in unusual ways: none is answered wrongly."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator

import pytest
from measured import MIB, forget_peak, in_flight, peak, resident
from proxying import Proxy, running
from rawclients import Client, chat, eventually, post
from scripted import ANSWER, Asked, Upstream, Wire, chunk, endless, fine

_REQUEST = post("/v1/chat/completions", chat("fine"))
_HEAD, _, _BODY = _REQUEST.partition(b"\r\n\r\n")
_CHUNKED = b"transfer-encoding: chunked\r\n\r\n"
_PLAIN = (
    b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
)


async def _echo(asked: Asked, wire: Wire) -> None:
    """What was asked, and how."""
    seen = {"id": "1", "body": asked.body.decode("latin-1"), "headers": asked.headers}
    await wire.reply(200, json.dumps(seen).encode())


async def _cut(asked: Asked, wire: Wire) -> None:
    """A stream without an end."""
    await wire.begin()
    await wire.piece(chunk(0, "begun"))
    wire.close()


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream({"fine": fine, "echo": _echo, "endless": endless, "cut": _cut}) as server:
        yield server


@pytest.fixture(scope="module")
def proxy(upstream: Upstream) -> Iterator[Proxy]:
    with running(upstream.config()) as process:
        yield process


@pytest.fixture(autouse=True)
def still_well(proxy: Proxy) -> Iterator[None]:
    """Whatever was sent, the server goes on, holds no request, and has failed nowhere."""
    yield
    with Client(proxy.url) as client:
        assert client.chat("fine").answer().body == ANSWER
    eventually(lambda: in_flight(proxy.url) == 0, "no request in flight")
    assert "Traceback" not in proxy.log()


def _refused(client: Client, status: int) -> None:
    """The client is told why, and the connection is closed."""
    answer = client.answer()
    assert answer.status == status, answer
    assert answer.error["type"] == "invalid_request_error"
    assert answer.headers["connection"] == "close"
    assert client.closed()


# Heads --------------------------------------------------------------------------------------------


def test_a_header_of_a_megabyte_is_refused(proxy: Proxy) -> None:
    with Client(proxy.url) as client:
        client.try_to_send([_HEAD, b"\r\nx-bomb: ", b"b" * MIB, b"\r\n\r\n", _BODY])
        _refused(client, 431)


def test_a_hundred_thousand_headers_are_refused(proxy: Proxy) -> None:
    with Client(proxy.url) as client:
        client.try_to_send([_HEAD + b"\r\n", *[b"x-%d: 1\r\n" % n for n in range(100_000)]])
        _refused(client, 431)


@pytest.mark.parametrize("piece", [b"b" * 65536, b"x-b: b\r\n" * 8192], ids=["one", "many"])
def test_a_head_without_an_end_takes_no_memory(proxy: Proxy, piece: bytes) -> None:
    before = resident(proxy.process.pid)
    forget_peak(proxy.process.pid)
    with Client(proxy.url) as client:
        client.try_to_send([_HEAD, b"\r\nx-b: ", *[piece] * 1000])
        _refused(client, 431)
    assert peak(proxy.process.pid) - before < 20 * MIB


def test_a_url_of_a_megabyte_is_refused(proxy: Proxy) -> None:
    with Client(proxy.url) as client:
        client.try_to_send(
            [b"GET /v1/models?x=", b"u" * MIB, b" HTTP/1.1\r\nhost: localhost\r\n\r\n"]
        )
        _refused(client, 431)


def test_a_head_that_is_as_large_as_allowed_is_taken(proxy: Proxy) -> None:
    with Client(proxy.url) as client:
        client.post("/v1/chat/completions", chat("fine"), f"x-large: {'l' * 60_000}")
        assert client.answer().body == ANSWER


def test_the_limit_of_a_head_is_none_of_a_body(proxy: Proxy, upstream: Upstream) -> None:
    for size in (60_000, 65_000, 66_000, 130_000, 400_000):
        with Client(proxy.url) as client:
            client.chat("echo", user="u" * size)
            answer = client.answer()
            assert answer.status == 200
            assert json.loads(answer.json["body"])["user"] == "u" * size


def test_heads_that_come_a_byte_at_a_time_take_nothing_from_others(proxy: Proxy) -> None:
    slow = [Client(proxy.url) for _ in range(50)]
    for byte in _HEAD[:60]:
        for client in slow:
            client.send(bytes([byte]))
    with Client(proxy.url) as client:
        assert client.get("/health/readiness").status == 200
    slow[0].send(_HEAD[60:] + b"\r\n\r\n" + _BODY)
    assert slow[0].answer().body == ANSWER
    for client in slow:
        client.close()


# What is no HTTP ----------------------------------------------------------------------------------

_GARBAGE = {
    "a tls hello": bytes.fromhex("16030100a5010000a10303") + bytes(160),
    "nonsense": b"\x00\xff\xfe garbage \r\n\r\n",
    "version 3": b"GET / HTTP/3.0\r\n\r\n",
    "an unknown method": b"BREW /pot HTTP/1.1\r\nhost: localhost\r\n\r\n",
    "a null in a name": b"GET / HTTP/1.1\r\nho\x00st: x\r\n\r\n",
    "a null in a value": b"GET / HTTP/1.1\r\nhost: localhost\x00y\r\n\r\n",
    "a space before a colon": b"GET / HTTP/1.1\r\nhost : x\r\n\r\n",
    "a null in the path": b"GET /\x00 HTTP/1.1\r\nhost: localhost\r\n\r\n",
    "a length that is none": _PLAIN + b"content-length: ten\r\n\r\n0123456789",
    "a negative length": _PLAIN + b"content-length: -1\r\n\r\n",
    "a tunnel": b"CONNECT x:443 HTTP/1.1\r\nhost: localhost:443\r\n\r\n",
    "a tunnel to a path": b"CONNECT /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n",
    "a tunnel and a wish": b"CONNECT /v1/models HTTP/1.1\r\nhost: localhost\r\n"
    b"connection: upgrade\r\nupgrade: h2c\r\n\r\n",
    "two lengths": _PLAIN + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}",
    "length and chunks": _PLAIN
    + b"content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    "chunks and length": _PLAIN
    + b"transfer-encoding: chunked\r\ncontent-length: 4\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
    "an unknown encoding": _PLAIN + b"transfer-encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunked before another": _PLAIN + b"transfer-encoding: chunked, gzip\r\n\r\n0\r\n\r\n",
    "a chunk size that is none": _PLAIN + _CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n",
    "a chunk that is too long": _PLAIN + _CHUNKED + b"1\r\n{}\r\n0\r\n\r\n",
    "an endless chunk size": _PLAIN + _CHUNKED + b"f" * 40 + b"\r\n",
}


@pytest.mark.parametrize("data", _GARBAGE.values(), ids=_GARBAGE.keys())
def test_what_is_no_request_is_refused_once(proxy: Proxy, upstream: Upstream, data: bytes) -> None:
    asked = upstream.asked.total()
    with Client(proxy.url) as client:
        client.send(data)
        _refused(client, 400)
    assert upstream.asked.total() == asked


def test_a_null_in_json_is_kept(proxy: Proxy) -> None:
    with Client(proxy.url) as client:
        sent = json.dumps(chat("echo", user="a\x00b")).encode()
        answer = client.post("/v1/chat/completions", sent).answer()
        assert json.loads(answer.json["body"])["user"] == "a\x00b"
        raw = sent.replace(b"\\u0000", b"\x00")
        assert client.post("/v1/chat/completions", raw).answer().error["code"] == "invalid_json"
        assert client.chat("fine").answer().body == ANSWER


@pytest.mark.parametrize("path", ["/%00", "/v1/%00/../x", "/v1/models/%00", "/%ff%fe", "//", "/.."])
def test_odd_paths_are_not_found(proxy: Proxy, upstream: Upstream, path: str) -> None:
    asked = upstream.asked.total()
    with Client(proxy.url) as client:
        answer = client.get(path)
        assert answer.status == 404, answer
        assert answer.error
        assert client.get("/health/readiness").status == 200
    assert upstream.asked.total() == asked


# Bodies -------------------------------------------------------------------------------------------


def _chunked(body: bytes, size: int, *, extension: bytes = b"", trailer: bytes = b"") -> bytes:
    pieces = [body[n : n + size] for n in range(0, len(body), size)]
    chunks = [b"%x%s\r\n%s\r\n" % (len(piece), extension, piece) for piece in pieces]
    head = _PLAIN + _CHUNKED
    return b"".join([head, *chunks, b"0\r\n", trailer, b"\r\n"])


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_chunked_bodies_are_taken(proxy: Proxy, size: int) -> None:
    body = json.dumps(chat("echo", user="u" * 500)).encode()
    with Client(proxy.url) as client:
        for extension in (b"", b";name=value"):
            seen = client.send(_chunked(body, size, extension=extension)).answer().json
            assert json.loads(seen["body"])["user"] == "u" * 500
            assert "transfer-encoding" not in seen["headers"]


def test_trailers_are_no_headers(proxy: Proxy) -> None:
    body = json.dumps(chat("echo")).encode()
    with Client(proxy.url) as client:
        trailer = b"x-request-id: from-the-trailer\r\nauthorization: Bearer x\r\n"
        answer = client.send(_chunked(body, 10, trailer=trailer)).answer()
        assert answer.status == 200
        assert answer.headers["x-jackfield-request-id"] != "from-the-trailer"
        assert client.chat("fine").answer().body == ANSWER


@pytest.mark.parametrize("last", [b"0\r\nx-t: ", b"2;ext="], ids=["trailer", "extension"])
def test_what_follows_a_body_without_an_end_takes_no_memory(proxy: Proxy, last: bytes) -> None:
    before = resident(proxy.process.pid)
    forget_peak(proxy.process.pid)
    with Client(proxy.url) as client:
        head = _PLAIN + _CHUNKED + b"2\r\n{}\r\n" + last
        client.try_to_send([head, *[b"t" * 65536] * 1000])
        _refused(client, 431)
    assert peak(proxy.process.pid) - before < 20 * MIB


def test_a_client_that_waits_to_be_told_is_told(proxy: Proxy) -> None:
    with Client(proxy.url) as client:
        for _ in range(2):
            client.send(_HEAD + b"\r\nexpect: 100-continue\r\n\r\n")
            assert client.head()[0] == 100
            client.send(_BODY)
            assert client.answer().body == ANSWER


def test_a_client_that_waits_to_be_told_is_told_no(proxy: Proxy) -> None:
    head = _PLAIN + b"content-length: 100000000\r\nexpect: 100-continue\r\n\r\n"
    with Client(proxy.url) as client:
        _refused(client.send(head), 413)  # closed: or the next request would be taken as the body


# Connections --------------------------------------------------------------------------------------


def test_a_connection_is_kept_after_errors(proxy: Proxy) -> None:
    with Client(proxy.url) as client:
        for _ in range(3):
            assert client.chat("nobody").answer().error["code"] == "model_not_found"
            bad = client.post("/v1/chat/completions", b"{").answer()
            assert bad.error["code"] == "invalid_json"
            assert client.get("/v1/nothing/like/it").status in (200, 404, 502)
            client.send(
                b"PUT /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: 0\r\n\r\n"
            )
            assert client.answer().status == 405
            assert client.chat("fine", api_base="http://x").answer().status == 400
            assert client.post("/v1/chat/completions", b"").answer().status == 400
            assert client.chat("fine").answer().body == ANSWER
            assert client.chat("fine", stream=True).answer().body.endswith(b"[DONE]\n\n")


def test_requests_that_come_at_once_are_answered_in_order(proxy: Proxy) -> None:
    users = [str(n) * 1000 for n in range(40)]
    with Client(proxy.url) as client:
        requests = [post("/v1/chat/completions", chat("echo", user=user)) for user in users]
        client.send(b"".join(requests))
        got = [json.loads(client.answer().json["body"])["user"] for _ in users]
        assert got == users
        assert client.chat("fine").answer().body == ANSWER


def test_garbage_after_a_request_does_not_get_into_its_answer(
    proxy: Proxy, upstream: Upstream
) -> None:
    with Client(proxy.url) as client:
        client.chat("endless", stream=True)
        eventually(lambda: upstream.running["endless"], "the stream has begun")
        client.send(b"\x00garbage\r\n\r\n")
        answer = client.answer()
        assert not answer.whole
        assert b"400" not in answer.body
    eventually(lambda: not upstream.running["endless"], "the upstream is left")


def test_empty_lines_around_requests_are_passed_over(proxy: Proxy) -> None:
    with Client(proxy.url) as client:
        for _ in range(3):
            client.send(b"\r\n\r\n" + _REQUEST + b"\r\n")
            assert client.answer().body == ANSWER


def test_http_1_0(proxy: Proxy) -> None:
    with Client(proxy.url) as client:
        client.send(_REQUEST.replace(b"HTTP/1.1", b"HTTP/1.0"))
        answer = client.answer()
        assert answer.body == ANSWER
        assert client.closed()


def test_a_stream_to_a_client_of_http_1_0_has_no_chunks(proxy: Proxy) -> None:
    request = post("/v1/chat/completions", chat("fine", stream=True))
    with Client(proxy.url) as client:
        whole = client.send(request).answer().body
    with Client(proxy.url) as client:
        answer = client.send(request.replace(b"HTTP/1.1", b"HTTP/1.0")).answer()
        assert "transfer-encoding" not in answer.headers
        assert answer.body == whole


def test_a_stream_that_breaks_off_is_reset_for_a_client_of_http_1_0(
    proxy: Proxy, upstream: Upstream
) -> None:
    with Client(proxy.url) as client:
        request = post("/v1/chat/completions", chat("cut", stream=True))
        client.send(request.replace(b"HTTP/1.1", b"HTTP/1.0"))
        assert client.head()[0] == 200
        with pytest.raises(ConnectionResetError):
            client.all()


_WISHES = {
    "h2c": (
        "connection: Upgrade, HTTP2-Settings",
        "upgrade: h2c",
        "http2-settings: AAMAAABkAAQAoAAAAAIAAAAA",
    ),
    "a websocket": ("Upgrade: websocket", "Connection: keep-alive, UPGRADE"),
    "two": ("connection: upgrade", "upgrade: h2c", "upgrade: x/1, y"),
    "none named": ("connection: upgrade", "upgrade:"),
}


@pytest.mark.parametrize("wish", _WISHES.values(), ids=_WISHES.keys())
def test_a_wish_for_another_protocol_is_passed_over(proxy: Proxy, wish: tuple[str, ...]) -> None:
    body = chat("echo", user="u" * 300)
    request = post("/v1/chat/completions", body, *wish)
    chunked = _chunked(json.dumps(body).encode(), 40, trailer=b"x-t: 1\r\n")
    chunked = chunked.replace(b"\r\n", "\r\n".join(["", *wish, ""]).encode(), 1)
    with Client(proxy.url) as client:
        for data in (request, chunked, request + chunked + _REQUEST + request):
            client.send(data)
        for number in range(6):
            if number == 4:
                assert client.answer().body == ANSWER
            else:
                answer = client.answer()
                assert answer.status == 200, answer
                seen = answer.json
                assert json.loads(seen["body"])["user"] == "u" * 300
                assert "upgrade" not in seen["headers"]
                assert "http2-settings" not in seen["headers"]
        assert client.chat("fine").answer().body == ANSWER


def test_a_wish_is_passed_over_wherever_the_request_is_cut(proxy: Proxy) -> None:
    request = post("/v1/chat/completions", chat("fine"), *_WISHES["h2c"])
    head = request.index(b"\r\n\r\n")
    with Client(proxy.url) as client:
        for cut in [*range(0, head, 23), *range(head - 3, head + 8), len(request) - 1]:
            client.send(request[:cut])
            time.sleep(0.005)  # or both are read as one
            assert client.send(request[cut:]).answer().body == ANSWER, cut
        for byte in request:
            client.send(bytes([byte]))
        assert client.answer().body == ANSWER


def test_a_wish_of_a_client_that_waits_or_leaves(proxy: Proxy) -> None:
    head, _, body = post("/v1/chat/completions", chat("fine"), *_WISHES["h2c"]).partition(
        b"\r\n\r\n"
    )
    with Client(proxy.url) as client:
        client.send(head + b"\r\nexpect: 100-continue\r\n\r\n")
        assert client.head()[0] == 100
        assert client.send(body).answer().body == ANSWER
    for old in (head.replace(b"HTTP/1.1", b"HTTP/1.0"), head + b"\r\nconnection: close"):
        with Client(proxy.url) as client:
            client.send(old + b"\r\n\r\n" + body)
            assert client.answer().body == ANSWER
            assert client.closed()


@pytest.mark.parametrize("path", ["/v1/responses", "/v1/realtime?model=fine", "/v1/realtime"])
def test_no_websocket_is_opened(proxy: Proxy, upstream: Upstream, path: str) -> None:
    asked = upstream.asked.total()
    lines = "connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: x\r\n"
    with Client(proxy.url) as client:
        client.send(f"GET {path} HTTP/1.1\r\nhost: localhost\r\n{lines}\r\n".encode())
        answer = client.answer()
        assert answer.status in (404, 405), answer
        assert answer.error
        assert client.get("/health/readiness").status == 200
    assert upstream.asked.total() == asked


def test_a_connection_that_is_to_be_closed_is_closed(proxy: Proxy) -> None:
    with Client(proxy.url) as client:
        client.post("/v1/chat/completions", chat("fine"), "connection: close")
        answer = client.answer()
        assert answer.body == ANSWER
        assert answer.headers["connection"] == "close"
        assert client.closed()
