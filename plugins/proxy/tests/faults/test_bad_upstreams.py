"""Upstreams that hang, reset, send garbage or break off: an error, or a visibly broken answer."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from measured import in_flight
from proxying import Proxy, running
from rawclients import LANES, Client, chat, eventually
from rawserver import refused_port
from scripted import ANSWER, DONE, Asked, Behaviour, Upstream, Wire, chunk, fine, hang, stuck

_JSON = "content-type: application/json"
_EVENTS = "content-type: text/event-stream"
_LONG = f"content-length: {len(ANSWER)}"
_CHUNKED = "transfer-encoding: chunked"
_ERROR = b'{"error":{"message":"not now","type":"t","param":null,"code":"c"}}'


# Before the answer --------------------------------------------------------------------------------


async def _resets(asked: Asked, wire: Wire) -> None:
    wire.reset()


async def _closes(asked: Asked, wire: Wire) -> None:
    wire.close()


async def _garbage(asked: Asked, wire: Wire) -> None:
    await wire.send(b"\x00\xffSMTP ready\r\n\r\n<html>no</html>")


async def _half_a_head(asked: Asked, wire: Wire) -> None:
    await wire.send(b"HTTP/1.1 200 OK\r\ncontent-type: appl")
    wire.close()


async def _bad_length(asked: Asked, wire: Wire) -> None:
    await wire.head(200, _JSON, "content-length: many")
    wire.close()


async def _bad_chunks(asked: Asked, wire: Wire) -> None:
    await wire.head(200, _JSON, _CHUNKED)
    await wire.send(b"zzzz\r\n{}\r\n0\r\n\r\n")


async def _huge_head(asked: Asked, wire: Wire) -> None:
    await wire.head(200, "x-bomb: " + "b" * 1_000_000)


async def _empty(asked: Asked, wire: Wire) -> None:
    await wire.head(200, _JSON, "content-length: 0")


async def _page(asked: Asked, wire: Wire) -> None:
    body = b"<html><body>Welcome to the captive portal</body></html>"
    await wire.head(200, "content-type: text/html", f"content-length: {len(body)}")
    await wire.send(body)


async def _no_json(asked: Asked, wire: Wire) -> None:
    await wire.reply(200, b"All well.")


# In the answer ------------------------------------------------------------------------------------


async def _cut_length(asked: Asked, wire: Wire) -> None:
    await wire.head(200, _JSON, _LONG)
    await wire.send(ANSWER[:50])
    wire.close()


async def _cut_length_reset(asked: Asked, wire: Wire) -> None:
    await wire.head(200, _JSON, _LONG)
    await wire.send(ANSWER[:50])
    wire.reset()


async def _cut_chunks(asked: Asked, wire: Wire) -> None:
    await wire.head(200, _JSON, _CHUNKED)
    await wire.piece(ANSWER[:50])
    wire.close()


async def _cut_to_the_end(asked: Asked, wire: Wire) -> None:
    await wire.head(200, _JSON, "connection: close")
    await wire.send(ANSWER[:50])
    wire.close()


async def _cut_large(asked: Asked, wire: Wire) -> None:
    body = b'{"id":"1","text":"' + b"t" * 3_000_000 + b'"}'
    await wire.head(200, _JSON, f"content-length: {len(body)}")
    await wire.send(body[:2_000_000])
    wire.close()


_seen = threading.Event()
"""Set when the client has seen that its stream has begun."""


async def _until_seen() -> None:
    while not _seen.is_set():  # noqa: ASYNC110 - set by another thread
        await asyncio.sleep(0.01)


async def _begun(wire: Wire) -> None:
    await wire.begin()
    await wire.piece(chunk(0, "begun"))
    await _until_seen()
    await wire.piece(chunk(1, "and on"))


async def _stream_closes(asked: Asked, wire: Wire) -> None:
    await _begun(wire)
    wire.close()


async def _stream_resets(asked: Asked, wire: Wire) -> None:
    await _begun(wire)
    wire.reset()


async def _stream_in_a_chunk(asked: Asked, wire: Wire) -> None:
    await _begun(wire)
    await wire.send(b"1000\r\ndata: {")
    wire.close()


async def _stream_garbage(asked: Asked, wire: Wire) -> None:
    await _begun(wire)
    await wire.send(b"HTTP/1.1 500 Oops\r\n\r\n")


async def _stream_to_the_end_resets(asked: Asked, wire: Wire) -> None:
    await wire.head(200, _EVENTS, "connection: close")
    await wire.send(chunk(0, "begun"))
    await _until_seen()
    wire.reset()


async def _stream_bad_gzip(asked: Asked, wire: Wire) -> None:
    await wire.begin("content-encoding: gzip")
    await wire.piece(b"\x1f\x8b\x08 this is no gzip")
    wire.close()


# At times -----------------------------------------------------------------------------------------


async def _limited(asked: Asked, wire: Wire) -> None:
    """Every other time: later."""
    if asked.number % 2:
        await wire.reply(429, _ERROR, "retry-after-ms: 100")
    else:
        await fine(asked, wire)


async def _shaky(asked: Asked, wire: Wire) -> None:
    """Two failures, then an answer."""
    if asked.number % 3:
        await wire.reply(500, _ERROR)
    else:
        await fine(asked, wire)


async def _always_500(asked: Asked, wire: Wire) -> None:
    await wire.reply(500, _ERROR)


async def _not_for_an_hour(asked: Asked, wire: Wire) -> None:
    await wire.reply(429, _ERROR, "retry-after: 3600")


async def _once(asked: Asked, wire: Wire) -> None:
    """One request a connection, which is said to be kept: the second finds it closed."""
    if asked.nth == 1:
        await fine(asked, wire)
    else:
        wire.close()


async def _once_reset(asked: Asked, wire: Wire) -> None:
    """The same, with a reset."""
    if asked.nth == 1:
        await fine(asked, wire)
    else:
        wire.reset()


async def _closes_after(asked: Asked, wire: Wire) -> None:
    """One request a connection; it is closed at once."""
    await fine(asked, wire)
    wire.close()


async def _large(asked: Asked, wire: Wire) -> None:
    await wire.head(200, "content-type: text/event-stream", _CHUNKED)
    await wire.piece(DONE * 100_000)
    await wire.end()


_BEFORE: dict[str, Behaviour] = {
    "resets": _resets,
    "closes": _closes,
    "garbage": _garbage,
    "half-a-head": _half_a_head,
    "bad-length": _bad_length,
    "bad-chunks": _bad_chunks,
    "huge-head": _huge_head,
    "empty": _empty,
    "page": _page,
    "no-json": _no_json,
    "cut-length": _cut_length,
    "cut-length-reset": _cut_length_reset,
    "cut-chunks": _cut_chunks,
    "cut-to-the-end": _cut_to_the_end,
}
_STREAMS: dict[str, Behaviour] = {
    "stream-closes": _stream_closes,
    "stream-resets": _stream_resets,
    "stream-in-a-chunk": _stream_in_a_chunk,
    "stream-garbage": _stream_garbage,
    "stream-to-the-end-resets": _stream_to_the_end_resets,
}
_REST: dict[str, Behaviour] = {
    "fine": fine,
    "hang": hang,
    "stuck": stuck,
    "cut-large": _cut_large,
    "limited": _limited,
    "shaky": _shaky,
    "always-500": _always_500,
    "not-for-an-hour": _not_for_an_hour,
    "once": _once,
    "once-reset": _once_reset,
    "closes-after": _closes_after,
    "stream-bad-gzip": _stream_bad_gzip,
}


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    with Upstream(_BEFORE | _STREAMS | _REST) as server:
        yield server


@pytest.fixture(scope="module")
def proxy(upstream: Upstream) -> Iterator[Proxy]:
    """No retries: an attempt an answer. What is cooled is asked all the same."""
    with running(
        upstream.config(more="router_settings: {num_retries: 0, cooldown_time: 0}")
    ) as process:
        yield process


@pytest.fixture(scope="module")
def patient(upstream: Upstream) -> Iterator[Proxy]:
    """Two retries, as usual."""
    with running(upstream.config()) as process:
        yield process


@pytest.fixture(autouse=True)
def still_well(proxy: Proxy) -> Iterator[None]:
    """Whatever came, the server goes on, holds no request, and has failed nowhere."""
    yield
    with Client(proxy.url) as client:
        assert client.chat("fine").answer().body == ANSWER
    eventually(lambda: in_flight(proxy.url) == 0, "no request in flight")
    assert "Traceback" not in proxy.log()


def _asked(proxy: Proxy, model: str, **more: Any) -> Any:
    with Client(proxy.url) as client:
        answer = client.chat(model, **more).answer()
        if answer.whole:  # the connection is good for another request
            assert client.chat("fine").answer().body == ANSWER
        return answer


@pytest.mark.parametrize("lane", LANES)
def test_both_lanes_are_tried(proxy: Proxy, lane: str) -> None:
    request = _asked(proxy, "no-json", **LANES[lane]).headers["x-jackfield-request-id"]
    proxy.logged(rf'"id":"{request}".*"lane":"{lane}"')


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize("model", _BEFORE)
def test_what_is_no_answer_is_an_error(proxy: Proxy, model: str, lane: str, stream: bool) -> None:
    answer = _asked(proxy, model, stream=stream, **LANES[lane])
    assert answer.status == 502, answer
    assert answer.error["code"] in ("upstream_unreachable", "invalid_upstream_response")
    assert answer.error["type"] == "server_error"
    assert "sk-test" not in answer.error["message"]


@pytest.mark.parametrize("model", _STREAMS)
def test_a_stream_that_breaks_off_is_seen_to(proxy: Proxy, model: str) -> None:
    _seen.clear()
    with Client(proxy.url) as client:
        client.chat(model, stream=True)
        assert client.began()
        _seen.set()
        answer = client.answer()
    assert answer.status == 200
    assert not answer.whole, answer
    whole = chunk(0, "begun") + chunk(1, "and on")
    assert (whole + b"data: {").startswith(answer.body)
    assert b"[DONE]" not in answer.body
    proxy.logged(rf'"status":200,.*"model":"{model}".*"error":')


def test_bytes_that_are_not_what_they_say_are_passed_on(proxy: Proxy) -> None:
    with Client(proxy.url) as client:
        body = chat("stream-bad-gzip", stream=True)
        answer = client.post("/v1/chat/completions", body, "accept-encoding: gzip").answer()
    assert not answer.whole
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.body == b"\x1f\x8b\x08 this is no gzip"


def test_bytes_that_can_not_be_decoded_for_the_client_break_off(proxy: Proxy) -> None:
    answer = _asked(proxy, "stream-bad-gzip", stream=True)
    assert not answer.whole
    assert "content-encoding" not in answer.headers
    assert answer.body == b""


def test_an_answer_too_large_to_be_judged_whole_breaks_off_too(proxy: Proxy) -> None:
    answer = _asked(proxy, "cut-large")
    assert answer.status == 502 or not answer.whole


def test_an_upstream_that_hangs_is_waited_for_as_configured(upstream: Upstream) -> None:
    with running(
        upstream.config(
            "hang", "stuck", "fine", params="timeout: 0.3, stream_idle_timeout: 0.3, max_retries: 1"
        )
    ) as proxy:
        before = upstream.abandoned["hang"]
        for stream in (False, True):
            answer = _asked(proxy, "hang", stream=stream)
            assert answer.status == 504, answer
            assert answer.error["code"] == "upstream_timeout"
        eventually(lambda: upstream.abandoned["hang"] == before + 4, "both attempts are given up")
        answer = _asked(proxy, "stuck", stream=True)
        assert answer.status == 200
        assert answer.body == chunk(0, "stuck") + chunk(1, "stuck")
        assert not answer.whole
        eventually(lambda: not upstream.running["stuck"], "the upstream is left")


def test_nobody_there(upstream: Upstream) -> None:
    port = refused_port()
    config = f"""
model_list:
  - model_name: closed
    params: {{model: openai/x, api_key: sk-x, api_base: "http://127.0.0.1:{port}/v1"}}
  - model_name: nowhere
    params: {{model: openai/x, api_key: sk-x, api_base: "http://nowhere.invalid/v1"}}
  - model_name: fine
    params: {{model: openai/x, api_key: sk-x, api_base: "{upstream.base("fine")}"}}
router_settings: {{num_retries: 1}}
"""
    with running(config) as proxy:
        for model in ("closed", "nowhere"):
            for stream in (False, True):
                answer = _asked(proxy, model, stream=stream)
                assert answer.status == 502, answer
                assert answer.error["code"] == "upstream_unreachable"
                assert answer.headers["x-jackfield-attempts"] == "2"
        assert "Traceback" not in proxy.log()


@pytest.mark.parametrize(("model", "attempts"), [("limited", 2), ("shaky", 3)])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "stream"])
def test_what_passes_is_waited_for(patient: Proxy, model: str, attempts: int, stream: bool) -> None:
    answer = _asked(patient, model, stream=stream)
    assert answer.status == 200
    assert answer.whole
    assert answer.headers["x-jackfield-attempts"] == str(attempts)
    assert answer.body.endswith(DONE) if stream else answer.body == ANSWER


def test_what_does_not_pass_is_told(patient: Proxy, upstream: Upstream) -> None:
    before = upstream.asked["always-500"]
    answer = _asked(patient, "always-500")
    assert answer.status == 500
    assert answer.json == json.loads(_ERROR)
    assert upstream.asked["always-500"] == before + 3


def test_nobody_is_waited_for_an_hour(patient: Proxy, upstream: Upstream) -> None:
    answer = _asked(patient, "not-for-an-hour")
    assert answer.status == 429
    assert answer.json == json.loads(_ERROR)
    assert answer.headers["retry-after"] == "3600"
    assert upstream.asked["not-for-an-hour"] == 1


@pytest.mark.parametrize("model", ["once", "once-reset", "closes-after"])
def test_a_kept_connection_that_the_upstream_has_closed_is_no_error(
    upstream: Upstream, model: str
) -> None:
    settings = f"""
router_settings: {{num_retries: 1}}
general_settings: {{default_deployment: {model}}}
"""
    requests = [
        ("/v1/chat/completions", chat(model, **LANES["bytes"])),
        ("/v1/chat/completions", chat(model, **LANES["calls"])),
        ("/v1/moderations", {"input": "Hello"}),
    ]
    with running(upstream.config(model, more=settings)) as proxy, Client(proxy.url) as client:
        for path, body in requests * 2:
            for _ in range(3):
                answer = client.post(path, body).answer()
                assert answer.status == 200, answer
                assert answer.json == json.loads(ANSWER)
                assert answer.headers["x-jackfield-attempts"] in ("1", "2")
        resting = client.get("/health").json["resting"]
        assert not resting, "nothing is wrong with the deployment"


@pytest.mark.parametrize("retries", [0, 1, 2])
def test_no_request_is_made_more_often_than_was_said(upstream: Upstream, retries: int) -> None:
    """An upstream that closes a kept connection may have read the request before."""
    settings = f"""
router_settings: {{num_retries: {retries}, cooldown_time: 0}}
general_settings: {{default_deployment: closes}}
"""
    asked = upstream.asked
    requests = [
        ("/v1/chat/completions", chat("closes", **LANES["bytes"])),
        ("/v1/chat/completions", chat("closes", **LANES["calls"])),
        ("/v1/moderations", {"input": "Hello"}),
    ]
    config = upstream.config("closes", "fine", more=settings)
    with running(config) as proxy, Client(proxy.url) as client:
        for path, body in requests:
            client.chat("fine").answer()  # a connection is there, and kept
            before = asked["closes"]
            answer = client.post(path, body).answer()
            assert answer.status == 502
            made = asked["closes"] - before
            assert 1 <= made <= retries + 1
            assert answer.headers["x-jackfield-attempts"] == str(made)


@pytest.mark.parametrize("params", ["", "timeout: 20"], ids=["", "with a timeout"])
def test_many_at_once_on_connections_that_are_closed(upstream: Upstream, params: str) -> None:
    settings = "router_settings: {num_retries: 1}"
    config = upstream.config("once", "once-reset", more=settings, params=params)
    with running(config) as proxy:
        clients = [Client(proxy.url) for _ in range(20)]
        for _ in range(5):
            for number, client in enumerate(clients):
                client.chat(("once", "once-reset")[number % 2])
            for client in clients:
                answer = client.answer()
                assert answer.body == ANSWER, answer
        for client in clients:
            client.close()
