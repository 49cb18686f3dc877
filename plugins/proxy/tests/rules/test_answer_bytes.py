"""Answers and streams reach the client byte for byte."""

from __future__ import annotations

import gzip
import http.client
import json
import threading
import zlib

import pytest
from plain_http import CHAT, JSON, ask
from proxying import Proxy
from rawserver import Asked, RawServer, Wire

STREAM = {**CHAT, "stream": True}
# "hello" as brotli, without compression: nothing here reads it.
BROTLI = b"\x0b\x02\x80hello\x03"

ANSWERS: dict[str, bytes] = {
    "pretty": b'{\n  "id": "chatcmpl-1",\n  "object": "chat.completion",\n  "choices": []\n}\n',
    "odd": b' {"choices":[],"id":"a","z":{"a":null,"n":1e400},"id":"b","t":"\\ud83d \xc3\xa9"}\r\n',
    "nulls": b'{"id":null,"choices":null,"usage":null,"error":null}',
    "an error that is none": b'{"id":"a","error":{"message":"of the model"},"choices":[]}',
    "large": b'{"id":"a","choices":[],"pad":"' + b"x" * 3_000_000 + b'"}',
}


@pytest.mark.parametrize("chunked", [False, True])
@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_the_upstreams_bytes(
    proxy: Proxy, upstream: RawServer, name: str, chunked: bool
) -> None:
    body = ANSWERS[name]

    def answer(asked: Asked, wire: Wire) -> None:
        if not chunked:
            wire.reply(200, body, content_type="application/json; charset=utf-8")
            return
        wire.head(
            200, {"content-type": "application/json; charset=utf-8", "transfer-encoding": "chunked"}
        )
        for at in range(0, len(body), 100_001):
            piece = body[at : at + 100_001]
            wire.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        wire.send(b"0\r\n\r\n")

    upstream.answer = answer
    got = ask(proxy.url, body=CHAT)
    assert (got.status, got.body) == (200, body)
    assert got.header("content-type") == "application/json; charset=utf-8"


def packed(encoding: str, data: bytes) -> bytes:
    if encoding == "gzip":
        return gzip.compress(data)
    if encoding == "deflate":
        return zlib.compress(data)
    if encoding == "raw deflate":
        return zlib.compress(data, wbits=-15)
    return BROTLI


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "raw deflate", "br", "zstd"])
@pytest.mark.parametrize("accepted", ["gzip, deflate, br, zstd", "identity", None])
def test_a_compressed_answer(
    proxy: Proxy, upstream: RawServer, encoding: str, accepted: str | None
) -> None:
    """Some upstreams compress whatever is asked; what the client can't take is undone."""
    data = packed(encoding, ANSWERS["pretty"])
    name = encoding.rpartition(" ")[2]
    upstream.answer = lambda asked, wire: wire.reply(200, data, {"content-encoding": name})
    headers = {} if accepted is None else {"accept-encoding": accepted}
    got = ask(proxy.url, body=CHAT, headers=headers)
    stays = name in (accepted or "") or name in ("br", "zstd")
    expected = (name, data) if stays else (None, ANSWERS["pretty"])
    assert (got.status, got.header("content-encoding"), got.body) == (200, *expected)
    assert got.header("content-length") == (str(len(data)) if stays else None)


def test_the_upstream_is_asked_for_what_the_client_takes(proxy: Proxy, upstream: RawServer) -> None:
    ask(proxy.url, body=CHAT)
    assert upstream.requests[-1].headers["accept-encoding"] == "identity"
    ask(proxy.url, body=CHAT, headers={"accept-encoding": "gzip, deflate"})
    assert upstream.requests[-1].headers["accept-encoding"] == "gzip, deflate"


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
def test_a_compressed_error(proxy: Proxy, upstream: RawServer, encoding: str) -> None:
    error = {"error": {"message": "no", "type": "t", "param": None, "code": "c"}}
    data = packed(encoding, json.dumps(error).encode())
    upstream.answer = lambda asked, wire: wire.reply(418, data, {"content-encoding": encoding})
    got = ask(proxy.url, body=CHAT, headers={"accept-encoding": encoding})
    assert (got.status, got.header("content-encoding")) == (418, None)
    assert got.json == error


def test_a_compressed_stream(proxy: Proxy, upstream: RawServer) -> None:
    data = gzip.compress(STREAMS["usual"])
    pieces = [data[at : at + 7] for at in range(0, len(data), 7)]
    upstream.answer = lambda a, wire: wire.stream(pieces, headers={"content-encoding": "gzip"})
    got = ask(proxy.url, body=STREAM, headers={"accept-encoding": "gzip"})
    assert (got.body, got.header("content-encoding")) == (data, "gzip")


# Streams -----------------------------------------------------------------------------------------


def chunk(text: str) -> bytes:
    value = {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}],
    }
    return json.dumps(value, ensure_ascii=False).encode()


STREAMS: dict[str, bytes] = {
    "usual": b"data: %s\n\ndata: %s\n\ndata: [DONE]\n\n" % (chunk("a"), chunk("日本🚀")),
    "CRLF": b"data: %s\r\n\r\ndata: [DONE]\r\n\r\n" % chunk("a"),
    "CR": b"data: %s\r\rdata: [DONE]\r\r" % chunk("a"),
    "comments": b": hello\n\n:\n: keep-alive\ndata: %s\n\n: bye\n\ndata: [DONE]\n\n" % chunk("a"),
    "fields": b"id: 7\nretry: 10\nevent: made-up\ndata: %s\n\ndata: [DONE]\n\n" % chunk("a"),
    "no blank": b"data:%s\n\ndata:[DONE]\n\n" % chunk("a"),
    "several lines": b'data: {"id":"c",\ndata: "choices":[]}\n\ndata: [DONE]\n\n',
    "BOM": b"\xef\xbb\xbfdata: %s\n\ndata: [DONE]\n\n" % chunk("a"),
    "no end": b"data: %s\n\n" % chunk("a"),
    "cut in an event": b"data: %s\n\ndata: {" % chunk("a"),
    "an error": b'data: %s\n\ndata: {"error": {"message": "no"}}\n\n' % chunk("a"),
    "no JSON": b"data: hello\n\n\xff\xfe\n\n",
    "large": b"".join(b"data: %s\n\n" % chunk("x" * 100_000) for _ in range(20)),
    "only DONE": b"data: [DONE]\n\n",
}


AT_ONCE: dict[str, tuple[bytes, int]] = {
    "no code": (b'data: {"error": {"message": "no"}}\n\ndata: [DONE]\n\n', 502),
    "a code": (b'data: {"error":{"message":"no","code":"rate_limit_exceeded"}}\n\n', 429),
    "an event": (
        b'event: error\ndata: {"type":"error","code":"server_error","message":"no"}\n\n',
        500,
    ),
    "alone": (b'\r\ndata: {"error":{"message":"no","type":"invalid_request_error"}}', 400),
}


@pytest.mark.parametrize("name", AT_ONCE)
def test_a_stream_that_begins_with_an_error_is_one(
    proxy: Proxy, upstream: RawServer, name: str
) -> None:
    data, status = AT_ONCE[name]
    upstream.answer = lambda asked, wire: wire.stream([data])
    got = ask(proxy.url, body={**CHAT, "stream": True})
    assert (got.status, got.error["message"]) == (status, "no")


@pytest.mark.parametrize("name", STREAMS)
def test_a_stream_is_the_upstreams_bytes(proxy: Proxy, upstream: RawServer, name: str) -> None:
    data = STREAMS[name]
    sizes = [1, 3, 1000] if len(data) < 2000 else [65_537]
    for size in sizes:
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        upstream.answer = lambda asked, wire, pieces=pieces: wire.stream(pieces)
        got = ask(proxy.url, body=STREAM)
        assert (got.status, got.body, got.whole) == (200, data, True)
        assert got.header("content-type") == "text/event-stream; charset=utf-8"
    upstream.answer = lambda asked, wire: wire.stream([data], chunked=False)
    assert ask(proxy.url, body=STREAM).body == data


def test_a_stream_without_its_type(proxy: Proxy, upstream: RawServer) -> None:
    data = STREAMS["usual"]
    for kind in ("text/plain", "application/json", "application/octet-stream"):
        upstream.answer = lambda asked, wire, kind=kind: wire.reply(200, data, content_type=kind)
        got = ask(proxy.url, body=STREAM)
        assert (got.status, got.body, got.header("content-type")) == (200, data, kind)


def test_events_of_responses(proxy: Proxy, upstream: RawServer) -> None:
    data = b'event: response.created\ndata: {"type":"response.created", "z":null}\n\n: x\n\n'
    upstream.answer = lambda asked, wire: wire.stream([data[:9], data[9:]])
    body = {"model": "gpt-4o", "input": "a", "stream": True}
    got = ask(proxy.url, "POST", "/v1/responses", body)
    assert (got.status, got.body) == (200, data)


def test_pieces_leave_as_they_come(proxy: Proxy, upstream: RawServer) -> None:
    """The first event is with the client before the second one exists."""
    seen = threading.Event()

    def answer(asked: Asked, wire: Wire) -> None:
        wire.head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"})
        first = b"data: %s\n\n" % chunk("a")
        wire.send(b"%x\r\n%s\r\n" % (len(first), first))
        assert seen.wait(10)
        wire.send(b"e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n")

    upstream.answer = answer
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, timeout=10)
    try:
        connection.request("POST", "/v1/chat/completions", json.dumps(STREAM), JSON)
        got = connection.getresponse()
        assert got.read1() == b"data: %s\n\n" % chunk("a")
        seen.set()
        assert got.read() == b"data: [DONE]\n\n"
    finally:
        connection.close()


def test_a_stream_that_breaks_off_is_seen_to(proxy: Proxy, upstream: RawServer) -> None:
    data = STREAMS["no end"]

    def answer(asked: Asked, wire: Wire) -> None:
        wire.stream([data], end=False)
        wire.close()

    upstream.answer = answer
    got = ask(proxy.url, body=STREAM)
    assert (got.status, got.whole) == (200, False)


# Other bodies ------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["audio/mpeg", "audio/wav", "application/octet-stream", ""])
def test_sounds_are_the_upstreams_bytes(proxy: Proxy, upstream: RawServer, kind: str) -> None:
    data = bytes(range(256)) * 5000
    upstream.answer = lambda a, wire: wire.reply(200, data, content_type=kind or None)
    body = {"model": "tts-1", "voice": "alloy", "input": "a", "made_up": None}
    got = ask(proxy.url, "POST", "/v1/audio/speech", body)
    assert (got.status, got.body) == (200, data)
    assert got.header("content-type") == (kind or None)
    assert upstream.requests[-1].json == body
