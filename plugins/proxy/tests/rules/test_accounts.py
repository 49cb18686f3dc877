"""Whom a request that is forwarded goes to: the account that has the object, or the model's own."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from ordinary import COMPLETION
from plain_http import BOUNDARY, CHAT, Got, ask, form
from proxying import Proxy, running
from rawserver import Asked, RawServer, Wire

OBJECT = {"id": "resp_1", "object": "response"}


def entry(name: str, model: str, server: RawServer, key: str | None) -> str:
    told = f", api_key: {key}" if key else ""
    base = f', api_base: "{server.base_url}"'
    return f'  - {{model_name: "{name}", litellm_params: {{model: "{model}"{told}{base}}}}}\n'


SETTINGS = "router_settings: {num_retries: 0, cooldown_time: 60}\n"


@pytest.fixture(scope="module")
def accounts(server: RawServer) -> Iterator[Proxy]:
    """Two accounts of an upstream: k-one's is the default."""
    config = (
        "model_list:\n"
        + entry("gpt-4o", "openai/gpt-4o", server, "k-one")
        + entry("other", "openai/gpt-4o", server, "k-two")
        + entry("pictures", "openai/gpt-image-1", server, "k-two")
        + entry("spare", "openai/dall-e-3", server, "k-one")
        + entry("spare", "openai/dall-e-2", server, "k-two")
        + SETTINGS
        + "general_settings: {default_deployment: gpt-4o}\n"
    )
    with running(config) as proxy:
        yield proxy


def answering(upstream: RawServer, statuses: dict[str, Any]) -> None:
    """Each key's account answers with its status; None is a connection that breaks."""

    def answer(asked: Asked, wire: Wire) -> None:
        status = statuses[key_of(asked)]
        if status is None:
            wire.close()
        elif status == 200:
            wire.reply(200, OBJECT)
        else:
            error = {
                "message": "of " + key_of(asked).replace("k-", ""),
                "type": "t",
                "code": f"c-{status}",
            }
            wire.reply(status, {"error": error})

    upstream.answer = answer


def key_of(asked: Asked) -> str:
    return asked.headers["authorization"].removeprefix("Bearer ")


def keys(upstream: RawServer) -> list[str]:
    """Who was asked; a request that is sent anew on a new connection counts once."""
    return list(dict.fromkeys(key_of(asked) for asked in upstream.requests))


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503, None])
def test_another_account_may_have_what_is_asked_for(
    accounts: Proxy, upstream: RawServer, status: int | None
) -> None:
    answering(upstream, {"k-one": status, "k-two": 200})
    got = ask(accounts.url, "GET", "/v1/responses/resp_1")
    assert (got.status, got.json) == (200, OBJECT)
    assert keys(upstream) == ["k-one", "k-two"]
    assert str(got.header("x-jackfield-deployment")).startswith("other:")


@pytest.mark.parametrize("status", [400, 409, 422])
def test_what_an_account_says_of_the_request_is_the_answer(
    accounts: Proxy, upstream: RawServer, status: int
) -> None:
    answering(upstream, {"k-one": status, "k-two": 200})
    got = ask(accounts.url, "GET", "/v1/responses/resp_1")
    assert (got.status, got.error["message"]) == (status, "of one")
    assert keys(upstream) == ["k-one"]


@pytest.mark.parametrize("method", ["DELETE", "POST"])
@pytest.mark.parametrize(
    ("status", "others"), [(401, True), (403, True), (404, True), (500, False), (429, False)]
)
def test_what_may_have_been_done_is_not_done_again(
    accounts: Proxy, upstream: RawServer, method: str, status: int, others: bool
) -> None:
    answering(upstream, {"k-one": status, "k-two": 200})
    target = "/v1/responses/resp_1" + ("/cancel" if method == "POST" else "")
    got = ask(accounts.url, method, target)
    assert got.status == (200 if others else status)
    assert keys(upstream) == (["k-one", "k-two"] if others else ["k-one"])


@pytest.mark.parametrize(
    ("one", "two", "told"),
    [
        (404, 401, "of one"),
        (401, 404, "of two"),
        (404, 404, "of one"),
        (401, 403, "of one"),
        (503, 404, "of one"),
        (404, 503, "of two"),
        (429, 401, "of one"),
        (500, 503, "of one"),
    ],
)
def test_what_is_told_where_nobody_has_it(
    accounts: Proxy, upstream: RawServer, one: int, two: int, told: str
) -> None:
    answering(upstream, {"k-one": one, "k-two": two})
    got = ask(accounts.url, "GET", "/v1/responses/resp_1")
    assert got.error["message"] == told
    assert got.status == (one if told == "of one" else two)
    assert keys(upstream) == ["k-one", "k-two"]
    name = "gpt-4o:" if told == "of one" else "other:"
    assert str(got.header("x-jackfield-deployment")).startswith(name)


def test_an_account_without_a_key_is_passed_over(server: RawServer, upstream: RawServer) -> None:
    with RawServer(lambda asked, wire: wire.reply(500, b"never asked")) as silent:
        config = (
            "model_list:\n"
            + entry("gpt-4o", "openai/gpt-4o", silent, None)
            + entry("other", "openai/gpt-4o", server, "k-two")
            + SETTINGS
            + "general_settings: {default_deployment: gpt-4o}\n"
        )
        answering(upstream, {"k-two": 200})
        with running(config) as proxy:
            for method, target in [("GET", ""), ("DELETE", ""), ("POST", "/cancel")]:
                got = ask(proxy.url, method, f"/v1/responses/resp_1{target}")
                assert (got.status, got.json) == (200, OBJECT)
            assert got.header("x-jackfield-attempts") == "1"
            answering(upstream, {"k-two": 404})
            assert ask(proxy.url, "GET", "/v1/responses/resp_1").status == 404
        assert not silent.requests


# The model's own ----------------------------------------------------------------------------------

KINDS = ["json", "form"]


def picture(url: str, kind: str, model: str, target: str = "/v1/images/edits") -> Got:
    if kind == "json":
        return ask(url, "POST", target, {"a": 1, "model": model, "z": [2]})
    body, headers = form([("image", ("a.png", b"\x89PNG\r\n\x00")), ("model", model), ("n", "2")])
    return ask(url, "POST", target, body, headers)


def model_of(asked: Asked, kind: str) -> Any:
    if kind == "json":
        assert list(asked.json) == ["a", "model", "z"]
        return asked.json["model"]
    lines = asked.body.split(f"--{BOUNDARY}\r\n".encode())[2]
    assert lines.startswith(b'content-disposition: form-data; name="model"\r\n\r\n')
    return lines.partition(b"\r\n\r\n")[2].removesuffix(b"\r\n").decode()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("name", "model", "key"),
    [
        ("pictures", "gpt-image-1", "k-two"),
        ("gpt-4o", "gpt-4o", "k-one"),
        ("nobody-s", "nobody-s", "k-one"),
    ],
)
def test_a_model_s_own_deployment_is_asked(
    accounts: Proxy, upstream: RawServer, kind: str, name: str, model: str, key: str
) -> None:
    answering(upstream, {"k-one": 200, "k-two": 200})
    assert picture(accounts.url, kind, name).status == 200
    [asked] = upstream.requests
    assert (asked.target, key_of(asked), model_of(asked, kind)) == ("/v1/images/edits", key, model)
    if kind == "form":
        expected, _ = form([("image", ("a.png", b"\x89PNG\r\n\x00")), ("model", model), ("n", "2")])
        assert asked.body == expected


def test_a_deployment_that_rests_is_not_asked(accounts: Proxy, upstream: RawServer) -> None:
    answering(upstream, {"k-one": 200, "k-two": 200})
    assert picture(accounts.url, "json", "spare").status == 200
    [asked] = upstream.requests
    assert (key_of(asked), asked.json["model"]) == ("k-one", "dall-e-3")

    def fail(asked: Asked, wire: Wire) -> None:
        wire.reply(*((503, {}) if key_of(asked) == "k-one" else (200, COMPLETION)))

    upstream.answer = fail
    upstream.requests.clear()
    for _ in range(100):  # either may be the first
        assert ask(accounts.url, body={**CHAT, "model": "spare"}).status == 200
        if "k-one" in keys(upstream):
            break
    upstream.requests.clear()
    answering(upstream, {"k-one": 200, "k-two": 200})
    assert picture(accounts.url, "json", "spare").status == 200
    [asked] = upstream.requests
    assert (key_of(asked), asked.json["model"]) == ("k-two", "dall-e-2")


@pytest.fixture(scope="module")
def scattered(server: RawServer) -> Iterator[Proxy]:
    """Accounts of which none is the default."""
    config = (
        "model_list:\n"
        + entry("one", "openai/gpt-4o", server, "k-one")
        + entry("two", "openai/gpt-image-1", server, "k-two")
        + entry("pics/*", "openai/*", server, "k-three")
        + SETTINGS
    )
    with running(config) as proxy:
        yield proxy


@pytest.mark.parametrize("kind", KINDS)
def test_a_model_is_found_without_a_default(
    scattered: Proxy, upstream: RawServer, kind: str
) -> None:
    assert picture(scattered.url, kind, "two").status == 200
    assert picture(scattered.url, kind, "pics/dall-e-2").status == 200
    first, second = upstream.requests
    assert (key_of(first), model_of(first, kind)) == ("k-two", "gpt-image-1")
    assert (key_of(second), model_of(second, kind)) == ("k-three", "dall-e-2")
    got = picture(scattered.url, kind, "nobody-s")
    assert (got.status, got.error["code"]) == (404, "unknown_url")
    assert "default_deployment" in got.error["message"]
    assert ask(scattered.url, "GET", "/v1/files").status == 404
    assert len(upstream.requests) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_the_only_model_takes_no_other_s_place(upstream: RawServer, kind: str) -> None:
    answering(upstream, {"k": 200})
    env = {"OPENAI_API_KEY": "k", "OPENAI_BASE_URL": upstream.base_url}
    with running(None, "--model", "openai/gpt-4o", env=env) as proxy:
        for name in ("gpt-image-1", "openai/gpt-4o"):
            assert picture(proxy.url, kind, name).status == 200
    asked = [model_of(asked, kind) for asked in upstream.requests]
    assert asked == ["gpt-image-1", "gpt-4o"]


@pytest.mark.parametrize("size", [0, 1000, 60_000, 70_000, 3_000_000])
@pytest.mark.parametrize("chunked", [False, True])
def test_a_large_form_goes_on_whole(
    accounts: Proxy, upstream: RawServer, size: int, chunked: bool
) -> None:
    answering(upstream, {"k-one": 200, "k-two": 200})
    for names in (["model", "image"], ["image", "model"]):
        fields: dict[str, Any] = {"model": "pictures", "image": ("a.png", b"\x00\r\n--" * size)}
        body, headers = form([(name, fields[name]) for name in names])
        upstream.requests.clear()
        if chunked:
            pieces = (body[at : at + 50_000] for at in range(0, len(body), 50_000))
            got = ask(accounts.url, "POST", "/v1/images/edits", None, headers, chunks=pieces)
        else:
            got = ask(accounts.url, "POST", "/v1/images/edits", body, headers)
        assert got.status == 200
        [asked] = upstream.requests
        seen = names[0] == "model" or size < 60_000 / 5
        fields["model"] = "gpt-image-1" if seen else "pictures"
        expected, _ = form([(name, fields[name]) for name in names])
        assert key_of(asked) == ("k-two" if seen else "k-one")
        assert asked.size == len(expected)
        if asked.size < 1_000_000:
            assert asked.body == expected


# Whoever serves it --------------------------------------------------------------------------------


def test_a_wildcard_of_no_provider_gets_nothing_that_names_no_model(
    server: RawServer, upstream: RawServer
) -> None:
    config = "model_list:\n" + entry("*", "*", server, "k-any") + SETTINGS
    with running(config) as proxy:
        for method, target in [("GET", "/v1/files"), ("GET", "/v1/responses/resp_1")]:
            got = ask(proxy.url, method, target)
            assert (got.status, got.error["code"]) == (404, "unknown_url")
            assert "default_deployment" in got.error["message"]
        assert not upstream.requests
        assert picture(proxy.url, "json", "openai/gpt-image-1").status == 200
        assert picture(proxy.url, "json", "acme/x").error["code"] == "model_not_found"
        [asked] = upstream.requests
        assert json.loads(asked.body)["model"] == "gpt-image-1"
    more = entry("o/*", "openai/*", server, "k")
    upstream.requests.clear()
    with running(config.replace(SETTINGS, more + SETTINGS)) as proxy:
        assert ask(proxy.url, "GET", "/v1/files").status == 200
        assert ask(proxy.url, "GET", "/v1/responses/resp_1").status == 200
        assert keys(upstream) == ["k"]


# Videos -------------------------------------------------------------------------------------------

VIDEO = {"id": "video_1", "object": "video", "status": "queued", "model": "sora-2"}


@pytest.mark.parametrize(
    ("rows", "key", "model"),
    [
        ([("*", "openai/*", "k-any")], "k-any", "sora-2"),
        ([("openai/*", "openai/*", "k-o"), ("x", "openai/x", "k-x")], "k-o", "sora-2"),
        ([("x", "openai/x", "k-x"), ("sora-2", "openai/sora-2-pro", "k-s")], "k-s", "sora-2-pro"),
        ([("film", "openai/sora-2-pro", "k-f")], "k-f", "sora-2-pro"),
        ([("a", "openai/a", "k-a"), ("b", "openai/b", "k-b")], None, None),
    ],
)
def test_a_video_needs_no_model(
    server: RawServer,
    upstream: RawServer,
    rows: list[tuple[str, str, str]],
    key: str | None,
    model: str | None,
) -> None:
    upstream.answer = lambda asked, wire: wire.reply(200, VIDEO)
    config = "model_list:\n" + "".join(entry(a, b, server, c) for a, b, c in rows) + SETTINGS
    with running(config) as proxy:
        body, headers = form([("prompt", "a cat")])
        ways: list[tuple[Any, dict[str, str]]] = [({"prompt": "a cat"}, {}), (body, headers)]
        for sent, more in ways:
            upstream.requests.clear()
            got = ask(proxy.url, "POST", "/v1/videos", sent, more)
            if key is None:
                assert (got.status, got.error["code"]) == (400, "missing_model")
                assert not upstream.requests
                continue
            assert (got.status, got.json["id"]) == (200, "video_1"), got.body
            [asked] = upstream.requests
            assert (asked.target, key_of(asked)) == ("/v1/videos", key)
            assert str(model).encode() in asked.body
        got = ask(proxy.url, "POST", "/v1/embeddings", {"input": "a"})
        assert (got.status, got.error["code"]) == (400, "missing_model")


STORED_PROMPT = b'{ "prompt":{"id":"pmpt_1","variables":{"a":null}} , "input":"x" }'


@pytest.mark.parametrize(
    ("rows", "key"),
    [
        ([("*", "openai/*", "k-all")], "k-all"),
        ([("gpt", "openai/gpt-4o", "k-gpt")], "k-gpt"),
        ([("a", "openai/a", "k-a"), ("b", "openai/b", "k-b")], None),
    ],
)
def test_a_stored_prompt_brings_its_model(
    server: RawServer, upstream: RawServer, rows: list[tuple[str, str, str]], key: str | None
) -> None:
    upstream.answer = lambda asked, wire: wire.reply(200, b'{"id":"resp_1","model":"theirs"}')
    config = "model_list:\n" + "".join(entry(a, b, server, c) for a, b, c in rows) + SETTINGS
    with running(config) as proxy:
        for path in ("/responses", "/v1/responses"):
            upstream.requests.clear()
            got = ask(proxy.url, "POST", path, STORED_PROMPT, {"content-type": "application/json"})
            if key is None:
                assert (got.status, got.error["code"]) == (400, "missing_model")
                assert not upstream.requests
                continue
            assert (got.status, got.body) == (200, b'{"id":"resp_1","model":"theirs"}')
            [asked] = upstream.requests
            assert (asked.target, asked.body) == ("/v1/responses", STORED_PROMPT)
            assert key_of(asked) == key
        for field in ("api_base", "api_key"):
            upstream.requests.clear()
            got = ask(proxy.url, "POST", "/v1/responses", {"prompt": {"id": "p"}, field: "x"})
            assert got.status == 400
            assert not upstream.requests
        got = ask(proxy.url, "POST", "/v1/responses", {"prompt": "a text", "input": "x"})
        assert (got.status, got.error["code"]) == (400, "missing_model")


def test_statistics_name_who_runs_the_model(server: RawServer, upstream: RawServer) -> None:
    """Whichever plugin served it: their names are of no interest to who looks at a chart."""
    config = f"model_list:\n{entry('*', 'openai/*', server, 'k')}{SETTINGS}"
    calls = [
        ("chat/completions", {"model": "gpt-4o", "messages": [{"role": "user", "content": "x"}]}),
        ("embeddings", {"model": "text-embedding-3-small", "input": "x"}),
        ("responses", {"model": "gpt-4o", "input": "x"}),
        ("completions", {"model": "gpt-3.5-turbo-instruct", "prompt": "x"}),
        ("audio/speech", {"model": "tts-1", "voice": "alloy", "input": "x"}),
    ]
    upstream.answer = lambda asked, wire: wire.reply(400, {"error": {"message": "no"}})
    with running(config) as proxy:
        for path, body in calls:
            assert ask(proxy.url, "POST", f"/v1/{path}", body).status == 400
        text = ask(proxy.url, "GET", "/metrics").body.decode()
    name = "gen_ai_server_request_duration_seconds_count"
    found = re.findall(rf'^{name}\{{.*gen_ai_provider_name="([^"]*)".*$', text, re.MULTILINE)
    assert len(found) == len(calls)
    assert set(found) == {"openai"}
