"""quickstart: the project's demo, embedded and against an upstream of the user's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from jackfield_testing import Sandbox

Run = Callable[..., Result]
Process = Callable[..., "subprocess.CompletedProcess[str]"]
CITIES = ("San Francisco", "Tokyo", "Paris")
STEPS = ("chat", "stream", "tools", "structured")


def test_without_a_key_it_asks_its_own_sandbox(tmp_path: Path) -> None:
    """The console script, an empty key, and a stream that arrives in pieces."""
    script = Path(sys.executable).with_name("jackfield")
    command = [str(script)] if script.exists() else [sys.executable, "-m", "jackfield_cli"]
    env = {**os.environ, "OPENAI_API_KEY": "", "OPENAI_BASE_URL": "http://127.0.0.1:1"}
    with subprocess.Popen(
        [*command, "quickstart"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=tmp_path,
        env=env,
    ) as running:
        assert running.stdout is not None
        assert running.stderr is not None
        reads = []
        while piece := os.read(running.stdout.fileno(), 65536):
            reads.append(piece)
        errors = running.stderr.read()
    text = b"".join(reads).decode()
    assert running.returncode == 0
    assert errors == b""
    first = text.splitlines()[0]
    assert first.startswith("upstream: the built-in sandbox at http://127.0.0.1:")
    assert first.endswith("/v1 (no OPENAI_API_KEY set)")
    assert "\x1b" not in text
    streamed = text.partition("2. An answer, streamed")[2].partition("3. Tool calls")[0]
    assert streamed.encode() not in reads, "the stream came in one piece"
    assert len(reads) > 10
    for city in CITIES:
        assert f'get_current_weather({{"location":"{city}"' in text
    assert '"temperature": "72"' in text
    assert "Trip(city='Kyoto', days=" in text
    assert len(text.partition("== What next ==\n")[2].splitlines()) == 3


def test_with_a_key_it_asks_that_upstream(process: Process, sandbox: Sandbox) -> None:
    key = "sk-mine-hush-hush"
    done = process("quickstart", OPENAI_API_KEY=key, OPENAI_BASE_URL=sandbox.base_url)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"upstream: {sandbox.base_url} (from $OPENAI_BASE_URL)\n")
    assert "hush" not in done.stdout + done.stderr
    assert [request.json.get("stream", False) for request in sandbox.requests] == [
        *(False, True, False, False, False)
    ]
    assert {request.headers["authorization"] for request in sandbox.requests} == {f"Bearer {key}"}
    assert all("x-sandbox-fault" not in request.headers for request in sandbox.requests)


def test_a_key_in_dotenv_counts(process: Process, sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(f"OPENAI_API_KEY=sk-x\nOPENAI_BASE_URL={sandbox.base_url}\n")
    done = process("quickstart", "--json", OPENAI_API_KEY="", JACKFIELD_DOTENV="1")
    assert json.loads(done.stdout)["upstream"] == {"base_url": sandbox.base_url, "sandbox": False}


def test_json_is_one_document_with_all_of_it(run: Run) -> None:
    done = run("quickstart", "--json", "--model", "gpt-4o")
    assert done.exit_code == 0
    seen = json.loads(done.stdout)
    assert seen["upstream"]["sandbox"] is True
    assert seen["model"] == "gpt-4o"
    assert "".join(seen["stream"]["pieces"]) == seen["stream"]["answer"]
    assert [call["arguments"]["location"] for call in seen["tools"]["calls"]] == list(CITIES)
    assert "72" in seen["tools"]["answer"]
    assert seen["structured"]["parsed"]["city"] == "Kyoto"
    for name, total in seen["usage"].items():
        assert total == sum(seen[step]["usage"][name] for step in STEPS)
    assert len(seen["next"]) == 3


def test_two_runs_see_the_same(run: Run) -> None:
    first, second = (json.loads(run("quickstart", "--json").stdout) for _ in range(2))
    assert {step: first[step] for step in STEPS} == {step: second[step] for step in STEPS}


def test_without_the_sandbox_one_line_says_what_to_do(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "jackfield_testing", None)
    failed = run("quickstart")
    assert failed.exit_code == 1
    assert failed.stderr.count("\n") == 1
    assert "jackfield-testing" in failed.stderr
    assert "OPENAI_API_KEY" in failed.stderr


@pytest.mark.parametrize("json_too", [[], ["--json"]])
@pytest.mark.parametrize(
    ("model", "words"),
    [("nosuch/m", "no installed plugin serves"), ("gpt-4o!status=400", "status 400")],
)
def test_a_failure_has_an_exit_code_and_a_message(
    run: Run, sandbox_env: Sandbox, model: str, words: str, json_too: list[str]
) -> None:
    failed = run("quickstart", "--model", model, *json_too)
    assert failed.exit_code == 1
    assert words in failed.stderr
    if json_too:
        assert failed.stdout == ""


def test_a_stream_that_breaks_is_a_failure(run: Run, sandbox_env: Sandbox) -> None:
    failed = run("quickstart", "--model", "gpt-4o!cut=900")
    assert failed.exit_code == 1
    assert failed.stderr.startswith("Error: ")


def test_a_server_that_knows_no_stream_options_is_enough(
    run: Run, sandbox_env: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jackfield import Client
    from jackfield.errors import BadRequestError

    asked = Client.completion

    def strict(self: Client, *args: object, **params: object) -> object:
        if "stream_options" in params:
            raise BadRequestError("unknown field stream_options", status_code=400)
        return asked(self, *args, **params)  # type: ignore[call-overload]  # passed on

    monkeypatch.setattr(Client, "completion", strict)
    seen = json.loads(run("quickstart", "--json").stdout)
    assert seen["stream"]["usage"] is None
    assert seen["usage"]["total_tokens"] > 0
