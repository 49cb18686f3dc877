"""chat: where the question comes from, what is sent, what is printed where."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result

from jackfield_testing import Sandbox

Run = Callable[..., Result]
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}


def sent(sandbox: Sandbox) -> dict[str, Any]:
    body: dict[str, Any] = sandbox.last.json
    return body


@pytest.mark.parametrize("how", ["--stream", "--no-stream"])
def test_an_answer_alone_is_on_stdout(run: Run, sandbox_env: Sandbox, how: str) -> None:
    shown = run("chat", "Hello there", how)
    assert shown.exit_code == 0
    assert "“Hello there”" in shown.stdout
    assert shown.stdout.count("\n") == 1
    assert shown.stderr == ""
    assert sent(sandbox_env)["model"] == "gpt-4o-mini"
    assert sent(sandbox_env).get("stream", False) is (how == "--stream")


def test_it_streams_by_default_and_says_the_same(run: Run, sandbox_env: Sandbox) -> None:
    assert run("chat", "Hello").stdout == run("chat", "Hello", "--no-stream").stdout
    assert sandbox_env.requests[0].json["stream"] is True


def test_stdin_is_the_message(run: Run, sandbox_env: Sandbox) -> None:
    run("chat", input="from a pipe")
    assert sent(sandbox_env)["messages"] == [{"role": "user", "content": "from a pipe"}]
    run("chat", "-", "--system", "Be brief", input="again")
    assert [message["role"] for message in sent(sandbox_env)["messages"]] == ["system", "user"]


def test_parameters_are_json_or_text(run: Run, sandbox_env: Sandbox) -> None:
    run(
        *("chat", "x", "-m", "gpt-4o", "-p", "temperature=0.5", "-p", 'stop=["a", "b"]'),
        *("-p", "user=me=you", "-p", "seed=7"),
    )
    body = sent(sandbox_env)
    assert (body["model"], body["temperature"], body["seed"]) == ("gpt-4o", 0.5, 7)
    assert (body["stop"], body["user"]) == (["a", "b"], "me=you")


def test_every_choice_and_every_tool_call_is_printed(run: Run, sandbox_env: Sandbox) -> None:
    assert run("chat", "x", "-p", "n=3").stdout.count("\n") == 3
    assert run("chat", "x", "-p", "n=3", "--no-stream").stdout.count("\n") == 3
    called = run("chat", "x", "-p", f"tools={json.dumps([TOOL])}")
    assert called.stdout.startswith("→ look({")


def test_refusals_are_printed(run: Run, sandbox_env: Sandbox) -> None:
    assert run("chat", "[refuse] please").stdout.strip()


def test_what_was_changed_is_a_note_on_stderr(run: Run, sandbox_env: Sandbox) -> None:
    mapped = run("chat", "x", "-m", "gpt-5-mini", "-p", "max_tokens=400")
    assert mapped.stderr.startswith("Note: mapped: max_tokens: ")
    dropped = run("chat", "x", "-m", "o3", "-p", "top_p=0.5", "-p", "unsupported=warn")
    assert "Note: dropped: top_p: " in dropped.stderr
    assert dropped.exit_code == 0


def test_an_answer_that_was_cut_is_said_to_be(run: Run, sandbox_env: Sandbox) -> None:
    assert "cut at the token limit" in run("chat", "x", "-p", "max_tokens=3").stderr


def test_usage_is_on_stderr(run: Run, sandbox_env: Sandbox) -> None:
    streamed, whole = run("chat", "x", "--usage"), run("chat", "x", "--usage", "--no-stream")
    assert streamed.stderr == whole.stderr
    assert "Note: usage: 8 prompt + " in whole.stderr


def test_json_is_the_whole_result(run: Run, sandbox_env: Sandbox) -> None:
    result = json.loads(run("chat", "Hello", "--json").stdout)
    assert result["object"] == "chat.completion"
    assert "Hello" in result["choices"][0]["message"]["content"]
    assert "stream" not in sent(sandbox_env)


def test_json_with_a_stream_is_one_chunk_a_line(run: Run, sandbox_env: Sandbox) -> None:
    shown = run("chat", "Hello", "--json", "--stream", "--usage")
    chunks = [json.loads(line) for line in shown.stdout.splitlines()]
    assert {chunk["object"] for chunk in chunks} == {"chat.completion.chunk"}
    assert "tokens" in shown.stderr


def test_options_go_before_the_environment(
    run: Run, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    shown = run("chat", "x", "--api-base", sandbox.base_url, "--api-key", "sk-mine")
    assert shown.exit_code == 0
    assert sandbox.last.headers["authorization"] == "Bearer sk-mine"


# Bad input ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["-p", "nothing"], "name=value"),
        (["-p", "=1"], "name=value"),
        (["-p", "model=gpt-4o"], "model is given with -m"),
        (["-p", "api_key=sk-hush-hush"], "--api-key"),
        (["-p", "seed=1", "-p", "seed=2"], "seed is given twice"),
        (["one", "two", "three"], "unexpected extra argument"),
        (["--no-such"], "No such option"),
    ],
)
def test_wrong_usage(run: Run, args: list[str], words: str) -> None:
    failed = run("chat", "x", *args)
    assert failed.exit_code == 2
    assert words in failed.stderr
    assert "hush" not in failed.output
    assert failed.stdout == ""


def test_nothing_to_ask(run: Run) -> None:
    assert run("chat", input=" \n").exit_code == 2
    assert run("explain").exit_code == 2


@pytest.mark.parametrize(
    ("args", "words", "hint"),
    [
        (["-m", "nosuch/model"], "no installed plugin serves", "jackfield plugins"),
        (["-m", "does-not-exist-gpt"], "does-not-exist-gpt", "jackfield models"),
        (["-m", "gpt-does-not-exist"], "status 404", "jackfield models"),
        (["--api-key", "sk-invalid-very-hush"], "status 401", "OPENAI_API_KEY"),
        (["--api-key", "no spaces please"], "spaces", ""),
        (["--api-base", "ftp://nowhere"], "http://", ""),
        (["--api-base", "http://127.0.0.1:1/v1"], "127.0.0.1:1", "base URL"),
        (["-m", "o3", "-p", "top_p=0.5"], "top_p", "jackfield params"),
        (["-m", "gpt-4o!status=500"], "status 500", "trying again"),
        (["-m", "gpt-4o!status=429"], "status 429", "quota"),
        (["-m", "gpt-4o!html"], "", "/v1"),
        (["-m", "gpt-4o!cut-events=5"], "", "incomplete"),
        (["-p", "temperature=9"], "temperature", ""),
        (["-p", "seed=NaN"], "seed", ""),
    ],
)
def test_expected_errors(
    run: Run, sandbox_env: Sandbox, args: list[str], words: str, hint: str
) -> None:
    failed = run("chat", "x", "-p", "max_retries=0", *args)
    assert failed.exit_code == 1
    assert failed.exception is None or isinstance(failed.exception, SystemExit)
    assert failed.stderr.startswith("Error: ")
    assert words in failed.stderr
    assert hint in failed.stderr.partition("Hint: ")[2]
    for part in ("hush", "Traceback", sandbox_env.api_key):
        assert part not in failed.output


# Without a key ------------------------------------------------------------------------------------


def test_without_a_key_a_sandbox_answers_and_it_is_said(run: Run) -> None:
    shown = run("chat", "Hello there")
    assert shown.exit_code == 0
    assert "“Hello there”" in shown.stdout
    assert shown.stderr.startswith("Note: no OPENAI_API_KEY: a sandbox on this machine answers")
    assert json.loads(run("chat", "Hello", "--json").stdout)["object"] == "chat.completion"


@pytest.mark.parametrize("how", ["option", "environment"])
def test_an_upstream_that_was_named_is_never_replaced(
    run: Run, monkeypatch: pytest.MonkeyPatch, sandbox: Sandbox, how: str
) -> None:
    if how == "option":
        failed = run("chat", "x", "--api-base", sandbox.base_url)
    else:
        monkeypatch.setenv("OPENAI_BASE_URL", sandbox.base_url)
        failed = run("chat", "x")
    assert failed.exit_code == 1
    assert failed.stdout == ""
    assert "OPENAI_API_KEY" in failed.stderr
    assert sandbox.requests == []


def test_without_a_key_and_without_the_sandbox_it_says_what_to_do(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jackfield_testing", None)
    failed = run("chat", "x")
    assert failed.exit_code == 1
    assert "OPENAI_API_KEY" in failed.stderr
    assert "jackfield quickstart" in failed.stderr
