"""video: jobs are named at once, waited for, saved whole or not at all, and found again."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_samples import PNG
from click.testing import Result
from terminals import COMMAND, posix

from jackfield_cli.commands.video import video
from jackfield_testing import Sandbox

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def made(run: Run, prompt: str = "A cat", *args: str) -> str:
    """The id of a finished video."""
    shown = run("video", "create", prompt, *args)
    assert shown.exit_code == 0, shown.stderr
    id: str = shown.stdout.strip()
    assert id.startswith("video_")
    return id


# create -------------------------------------------------------------------------------------------


def test_the_id_is_all_that_is_on_stdout(run: Run, sandbox_env: Sandbox) -> None:
    shown = run("video", "create", "A cat", "--seconds", "8", "--size", "1280x720")
    id = shown.stdout.strip()
    assert shown.stdout == f"{id}\n"
    assert f"`jackfield video download {id} --output FILE` saves it" in shown.stderr
    first, *looks = sandbox_env.requests
    assert first.json == {
        "model": "sora-2",
        "prompt": "A cat",
        "seconds": "8",
        "size": "1280x720",
    }
    assert {request.path for request in looks} == {f"/v1/videos/{id}"}


def test_without_waiting_it_says_how_to_wait(run: Run, sandbox_env: Sandbox) -> None:
    shown = run("video", "create", "A cat", "--no-wait")
    id = shown.stdout.strip()
    assert f"`jackfield video status {id} --wait`" in shown.stderr
    assert len(sandbox_env.requests) == 1
    assert "in_progress" in run("video", "status", id).stdout
    waited = run("video", "status", id, "--wait")
    assert waited.exit_code == 0
    assert "completed" in waited.stdout


def test_it_is_saved_when_it_is_ready(run: Run, sandbox_env: Sandbox, folder: Path) -> None:
    shown = run("video", "create", "A cat", "-o", "cat.mp4")
    assert shown.exit_code == 0
    content = (folder / "cat.mp4").read_bytes()
    assert content[4:8] == b"ftyp"
    assert f"{len(content):,} bytes of video/mp4 are in cat.mp4" in shown.stderr
    assert os.listdir(folder) == ["cat.mp4"]


def test_json_is_the_job_as_it_ended(run: Run, sandbox_env: Sandbox) -> None:
    ended = run("video", "create", "A cat", "--json")
    job = json.loads(ended.stdout)
    assert (job["status"], job["progress"]) == ("completed", 100)
    assert f"Note: {job['id']} is queued" in ended.stderr
    begun = json.loads(run("video", "create", "A dog", "--json", "--no-wait").stdout)
    assert begun["status"] == "queued"


def test_a_reference_is_a_file_or_a_url(run: Run, sandbox_env: Sandbox, folder: Path) -> None:
    (folder / "first.png").write_bytes(PNG)
    made(run, "A cat", "--reference", "first.png", "--no-wait")
    assert b'name="input_reference"; filename="first.png"' in sandbox_env.last.body
    made(run, "A cat", "--reference", "https://example.com/a.png", "--no-wait")
    assert sandbox_env.last.json["input_reference"] == {"image_url": "https://example.com/a.png"}


def test_the_prompt_may_come_through_stdin(run: Run, sandbox_env: Sandbox) -> None:
    run("video", "create", "-", "--no-wait", input="A long\nprompt")
    assert sandbox_env.last.json["prompt"] == "A long\nprompt"


def test_parameters_of_waiting_are_not_sent(run: Run, sandbox_env: Sandbox) -> None:
    shown = run(
        *("video", "create", "A cat", "-p", "poll_interval=0.001", "-p", "user=me"),
        *("-p", 'extra_headers={"x-tag": "1"}'),
    )
    assert shown.exit_code == 0
    first, *looks = sandbox_env.requests
    assert first.json == {"model": "sora-2", "prompt": "A cat", "user": "me"}
    assert all(request.headers["x-tag"] == "1" for request in sandbox_env.requests)
    assert not any(request.query for request in looks)


def test_without_a_key_a_sandbox_makes_it(run: Run, folder: Path) -> None:
    shown = run("video", "create", "A cat", "-o", "cat.mp4")
    assert shown.exit_code == 0
    assert "Note: no OPENAI_API_KEY" in shown.stderr
    assert (folder / "cat.mp4").stat().st_size > 0
    lost = run("video", "status", shown.stdout.strip())
    assert lost.exit_code == 1
    assert "forgets its videos when the command ends" in lost.stderr


# What becomes of it -------------------------------------------------------------------------------


def test_a_job_that_fails_is_an_error(run: Run, sandbox_env: Sandbox, folder: Path) -> None:
    failed = run("video", "create", "A [fail=moderation_blocked] cat", "-o", "cat.mp4")
    assert failed.exit_code == 1
    assert "blocked by our moderation system" in failed.stderr
    assert "goes on" not in failed.stderr
    assert os.listdir(folder) == []
    shown = run("video", "status", failed.stdout.strip())
    assert shown.exit_code == 0
    assert "moderation_blocked" in shown.stdout


def test_waiting_that_takes_too_long_says_how_to_go_on(run: Run, sandbox_env: Sandbox) -> None:
    failed = run("video", "create", "A [stall] cat", "-p", "wait_timeout=0")
    id = failed.stdout.strip()
    assert failed.exit_code == 1
    assert f"Error: {id} is not ready yet" in failed.stderr
    assert f"`jackfield video status {id} --wait`" in failed.stderr


def test_an_upstream_that_fails_meanwhile_does_not_lose_the_job(
    run: Run, sandbox_env: Sandbox
) -> None:
    prompt = "A cat [looks=2] [retrieve!status=400]"
    failed = run("video", "create", prompt, "-p", "max_retries=0")
    assert failed.exit_code == 1
    assert "status 400" in failed.stderr
    assert failed.stdout.startswith("video_")


@posix
@pytest.mark.parametrize("command", ["create", "status"])
def test_ctrl_c_while_waiting_says_how_to_go_on(
    run: Run, sandbox_env: Sandbox, folder: Path, command: str
) -> None:
    if command == "create":
        args = ["create", "A [stall] cat", "-o", "cat.mp4"]
    else:
        args = ["status", made(run, "A [stall] cat", "--no-wait"), "--wait"]
    asked = len(sandbox_env.requests)
    with subprocess.Popen(
        [*COMMAND, "video", *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    ) as running:
        _wait_for(sandbox_env, asked + 3)
        running.send_signal(signal.SIGINT)
        try:
            said, errors = running.communicate(timeout=20)
        finally:
            running.kill()  # a test that fails does not wait for ever
    assert running.returncode == 130
    id = said.strip() if command == "create" else args[1]
    assert errors.strip() == (
        f"Note: interrupted; the job goes on, and `jackfield video status {id} --wait` waits for "
        "it again"
    )
    assert os.listdir(folder) == []


def _wait_for(sandbox: Sandbox, count: int) -> None:
    """Wait until the sandbox was asked so many times."""
    deadline = time.monotonic() + 20
    while len(sandbox.requests) < count and time.monotonic() < deadline:
        time.sleep(0.01)


# status, list, delete -----------------------------------------------------------------------------


def test_a_job_in_words_and_as_json(run: Run, sandbox_env: Sandbox) -> None:
    id = made(run, "A cat on a sofa")
    shown = " ".join(run("video", "status", id).stdout.split())
    for words in (
        f"id {id}",
        "status completed",
        "progress 100 %",
        "model sora-2",
        "seconds 4",
        "size 720x1280",
        " UTC",
        "prompt A cat on a sofa",
    ):
        assert words in shown
    assert json.loads(run("video", "status", id, "--json").stdout)["id"] == id


def test_lists_have_pages(run: Run, sandbox_env: Sandbox) -> None:
    ids = [made(run, f"Cat {number}", "--no-wait") for number in range(3)]
    shown = run("video", "list")
    assert all(id in shown.stdout for id in ids)
    assert "queued" in shown.stdout
    page = run("video", "list", "--limit", "2", "--order", "asc")
    assert f"there are more: --after {ids[1]}" in page.stderr
    rest = run("video", "list", "--after", ids[1], "--order", "asc", "--json")
    assert [job["id"] for job in json.loads(rest.stdout)["data"]] == [ids[2]]


def test_an_empty_list(run: Run, sandbox_env: Sandbox) -> None:
    shown = run("video", "list")
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert "there are no videos" in shown.stderr
    assert json.loads(run("video", "list", "--json").stdout)["data"] == []


def test_a_deleted_video_is_gone(run: Run, sandbox_env: Sandbox) -> None:
    id = made(run)
    assert run("video", "delete", id).stdout == f"{id} is deleted\n"
    lost = run("video", "status", id)
    assert lost.exit_code == 1
    assert "`jackfield video list` shows the videos" in lost.stderr
    again = made(run)
    assert json.loads(run("video", "delete", again, "--json").stdout)["deleted"] is True


# download -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("variant", "begins"), [(None, 4), ("video", 4), ("thumbnail", 0), ("spritesheet", 0)]
)
def test_downloads(
    run: Run, sandbox_env: Sandbox, folder: Path, variant: str | None, begins: int
) -> None:
    id = made(run)
    more = ["--variant", variant] if variant else []
    shown = run("video", "download", id, "-o", "out", *more)
    assert (shown.exit_code, shown.stdout) == (0, "")
    signature = {None: b"ftyp", "video": b"ftyp", "thumbnail": b"RIFF", "spritesheet": b"\xff\xd8"}
    assert (folder / "out").read_bytes()[begins:].startswith(signature[variant])
    found = json.loads(run("video", "download", id, "-o", "out", "--json", *more).stdout)
    assert (found["id"], found["path"]) == (id, "out")
    assert found["size"] == (folder / "out").stat().st_size


def test_a_download_to_stdout(run: Run, sandbox_env: Sandbox) -> None:
    id = made(run)
    assert run("video", "download", id, "-o", "-").stdout_bytes[4:8] == b"ftyp"
    piped = run("video", "create", "A cat", "-o", "-")
    assert piped.stdout_bytes[4:8] == b"ftyp"


def test_nothing_is_left_of_a_download_that_broke(
    run: Run, sandbox_env: Sandbox, folder: Path
) -> None:
    id = made(run, "A cat [content!cut=1000]")
    failed = run("video", "download", id, "-o", "cat.mp4", "-p", "max_retries=0")
    assert failed.exit_code == 1
    assert failed.stderr.startswith("Error: ")
    assert os.listdir(folder) == []


@posix
def _interrupted(running: subprocess.Popen[str]) -> str:
    """Press Ctrl-C until it ends; what it wrote to stderr.

    Once may be too few: an interruption that comes while Python ends an object is lost.
    """
    for _ in range(10):
        running.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            return running.communicate(timeout=5)[1]
    raise AssertionError("it does not end")


def test_ctrl_c_leaves_nothing_of_a_download(run: Run, sandbox_env: Sandbox, folder: Path) -> None:
    id = made(run, "A cat [content!hang]")
    asked = len(sandbox_env.requests)
    with subprocess.Popen(
        [*COMMAND, "video", "download", id, "-o", "cat.mp4"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=folder,
    ) as running:
        _wait_for(sandbox_env, asked + 1)
        try:
            errors = _interrupted(running)
        finally:
            running.kill()  # a test that fails does not wait for ever
    assert running.returncode == 130
    assert f"nothing is saved; `jackfield video download {id} --output FILE`" in errors
    assert os.listdir(folder) == []


# From one video to another ------------------------------------------------------------------------


def test_remix_edit_and_extend(run: Run, sandbox_env: Sandbox, folder: Path) -> None:
    id = made(run)
    for args, path, body in (
        (("remix", id, "More cats"), f"/v1/videos/{id}/remix", {"prompt": "More cats"}),
        (
            ("edit", id, "More cats"),
            "/v1/videos/edits",
            {"video": {"id": id}, "prompt": "More cats"},
        ),
        (
            ("extend", id, "It leaves", "--seconds", "4"),
            "/v1/videos/extensions",
            {"video": {"id": id}, "prompt": "It leaves", "seconds": "4"},
        ),
    ):
        sandbox_env.journal.clear()
        shown = run("video", *args, "-o", "out.mp4")
        assert shown.exit_code == 0, shown.stderr
        assert shown.stdout.strip() != id
        first = sandbox_env.requests[0]
        assert (first.path, first.json) == (path, body)
        assert (folder / "out.mp4").read_bytes()[4:8] == b"ftyp"


def test_an_edit_of_a_file(run: Run, sandbox_env: Sandbox, folder: Path) -> None:
    made(run, "A cat", "-o", "cat.mp4")
    assert run("video", "edit", "cat.mp4", "More cats", "--no-wait").exit_code == 0
    assert b'name="video"; filename="cat.mp4"' in sandbox_env.last.body
    missing = run("video", "edit", "dog.mp4", "More dogs")
    assert missing.exit_code == 1
    assert "can't read dog.mp4" in missing.stderr


# Wrong usage --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["create", "A cat", "--no-wait", "-o", "a.mp4"], 2, "--output needs --wait"),
        (["create", "A cat", "-o", "no/such/a.mp4"], 1, "there is no directory"),
        (["create", "A cat", "-o", "."], 1, "it is a directory"),
        (["create", "A cat", "-o", "-", "--json"], 2, "--json needs"),
        (["create", "A cat", "--reference", "nosuch.png"], 1, "can't read nosuch.png"),
        (["create", "A cat", "--size", "1x1"], 1, "size"),
        (["create", "A cat", "-p", "wait=true"], 2, "--wait"),
        (["create", ""], 1, ""),
        (["create"], 2, "nothing was piped in"),
        (["create", "A cat", "-m", "nosuch/m"], 1, "no installed plugin serves"),
        (["download", "video_x"], 2, "--output"),
        (["download", "video_x", "-o", "a.mp4"], 1, "not found"),
        (["download", "video_x", "-o", "a.mp4", "--variant", "audio"], 2, "audio"),
        (["status", "../files"], 1, ""),
        (["extend", "video_x", "more"], 2, "--seconds"),
        (["list", "--limit", "0"], 2, "--limit"),
        (["nosuch"], 2, "No such command"),
    ],
)
def test_what_can_go_wrong(
    run: Run, sandbox_env: Sandbox, folder: Path, args: list[str], code: int, words: str
) -> None:
    failed = run("video", *args)
    assert failed.exit_code == code
    assert words in failed.stderr
    assert "Traceback" not in failed.output
    assert failed.stdout == ""
    assert os.listdir(folder) == []
    assert not [r for r in sandbox_env.requests if r.method == "POST" and r.status < 400]


def test_every_subcommand_has_help(run: Run) -> None:
    for name, command in video.commands.items():
        shown = run("video", name, "--help")
        assert shown.exit_code == 0
        for param in command.params:
            assert getattr(param, "help", "given") or param.param_type_name == "argument"


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys\n"
        "from jackfield_cli.main import root\n"
        "try:\n    root(['video', 'create', '--help'])\n"
        "except SystemExit:\n    pass\n"
        "heavy = ['httpx', 'rich', 'jackfield.client', 'jackfield_openai_video']\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stderr == "[]\n"


def test_a_missing_plugin_is_named(
    process: Callable[..., Any], sandbox: Sandbox, folder: Path
) -> None:
    settings = {"OPENAI_BASE_URL": sandbox.base_url, "OPENAI_API_KEY": "sk-x"}
    for args, plugin in (
        (("video", "list"), "openai-video"),
        (("speak", "x", "-o", "x.mp3"), "openai-audio"),
        (("embed", "x"), "openai-embeddings"),
    ):
        failed = process(*args, JACKFIELD_DISABLE_PLUGINS=plugin, **settings)
        assert failed.returncode == 1
        assert f"jackfield-{plugin}" in failed.stderr
        assert "Traceback" not in failed.stderr
