"""The later page's `curl` commands, each against a server as its section sets it up."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asked
import pytest
import served
from marks import PROXY, covers
from proxying import Proxy

from jackfield_testing import Sandbox
from jackfield_testing.sandbox.audio_bytes import wav

REASONING = "getting-reasoning-content-in-chat-completions"
ADVANCED = f"{REASONING}/advanced-using-reasoning_effort-with-summary-field"
VERBOSITY = f"{REASONING}/verbosity-control-for-gpt-5-models"
PDF = "pdf-file-parsing"
BRIDGE = "openai-chat-completion-to-responses-api-bridge"
AUDIO = "openai-audio-transcription"

DOCUMENT = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
SOUND = wav("a few words, spoken plainly")


def blocks(section: str, *numbers: int) -> pytest.MarkDecorator:
    return covers(PROXY, later=[f"{section}#block:{number}" for number in numbers])


@pytest.fixture
def running(
    request: pytest.FixtureRequest, sandbox_server: Sandbox, tmp_path: Path
) -> Iterator[Proxy]:
    """A server of the section that is given, with the second of its blocks and the third."""
    section = request.param
    config, command = served.text(f"{section}#block:2"), served.text(f"{section}#block:3")
    with served.server(tmp_path, sandbox_server, command, config) as found:
        yield found


@pytest.fixture(scope="module")
def every(sandbox_server: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    """A server for every model, for sections that only give a `curl` command."""
    config = served.text("2.-start-the-proxy#block:2")
    folder = tmp_path_factory.mktemp("server")
    with served.server(folder, sandbox_server, served.START, config) as found:
        yield found


# Reasoning and verbosity -------------------------------------------------------------------------


@pytest.mark.parametrize(
    "section",
    [pytest.param(section, marks=blocks(section, 2)) for section in (REASONING, ADVANCED)],
)
def test_reasoning_through_responses(
    every: Proxy, upstream: Sandbox, tmp_path: Path, section: str
) -> None:
    command = served.text(f"{section}#block:2")
    answers = served.curl(command, every, tmp_path)
    sent = [json.loads(body) for body in served.bodies(command)]
    asked.only(upstream, len(sent))
    for given, request, answer in zip(sent, upstream.requests, answers, strict=True):
        effort = given["reasoning_effort"]
        reasoning = effort if isinstance(effort, dict) else {"effort": effort}
        assert (request.method, request.path) == ("POST", "/v1/responses")
        assert request.headers["authorization"] == f"Bearer {served.KEY}"
        assert given["model"] == "openai/responses/gpt-5-mini"
        assert request.json == {
            "model": "gpt-5-mini",
            "input": given["messages"],
            "reasoning": reasoning,
        }
        assert answer.status == 200
        assert answer.json["object"] == "chat.completion"
        message = answer.json["choices"][0]["message"]
        assert given["messages"][0]["content"] in message["content"]
        assert bool(message.get("reasoning_content")) == ("summary" in reasoning)


@blocks(VERBOSITY, 2)
def test_verbosity(every: Proxy, upstream: Sandbox, tmp_path: Path) -> None:
    command = served.text(f"{VERBOSITY}#block:2")
    [answer] = served.curl(command, every, tmp_path)
    [sent] = map(json.loads, served.bodies(command))
    assert sent["verbosity"] == "low"
    asked.chat(upstream, sent)
    asked.only(upstream)
    assert answer.status == 200
    assert sent["messages"][0]["content"] in answer.json["choices"][0]["message"]["content"]


# Two bodies that are no JSON as they are given ---------------------------------------------------


def check_refused(command: str, running: Proxy, folder: Path, upstream: Sandbox) -> int:
    """Assert that a body is refused with the place of its mistake; gives that as an offset."""
    [answer] = served.curl(command, running, folder)
    assert answer.status == 400
    error = answer.json["error"]
    assert (error["type"], error["code"]) == ("invalid_request_error", "invalid_json")
    found = re.search(r"line (\d+) column (\d+)", error["message"])
    assert found is not None, error
    assert not upstream.requests
    [body] = served.bodies(command)
    lines = body.splitlines(keepends=True)
    return len("".join(lines[: int(found[1]) - 1])) + int(found[2]) - 1


@blocks(PDF, 2, 3, 4)
@pytest.mark.parametrize("running", [PDF], indirect=True)
def test_a_pdf(running: Proxy, upstream: Sandbox, tmp_path: Path) -> None:
    command = served.text(f"{PDF}#block:4")
    [body] = served.bodies(command)
    assert check_refused(command, running, tmp_path, upstream) == body.index('f"data:')
    data = base64.b64encode(DOCUMENT).decode()
    encoded = (r'f"(data:application/pdf;base64,)\{base64_string\}"', rf'"\g<1>{data}"')
    command = served.without_last_commas(served.changed(command, encoded))
    [answer] = served.curl(command, running, tmp_path)
    [body] = served.bodies(command)
    asked.chat(upstream, {**json.loads(body), "model": "gpt-4o"})
    asked.only(upstream)
    [part] = upstream.last.json["messages"][0]["content"]
    assert part["file"]["file_data"] == f"data:application/pdf;base64,{data}"
    assert answer.status == 200
    content = answer.json["choices"][0]["message"]["content"]
    assert f"a file ({part['file']['filename']}, application/pdf, {len(DOCUMENT)} byte" in content


@blocks(BRIDGE, 2, 3, 4)
@pytest.mark.parametrize("running", [BRIDGE], indirect=True)
def test_deep_research(running: Proxy, upstream: Sandbox, tmp_path: Path) -> None:
    command = served.text(f"{BRIDGE}#block:4")
    [body] = served.bodies(command)
    mistake = re.search(r",\s*[}\]]", body)
    assert mistake is not None
    # Parsers differ in whether the comma is the mistake, or what follows it.
    assert mistake.start() <= check_refused(command, running, tmp_path, upstream) < mistake.end()
    command = served.without_last_commas(command)
    [answer] = served.curl(command, running, tmp_path)
    [sent] = map(json.loads, served.bodies(command))
    asked.responses(upstream, {"model": "o3-deep-research-2025-06-26", "tools": sent["tools"]})
    assert upstream.last.json["input"] == sent["messages"]
    asked.only(upstream)
    assert (answer.status, answer.json["object"]) == (200, "chat.completion")
    assert answer.json["choices"][0]["message"]["content"]


# Audio -------------------------------------------------------------------------------------------


@blocks(AUDIO, 2, 3, 4)
@pytest.mark.parametrize("running", [AUDIO], indirect=True)
def test_a_transcription(running: Proxy, upstream: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "gettysburg.wav").write_bytes(SOUND)
    here = (r'(?<=@")/[^"]*(?=/gettysburg\.wav")', str(tmp_path))
    command = served.changed(served.text(f"{AUDIO}#block:4"), here)
    [refused] = served.curl(served.changed(command, ("sk-1234", "sk-12345")), running, tmp_path)
    assert (refused.status, refused.json["error"]["code"]) == (401, "invalid_api_key")
    assert not upstream.requests
    [answer] = served.curl(command, running, tmp_path)
    request = upstream.last
    assert (request.method, request.path) == ("POST", "/v1/audio/transcriptions")
    assert request.headers["authorization"] == f"Bearer {served.KEY}"
    form = dict(request.form)
    file: Any = form.pop("file")
    assert (file.filename, file.content_type, file.data) == ("gettysburg.wav", "audio/wav", SOUND)
    assert form == {"model": "gpt-4o-transcribe"}
    asked.only(upstream)
    assert answer.status == 200
    assert answer.json["text"]
    assert answer.json["usage"]["type"] == "tokens"
