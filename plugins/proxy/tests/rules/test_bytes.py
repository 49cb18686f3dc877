"""What passes unchanged passes byte for byte, in both directions."""

from __future__ import annotations

import gzip
import json
import re
import zlib
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plain_http import CHAT, JSON, ask
from proxying import Proxy
from rawserver import Asked, RawServer, Wire

from jackfield_testing import strategies

STREAM = {**CHAT, "stream": True}
# "hello" as brotli, without compression: nothing here reads it.
BROTLI = b"\x0b\x02\x80hello\x03"

# Requests ----------------------------------------------------------------------------------------

REQUESTS: dict[str, bytes] = {
    "compact": b'{"model":"NAME","messages":[{"role":"user","content":"hi"}]}',
    "blanks": b' {\r\n\t"model" :\t"NAME" , "messages":[ {"role":"user","content":"hi"} ] }\n\n',
    "last": b'{"messages":[{"role":"user","content":"hi"}],"model":"NAME"}',
    "unknown fields": b'{"z":1,"model":"NAME","messages":[],"a":{"b":[null,{"c":1e2}]},"made up":""}',
    "nulls": b'{"model":"NAME","messages":[],"stop":null,"user":null,"stream":false}',
    "numbers": b'{"model":"NAME","messages":[],"seed":12345678901234567890123,"temperature":1.0,"top_p":1E-0,"n":-0}',
    "escapes": rb'{"model":"NAME","messages":[{"role":"user","content":"\/ \ud83d\ude80 \n"}]}',
    "raw text": '{"model":"NAME","messages":[{"role":"user","content":"日本 é 🚀 \u2028"}]}'.encode(),
    "the word in text": rb'{"model":"NAME","messages":[{"role":"user","content":"\"model\": \"x\" model"}]}',
    "braces in text": rb'{"messages":[{"role":"user","content":"{\"model\":\"y\"}"}],"model":"NAME"}',
    "repeated fields": b'{"model":"NAME","user":"a","messages":[],"user":"b"}',
    "tools": b'{"model":"NAME","messages":[],"tools":[{"type":"function","function":{"name":"f"}}]}',
    "a stream": b'{"model":"NAME","messages":[],"stream":true,"stream_options":{"include_usage":true}}',
}


@pytest.mark.parametrize("name", REQUESTS)
@pytest.mark.parametrize(
    ("given", "sent"), [("gpt-4o", "gpt-4o"), ("openai/gpt-4o", "gpt-4o"), ("openai/é\\n", "é\\n")]
)
def test_only_the_models_name_is_replaced(
    proxy: Proxy, upstream: RawServer, name: str, given: str, sent: str
) -> None:
    body = REQUESTS[name]
    got = ask(proxy.url, body=body.replace(b"NAME", given.encode()), headers=JSON)
    assert got.status == 200, got.body
    assert upstream.requests[-1].body == body.replace(b"NAME", sent.encode())
    assert upstream.requests[-1].headers["content-type"] == "application/json"


DOUBTFUL: dict[str, tuple[bytes, dict[str, Any]]] = {
    "two names": (
        b'{"model":"openai/a","messages":[],"model":"openai/b","z":null}',
        {"model": "b", "messages": [], "z": None},
    ),
    "a name inside": (
        b'{"metadata":{"model":"openai/x"},"model":"openai/b","messages":[]}',
        {"metadata": {"model": "openai/x"}, "model": "b", "messages": []},
    ),
    "an escaped key": (
        rb'{"mod\u0065l":"openai/b","messages":[]}',
        {"model": "b", "messages": []},
    ),
    "an escaped key beside a plain one": (
        rb'{"model":"openai/a","messages":[],"\u006dodel":"openai/b"}',
        {"model": "b", "messages": []},
    ),
    "an escaped key inside": (
        rb'{"metadata":{"\u006d\u006fdel":"q"},"messages":[],"model":"openai/b"}',
        {"metadata": {"model": "q"}, "messages": [], "model": "b"},
    ),
    "an escaped name": (
        rb'{"model":"openai\u002fb","messages":[]}',
        {"model": "b", "messages": []},
    ),
    "a name with a slash": (
        rb'{"model":"openai\/b","messages":[]}',
        {"model": "b", "messages": []},
    ),
    "the key as a value": (
        b'{"user":"model","model":"openai/b","messages":[]}',
        {"user": "model", "model": "b", "messages": []},
    ),
    "the key in a list": (
        b'{"stop":["model","x"],"messages":[],"model":"openai/b"}',
        {"stop": ["model", "x"], "messages": [], "model": "b"},
    ),
}


@pytest.mark.parametrize("name", DOUBTFUL)
def test_where_the_name_is_in_doubt(proxy: Proxy, upstream: RawServer, name: str) -> None:
    body, meant = DOUBTFUL[name]
    assert ask(proxy.url, body=body, headers=JSON).status == 200
    [request] = upstream.requests
    assert request.json == meant
    # Whoever reads the first of two keys, or the last, reads the same.
    pairs = json.loads(request.body, object_pairs_hook=list)
    assert [value for key, value in pairs if key == "model"] == [meant["model"]]


@settings(max_examples=60)
@given(body=strategies.json_objects(), at=st.integers(0, 5))
def test_any_object_arrives_as_it_is(
    proxy: Proxy, _upstream: RawServer, body: dict[str, Any], at: int
) -> None:
    from jackfield_proxy.access import FORBIDDEN

    pairs = [(k, v) for k, v in body.items() if k not in FORBIDDEN | {"model", "messages"}]
    pairs.insert(at, ("messages", []))
    pairs.insert(at, ("model", "openai/gpt-4o"))
    given = dict(pairs)
    given.pop("stream", None)
    _upstream.requests.clear()
    try:
        data = json.dumps(given, ensure_ascii=False).encode()
    except UnicodeEncodeError:  # a lone surrogate
        data = json.dumps(given).encode()
    got = ask(proxy.url, body=data, headers=JSON)
    if got.status == 400:  # a parameter that this server checks
        assert got.error["message"]
        return
    assert got.status == 200, got.body
    sent = {**given, "model": "gpt-4o"}
    assert json.dumps(_upstream.requests[-1].json) == json.dumps(sent)


# Answers -----------------------------------------------------------------------------------------

ANSWERS: dict[str, bytes] = {
    "pretty": b'{\n  "id": "chatcmpl-1",\n  "object": "chat.completion",\n  "choices": []\n}\n',
    "odd": b' {"choices":[],"id":"a","made_up":{"z":null,"n":1e400},"id":"b","t":"\\ud83d \xc3\xa9"}\r\n',
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
    """Some upstreams compress whatever is asked."""
    data = packed(encoding, ANSWERS["pretty"])
    name = encoding.rpartition(" ")[2]
    upstream.answer = lambda asked, wire: wire.reply(200, data, {"content-encoding": name})
    headers = {} if accepted is None else {"accept-encoding": accepted}
    got = ask(proxy.url, body=CHAT, headers=headers)
    assert (got.status, got.header("content-encoding"), got.body) == (200, name, data)
    assert got.header("content-length") == str(len(data))


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
    "an error at once": b'data: {"error": {"message": "no"}}\n\ndata: [DONE]\n\n',
    "no JSON": b"data: hello\n\n\xff\xfe\n\n",
    "large": b"".join(b"data: %s\n\n" % chunk("x" * 100_000) for _ in range(20)),
    "only DONE": b"data: [DONE]\n\n",
}


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
    import http.client
    import threading

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


FORWARDED = [
    ("GET", "/v1/files?limit=2&after=a%20b&x=%2F", None, None),
    ("GET", "/v1/files/file-1/content", None, None),
    ("DELETE", "/v1/vector_stores/vs_1", None, None),
    ("POST", "/v1/moderations", b'{ "input":"a" , "z":null }', "application/json"),
    ("POST", "/v1/images/edits", b"--x\r\nanything \xff\r\n--x--\r\n", "multipart/form-data; boundary=x"),
    ("POST", "/v1/made/up", b"\x00\xff", "application/octet-stream"),
    ("POST", "/v1/batches/b_1/cancel", b"", None),
    ("GET", "/v1/responses/resp_1?stream=true&starting_after=3&include[]=a", None, None),
    ("GET", "/v1/containers/c/files/a%20b%C3%A9", None, None),
    ("GET", "/v1/things/a%3Fb%23c%25d%2Be", None, None),
    ("GET", "/v1/things/a+b;c=d,e@f:g!$&'()*", None, None),
]


@pytest.mark.parametrize(("method", "target", "body", "kind"), FORWARDED)
@pytest.mark.parametrize("status", [200, 201, 204])
def test_what_is_forwarded_is_not_touched(
    proxy: Proxy,
    upstream: RawServer,
    method: str,
    target: str,
    body: bytes | None,
    kind: str | None,
    status: int,
) -> None:
    data = b"" if status == 204 else b'\x00 any { bytes \xff "data": 1'
    if status == 204:
        upstream.answer = lambda asked, wire: wire.head(204)
    else:
        upstream.answer = lambda a, wire: wire.reply(status, data, content_type="made/up; a=b")
    headers = {} if kind is None else {"content-type": kind}
    got = ask(proxy.url, method, target, body, headers)
    assert (got.status, got.body) == (status, data)
    if status != 204:
        assert got.header("content-type") == "made/up; a=b"
    [request] = upstream.requests
    assert (request.method, request.target, request.body) == (method, target, body or b"")
    assert request.headers.get("content-type") == kind


@pytest.mark.parametrize(
    "target",
    [
        "/v1/files/../../secret",
        "/v1/files/..%2f..%2fsecret",
        "/v1/%2e%2e/secret",
        "/v1/files/%2E%2E/%2E%2E/secret",
        "/v1//evil.example/x",
        "/v1/files/a\\..\\b",
        "/v1/files/a%5c..%5cb",
        "/v1/./files",
        "/v1/responses/..",
        "/v1/responses/%2e%2e%2ffiles",
    ],
)
def test_no_path_climbs_out(proxy: Proxy, upstream: RawServer, target: str) -> None:
    assert ask(proxy.url, "GET", target).status == 404
    assert not upstream.requests


@pytest.mark.parametrize(
    "target",
    [
        "/v1/files/a%0d%0aX-Evil:%20yes%0d%0a",
        "/v1/files/a%20HTTP/1.1%0d%0aHost:%20x",
        "/v1/responses/a%0a",
        "/v1/files/a%00b",
        "/v1/files/a%09b",
    ],
)
def test_no_path_says_more_than_a_path(proxy: Proxy, upstream: RawServer, target: str) -> None:
    ask(proxy.url, "GET", target)
    for request in upstream.requests:
        assert "x-evil" not in request.headers
        assert request.headers["host"] == f"127.0.0.1:{upstream.port}"
        assert request.target == target
        assert not re.search(r"[\x00-\x20]", request.target)
