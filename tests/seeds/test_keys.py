"""Keys and addresses from the environment."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from pathlib import Path

import asked
import pytest
from marks import CORE, covers

import jackfield as litellm
from jackfield_testing import Sandbox

PROGRAM = """
import jackfield
answer = jackfield.completion("gpt-4o", [{"role": "user", "content": "Hi"}])
print(answer.choices[0].message.content)
"""
NO_FILE_HERE = {"JACKFIELD_DOTENV": "0"}


@covers(CORE, both="required-api-keys#block:1")
def test_the_key_of_the_environment_is_sent(upstream: Sandbox, messages: list) -> None:
    os.environ["OPENAI_API_KEY"] = "sk-mine"
    litellm.completion("gpt-4o", messages)
    asked.chat(upstream, {"model": "gpt-4o", "messages": messages}, authorization="Bearer sk-mine")


def run(command: str, upstream: Sandbox, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run shell lines as a user does, with no key around."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    (folder / "program.py").write_text(PROGRAM, "utf-8")
    return subprocess.run(
        ["sh", "-c", f"{command}\n{shlex.quote(sys.executable)} -W error program.py"],
        cwd=folder,
        env={**kept, **NO_FILE_HERE, "OPENAI_BASE_URL": upstream.base_url, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@covers(CORE, both="1.-save-key-in-your-environment#block:1")
def test_a_key_exported_in_a_shell_reaches_the_program(upstream: Sandbox, tmp_path: Path) -> None:
    done = run('export OPENAI_API_KEY="sk-exported"', upstream, tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Hi" in done.stdout
    assert upstream.last.headers["authorization"] == "Bearer sk-exported"


def test_a_key_left_empty_as_on_the_page_is_asked_for(upstream: Sandbox, tmp_path: Path) -> None:
    done = run('export OPENAI_API_KEY=""', upstream, tmp_path)
    assert done.returncode != 0
    assert "AuthenticationError" in done.stderr
    assert "OPENAI_API_KEY" in done.stderr
    assert upstream.requests == []


OPTIONAL = "optional-keys-openai-organization-openai-api-base#block:1"


@pytest.mark.parametrize(
    "variable",
    [
        pytest.param("OPENAI_BASE_URL", marks=covers(CORE, later=OPTIONAL)),
        pytest.param("OPENAI_API_BASE", marks=covers(CORE, earlier=OPTIONAL)),
    ],
)
def test_organization_and_address_of_the_environment(
    upstream: Sandbox, messages: list, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL")
    os.environ["OPENAI_ORGANIZATION"] = "org-mine"
    os.environ[variable] = upstream.base_url
    response = litellm.completion("gpt-4o", messages)
    asked.chat(upstream, {"model": "gpt-4o", "messages": messages}, openai_organization="org-mine")
    assert response._response_headers["openai-organization"] == "org-mine"


def test_the_newer_variable_goes_before_the_older(
    upstream: Sandbox, messages: list, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_BASE", "http://127.0.0.1:1/v1")
    litellm.completion("gpt-4o", messages)
    asked.only(upstream)
    # an empty variable is as good as none
    monkeypatch.setenv("OPENAI_BASE_URL", "")
    monkeypatch.setenv("OPENAI_API_BASE", upstream.base_url)
    litellm.completion("gpt-4o", messages)
    asked.only(upstream, 2)


@pytest.mark.parametrize("variable", ["OPENAI_BASE_URL", "OPENAI_API_BASE"])
def test_the_address_holds_for_every_surface(
    upstream: Sandbox, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL")
    monkeypatch.setenv(variable, upstream.base_url)
    litellm.embedding(model="text-embedding-3-small", input="hello")
    litellm.text_completion("gpt-3.5-turbo-instruct", "hello")
    assert [request.path for request in upstream.requests] == ["/v1/embeddings", "/v1/completions"]
    asked.only(upstream, 2)
