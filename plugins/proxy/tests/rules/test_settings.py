"""A body is data: it names no file of the server's, and sets nothing that is not the client's."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from plain_http import CHAT, ask, form
from proxying import Proxy, running
from rawserver import Asked, RawServer, Wire

from jackfield.config import CALL_SETTINGS

SECRET = b"RIFF\x24\x00\x00\x00WAVEfmt the secret of the server" + bytes(64)
RESPONSE: dict[str, Any] = {"model": "gpt-4o", "input": "a"}
SPEECH: dict[str, Any] = {"model": "tts-1", "voice": "alloy", "input": "a"}
EMBEDDING: dict[str, Any] = {"model": "text-embedding-3-small", "input": "a"}
VIDEO: dict[str, Any] = {"model": "sora-2", "prompt": "a"}


@pytest.fixture
def secret(tmp_path: Path) -> str:
    """The path of a file that the server could read; fails where it was read."""
    path = tmp_path / "secret.wav"
    path.write_bytes(SECRET)
    os.utime(path, (1, 1_000_000))  # a read later than this is noticed, where atimes are kept
    return str(path)


def says_nothing(upstream: RawServer, body: bytes) -> None:
    """Neither the upstream nor the client has anything of the file."""
    for text in (body, *(request.body for request in upstream.requests)):
        assert b"the secret" not in text
        assert base64.b64encode(SECRET)[:40] not in text


# Local files -------------------------------------------------------------------------------------


def forms_of(path: str) -> list[str]:
    return [
        path,
        f"file://{path}",
        f"file:{path}",
        f"FILE://localhost{path}",
        os.path.relpath(path),
    ]


def parts_of(kind: str, path: str) -> list[dict[str, Any]]:
    return {
        "image": [
            {"type": "image_url", "image_url": {"url": path}},
            {"type": "image_url", "image_url": path},
            {"type": "image_url", "image_url": {"url": path, "format": "image/png"}},
        ],
        "file": [
            {"type": "file", "file": {"file_id": path}},
            {"type": "file", "file": {"file_data": path, "filename": "a.pdf"}},
            {"type": "file", "file": {"file_url": path}},
            {"type": "file", "file": path},
        ],
        "audio": [
            {"type": "input_audio", "input_audio": {"data": path, "format": "wav"}},
            {"type": "input_audio", "input_audio": path},
            {"type": "input_audio", "input_audio": {"url": path}},
        ],
    }[kind]


@pytest.mark.parametrize("model", ["gpt-4o", "openai/responses/gpt-4o"])
@pytest.mark.parametrize("kind", ["image", "file", "audio"])
def test_a_path_in_a_chat(
    proxy: Proxy, upstream: RawServer, secret: str, kind: str, model: str
) -> None:
    before = os.stat(secret).st_atime
    for path in forms_of(secret):
        for part in parts_of(kind, path):
            messages = [{"role": "user", "content": [{"type": "text", "text": "a"}, part]}]
            got = ask(proxy.url, body={"model": model, "messages": messages})
            says_nothing(upstream, got.body)
            # It is refused here, or goes on as the text that it is.
            if got.status == 400:
                assert got.error["type"] == "invalid_request_error"
    assert os.stat(secret).st_atime == before


def test_a_path_in_a_response(proxy: Proxy, upstream: RawServer, secret: str) -> None:
    for path in forms_of(secret):
        for part in (
            {"type": "input_image", "image_url": path},
            {"type": "input_file", "file_url": path},
            {"type": "input_file", "file_data": path, "filename": "a.pdf"},
            {"type": "input_audio", "input_audio": {"data": path, "format": "wav"}},
        ):
            body = {"model": "gpt-4o", "input": [{"role": "user", "content": [part]}]}
            says_nothing(upstream, ask(proxy.url, "POST", "/v1/responses", body).body)


@pytest.mark.parametrize("target", ["transcriptions", "translations"])
def test_a_path_as_a_sound(proxy: Proxy, upstream: RawServer, secret: str, target: str) -> None:
    """In JSON, and as a field of a form."""
    before = os.stat(secret).st_atime
    where = f"/v1/audio/{target}"
    for path in forms_of(secret):
        for value in (path, [path], {"path": path}, [None, path], ["a.wav", path]):
            got = ask(proxy.url, "POST", where, {"model": "whisper-1", "file": value})
            assert got.status == 400, value
            assert got.error["type"] == "invalid_request_error"
            says_nothing(upstream, got.body)
        for fields in ([("file", path)], [("file[]", path)], [("file[path]", path)]):
            body, headers = form([("model", "whisper-1"), *fields])
            got = ask(proxy.url, "POST", where, body, headers)
            assert got.status == 400, fields
            says_nothing(upstream, got.body)
    assert not upstream.requests
    assert os.stat(secret).st_atime == before


def test_a_path_as_a_name_of_an_upload(proxy: Proxy, upstream: RawServer, secret: str) -> None:
    body, headers = form([("model", "whisper-1"), ("file", (secret, b"RIFF1234WAVEfmt mine"))])
    ask(proxy.url, "POST", "/v1/audio/transcriptions", body, headers)
    says_nothing(upstream, b"")
    assert b"mine" in upstream.requests[-1].body


def test_a_path_as_a_picture_of_a_video(proxy: Proxy, upstream: RawServer, secret: str) -> None:
    for path in forms_of(secret):
        for value in (path, [path], {"image_url": path}, {"file": path}):
            got = ask(proxy.url, "POST", "/v1/videos", {**VIDEO, "input_reference": value})
            says_nothing(upstream, got.body)
        body, headers = form([*VIDEO.items(), ("input_reference", path)])
        says_nothing(upstream, ask(proxy.url, "POST", "/v1/videos", body, headers).body)


@pytest.mark.parametrize(
    "part",
    [
        {"type": "file", "file": {"file_id": "URL"}},
        {"type": "file", "file": {"file_url": "URL"}},
        {"type": "image_url", "image_url": {"url": "URL", "format": "image/png"}},
        {"type": "input_audio", "input_audio": {"url": "URL", "format": "wav"}},
        {"type": "input_audio", "input_audio": {"data": "URL", "format": "wav"}},
    ],
)
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433"])
def test_no_url_leads_into_the_servers_network(
    proxy: Proxy, upstream: RawServer, part: dict[str, Any], host: str
) -> None:
    """Nothing is fetched from a private address: at most the URL itself goes upstream."""
    import json

    url = f"http://{host}:{upstream.port}/inside"
    given = json.loads(json.dumps(part).replace("URL", url))
    body = {**CHAT, "messages": [{"role": "user", "content": [given]}]}
    got = ask(proxy.url, body=body)
    assert [r.target for r in upstream.requests] in ([], ["/v1/chat/completions"])
    if not upstream.requests:
        assert got.status == 400
        assert got.error["type"] == "invalid_request_error"
    if part["type"] == "file":
        assert got.status == 400


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "169.254.169.254"])
def test_no_url_of_a_sound_leads_there_either(proxy: Proxy, upstream: RawServer, host: str) -> None:
    url = f"http://{host}:{upstream.port}/a.wav"
    for target in ("transcriptions", "translations"):
        where = f"/v1/audio/{target}"
        got = ask(proxy.url, "POST", where, {"model": "whisper-1", "file": url})
        assert got.status == 400
        body, headers = form([("model", "whisper-1"), ("file", url)])
        assert ask(proxy.url, "POST", where, body, headers).status == 400
    assert not upstream.requests
    for value in (url, {"image_url": url}):
        ask(proxy.url, "POST", "/v1/videos", {**VIDEO, "input_reference": value})
    assert {r.target for r in upstream.requests} <= {"/v1/videos"}


# Settings ----------------------------------------------------------------------------------------

ENDPOINTS: dict[str, dict[str, Any]] = {
    "/v1/chat/completions": CHAT,
    "/chat/completions": CHAT,
    "/engines/gpt-4o/chat/completions": CHAT,
    "/v1/responses": RESPONSE,
    "/v1/responses/compact": RESPONSE,
    "/v1/responses/input_tokens": RESPONSE,
    "/v1/embeddings": EMBEDDING,
    "/v1/completions": {"model": "gpt-3.5-turbo-instruct", "prompt": "a"},
    "/v1/audio/speech": SPEECH,
    "/v1/audio/transcriptions": {"model": "whisper-1"},
    "/v1/videos": VIDEO,
    "/v1/videos/video_1/remix": {"prompt": "a"},
    "/v1/conversations": {},
    "/v1/responses/resp_1/cancel": {},
    "/v1/moderations": {"input": "a"},
    "/v1/made/up": {},
}
NAMED = {"api_base", "base_url", "api_key", "organization", "headers", "extra_headers"}


def test_the_settings_are_known() -> None:
    assert set(CALL_SETTINGS) > NAMED


@pytest.mark.parametrize("setting", CALL_SETTINGS)
def test_a_setting_in_json(proxy: Proxy, upstream: RawServer, setting: str) -> None:
    for target, body in ENDPOINTS.items():
        for value in ("http://127.0.0.1:9", None, {"a": "b"}, 7):
            got = ask(proxy.url, "POST", target, {**body, setting: value})
            assert got.status == 400, (target, value)
            error = got.error
            assert (error["code"], error["param"]) == ("forbidden_parameter", setting)
            assert setting in error["message"]
            if not target.endswith(("chat/completions", "speech")):
                break  # one value will do
    escaped = "".join(f"\\u{ord(letter):04x}" for letter in setting)
    body_of_escapes = b'{"model":"gpt-4o","messages":[],"%s":"x"}' % escaped.encode()
    assert ask(proxy.url, body=body_of_escapes).status == 400
    assert not upstream.requests


@pytest.mark.parametrize("setting", CALL_SETTINGS)
def test_a_setting_in_a_form(proxy: Proxy, upstream: RawServer, setting: str) -> None:
    wav = ("a.wav", b"RIFF1234WAVEfmt ")
    for target, fields in (
        ("/v1/audio/transcriptions", [("model", "whisper-1"), ("file", wav)]),
        ("/v1/audio/translations", [("model", "whisper-1"), ("file", wav)]),
        ("/v1/videos", [("model", "sora-2"), ("prompt", "a")]),
    ):
        for name in (setting, f"{setting}[]", f"{setting}[a]"):
            for given in ([*fields, (name, "x")], [(name, "x"), *fields]):
                body, headers = form(given)
                got = ask(proxy.url, "POST", target, body, headers)
                assert got.status == 400, (target, name)
                assert (got.error["code"], got.error["param"]) == ("forbidden_parameter", setting)
        body, headers = form([*fields, (setting, ("a.txt", b"x"))])  # as a file
        assert ask(proxy.url, "POST", target, body, headers).status == 400
    assert not upstream.requests


def test_settings_inside_are_data(proxy: Proxy, upstream: RawServer) -> None:
    body = {**CHAT, "metadata": dict.fromkeys(CALL_SETTINGS, "x")}
    assert ask(proxy.url, body=body).status == 200
    assert upstream.requests[-1].json == body


def test_settings_in_queries_and_headers_do_nothing(proxy: Proxy, upstream: RawServer) -> None:
    query = "&".join(f"{name}=http://127.0.0.1:9" for name in CALL_SETTINGS)
    headers = {name: "http://127.0.0.1:9" for name in CALL_SETTINGS if name != "headers"}
    got = ask(proxy.url, target=f"/v1/chat/completions?{query}", body=CHAT, headers=headers)
    assert got.status == 200
    [request] = upstream.requests
    assert request.target == "/v1/chat/completions"
    assert not set(headers) & set(request.headers)


# The client's own -------------------------------------------------------------------------------

OWN = {
    "authorization": "Bearer sk-of-the-client",
    "cookie": "session=of-the-client",
    "proxy-authorization": "Basic of-the-client",
    "api-key": "of-the-client",
    "x-api-key": "of-the-client",
    "openai-organization": "org-of-the-client",
    "openai-project": "proj-of-the-client",
    "x-forwarded-for": "192.0.2.7",
    "forwarded": "for=192.0.2.7",
    "x-real-ip": "192.0.2.7",
    "referer": "https://of-the-client.example",
    "user-agent": "of-the-client",
}
WAYS: list[tuple[str, str, Any]] = [
    ("POST", "/v1/chat/completions", CHAT),
    ("POST", "/v1/chat/completions", {**CHAT, "stream": True}),
    ("POST", "/engines/gpt-4o/chat/completions", CHAT),
    ("POST", "/v1/chat/completions", {**CHAT, "model": "openai/responses/gpt-4o"}),
    ("POST", "/v1/responses", RESPONSE),
    ("POST", "/v1/responses/compact", RESPONSE),
    ("POST", "/v1/embeddings", EMBEDDING),
    ("POST", "/v1/completions", {"model": "gpt-3.5-turbo-instruct", "prompt": "a"}),
    ("POST", "/v1/audio/speech", SPEECH),
    ("POST", "/v1/videos", VIDEO),
    ("GET", "/v1/videos/video_1", None),
    ("GET", "/v1/videos/video_1/content", None),
    ("GET", "/v1/responses/resp_1", None),
    ("DELETE", "/v1/responses/resp_1", None),
    ("POST", "/v1/conversations", {}),
    ("GET", "/v1/files", None),
    ("POST", "/v1/files", b"--x--\r\n"),
    ("POST", "/v1/moderations", {"input": "a"}),
]


@pytest.mark.parametrize(("method", "target", "body"), WAYS)
def test_nothing_of_the_clients_own_goes_upstream(
    proxy: Proxy, upstream: RawServer, method: str, target: str, body: Any
) -> None:
    ask(proxy.url, method, target, body, {**OWN, "origin": proxy.url})
    [request] = upstream.requests
    assert "origin" not in request.headers
    assert request.headers["authorization"] == "Bearer sk-upstream"
    assert "of-the-client" not in repr(request.raw_headers)
    assert "192.0.2.7" not in repr(request.raw_headers)
    names = [name.lower() for name, _ in request.raw_headers]
    assert len(names) == len(set(names))


def test_nothing_of_the_clients_own_goes_upstream_in_a_form(
    proxy: Proxy, upstream: RawServer
) -> None:
    body, headers = form([("model", "whisper-1"), ("file", ("a.wav", b"RIFF1234WAVEfmt "))])
    for target in ("transcriptions", "translations"):
        upstream.requests.clear()
        ask(proxy.url, "POST", f"/v1/audio/{target}", body, {**headers, **OWN})
        [request] = upstream.requests
        assert request.headers["authorization"] == "Bearer sk-upstream"
        assert "of-the-client" not in repr(request.raw_headers)


# The organization -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def organized(server: RawServer) -> Iterator[Proxy]:
    """A server that passes the client's organization on."""
    config = f"""
        model_list:
          - model_name: "*"
            litellm_params:
              model: openai/*
              api_key: sk-upstream
              api_base: {server.base_url}
              organization: org-configured
        general_settings: {{forward_openai_org_id: true}}
        router_settings: {{num_retries: 0, cooldown_time: 0}}
    """
    with running(config) as proxy:
        yield proxy


@pytest.mark.parametrize(("method", "target", "body"), WAYS)
def test_the_organization_of_a_client(
    organized: Proxy, upstream: RawServer, method: str, target: str, body: Any
) -> None:
    ask(organized.url, method, target, body, {"OpenAI-Organization": "org-of-the-client"})
    ask(organized.url, method, target, body)
    ask(organized.url, method, target, body, {"OpenAI-Organization": ""})
    found = [request.headers.get("openai-organization") for request in upstream.requests]
    assert found == ["org-of-the-client", "org-configured", "org-configured"]
    upstream.requests.clear()
    got = ask(organized.url, method, target, body, {"OpenAI-Organization": "\xe9"})
    assert got.status == 400
    assert "OpenAI-Organization" in got.error["message"]
    assert not upstream.requests
    for given in ("a\tb", "a" * 5000):
        ask(organized.url, method, target, body, {"OpenAI-Organization": given})
    assert [r.headers["openai-organization"] for r in upstream.requests] == ["a\tb", "a" * 5000]
    for request in upstream.requests:
        assert request.headers["authorization"] == "Bearer sk-upstream"


FRAMINGS = {
    "length": {"content-length": "100000"},
    "chunks": {"transfer-encoding": "chunked"},
    "end": {"connection": "close"},
}


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("path", ["chat/completions", "embeddings", "responses"])
def test_a_timeout_bounds_an_answer_that_drips(server: RawServer, path: str, framing: str) -> None:
    def drip(asked: Asked, wire: Wire) -> None:
        wire.head(200, {"content-type": "application/json", **FRAMINGS[framing]})
        wire.trickle(b" ", every=0.02, chunked=framing == "chunks")

    config = f"""
        model_list:
          - model_name: "*"
            litellm_params:
              model: openai/*
              api_key: sk-test
              api_base: {server.base_url}
              timeout: 0.5
        router_settings: {{num_retries: 0}}
    """
    server.answer = drip
    with running(config) as proxy:
        sent = {**CHAT, "input": "a"}
        got = ask(proxy.url, "POST", f"/v1/{path}", sent)
        assert (got.status, got.error["code"]) == (504, "upstream_timeout")
