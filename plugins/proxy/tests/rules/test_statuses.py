"""Every status of an upstream reaches the client as it is, its error in OpenAI's shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from plain_http import CHAT, Got, ask, form
from proxying import Proxy, running
from rawserver import Asked, RawServer, Wire, refused_port

STATUSES = [
    *(400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417),
    *(
        418,
        420,
        421,
        422,
        423,
        424,
        425,
        426,
        428,
        429,
        431,
        440,
        444,
        449,
        450,
        451,
        460,
        498,
        499,
    ),
    *(500, 501, 502, 503, 504, 505, 506, 507, 508, 509, 510, 511, 520, 524, 529, 530, 598, 599),
]
WAV = form([("model", "whisper-1"), ("file", ("a.wav", b"RIFF1234WAVEfmt "))])
LANES: dict[str, tuple[str, str, Any, dict[str, str]]] = {
    "bytes": ("POST", "/v1/chat/completions", CHAT, {}),
    "stream": ("POST", "/v1/chat/completions", {**CHAT, "stream": True}, {}),
    "calls": ("POST", "/v1/embeddings", {"model": "text-embedding-3-small", "input": "a"}, {}),
    "form": ("POST", "/v1/audio/transcriptions", *WAV),
    "bridge": ("POST", "/v1/chat/completions", {**CHAT, "model": "openai/responses/gpt-4o"}, {}),
    "sound": ("POST", "/v1/audio/speech", {"model": "tts-1", "voice": "a", "input": "a"}, {}),
    "stored": ("GET", "/v1/responses/resp_1", None, {}),
    "forwarded": ("GET", "/v1/files", None, {}),
}
ERROR = {
    "message": "What went wrong — 日本",
    "type": "some_type",
    "param": "messages.[0].content",
    "code": "some_code",
    "made_up": {"a": [1, None]},
    "inner": None,
}


def through(proxy: Proxy, lane: str) -> Got:
    method, target, body, headers = LANES[lane]
    return ask(proxy.url, method, target, body, headers)


@pytest.mark.parametrize("lane", LANES)
def test_every_status(proxy: Proxy, upstream: RawServer, lane: str) -> None:
    for status in STATUSES:
        body = json.dumps({"error": ERROR}, indent=2).encode()
        upstream.answer = lambda a, wire, status=status, body=body: wire.reply(
            status, body, {"retry-after": "7", "x-request-id": "req_1", "x-should-retry": "false"}
        )
        got = through(proxy, lane)
        assert got.status == status
        assert got.error == ERROR
        assert got.header("retry-after") == "7"
        assert got.header("x-request-id") == "req_1"
        assert got.header("x-should-retry") == "false"
        assert got.header("x-jackfield-attempts") == "1"


@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize("status", [600, 777, 999])
def test_a_status_that_http_has_not(
    proxy: Proxy, upstream: RawServer, lane: str, status: int
) -> None:
    upstream.answer = lambda asked, wire: wire.reply(status, {"error": ERROR})
    got = through(proxy, lane)
    assert (got.status, got.error["message"]) == (502, ERROR["message"])
    assert got.header("x-jackfield-request-id")


@pytest.mark.parametrize("lane", LANES)
def test_an_upstream_that_wants_another_protocol(
    proxy: Proxy, upstream: RawServer, lane: str
) -> None:
    def switch(asked: Asked, wire: Wire) -> None:
        wire.head(101, {"connection": "upgrade", "upgrade": "websocket"})

    upstream.answer = switch
    assert through(proxy, lane).status == 502


@pytest.mark.parametrize("lane", LANES)
def test_an_error_of_an_upstream_is_no_fault_of_ours(
    proxy: Proxy, upstream: RawServer, lane: str
) -> None:
    upstream.answer = lambda asked, wire: wire.reply(500, {"error": ERROR})
    got = through(proxy, lane)
    id = got.header("x-jackfield-request-id")
    proxy.logged(rf'"id":"{id}".*"status":500')
    assert f"jackfield:ERROR: {id}" not in proxy.log()


SHAPES: dict[str, tuple[bytes, dict[str, Any]]] = {
    "no code": (
        b'{"error":{"message":"no","type":"t"}}',
        {"message": "no", "type": "t", "param": None, "code": None},
    ),
    "a numeric code": (
        b'{"error":{"message":"no","code":17}}',
        {"message": "no", "param": None, "code": 17},
    ),
    "nulls": (
        b'{"error":{"message":"no","type":null,"param":null,"code":null}}',
        {"message": "no", "type": None, "param": None, "code": None},
    ),
    "a text": (b'{"error":"no such thing"}', {"message": "no such thing"}),
    "flat": (b'{"message":"no","type":"t","code":"c"}', {"message": "no", "code": "c"}),
    "another shape": (b'{"detail":"no"}', {}),
    "HTML": (b"<html><body>Bad gateway</body></html>", {}),
    "text": (b"upstream connect error", {"message": "upstream connect error"}),
    "empty": (b"", {}),
    "blank": (b" \n", {}),
    "null": (b"null", {}),
    "a list": (b'[{"error":{"message":"no"}}]', {}),
    "cut": (b'{"error":{"message":"n', {}),
    "no UTF-8": (b"\xff\xfe\x00", {}),
    "large": (b"x" * 3_000_000, {}),
}


@pytest.mark.parametrize("name", SHAPES)
@pytest.mark.parametrize("lane", LANES)
def test_every_shape(proxy: Proxy, upstream: RawServer, lane: str, name: str) -> None:
    body, known = SHAPES[name]
    kind = "text/html" if name == "HTML" else "application/json"
    for status in (400, 418, 503):
        upstream.answer = lambda a, wire, status=status: wire.reply(status, body, content_type=kind)
        got = through(proxy, lane)
        assert got.status == status
        error = got.error
        assert known.items() <= error.items()
        assert len(got.body) < 10_000


@pytest.mark.parametrize("lane", LANES)
def test_no_key_is_told(proxy: Proxy, upstream: RawServer, lane: str) -> None:
    """Some upstreams say which key was wrong, whole."""
    for body in (
        {
            "error": {
                "message": "Incorrect API key provided: sk-upstream.",
                "made_up": "sk-upstream",
            }
        },
        b"<html>sk-upstream</html>",
        {"sk-upstream": 1},
    ):
        upstream.answer = lambda asked, wire, body=body: wire.reply(401, body)
        got = through(proxy, lane)
        assert got.status == 401
        assert b"sk-upstream" not in got.body


# What is no answer -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def impatient(server: RawServer) -> Iterator[Proxy]:
    """A server that waits for a moment only; one name leads to nobody."""
    config = f"""
        model_list:
          - model_name: "*"
            litellm_params:
              {{model: openai/*, api_key: k, api_base: "{server.base_url}", timeout: 0.5}}
          - model_name: nobody
            litellm_params:
              {{model: openai/gpt-4o, api_key: k, api_base: "http://127.0.0.1:{refused_port()}/v1"}}
        router_settings: {{num_retries: 0, cooldown_time: 0}}
    """
    with running(config) as proxy:
        yield proxy


def failed(got: Got, status: int, code: str) -> None:
    assert got.status == status, got.body
    error = got.error
    assert (error["type"], error["code"], error["param"]) == ("server_error", code, None)
    assert "sk-" not in error["message"]


@pytest.mark.parametrize("more", [{}, {"stream": True}])
def test_an_upstream_that_is_not_there(impatient: Proxy, more: Any) -> None:
    failed(
        ask(impatient.url, body={**CHAT, **more, "model": "nobody"}), 502, "upstream_unreachable"
    )
    got = ask(impatient.url, "POST", "/v1/embeddings", {"model": "nobody", "input": "a"})
    failed(got, 502, "upstream_unreachable")


@pytest.mark.parametrize("lane", LANES)
def test_an_upstream_that_hangs(impatient: Proxy, upstream: RawServer, lane: str) -> None:
    upstream.answer = lambda asked, wire: wire.gone()
    failed(through(impatient, lane), 504, "upstream_timeout")


def hang_up(asked: Asked, wire: Wire) -> None:
    wire.close()


def garbage(asked: Asked, wire: Wire) -> None:
    wire.send(b"\x00\x01 this is no HTTP\r\n\r\n")
    wire.close()


def cut(asked: Asked, wire: Wire) -> None:
    wire.head(200, {"content-type": "application/json", "content-length": "1000"})
    wire.send(b'{"id": "a", "choi')
    wire.close()


def cut_chunks(asked: Asked, wire: Wire) -> None:
    wire.head(200, {"content-type": "application/json", "transfer-encoding": "chunked"})
    wire.send(b'5\r\n{"id"\r\n')
    wire.close()


def bad_chunks(asked: Asked, wire: Wire) -> None:
    wire.head(200, {"content-type": "application/json", "transfer-encoding": "chunked"})
    wire.send(b"hello\r\n{}\r\n")
    wire.close()


@pytest.mark.parametrize(
    "lane", [lane for lane in LANES if lane not in ("stream", "forwarded", "stored", "sound")]
)
@pytest.mark.parametrize("fault", [hang_up, garbage, cut, cut_chunks, bad_chunks])
def test_an_upstream_that_breaks_off(
    proxy: Proxy, upstream: RawServer, lane: str, fault: Any
) -> None:
    upstream.answer = fault
    failed(through(proxy, lane), 502, "upstream_unreachable")


@pytest.mark.parametrize("lane", ["stream", "forwarded", "stored", "sound"])
@pytest.mark.parametrize("fault", [hang_up, garbage])
def test_an_upstream_that_breaks_off_at_once(
    proxy: Proxy, upstream: RawServer, lane: str, fault: Any
) -> None:
    upstream.answer = fault
    failed(through(proxy, lane), 502, "upstream_unreachable")


@pytest.mark.parametrize("lane", ["sound", "forwarded", "stored"])
def test_what_broke_off_on_the_way_is_seen_to(proxy: Proxy, upstream: RawServer, lane: str) -> None:
    def answer(asked: Asked, wire: Wire) -> None:
        wire.head(200, {"content-type": "audio/mpeg", "content-length": "500000"})
        wire.send(bytes(100_000))
        wire.close()

    upstream.answer = answer
    got = through(proxy, lane)
    assert (got.status, got.whole) in ((200, False), (502, True))


NO_ANSWERS: dict[str, tuple[bytes, str]] = {
    "HTML": (b"<html>hello</html>", "text/html"),
    "empty": (b"", "application/json"),
    "blank": (b"\n", "application/json"),
    "text": (b"hello", "text/plain"),
    "cut": (b'{"id": "a", "choices": [', "application/json"),
    "a list": (b"[]", "application/json"),
    "null": (b"null", "application/json"),
}


@pytest.mark.parametrize("name", NO_ANSWERS)
@pytest.mark.parametrize("lane", ["bytes", "stream", "calls", "bridge", "form"])
def test_a_success_that_is_none(proxy: Proxy, upstream: RawServer, lane: str, name: str) -> None:
    body, kind = NO_ANSWERS[name]
    for status in (200, 201):
        upstream.answer = lambda a, wire, status=status: wire.reply(status, body, content_type=kind)
        failed(through(proxy, lane), 502, "invalid_upstream_response")


@pytest.mark.parametrize("lane", ["bytes", "stream", "calls", "bridge", "form", "sound"])
@pytest.mark.parametrize(
    ("error", "status"),
    [
        ({"message": "no", "type": "invalid_request_error", "code": None, "param": "x"}, 400),
        ({"message": "no", "type": "requests", "code": "rate_limit_exceeded", "param": None}, 429),
        ({"message": "no", "type": "server_error", "code": None, "param": None}, 500),
        ({"message": "no", "type": "t", "code": "model_not_found", "param": None}, 404),
        ({"message": "no", "type": "t", "code": "context_length_exceeded", "param": None}, 400),
        ({"message": "no", "type": "made_up", "code": "made_up", "param": None}, 502),
    ],
)
def test_an_error_in_a_success(
    proxy: Proxy, upstream: RawServer, lane: str, error: dict[str, Any], status: int
) -> None:
    upstream.answer = lambda asked, wire: wire.reply(200, {"error": error})
    got = through(proxy, lane)
    assert (got.status, got.error) == (status, error)


def test_an_answer_without_a_body_that_has_a_length(proxy: Proxy, upstream: RawServer) -> None:
    upstream.answer = lambda asked, wire: wire.head(304, {"etag": '"a"', "content-length": "10"})
    got = through(proxy, "forwarded")
    assert (got.status, got.header("etag"), got.body) == (304, '"a"', b"")
    got = through(proxy, "forwarded")
    assert got.status == 304


def test_an_upstream_that_redirects(proxy: Proxy, upstream: RawServer) -> None:
    """The key goes to no other host."""
    seen: list[Asked] = []

    def other(asked: Asked, wire: Wire) -> None:
        seen.append(asked)
        wire.reply(200, {"id": "a", "choices": []})

    with RawServer(other) as elsewhere:
        where = elsewhere.base_url.replace("127.0.0.1", "localhost") + "/chat/completions"
        upstream.answer = lambda asked, wire: wire.reply(307, b"", {"location": where})
        for lane in ("bytes", "calls", "forwarded"):
            upstream.requests.clear()
            through(proxy, lane)
            assert len(upstream.requests) == 1, "it was asked again to hear the same"
        assert seen
        for asked in seen:
            assert "authorization" not in asked.headers
            assert "sk-upstream" not in repr(asked.raw_headers)
