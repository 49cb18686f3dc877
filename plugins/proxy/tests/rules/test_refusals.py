"""What the server refuses by itself: each with its status, in OpenAI's shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from plain_http import CHAT, JSON, Got, ask, form, talk
from proxying import Proxy, running
from rawserver import RawServer

LIMIT = 4096
UPLOAD = 16384
COMPLETIONS = "/v1/chat/completions"


@pytest.fixture(scope="module")
def strict(server: RawServer) -> Iterator[Proxy]:
    """Two models by name, small limits, nothing forwarded."""
    config = f"""
        model_list:
          - model_name: gpt-4o
            litellm_params: {{model: openai/gpt-4o, api_key: k, api_base: {server.base_url}}}
          - model_name: whisper-1
            litellm_params: {{model: openai/whisper-1, api_key: k, api_base: {server.base_url}}}
        general_settings:
          max_body_bytes: {LIMIT}
          max_upload_bytes: {UPLOAD}
          forward_other_endpoints: false
        router_settings: {{num_retries: 0, cooldown_time: 0}}
    """
    with running(config) as proxy:
        yield proxy


def refused(got: Got, status: int, code: str | None, param: str | None = None) -> None:
    """It is this server's own refusal."""
    assert got.status == status, got.body
    error = got.error
    kind = "invalid_request_error" if status < 500 else "server_error"
    assert set(error) == {"message", "type", "param", "code"}
    assert (error["type"], error["code"], error["param"]) == (kind, code, param)
    assert got.header("x-jackfield-request-id")
    assert got.header("content-length") == str(len(got.body))


BODIES: dict[str, bytes] = {
    "empty": b"",
    "blank": b"  \n",
    "cut": b'{"model": "gpt-4o", "messages": [',
    "a list": b"[]",
    "a text": b'"gpt-4o"',
    "null": b"null",
    "a number": b"7",
    "single quotes": b"{'model': 'gpt-4o'}",
    "a trailing comma": b'{"model": "gpt-4o",}',
    "a comment": b'{"model": "gpt-4o" /* mine */}',
    "two values": b'{"model": "gpt-4o"} {}',
    "broken UTF-8": b'{"model": "gpt-4o", "messages": [{"role": "user", "content": "\xff\xfe"}]}',
    "cut UTF-8": b'{"model": "gpt-4o\xe2\x82"}',
    "UTF-16": json.dumps(CHAT).encode("utf-16"),
    "Latin-1": '{"model": "é"}'.encode("latin-1"),
    "NaN": b'{"model": "gpt-4o", "temperature": NaN}',
    "a control character": b'{"model": "gpt-4o\x01"}',
    "too deep": b'{"model": "gpt-4o", "a": ' + b"[" * 2000,
    "a form": form([("model", "gpt-4o")])[0],
    "a query": b"model=gpt-4o&messages=hi",
    "NUL": b"\x00",
}


@pytest.mark.parametrize("name", BODIES)
def test_what_is_no_json_object(strict: Proxy, upstream: RawServer, name: str) -> None:
    for target in (COMPLETIONS, "/v1/responses", "/v1/embeddings"):
        refused(ask(strict.url, target=target, body=BODIES[name]), 400, "invalid_json")
    assert not upstream.requests


def test_the_place_of_a_mistake_is_named(strict: Proxy) -> None:
    """A trailing comma, as it is easily copied from an example."""
    got = ask(strict.url, body=b'{\n  "model": "gpt-4o",\n}')
    refused(got, 400, "invalid_json")
    assert "line 3" in got.error["message"]


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "", "application/JSON; a=b"])
def test_json_is_json_under_any_name(strict: Proxy, upstream: RawServer, kind: str) -> None:
    got = ask(strict.url, body=json.dumps(CHAT).encode(), headers={"content-type": kind})
    assert got.status == 200
    assert upstream.requests[-1].headers["content-type"] == "application/json"


@pytest.mark.parametrize("target", [COMPLETIONS, "/chat/completions", "/v1/responses"])
def test_a_missing_model(strict: Proxy, upstream: RawServer, target: str) -> None:
    for body in ({}, {"messages": [], "model": None}):
        got = ask(strict.url, target=target, body=body)
        refused(got, 400, "missing_model", "model")
        assert "model" in got.error["message"]
    for model in ("", 7, [], {}, True, ["gpt-4o"]):
        refused(
            ask(strict.url, target=target, body={"model": model}), 400, "missing_model", "model"
        )
    assert not upstream.requests


@pytest.mark.parametrize(
    "model",
    ["gpt-4", "gpt-4o ", "GPT-4O", "*", "openai/*", "../gpt-4o", "gpt-4o\n", "🚀", "a" * 999],
)
def test_an_unknown_model(strict: Proxy, upstream: RawServer, model: str) -> None:
    got = ask(strict.url, body={**CHAT, "model": model})
    refused(got, 404, "model_not_found", "model")
    assert model[:60] in got.error["message"]
    refused(ask(strict.url, "GET", "/v1/models/nobody-has-it"), 404, "model_not_found", "model")
    assert not upstream.requests


METHODS = [
    ("PUT", COMPLETIONS, "POST"),
    ("PATCH", COMPLETIONS, "POST"),
    ("DELETE", COMPLETIONS, "POST"),
    ("OPTIONS", COMPLETIONS, "POST"),
    ("HEAD", COMPLETIONS, "POST"),
    ("GET", "/embeddings", "POST"),
    ("GET", "/v1/audio/speech", "POST"),
    ("POST", "/v1/models", "GET, HEAD"),
    ("POST", "/models/gpt-4o", "GET, HEAD"),
    ("PUT", "/v1/responses/resp_1", "GET, DELETE"),
    ("GET", "/v1/responses/resp_1/cancel", "POST"),
    ("GET", "/engines/gpt-4o/chat/completions", "POST"),
]


@pytest.mark.parametrize(("method", "target", "allowed"), METHODS)
def test_an_unsupported_method(
    strict: Proxy, upstream: RawServer, method: str, target: str, allowed: str
) -> None:
    got = ask(strict.url, method, target, None if method in ("HEAD", "GET", "OPTIONS") else CHAT)
    assert got.header("allow") == allowed
    if method == "HEAD":
        assert (got.status, got.body) == (405, b"")
    else:
        refused(got, 405, "method_not_allowed")
    assert not upstream.requests


@pytest.mark.parametrize("target", ["/", "/health", "/health/liveliness", "/metrics"])
def test_an_unsupported_method_of_the_servers_own(strict: Proxy, target: str) -> None:
    got = ask(strict.url, "POST", target, {})
    refused(got, 405, "method_not_allowed")
    assert got.header("allow") == "GET, HEAD"


@pytest.mark.parametrize(
    "target", ["/nothing", "/v1", "/v1/", "/v1/files", "/v1/nothing", "/v2/chat/completions"]
)
def test_an_unknown_path(strict: Proxy, upstream: RawServer, target: str) -> None:
    for method in ("GET", "POST", "DELETE"):
        refused(
            ask(strict.url, method, target, {} if method == "POST" else None), 404, "unknown_url"
        )
    assert not upstream.requests


def padded(size: int) -> bytes:
    """A chat of exactly so many bytes."""
    short = json.dumps({**CHAT, "user": ""}).encode()
    return json.dumps({**CHAT, "user": "u" * (size - len(short))}).encode()


def test_a_body_that_is_too_large(strict: Proxy, upstream: RawServer) -> None:
    assert ask(strict.url, body=padded(LIMIT), headers=JSON).status == 200
    assert ask(strict.url, chunks=[padded(LIMIT)[:99], padded(LIMIT)[99:]]).status == 200
    upstream.requests.clear()
    refused(ask(strict.url, body=padded(LIMIT + 1), headers=JSON), 413, "request_too_large")
    for size in (LIMIT, 100, 1):
        data = padded(LIMIT + 1)
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        refused(ask(strict.url, chunks=pieces), 413, "request_too_large")
    endless = (b"x" * 1024 for _ in range(1000))
    refused(ask(strict.url, chunks=endless), 413, "request_too_large")
    # What is said to come is refused before it does.
    got = talk(
        strict.url,
        b"POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n"
        b"content-length: 99999999999\r\n\r\n",
    )
    assert got.startswith(b"HTTP/1.1 413 ")
    assert not upstream.requests


def test_an_upload_that_is_too_large(strict: Proxy, upstream: RawServer) -> None:
    body, headers = form([("model", "whisper-1"), ("file", ("a.wav", bytes(UPLOAD)))])
    target = "/v1/audio/transcriptions"
    refused(ask(strict.url, "POST", target, body, headers), 413, "request_too_large")
    pieces = [body[at : at + 1000] for at in range(0, len(body), 1000)]
    got = ask(strict.url, "POST", target, None, headers, chunks=pieces)
    refused(got, 413, "request_too_large")
    assert not upstream.requests


FORMS: dict[str, tuple[bytes, str]] = {
    "no boundary": (b"", "multipart/form-data"),
    "empty": (b"", "multipart/form-data; boundary=x"),
    "another boundary": (form([("model", "whisper-1")])[0], "multipart/form-data; boundary=x"),
    "cut": (form([("model", "whisper-1")])[0][:30], "multipart/form-data; boundary=----part"),
    "no form": (b'{"model": "whisper-1"}', "multipart/form-data; boundary=----part"),
    "no file": (form([("model", "whisper-1")])[0], "multipart/form-data; boundary=----part"),
    "no model": (
        form([("file", ("a.wav", b"RIFF"))])[0],
        "multipart/form-data; boundary=----part",
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms_that_are_none(strict: Proxy, upstream: RawServer, name: str) -> None:
    body, kind = FORMS[name]
    got = ask(strict.url, "POST", "/v1/audio/transcriptions", body, {"content-type": kind})
    assert got.status == 400
    assert got.error["type"] == "invalid_request_error"
    assert not upstream.requests


def test_a_form_with_too_much_text(strict: Proxy, upstream: RawServer) -> None:
    """Files are on disk, text is in memory: its limit is that of other bodies."""
    file = ("file", ("a.wav", bytes(2 * LIMIT)))
    target = "/v1/audio/transcriptions"
    fitting = ("prompt", "p" * (LIMIT - len("whisper-1")))
    body, headers = form([("model", "whisper-1"), fitting, file])
    assert ask(strict.url, "POST", target, body, headers).status == 200
    upstream.requests.clear()
    for texts in (["p" * (LIMIT + 1)], ["p" * (LIMIT // 4)] * 5):
        body, headers = form([("model", "whisper-1"), *[("prompt", t) for t in texts], file])
        refused(ask(strict.url, "POST", target, body, headers), 413, "request_too_large")
    assert not upstream.requests


def test_a_body_of_too_many_values(server: RawServer) -> None:
    """Nobody else is answered while they are looked through."""
    config = f"""
        model_list:
          - model_name: "*"
            litellm_params: {{model: openai/*, api_key: k, api_base: {server.base_url}}}
    """
    parts = [{"type": "text", "text": "a"}] * 200_001
    with running(config) as proxy:
        got = ask(proxy.url, body={**CHAT, "messages": [{"role": "user", "content": parts}]})
        refused(got, 413, "request_too_large")
        text = json.dumps(parts)  # in a text, there may be as many as one likes
        got = ask(proxy.url, body={**CHAT, "messages": [{"role": "user", "content": text}]})
        assert got.status == 200


def test_advice_is_for_who_can_follow_it(proxy: Proxy, upstream: RawServer) -> None:
    got = ask(proxy.url, body={**CHAT, "model": "o3", "top_p": 0.5})
    refused(got, 400, "unsupported_parameter", "top_p")
    assert got.error["message"].endswith("Leave it out.")
    file = {"type": "file", "file": {"file_url": f"http://127.0.0.1:{upstream.port}/a.pdf"}}
    got = ask(proxy.url, body={**CHAT, "messages": [{"role": "user", "content": [file]}]})
    assert got.status == 400
    assert got.error["message"].endswith("which is not downloaded")
    assert not upstream.requests


def test_what_is_no_http(strict: Proxy) -> None:
    for data in (b"\x16\x03\x01 hello\r\n\r\n", b"GET\r\n\r\n", b"FROB / HTTP/1.1\r\n\r\n"):
        got = talk(strict.url, data)
        assert got.startswith(b"HTTP/1.1 400 ")
        assert json.loads(got.partition(b"\r\n\r\n")[2])["error"]["type"] == "invalid_request_error"


def test_unknown_names_of_parameters_are_no_trouble(strict: Proxy, upstream: RawServer) -> None:
    """Not even those that a call of the library would take for something else."""
    names = ["self", "surface", "operation", "model_", "params", "cls", "kwargs", "", "a b"]
    for more in (dict.fromkeys(names, 1), dict.fromkeys(names)):
        got = ask(strict.url, body={**CHAT, **more})
        assert got.status == 200, got.body
        assert upstream.requests[-1].json == {**CHAT, **more}
    # The long way, too: content parts are looked at.
    part: Any = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    body = {**CHAT, "messages": [{"role": "user", "content": [part]}], **dict.fromkeys(names, 1)}
    got = ask(strict.url, body=body)
    assert got.status == 200, got.body
    sent = upstream.requests[-1].json
    assert {**body, **sent} == sent == {**sent, **body}


def test_with_one_model_every_name_is_it(upstream: RawServer) -> None:
    env = {"OPENAI_API_KEY": "sk-upstream", "OPENAI_BASE_URL": upstream.base_url}
    with running(None, "--model", "gpt-4o-mini", env=env) as proxy:
        for given in ({"model": "gpt-9"}, {"model": "rocket/x"}, {"model": "gpt-4o-mini"}, {}):
            body = {"messages": CHAT["messages"], **given}
            assert ask(proxy.url, body=body).status == 200
            assert upstream.requests[-1].json == {**body, "model": "gpt-4o-mini"}
        refused(ask(proxy.url, body={"model": 7}), 400, "missing_model", "model")
        assert ask(proxy.url, "POST", "/engines/other/chat/completions", CHAT).status == 200
        assert upstream.requests[-1].json["model"] == "gpt-4o-mini"
