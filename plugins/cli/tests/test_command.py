"""The command as a process: start-up, exit codes, terminals, pipes, signals."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jackfield_testing import Sandbox

Process = Callable[..., "subprocess.CompletedProcess[str]"]
COMMAND = [sys.executable, "-m", "jackfield_cli"]
posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX terminals and signals")

LIGHT = """
import sys
from jackfield_cli.main import root
try:
    root(["--help"])
except SystemExit as stop:
    assert stop.code in (0, None), stop.code
heavy = ["httpx", "cattrs", "attrs", "rich", "importlib_metadata", "jackfield.client"]
heavy += ["jackfield_openai", "jackfield_openai_catalogue", "uvicorn", "jackfield_testing.sandbox"]
print([name for name in heavy if name in sys.modules], file=sys.stderr)
"""


def test_help_is_light() -> None:
    done = subprocess.run([sys.executable, "-c", LIGHT], capture_output=True, text=True)
    assert done.stderr == "[]\n"
    for name in ("chat", "explain", "models", "params", "plugins", "quickstart", "sandbox"):
        assert f"  {name} " in done.stdout


def test_no_arguments_give_help(process: Process) -> None:
    done = process()
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: jackfield ")


def test_versions(process: Process) -> None:
    lines = process("--version").stdout.splitlines()
    assert {"jackfield", "jackfield-cli", "jackfield-openai"} <= {line.split()[0] for line in lines}
    found = json.loads(process("--version", "--json").stdout)
    assert [f"{name} {version}" for name, version in found.items()] == lines


def test_wrong_usage_is_2(process: Process) -> None:
    for args in (["nosuch"], ["--nosuch"], ["models", "a", "b"], ["explain"]):
        done = process(*args)
        assert (done.returncode, done.stdout) == (2, "")
        assert "Traceback" not in done.stderr


def test_a_wrong_key_is_1_and_no_part_of_it_is_shown(process: Process, sandbox: Sandbox) -> None:
    settings = {"OPENAI_BASE_URL": sandbox.base_url, "OPENAI_API_KEY": "sk-invalid-abcd-wxyz"}
    for args in (["chat", "x"], ["chat", "x", "--json"], ["quickstart", "--json"]):
        done = process(*args, **settings)
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.startswith("Error: Incorrect API key provided: sk-… ")
        assert "wxyz" not in done.stderr
        assert "Traceback" not in done.stderr


def test_a_refused_connection_is_1(process: Process) -> None:
    settings = {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1", "OPENAI_API_KEY": "sk-hush-hush"}
    done = process("chat", "x", "-p", "max_retries=0", **settings)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "hush" not in done.stderr


def test_output_that_the_encoding_cannot_take_is_escaped(
    process: Process, sandbox: Sandbox
) -> None:
    settings = {"OPENAI_BASE_URL": sandbox.base_url, "OPENAI_API_KEY": "sk-x"}
    settings |= {"PYTHONIOENCODING": "latin-1", "PYTHONUTF8": "0"}
    assert "\\u201c" in process("chat", "x", **settings).stdout
    answer = json.loads(process("chat", "x", "--json", **settings).stdout)
    assert "“x”" in answer["choices"][0]["message"]["content"]
    assert process("models", **settings).returncode == 0


@posix
def test_a_closed_pipe_is_quiet() -> None:
    with subprocess.Popen(
        [*COMMAND, "models"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        running.stdout.close()
        assert running.stderr.read() == b""
    assert running.returncode == 141


# Terminals and signals ----------------------------------------------------------------------------


class Terminal:
    """The other end of a pseudo-terminal."""

    def __init__(self, end: int) -> None:
        self.end = end
        self.seen = ""

    def until(self, text: str, times: int = 1) -> str:
        """Read until ``text`` was seen so many times (all there is, where it never is)."""
        deadline = time.monotonic() + 10
        while self.seen.count(text) < times:
            ready, _, _ = select.select([self.end], [], [], max(0, deadline - time.monotonic()))
            try:
                piece = os.read(self.end, 65536) if ready else b""
            except OSError:  # Linux: the other side has closed
                piece = b""
            if not piece:
                break
            self.seen += piece.decode("utf-8", "replace")
        return self.seen

    def type(self, text: str) -> None:
        os.write(self.end, text.encode())


@contextmanager
def on_terminal(*args: str, **env: str) -> Iterator[tuple[subprocess.Popen[bytes], Terminal]]:
    import pty

    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [*COMMAND, *args],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100", **env},
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield running, Terminal(ours)
        running.wait(10)
    finally:
        running.kill()
        running.wait()
        os.close(ours)


@posix
def test_colours_on_a_terminal_only_and_not_with_no_color() -> None:
    with on_terminal("explain", "gpt-4o") as (_, coloured):
        assert "\x1b[" in coloured.until("\0")
    with on_terminal("explain", "gpt-4o", NO_COLOR="1") as (_, without):
        assert "\x1b" not in without.until("\0")
        assert "openai/gpt-4o" in without.seen


@posix
def test_a_narrow_terminal_goes_without_some_columns_and_breaks_no_name() -> None:
    with on_terminal("models", "o3*", COLUMNS="80", NO_COLOR="1") as (_, terminal):
        shown = terminal.until("\0")
    table = shown.replace("\r", "").partition("Left out")[0].splitlines()
    assert max(map(len, table)) <= 80
    for whole in ("openai/o3-deep-research-2025-06-26", "$20.00 / $80.00", "deprecated"):
        assert whole in shown
    assert "Left out for want of width: verbosity" in shown


@posix
def test_a_conversation(sandbox: Sandbox) -> None:
    settings = ("--api-base", sandbox.base_url, "--api-key", "sk-hush-hush")
    with on_terminal("chat", *settings, "--system", "Be brief") as (running, terminal):
        terminal.until("> ")
        terminal.type("First question\n")
        terminal.until("> ", 2)
        terminal.type("\n")
        terminal.until("> ", 3)
        terminal.type("Second question\n")
        terminal.until("> ", 4)
        terminal.type("\x04")
        terminal.until("\0")
    assert running.returncode == 0
    first, second = (request.json["messages"] for request in sandbox.requests)
    assert [message["role"] for message in first] == ["system", "user"]
    assert [message["role"] for message in second] == ["system", "user", "assistant", "user"]
    assert second[2]["content"] in terminal.seen.replace("\r\n", "\n")
    assert "hush" not in terminal.seen


@posix
def test_a_failed_question_does_not_end_a_conversation(sandbox: Sandbox) -> None:
    settings = ("--api-base", sandbox.base_url, "--api-key", "sk-x")
    model = "gpt-4o!status=400,times=1"
    with on_terminal("chat", "-m", model, *settings) as (running, terminal):
        terminal.until("> ")
        terminal.type("Question\n")
        terminal.until("> ", 2)
        terminal.type("Question\n")
        terminal.until("> ", 3)
        terminal.type("\x04")
        terminal.until("\0")
    assert running.returncode == 0
    assert "status 400" in terminal.seen
    assert [request.status for request in sandbox.requests] == [400, 200]
    assert len(sandbox.last.json["messages"]) == 1


@posix
def test_json_is_not_for_conversations() -> None:
    with on_terminal("chat", "--json") as (running, terminal):
        assert "--json needs a MESSAGE" in terminal.until("\0")
    assert running.returncode == 2


@posix
def test_ctrl_c_is_130_and_quiet(sandbox: Sandbox, tmp_path: Path) -> None:
    with subprocess.Popen(
        [*COMMAND, "chat", "x", "-m", "gpt-4o!chunk-delay=0.1", "--api-base", sandbox.base_url],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "OPENAI_API_KEY": "sk-x"},
        cwd=tmp_path,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        assert running.stdout.read(1)
        running.send_signal(signal.SIGINT)
        errors = running.stderr.read()
    assert running.returncode == 130
    assert errors.strip() == b""
    sandbox.last.wait(5)
    assert sandbox.last.disconnected
