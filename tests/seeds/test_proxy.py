"""The three ways to start the server, and the three clients that try it."""

from __future__ import annotations

import contextlib
import json
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asked
import httpx
import proxying
import pytest
import served
from marks import PROXY, covers
from proxying import Proxy
from rawserver import PATIENCE

from jackfield_testing import Sandbox

START = "2.-start-the-proxy"
TRY = "3.-test-it"
FILE, EVERY, ONE = f"{START}#block:1", f"{START}#block:2", f"{START}#block:3"
CHAT, TEXT = "/v1/chat/completions", "/v1/completions"

#: What is asked for, and where it goes; None for nowhere.
SERVES: dict[str, dict[str, tuple[str, str] | None]] = {
    FILE: {
        "gpt-3.5-turbo": (CHAT, "gpt-3.5-turbo"),
        "gpt-3.5-turbo-instruct": (TEXT, "gpt-3.5-turbo-instruct"),
        "gpt-4": None,
    },
    EVERY: {name: (CHAT, name) for name in ("gpt-4", "gpt-3.5-turbo", "gpt-4-turbo-preview")},
    ONE: dict.fromkeys(("gpt-3.5-turbo", "gpt-4", "anything"), (CHAT, "gpt-3.5-turbo")),
}


@pytest.fixture(
    scope="module",
    params=[pytest.param(place, marks=covers(PROXY, both=place)) for place in (FILE, EVERY, ONE)],
)
def running(
    request: pytest.FixtureRequest,
    sandbox_server: Sandbox,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Proxy]:
    """A server as one of the blocks starts it."""
    block = served.text(request.param)
    command, config = (block, None) if request.param == ONE else (served.START, block)
    folder = tmp_path_factory.mktemp("server")
    with served.server(folder, sandbox_server, command, config) as found:
        yield found


@covers(PROXY, both=f"{TRY}#block:1")
def test_curl(running: Proxy, upstream: Sandbox, tmp_path: Path) -> None:
    command = served.text(f"{TRY}#block:1")
    [answer] = served.curl(command, running, tmp_path)
    [sent] = served.bodies(command)
    asked.chat(upstream, json.loads(sent), openai_organization=None)
    asked.only(upstream)
    assert answer.status == 200
    assert answer.json["object"] == "chat.completion"
    assert json.loads(sent)["messages"][0]["content"] in content(answer.json)


def test_what_is_served(
    running: Proxy, upstream: Sandbox, request: pytest.FixtureRequest, messages: list[Any]
) -> None:
    expected = SERVES[request.node.callspec.params["running"]]
    for name, goes in expected.items():
        upstream.clear()
        body = {"model": name, "messages": messages}
        answer = httpx.post(f"{running.url}/chat/completions", json=body, trust_env=False)
        if goes is None:
            assert answer.status_code == 404
            assert answer.json()["error"]["code"] == "model_not_found"
            assert not upstream.requests
            continue
        assert (upstream.last.path, upstream.last.json["model"]) == goes
        assert upstream.last.headers["authorization"] == f"Bearer {served.KEY}"
        assert answer.json()["object"] == "chat.completion"
        assert messages[0]["content"] in content(answer.json())
        asked.only(upstream)


@pytest.mark.parametrize("running", [FILE], indirect=True)
def test_text_completions_by_their_own_endpoint(running: Proxy, upstream: Sandbox) -> None:
    body = {"model": "gpt-3.5-turbo-instruct", "prompt": "Once upon a time"}
    answer = httpx.post(f"{running.url}/completions", json=body, trust_env=False)
    assert answer.json()["object"] == "text_completion"
    assert (upstream.last.path, upstream.last.json) == (TEXT, body)
    assert upstream.last.headers["authorization"] == f"Bearer {served.KEY}"
    asked.only(upstream)


@covers(PROXY, both=f"{TRY}#block:2")
@pytest.mark.parametrize("running", [ONE], indirect=True)
def test_the_sdk(running: Proxy, upstream: Sandbox, tmp_path: Path) -> None:
    code = served.text(f"{TRY}#block:2")
    printed = served.python(code, running, tmp_path)
    [message] = upstream.last.json["messages"]
    assert message["role"] == "user"
    assert f'"content": "{message["content"]}"' in code
    asked.chat(upstream, {"model": "gpt-3.5-turbo", "messages": [message]})
    asked.only(upstream)
    assert printed.startswith("ChatCompletion(")
    assert message["content"] in printed


@covers(PROXY, both=f"{TRY}#block:3")
@pytest.mark.parametrize("running", [FILE], indirect=True)
def test_langchain(running: Proxy, upstream: Sandbox, tmp_path: Path) -> None:
    code = served.langchain(served.text(f"{TRY}#block:3"))
    printed = served.python(code, running, tmp_path, {"OPENAI_API_KEY": "sk-of-the-client"})
    body = upstream.last.json
    assert body["temperature"] == 0.1
    assert [message["role"] for message in body["messages"]] == ["system", "user"]
    assert all(f'content="{message["content"]}"' in code for message in body["messages"])
    assert body["model"] == "gpt-3.5-turbo"
    asked.chat(upstream, body)  # its key and headers
    asked.only(upstream)
    assert printed.startswith("content=")
    assert body["messages"][1]["content"] in printed


@covers(PROXY, both=ONE)
def test_the_port_is_the_pages_unless_another_is_given() -> None:
    served.text(ONE)  # skips where the pages are absent
    with socket.socket() as holder:
        with contextlib.suppress(OSError):  # somebody else has it; that is as good
            holder.bind(("127.0.0.1", 4000))
            holder.listen()
        done = subprocess.run(
            [str(proxying.COMMAND), "--model", "gpt-3.5-turbo"],
            env=proxying.environment({"OPENAI_API_KEY": served.KEY}),
            capture_output=True,
            text=True,
            timeout=6 * PATIENCE,
            check=False,
        )
    assert done.returncode == 1
    assert "port 4000 of 127.0.0.1 is in use" in done.stderr


def content(answer: Any) -> str:
    found: str = answer["choices"][0]["message"]["content"]
    return found
