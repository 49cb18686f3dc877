"""Several deployments of a name: which is asked, and which next when one fails."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from ordinary import COMPLETION
from plain_http import CHAT, Got, ask
from proxying import Proxy, running
from rawserver import Asked, RawServer, Wire, refused_port


@contextmanager
def serving(upstream: RawServer, models: str, router: str = "") -> Iterator[Proxy]:
    """A server with these models; BASE is the upstream's address, and keys tell them apart."""
    config = "model_list:\n" + models.replace("BASE", upstream.base_url) + router
    with running(config) as proxy:
        yield proxy


def entry(name: str, key: str, more: str = "", base: str = "BASE", below: str = "") -> str:
    return (
        f"  - {{model_name: {name}, litellm_params: "
        f"{{model: openai/gpt-4o, api_key: {key}, api_base: {base}, {more}}}, "
        f"model_info: {{id: {name}-{key}}}, {below}}}\n"
    )


def keys(upstream: RawServer) -> list[str]:
    """Who was asked."""
    return [
        request.headers["authorization"].removeprefix("Bearer ") for request in upstream.requests
    ]


def failing(which: dict[str, tuple[int, dict[str, str]]]) -> Any:
    """An upstream where some keys get an error status."""

    def answer(asked: Asked, wire: Wire) -> None:
        key = asked.headers["authorization"].removeprefix("Bearer ")
        status, headers = which.get(key, (200, {}))
        if status == 200:
            wire.reply(200, COMPLETION)
        else:
            wire.reply(status, {"error": {"message": f"no, {key[::-1]}"}}, headers)

    return answer


def chat(proxy: Proxy, model: str, **more: Any) -> Got:
    return ask(proxy.url, body={**CHAT, "model": model, **more})


@pytest.fixture(scope="module")
def several(server: RawServer) -> Iterator[Proxy]:
    models = (
        entry("weighted", "heavy", "weight: 3")
        + entry("weighted", "light", "weight: 1")
        + entry("pair", "one")
        + entry("pair", "two")
        + entry("fast", "fast-1", below="fallbacks: [slow]")
        + entry("slow", "slow-1", below="fallbacks: [slower]")
        + entry("slower", "slower-1")
        + entry("wired", "dead", base=f"http://127.0.0.1:{refused_port()}/v1", more="weight: 1000")
        + entry("wired", "alive", "weight: 1")
        + entry("again", "again-1", "max_retries: 2")
        + '  - {model_name: "*", litellm_params: {model: openai/*, api_key: any, api_base: BASE}}\n'
    )
    router = (
        "router_settings:\n  num_retries: 0\n  cooldown_time: 0.2\n"
        "  fallbacks: [{unlisted: [slower]}]\n"
    )
    with serving(server, models, router) as proxy:
        yield proxy


def rested() -> None:
    """Wait until no deployment rests."""
    time.sleep(0.25)


def test_weights_are_shares(several: Proxy, upstream: RawServer) -> None:
    total = 400
    for _ in range(total):
        assert chat(several, "weighted").status == 200
    asked = Counter(keys(upstream))
    # 300 are expected, with a standard deviation of 8.7: six of them are 1 in 500 million.
    assert 248 <= asked["heavy"] <= 352
    assert asked["light"] == total - asked["heavy"]


def test_equal_weights(several: Proxy, upstream: RawServer) -> None:
    for _ in range(100):
        chat(several, "pair")
    asked = Counter(keys(upstream))
    assert 20 <= asked["one"] <= 80


ELSEWHERE = [401, 403, 404, 408, 409, 429, 500, 502, 503, 504, 529]
HERE = [400, 402, 405, 413, 415, 418, 422, 451]


@pytest.mark.parametrize("stream", [False, True])
def test_another_deployment_answers(several: Proxy, upstream: RawServer, stream: bool) -> None:
    for status in ELSEWHERE:
        seen = set()
        for bad, good in (("one", "two"), ("two", "one")):
            upstream.answer = failing({bad: (status, {})})
            for _ in range(8):
                upstream.requests.clear()
                got = chat(several, "pair", stream=stream)
                assert got.status == 200, (status, got.body)
                assert got.header("x-jackfield-deployment") == f"pair-{good}"
                assert got.header("x-jackfield-attempts") == str(len(upstream.requests))
                assert keys(upstream) in ([good], [bad, good])
                seen.add(len(upstream.requests))
        assert seen <= {1, 2}


def test_what_is_the_requests_own_fault_is_not_tried_elsewhere(
    several: Proxy, upstream: RawServer
) -> None:
    rested()
    for status in HERE:
        upstream.answer = failing({key: (status, {}) for key in ("one", "two")})
        upstream.requests.clear()
        got = chat(several, "pair")
        assert (got.status, got.header("x-jackfield-attempts")) == (status, "1")
        assert len(upstream.requests) == 1


def test_a_connection_that_fails(several: Proxy, upstream: RawServer) -> None:
    for _ in range(5):
        assert chat(several, "wired").header("x-jackfield-deployment") == "wired-alive"
    assert set(keys(upstream)) == {"alive"}


def test_a_failed_deployment_rests(several: Proxy, upstream: RawServer) -> None:
    rested()
    upstream.answer = failing({"one": (500, {})})
    while "one" not in keys(upstream):
        assert chat(several, "pair").status == 200
    upstream.answer = failing({})
    upstream.requests.clear()
    began = time.monotonic()
    for _ in range(10):
        chat(several, "pair")
    if time.monotonic() - began < 0.15:  # else it may have rested long enough
        assert set(keys(upstream)) == {"two"}
    rested()
    upstream.requests.clear()
    for _ in range(60):
        chat(several, "pair")
    assert set(keys(upstream)) == {"one", "two"}


def test_retry_after_is_obeyed(server: RawServer, upstream: RawServer) -> None:
    """A deployment rests as long as its upstream says, and no shorter."""
    models = entry("pair", "one") + entry("pair", "two")
    router = "router_settings: {num_retries: 0, cooldown_time: 0}\n"
    with serving(upstream, models, router) as proxy:
        upstream.answer = failing({"one": (429, {"retry-after": "30"})})
        while "one" not in keys(upstream):
            assert chat(proxy, "pair").status == 200
        upstream.answer = failing({})
        upstream.requests.clear()
        for _ in range(30):
            chat(proxy, "pair")
        assert set(keys(upstream)) == {"two"}
        rows = ask(proxy.url, "GET", "/health").json
        assert [row["id"] for row in rows["resting"]] == ["pair-one"]
        assert 20 < rows["resting"][0]["until"] - time.time() <= 30
        # Where all rest, they are asked all the same.
        upstream.answer = failing({"two": (503, {"retry-after": "30"})})
        chat(proxy, "pair")
        upstream.answer = failing({})
        upstream.requests.clear()
        assert {chat(proxy, "pair").status for _ in range(10)} == {200}
        assert len(upstream.requests) == 10


def test_all_of_them_fail(several: Proxy, upstream: RawServer) -> None:
    upstream.answer = failing(
        {"one": (500, {"retry-after": "1"}), "two": (500, {"retry-after": "1"})}
    )
    for _ in range(3):
        upstream.requests.clear()
        got = chat(several, "pair")
        assert (got.status, got.header("retry-after")) == (500, "1")
        assert sorted(keys(upstream)) == ["one", "two"]
        assert got.header("x-jackfield-attempts") == "2"
        assert got.error["message"] == f"no, {keys(upstream)[-1][::-1]}"
    upstream.answer = failing({})
    assert chat(several, "pair").status == 200


def test_fallbacks(several: Proxy, upstream: RawServer) -> None:
    assert chat(several, "fast").header("x-jackfield-deployment") == "fast-fast-1"
    for status in (429, 500, 503, 401, 404):
        rested()
        upstream.answer = failing({"fast-1": (status, {})})
        upstream.requests.clear()
        got = chat(several, "fast")
        assert (got.status, got.header("x-jackfield-deployment")) == (200, "slow-slow-1")
        assert keys(upstream) == ["fast-1", "slow-1"]
        assert got.header("x-jackfield-attempts") == "2"
    rested()
    upstream.answer = failing({"fast-1": (500, {}), "slow-1": (429, {})})
    upstream.requests.clear()
    assert chat(several, "fast").header("x-jackfield-deployment") == "slower-slower-1"
    assert keys(upstream) == ["fast-1", "slow-1", "slower-1"]
    # The last failure is told.
    rested()
    upstream.answer = failing({key: (503, {}) for key in ("fast-1", "slow-1", "slower-1")})
    upstream.requests.clear()
    got = chat(several, "fast")
    assert (got.status, got.error["message"]) == (503, "no, 1-rewols")
    assert keys(upstream) == ["fast-1", "slow-1", "slower-1"]
    # A bad request is bad everywhere.
    rested()
    upstream.answer = failing({"fast-1": (400, {})})
    assert chat(several, "fast").status == 400
    # Also for streams, and on other lanes.
    rested()
    upstream.answer = failing({"fast-1": (500, {})})
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    got = chat(several, "fast", messages=[{"role": "user", "content": [image]}])
    assert got.header("x-jackfield-deployment") == "slow-slow-1"


def test_fallbacks_of_a_name_that_a_wildcard_serves(several: Proxy, upstream: RawServer) -> None:
    upstream.answer = failing({"any": (500, {})})
    assert chat(several, "unlisted").header("x-jackfield-deployment") == "slower-slower-1"
    assert chat(several, "another").status == 500


def test_the_same_deployment_again(several: Proxy, upstream: RawServer) -> None:
    def first(asked: Asked, wire: Wire) -> None:
        if len(upstream.requests) < 3:
            wire.reply(503, {"error": {"message": "no"}}, {"retry-after-ms": "1"})
        else:
            wire.reply(200, COMPLETION)

    upstream.answer = first
    got = chat(several, "again")
    assert (got.status, got.header("x-jackfield-attempts")) == (200, "3")
    assert len({request.body for request in upstream.requests}) == 1
    upstream.requests.clear()
    upstream.answer = failing({"again-1": (400, {})})
    assert chat(several, "again").header("x-jackfield-attempts") == "1"
    upstream.answer = failing({"again-1": (429, {"retry-after": "3600"})})
    got = chat(several, "again")  # not waited for
    assert (got.status, got.header("retry-after")) == (429, "3600")


def test_a_stream_before_its_first_byte(several: Proxy, upstream: RawServer) -> None:
    """A head alone is no answer; after the first byte there is no other try."""
    rested()
    data = b'data: {"id":"a","choices":[]}\n\ndata: [DONE]\n\n'

    def headless(asked: Asked, wire: Wire) -> None:
        if len(upstream.requests) == 1:
            wire.head(200, {"content-type": "text/event-stream", "transfer-encoding": "chunked"})
            wire.close()
        else:
            wire.stream([data])

    upstream.answer = headless
    got = chat(several, "pair", stream=True)
    assert (got.status, got.body) == (200, data)
    assert got.header("x-jackfield-attempts") == "2"
    assert len(set(keys(upstream))) == 2

    def broken(asked: Asked, wire: Wire) -> None:
        wire.stream([data[:30]], end=False)
        wire.close()

    upstream.answer = broken
    upstream.requests.clear()
    got = chat(several, "pair", stream=True)
    assert (got.status, got.whole) == (200, False)
    assert len(upstream.requests) == 1


# Stored objects --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def accounts(server: RawServer) -> Iterator[Proxy]:
    """Two accounts; one of them has two models."""
    models = entry("a", "acc-1") + entry("b", "acc-1") + entry("c", "acc-2")
    router = (
        "general_settings: {default_deployment: c}\n"
        "router_settings: {num_retries: 0, cooldown_time: 0}\n"
    )
    with serving(server, models, router) as proxy:
        yield proxy


STORED = [
    ("GET", "/v1/responses/resp_1", None),
    ("DELETE", "/v1/responses/resp_1", None),
    ("POST", "/v1/responses/resp_1/cancel", None),
    ("GET", "/v1/responses/resp_1/input_items?limit=2", None),
    ("GET", "/v1/conversations/conv_1", None),
    ("POST", "/v1/conversations/conv_1", {"metadata": {"a": "b"}}),
    ("GET", "/v1/videos/video_1", None),
    ("GET", "/v1/videos/video_1/content", None),
    ("POST", "/v1/videos/video_1/remix", {"prompt": "a"}),
]


@pytest.mark.parametrize(("method", "target", "body"), STORED)
def test_the_account_that_has_an_object_answers(
    accounts: Proxy, upstream: RawServer, method: str, target: str, body: Any
) -> None:
    upstream.answer = failing({"acc-2": (404, {})})
    got = ask(accounts.url, method, target, body)
    assert (got.status, keys(upstream)) == (200, ["acc-2", "acc-1"])
    assert len({(r.method, r.target, r.body) for r in upstream.requests}) == 1
    upstream.answer = failing({"acc-2": (404, {}), "acc-1": (404, {})})
    assert ask(accounts.url, method, target, body).status == 404
    upstream.requests.clear()
    upstream.answer = failing({})
    assert ask(accounts.url, method, target, body).status == 200
    assert keys(upstream) == ["acc-2"]


def test_another_failure_is_no_reason_to_ask_another_account(
    accounts: Proxy, upstream: RawServer
) -> None:
    for status in (400, 409, 422):
        upstream.answer = failing({"acc-2": (status, {})})
        upstream.requests.clear()
        assert ask(accounts.url, "GET", "/v1/responses/resp_1").status == status
        assert keys(upstream) == ["acc-2"]


def test_other_endpoints_are_the_default_deployments(accounts: Proxy, upstream: RawServer) -> None:
    upstream.answer = failing({"acc-2": (404, {})})
    assert ask(accounts.url, "GET", "/v1/files/file-1").status == 404
    assert keys(upstream) == ["acc-2"]


def test_without_a_default_nothing_is_forwarded(upstream: RawServer) -> None:
    with serving(upstream, entry("a", "acc-1") + entry("c", "acc-2")) as proxy:
        got = ask(proxy.url, "GET", "/v1/files")
        assert (got.status, got.error["code"]) == (404, "unknown_url")
        assert "default_deployment" in got.error["message"]
        assert not upstream.requests
        assert ask(proxy.url, "GET", "/v1/responses/resp_1").status == 200
