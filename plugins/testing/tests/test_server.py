"""The server: routes, headers, keys, journal, start and stop, the command, the fixtures."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
from typing import Any

import httpx
import jsonschema
import material
import pytest
from click.testing import CliRunner

import jackfield_testing
from jackfield_testing import Sandbox
from jackfield_testing.command import sandbox as command

KEY = {"authorization": "Bearer sk-anything"}
BODY = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture
def client(sandbox: Sandbox) -> Any:
    root = sandbox.base_url.removesuffix("/v1")
    with httpx.Client(base_url=root, headers=KEY, timeout=5) as client:
        yield client


@pytest.mark.parametrize("prefix", ["", "/v1"])
def test_routes_with_and_without_v1(client: httpx.Client, prefix: str) -> None:
    assert client.post(f"{prefix}/chat/completions", json=BODY).status_code == 200
    listed = client.get(f"{prefix}/models").json()
    assert "gpt-4o" in [model["id"] for model in listed["data"]]
    assert client.get(f"{prefix}/models/ft:gpt-4o/x").json()["id"] == "ft:gpt-4o/x"


@pytest.mark.parametrize(
    ("method", "path", "content", "status", "code"),
    [
        ("GET", "/v1/nothing", b"", 404, "unknown_url"),
        ("GET", "/v1/chat/completions", b"", 405, "method_not_supported"),
        ("POST", "/v1/chat/completions/", b"{}", 404, "unknown_url"),
        ("POST", "/v1/chat/completions", b"{not json", 400, None),
        ("POST", "/v1/chat/completions", b"", 400, None),
        ("POST", "/v1/chat/completions", b"[]", 400, "invalid_type"),
        ("POST", "/v1/chat/completions", b"\xff", 400, None),
        ("POST", "/v1/chat/completions", b"[" * 100_000, 400, None),
        ("GET", "/v1/models/does-not-exist", b"", 404, "model_not_found"),
    ],
)
def test_errors_have_openais_shape(
    client: httpx.Client, method: str, path: str, content: bytes, status: int, code: str | None
) -> None:
    response = client.request(method, path, content=content)
    assert response.status_code == status
    assert response.headers["x-request-id"].startswith("req_")
    error = response.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["code"] == code
    document = material.schemas()
    if document is not None:
        schema = {**document, "$ref": "#/$defs/ErrorResponse"}
        jsonschema.Draft202012Validator(schema).validate(response.json())


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, None),
        ("Bearer", None),
        ("Basic abc", None),
        ("Bearer sk-invalid-1", "invalid_api_key"),
    ],
)
def test_keys(sandbox: Sandbox, authorization: str | None, code: str | None) -> None:
    headers = {} if authorization is None else {"authorization": authorization}
    response = httpx.post(f"{sandbox.base_url}/chat/completions", json=BODY, headers=headers)
    assert response.status_code == 401
    assert response.json()["error"]["code"] == code


def test_headers(client: httpx.Client) -> None:
    sent = {"openai-organization": "org-mine", "openai-project": "proj-mine"}
    first = client.post("/v1/chat/completions", json=BODY, headers=sent)
    second = client.post("/v1/chat/completions", json=BODY)
    assert first.content == second.content
    assert first.headers["x-request-id"] != second.headers["x-request-id"]
    assert first.headers["openai-organization"] == "org-mine"
    assert first.headers["openai-project"] == "proj-mine"
    assert first.headers["openai-model"] == "gpt-4o-2024-08-06"
    assert len(first.headers.get_list("set-cookie")) == 2
    for name in ("openai-processing-ms", "openai-version", "x-ratelimit-remaining-tokens", "date"):
        assert name in first.headers


def test_a_stream_is_chunked_and_framed(client: httpx.Client) -> None:
    with client.stream("POST", "/v1/chat/completions", json={**BODY, "stream": True}) as response:
        assert response.headers["transfer-encoding"] == "chunked"
        assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
        events = response.read().split(b"\n\n")
    assert events[-2:] == [b"data: [DONE]", b""]
    assert all(json.loads(event.removeprefix(b"data: ")) for event in events[:-2])


def test_the_journal(client: httpx.Client, sandbox: Sandbox) -> None:
    with pytest.raises(LookupError):
        _ = sandbox.last
    client.post(
        "/v1/chat/completions?a=1&a=2", json=BODY, headers=[("X-Twice", "a"), ("x-twice", "b")]
    )
    last = sandbox.last
    assert (last.method, last.path, last.query) == ("POST", "/v1/chat/completions", "a=1&a=2")
    assert last.headers["x-twice"] == "a, b"
    assert last.json == BODY
    assert json.loads(last.body) == BODY
    assert last.status == 200
    client.post("/v1/chat/completions", content=b"nonsense")
    assert sandbox.last.json is None
    shown = client.get("/_sandbox/requests").json()
    assert [record["status"] for record in shown] == [200, 400]
    assert shown[0]["json"] == BODY
    assert client.request("DELETE", "/_sandbox/requests").json() == []
    assert sandbox.requests == []


def test_it_starts_again_after_stopping_and_leaves_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = set(threading.enumerate())
    sandbox = Sandbox()
    with caplog.at_level("DEBUG", logger="uvicorn"):
        for _ in range(2):
            with sandbox:
                assert httpx.get(f"{sandbox.base_url}/models", headers=KEY).status_code == 200
                with pytest.raises(RuntimeError):
                    sandbox.start()
            with pytest.raises(httpx.ConnectError):
                httpx.get(f"{sandbox.base_url}/models")
    sandbox.stop()
    assert set(threading.enumerate()) == before
    assert caplog.records == []


def test_a_port_in_use_is_an_os_error(sandbox: Sandbox) -> None:
    with pytest.raises(OSError, match="in use"):
        Sandbox(port=sandbox.port).start()


@pytest.mark.skipif(not socket.has_ipv6, reason="this machine has no IPv6")
def test_ipv6() -> None:
    try:
        sandbox = Sandbox(host="::1").start()
    except OSError:
        pytest.skip("this machine does not listen on ::1")
    try:
        assert httpx.get(f"{sandbox.base_url}/models", headers=KEY).status_code == 200
    finally:
        sandbox.stop()


def test_the_command_says_that_the_port_is_taken(sandbox: Sandbox) -> None:
    result = CliRunner().invoke(command, ["--port", str(sandbox.port)])
    assert result.exit_code == 1
    assert result.output.startswith("Error: cannot listen on 127.0.0.1:")
    assert result.output.count("\n") == 1


def test_the_command_listens_until_interrupted() -> None:
    code = "from jackfield_testing.command import sandbox; sandbox()"
    with subprocess.Popen(
        [sys.executable, "-W", "error", "-c", code, "--port", "0", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = json.loads(process.stdout.readline())
        headers = {"authorization": f"Bearer {said['api_key']}"}
        assert httpx.get(f"{said['base_url']}/models", headers=headers).status_code == 200
        process.send_signal(2)
        try:
            _, errors = process.communicate(timeout=30)
        finally:
            process.kill()  # a test that fails does not wait for ever
    assert errors == ""
    assert process.returncode == 0


def test_importing_the_package_and_the_pytest_plugin_is_light() -> None:
    code = (
        "import sys, jackfield_testing, jackfield_testing.pytest_plugin as p;"
        "heavy = {'starlette', 'uvicorn', 'hypothesis', 'click', 'asyncio'};"
        "assert 'Sandbox' in dir(jackfield_testing);"
        "print(sorted(set(sys.modules) & heavy))"
    )
    bare = subprocess.run(
        [sys.executable, "-c", "import pytest, sys; print('asyncio' in sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=30
    )
    assert done.stdout.strip() == ("['asyncio']" if bare.stdout.strip() == "True" else "[]")


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError):
        _ = jackfield_testing.Nothing


def test_sandbox_env(sandbox_env: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    import os

    assert os.environ["OPENAI_BASE_URL"] == sandbox_env.base_url
    assert os.environ["OPENAI_API_KEY"] == sandbox_env.api_key
    assert sandbox_env.requests == []
