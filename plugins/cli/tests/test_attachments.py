"""chat with images, files and sound."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_samples import PDF, PNG, WAV
from click.testing import Result
from terminals import on_terminal, posix

from jackfield_testing import Sandbox

Run = Callable[..., Result]
Process = Callable[..., Any]


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cat.png").write_bytes(PNG)
    (tmp_path / "paper.pdf").write_bytes(PDF)
    (tmp_path / "sound.wav").write_bytes(WAV)


def content(sandbox: Sandbox) -> Any:
    return sandbox.last.json["messages"][-1]["content"]


def test_files_become_parts_of_the_question(run: Run, sandbox_env: Sandbox) -> None:
    shown = run(
        *("chat", "What is this?", "--image", "cat.png", "--file", "paper.pdf"),
        *("--audio", "sound.wav", "-m", "gpt-4o-audio-preview", "--system", "Be brief"),
    )
    assert shown.exit_code == 0, shown.stderr
    text, *parts = content(sandbox_env)
    assert text == {"type": "text", "text": "What is this?"}
    by_type = {part["type"]: part for part in parts}
    image = base64.b64encode(PNG).decode()
    assert by_type["image_url"]["image_url"] == {"url": f"data:image/png;base64,{image}"}
    assert by_type["file"]["file"]["filename"] == "paper.pdf"
    assert by_type["input_audio"]["input_audio"]["format"] == "wav"
    assert "image/png" in shown.stdout


def test_urls_and_ids_go_as_they_are(run: Run, sandbox_env: Sandbox) -> None:
    url = "https://example.com/cat.png"
    uploaded = "file-abc123"
    run("chat", "x", "--image", url, "--image", "cat.png", "--file", uploaded)
    parts = content(sandbox_env)[1:]
    assert {"type": "image_url", "image_url": {"url": url}} in parts
    assert {"type": "file", "file": {"file_id": uploaded}} in parts
    assert len(parts) == 3


def test_a_name_that_looks_like_base64_is_a_path(run: Run, sandbox_env: Sandbox) -> None:
    Path("Makefile").write_bytes(PNG)
    assert run("chat", "x", "--image", "Makefile").exit_code == 0
    assert content(sandbox_env)[1]["image_url"]["url"].startswith("data:image/png;base64,")


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--image", "nosuch.png"], "can't read nosuch.png: No such file"),
        (["--image", "."], "not a regular file"),
        (["--image", "paper.pdf"], "not an image"),
        (["--file", "nosuch.pdf"], "can't read nosuch.pdf"),
        (["--audio", "nosuch.wav"], "can't read nosuch.wav"),
        (["--image", "cat.png", "-p", "max_file_bytes=10"], "the limit of 10 bytes"),
    ],
)
def test_what_can_go_wrong(run: Run, sandbox_env: Sandbox, args: list[str], words: str) -> None:
    failed = run("chat", "x", *args)
    assert (failed.exit_code, failed.stdout) == (1, "")
    assert words in failed.stderr
    assert sandbox_env.requests == []


def test_without_the_plugin_it_is_named(process: Process, sandbox: Sandbox) -> None:
    settings = {
        "OPENAI_BASE_URL": sandbox.base_url,
        "OPENAI_API_KEY": "sk-x",
        "JACKFIELD_DISABLE_PLUGINS": "openai-content",
    }
    failed = process("chat", "x", "--image", "cat.png", **settings)
    assert failed.returncode == 1
    assert "jackfield-openai-content" in failed.stderr
    assert sandbox.requests == []


@posix
def test_in_a_conversation_they_go_with_the_first_question(sandbox: Sandbox) -> None:
    settings = ("--api-base", sandbox.base_url, "--api-key", "sk-x")
    with on_terminal("chat", *settings, "--image", "cat.png") as (running, terminal):
        terminal.until("> ")
        terminal.type("First\n")
        terminal.until("> ", 2)
        terminal.type("Second\n")
        terminal.until("> ", 3)
        terminal.type("\x04")
        terminal.until("\0")
    assert running.returncode == 0
    first, _, second = sandbox.last.json["messages"]
    assert [part["type"] for part in first["content"]] == ["text", "image_url"]
    assert second["content"] == "Second"
