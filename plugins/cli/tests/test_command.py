"""The command as a process: start-up, exit codes, terminals, pipes, signals."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from terminals import COMMAND, on_terminal, posix

from jackfield_cli.root import BUILT_IN
from jackfield_testing import Sandbox

Process = Callable[..., "subprocess.CompletedProcess[str]"]

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
    for name in (*BUILT_IN, "sandbox"):
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


@posix
def test_colours_on_a_terminal_only_and_not_with_no_color() -> None:
    with on_terminal("explain", "gpt-4o") as (_, coloured):
        assert "\x1b[" in coloured.until("\0")
    with on_terminal("explain", "gpt-4o", NO_COLOR="1") as (_, without):
        assert "\x1b" not in without.until("\0")
        assert "openai/gpt-4o" in without.seen


@posix
@pytest.mark.parametrize("columns", [50, 80, 100, 160])
def test_models_fit_the_terminal_and_no_name_is_broken(columns: int) -> None:
    with on_terminal("models", "o3*", COLUMNS=str(columns), NO_COLOR="1") as (_, terminal):
        shown = terminal.until("\0").replace("\r", "")
    table = shown.partition(" models")[0].partition("Left out")[0].splitlines()
    assert max(map(len, table)) <= columns
    assert "o3-deep-research-2025-06-26" in shown
    assert "current" in shown
    if columns < 160:
        assert "Left out for want of width: as of, verbosity, max output" in shown


@posix
def test_at_80_columns_models_have_status_window_and_prices() -> None:
    with on_terminal("models", COLUMNS="80", NO_COLOR="1") as (_, terminal):
        shown = terminal.until("\0").replace("\r", "")
    lines = shown.splitlines()
    line = next(line for line in lines if line.split()[:1] == ["gpt-4o-mini-2024-07-18"])
    assert line.split()[1:5] == ["current", "128,000", "$0.15", "$0.60"]
    assert "models below openai/" in shown


@posix
@pytest.mark.parametrize("columns", [40, 80])
def test_params_and_plugins_fit_the_terminal_and_lose_nothing(columns: int) -> None:
    for args, words in (
        (("params", "gpt-5"), ("max_completion_tokens", "low, medium, high", "own way")),
        (("plugins",), ("jackfield-openai-embeddings", "text-completion-openai/", "0.1.0")),
    ):
        with on_terminal(*args, COLUMNS=str(columns), NO_COLOR="1") as (_, terminal):
            shown = terminal.until("\0").replace("\r", "")
        assert max(map(len, shown.splitlines())) <= columns
        for word in words:
            assert word in " ".join(shown.split())


@posix
@pytest.mark.parametrize("args", [["plugins"], ["models", "gpt-5"], ["--version"], ["--help"]])
@pytest.mark.parametrize("where", [">&-", ">/dev/full"])
def test_a_stdout_that_takes_nothing_is_an_error_without_a_traceback(
    args: list[str], where: str
) -> None:
    if where == ">/dev/full" and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    done = in_shell(args, where)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: can't read or write: ")
    assert done.stderr.count("\n") == 1


@posix
def test_a_closed_stderr_or_stdin_is_no_reason_to_fail() -> None:
    done = in_shell(["plugins"], "2>&-")
    assert (done.returncode, done.stderr) == (0, "")
    assert "jackfield-openai" in done.stdout
    assert in_shell(["chat", "x", "-m", "nosuch/m"], "2>&-").returncode == 1
    nothing = in_shell(["chat"], "<&-")
    assert nothing.returncode == 2
    assert "nothing was piped in" in nothing.stderr


def in_shell(args: list[str], redirection: str) -> subprocess.CompletedProcess[str]:
    line = f"exec {shlex.join([*COMMAND, *args])} {redirection}"
    return subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=30)


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
