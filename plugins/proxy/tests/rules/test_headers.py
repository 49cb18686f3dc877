"""Which headers an answer has: the server's own, and of the upstream's what is the client's."""

from __future__ import annotations

import re
from typing import Any

import pytest
from plain_http import CHAT, Got, ask, form
from proxying import Proxy, running
from rawserver import RawServer

WAV = form([("model", "whisper-1"), ("file", ("a.wav", b"RIFF1234WAVEfmt "))])
WAYS: dict[str, tuple[str, str, Any, dict[str, str]]] = {
    "bytes": ("POST", "/v1/chat/completions", CHAT, {}),
    "stream": ("POST", "/v1/chat/completions", {**CHAT, "stream": True}, {}),
    "calls": ("POST", "/v1/embeddings", {"model": "text-embedding-3-small", "input": "a"}, {}),
    "form": ("POST", "/v1/audio/transcriptions", *WAV),
    "stored": ("GET", "/v1/responses/resp_1", None, {}),
    "forwarded": ("GET", "/v1/files", None, {}),
    "error": ("POST", "/v1/chat/completions", {**CHAT, "model": "openai/responses/x"}, {}),
}
UPSTREAMS = {
    "x-request-id": "req_9",
    "openai-processing-ms": "12",
    "openai-organization": "org-1",
    "x-ratelimit-remaining-tokens": "7",
    "x-made-up": "yes",
}
KEPT_BACK = {
    "set-cookie": "a=b",
    "server": "cloudflare",
    "cf-ray": "1",
    "alt-svc": 'h3=":443"',
    "strict-transport-security": "max-age=1",
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "X-Request-ID",
    "x-jackfield-request-id": "somebody-elses",
    "x-jackfield-deployment": "somebody-elses",
    "keep-alive": "timeout=5",
    "via": "1.1 x",
    "connection": "keep-alive, X-Of-One",
    "x-of-one": "1",
}
BODIES: dict[str, Any] = {
    "calls": {
        "object": "list",
        "model": "m",
        "data": [{"object": "embedding", "index": 0, "embedding": [0.5]}],
        "usage": {"prompt_tokens": 1, "total_tokens": 1},
    },
    "form": {"text": "hello"},
}


def through(proxy: Proxy, upstream: RawServer, way: str, more: dict[str, str]) -> Got:
    sent = {**UPSTREAMS, **KEPT_BACK}
    if way == "stream":
        data = [b'data: {"id":"a","choices":[]}\n\n', b"data: [DONE]\n\n"]
        upstream.answer = lambda asked, wire: wire.stream(data, headers=sent)
    elif way == "error":
        upstream.answer = lambda a, wire: wire.reply(400, {"error": {"message": "no"}}, sent)
    else:
        answer = BODIES.get(way, {"id": "a", "choices": []})
        upstream.answer = lambda asked, wire: wire.reply(200, answer, sent)
    method, target, body, headers = WAYS[way]
    return ask(proxy.url, method, target, body, {**headers, **more})


@pytest.mark.parametrize("way", WAYS)
def test_the_headers_of_an_answer(proxy: Proxy, upstream: RawServer, way: str) -> None:
    got = through(proxy, upstream, way, {"x-request-id": "mine-1"})
    assert got.status == (400 if way == "error" else 200), got.body
    for name, value in UPSTREAMS.items():
        assert got.header(name) == value, name
    for name in KEPT_BACK:
        if not name.startswith("x-jackfield-"):
            assert got.header(name) is None, name
    assert got.header("x-jackfield-request-id") == "mine-1"
    assert re.fullmatch(r"\*:[0-9a-f]{8}", str(got.header("x-jackfield-deployment")))
    assert got.header("x-jackfield-attempts") == "1"
    assert 0 < float(str(got.header("x-jackfield-overhead-ms"))) < 60_000
    assert got.header("date")
    assert got.header("content-type") is not None
    names = [name for name, _ in got.headers]
    assert len(names) == len(set(names)), names


@pytest.mark.parametrize("way", WAYS)
def test_an_id_of_our_own(proxy: Proxy, upstream: RawServer, way: str) -> None:
    ids = {through(proxy, upstream, way, {}).header("x-jackfield-request-id") for _ in range(3)}
    assert len(ids) == 3
    assert all(str(one).startswith("jf_") for one in ids)


@pytest.mark.parametrize("given", ["a" * 129, "a b", "é", "", "a\tb"])
def test_an_id_that_is_none(proxy: Proxy, upstream: RawServer, given: str) -> None:
    got = ask(
        proxy.url, body=CHAT, headers={"x-request-id": given.encode("latin-1").decode("latin-1")}
    )
    assert str(got.header("x-jackfield-request-id")).startswith("jf_")


def test_what_is_refused_has_an_id_and_no_deployment(proxy: Proxy) -> None:
    got = ask(proxy.url, body=b"{", headers={"x-request-id": "mine-2"})
    assert got.header("x-jackfield-request-id") == "mine-2"
    assert got.header("x-jackfield-overhead-ms")
    assert got.header("x-jackfield-deployment") is None
    assert got.header("x-jackfield-attempts") is None


def test_the_id_is_in_the_log(proxy: Proxy, upstream: RawServer) -> None:
    ask(proxy.url, body=CHAT, headers={"x-request-id": "to-be-found"})
    proxy.logged('"id":"to-be-found"')


def test_what_the_upstream_is_told(proxy: Proxy, upstream: RawServer) -> None:
    ask(proxy.url, body=CHAT, headers={"accept": "application/json", "x-made-up": "a"})
    [request] = upstream.requests
    assert request.headers["user-agent"].startswith("jackfield/")
    assert request.headers["host"] == f"127.0.0.1:{upstream.port}"
    assert request.headers["accept"] == "application/json"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["content-length"] == str(len(request.body))
    assert "x-made-up" not in request.headers


WISHES = {"OpenAI-Beta": "realtime=v1", "idempotency-key": "key-1"}


@pytest.mark.parametrize("way", WAYS)
def test_what_a_client_wishes_of_the_api_goes_on(
    proxy: Proxy, upstream: RawServer, way: str
) -> None:
    method, target, body, headers = WAYS[way]
    for wishes in (WISHES, dict(list(WISHES.items())[:1]), dict(list(WISHES.items())[1:]), {}):
        upstream.requests.clear()
        ask(proxy.url, method, target, body, {**headers, **wishes})
        [asked] = upstream.requests
        for name, value in WISHES.items():
            values = [v for key, v in asked.raw_headers if key.lower() == name.lower()]
            assert values == ([value] if name in wishes else [])


def test_a_deployment_s_own_wishes_win(upstream: RawServer) -> None:
    config = f"""
        model_list:
          - model_name: "*"
            litellm_params:
              model: openai/*
              api_key: k
              api_base: {upstream.base_url}
              headers: {{OPENAI-BETA: ours}}
        router_settings: {{num_retries: 0}}
    """
    with running(config) as proxy:
        for way in ("bytes", "calls", "stored", "forwarded"):
            upstream.requests.clear()
            method, target, body, headers = WAYS[way]
            ask(proxy.url, method, target, body, {**headers, **WISHES})
            [asked] = upstream.requests
            values = [v for key, v in asked.raw_headers if key.lower() == "openai-beta"]
            assert values == ["ours"], way
            assert asked.headers["idempotency-key"] == "key-1"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("odd", ["a\x01b", "a\x7fb", "\x1f"])
def test_a_header_that_can_not_be_written_is_left_out(
    proxy: Proxy, upstream: RawServer, way: str, odd: str
) -> None:
    before = dict(UPSTREAMS)
    UPSTREAMS["x-odd"] = odd
    try:
        got = through(proxy, upstream, way, {})
    finally:
        UPSTREAMS.clear()
        UPSTREAMS.update(before)
    assert got.status == (400 if way == "error" else 200), got.body
    assert got.header("x-odd") is None
    assert all(got.header(name) == value for name, value in UPSTREAMS.items())


@pytest.mark.parametrize("way", WAYS)
def test_a_key_of_the_client_s_that_can_not_be_sent_on(
    proxy: Proxy, upstream: RawServer, way: str
) -> None:
    got = through(proxy, upstream, way, {"idempotency-key": "caf\xe9"})
    assert got.status == 400
    assert "Idempotency-Key" in got.error["message"]
    assert not upstream.requests
