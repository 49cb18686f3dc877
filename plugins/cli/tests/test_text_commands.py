"""embed and complete: where the texts come from, what is sent, what is printed."""

from __future__ import annotations

import base64
import json
import math
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from jackfield_testing import Sandbox

Run = Callable[..., Result]


# embed --------------------------------------------------------------------------------------------


def test_a_row_for_every_text(run: Run, sandbox_env: Sandbox) -> None:
    shown = run("embed", "hello", "how are   you", "--dimensions", "8")
    assert shown.exit_code == 0
    assert "usage: 4 tokens" in shown.stderr
    head, _, *rows = shown.stdout.splitlines()
    assert head.split() == ["#", "text", "dimensions", "norm", "first", "values"]
    assert [row.split()[0] for row in rows] == ["0", "1"]
    assert rows[1].split()[1:6] == ["how", "are", "you", "8", "1.0000"]
    assert sandbox_env.last.json == {
        "model": "text-embedding-3-small",
        "input": ["hello", "how are   you"],
        "dimensions": 8,
    }


def test_json_has_the_vectors_that_the_table_begins(run: Run, sandbox_env: Sandbox) -> None:
    args = ("embed", "hello", "bye", "--dimensions", "3")
    document = json.loads(run(*args, "--json").stdout)
    vectors = [item["embedding"] for item in document["data"]]
    assert [len(vector) for vector in vectors] == [3, 3]
    table = run(*args).stdout
    for vector in vectors:
        assert ", ".join(f"{number:+.4f}" for number in vector) in table
        assert f"{math.hypot(*vector):.4f}" in table


def test_base64_vectors_are_read_for_the_table(run: Run, sandbox_env: Sandbox) -> None:
    args = ("embed", "hello", "--dimensions", "4", "-p", "encoding_format=base64")
    packed = json.loads(run(*args, "--json").stdout)["data"][0]["embedding"]
    numbers = struct.unpack("<4f", base64.b64decode(packed))
    assert ", ".join(f"{number:+.4f}" for number in numbers) in run(*args).stdout


@pytest.mark.parametrize("how", [["-"], [], ["--file", "-"], ["--file", "lines.txt"]])
def test_every_line_is_a_text(
    run: Run,
    sandbox_env: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    how: list[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = "one\n\n  \ntwo words\r\nthree\u2028still three"
    (tmp_path / "lines.txt").write_bytes(b"\xef\xbb\xbf" + lines.encode())
    assert run("embed", *how, input=lines).exit_code == 0
    assert sandbox_env.last.json["input"] == ["one", "two words", "three\u2028still three"]


def test_a_long_list_is_shown_in_part_and_asked_for_in_batches(
    run: Run, sandbox_env: Sandbox
) -> None:
    lines = "\n".join(f"text {number}" for number in range(2100))
    shown = run("embed", "--dimensions", "2", input=lines)
    assert shown.exit_code == 0
    assert len(sandbox_env.requests) == 2
    assert shown.stdout.splitlines()[-1] == "2,050 more; --json has all of them."
    assert len(shown.stdout.splitlines()) == 2 + 50 + 1
    assert "\x1b" not in shown.output
    document = json.loads(run("embed", "--dimensions", "2", "--json", input=lines).stdout)
    assert [item["index"] for item in document["data"]] == list(range(2100))


@pytest.mark.parametrize(
    ("args", "stdin", "code", "words"),
    [
        ([], " \n", 2, "nothing was piped in"),
        (["--file", "nosuch.txt"], "", 1, "can't read nosuch.txt"),
        (["--file", "."], "", 1, ". is not a regular file"),
        (["--file", "binary"], "", 1, "no text in UTF-8"),
        (["--file", "blank"], "", 2, "no text in blank"),
        (["a", "--file", "blank"], "", 2, "not both"),
        (["a", "-"], "x", 2, "stands alone"),
        (["a", "--dimensions", "0"], "", 2, "--dimensions"),
        (["a", "-p", "input=b"], "", 2, "TEXT or --file"),
        (["a", "-m", "text-embedding-does-not-exist"], "", 1, "status 404"),
    ],
)
def test_what_can_go_wrong_with_embed(
    run: Run,
    sandbox_env: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    args: list[str],
    stdin: str,
    code: int,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "blank").write_text("\n \n")
    failed = run("embed", *args, input=stdin)
    assert (failed.exit_code, failed.stdout) == (code, "")
    assert words in failed.stderr


# complete -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["--stream", "--no-stream"])
def test_the_answer_alone_is_on_stdout(run: Run, sandbox_env: Sandbox, how: str) -> None:
    shown = run("complete", "Once upon a time", "--max-tokens", "64", how)
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert "“Once upon a time”" in shown.stdout
    assert sandbox_env.last.path == "/v1/completions"
    body = sandbox_env.last.json
    assert (body["model"], body["prompt"]) == ("gpt-3.5-turbo-instruct", "Once upon a time")
    assert (body["max_tokens"], body.get("stream", False)) == (64, how == "--stream")


def test_streaming_changes_nothing_of_what_is_printed(run: Run, sandbox_env: Sandbox) -> None:
    for args in (["one"], ["one", "two"], ["one", "-p", "n=2"], ["one", "two", "-p", "n=2"]):
        streamed, whole = run("complete", *args), run("complete", *args, "--no-stream")
        assert streamed.stdout == whole.stdout
        assert streamed.stderr == whole.stderr


def test_several_prompts_have_headings(run: Run, sandbox_env: Sandbox) -> None:
    shown = run("complete", "one thing", "another", "-p", "n=2")
    assert sandbox_env.last.json["prompt"] == ["one thing", "another"]
    first, _, second = shown.stdout.partition("== another ==")
    assert "== one thing ==" in first
    assert first.count("“one thing”") == 2
    assert second.count("“another”") == 2


def test_a_whole_file_is_one_prompt(run: Run, sandbox_env: Sandbox) -> None:
    run("complete", "-", input="two\nlines\n")
    assert sandbox_env.last.json["prompt"] == "two\nlines\n"


def test_a_cut_answer_and_its_usage_are_remarks(run: Run, sandbox_env: Sandbox) -> None:
    for how in ("--stream", "--no-stream"):
        shown = run("complete", "x", "--max-tokens", "3", "--usage", how)
        assert "Note: cut at the token limit" in shown.stderr
        assert "Note: usage: 1 prompt + 3 completion = 4 tokens" in shown.stderr


def test_a_completion_as_json(run: Run, sandbox_env: Sandbox) -> None:
    assert json.loads(run("complete", "x", "--json").stdout)["object"] == "text_completion"
    lines = run("complete", "x", "--json", "--stream", "--usage").stdout.splitlines()
    assert {json.loads(line)["object"] for line in lines} == {"text_completion"}


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        ([], 2, "nothing was piped in"),
        (["x", "-p", "prompt=y"], 2, "PROMPT"),
        (["x", "-m", "gpt-4o"], 1, "status 404"),
        (["x", "-m", "gpt-3.5-turbo-instruct!cut-events=2"], 1, ""),
        (["x", "-m", "nosuch/m"], 1, "no installed plugin serves"),
    ],
)
def test_what_can_go_wrong_with_complete(
    run: Run, sandbox_env: Sandbox, args: list[str], code: int, words: str
) -> None:
    failed = run("complete", *args)
    assert failed.exit_code == code
    assert words in failed.stderr
    assert "Traceback" not in failed.output
