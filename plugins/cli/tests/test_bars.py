"""Bars: on a terminal only, on stderr only, gone when the command goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from terminals import COMMAND, on_terminal, posix

from jackfield import Progress
from jackfield_cli.bars import Bars
from jackfield_testing import Sandbox

Process = Callable[..., "subprocess.CompletedProcess[str]"]
HIDE, SHOW = "\x1b[?25l", "\x1b[?25h"  # the cursor, while a bar moves


@pytest.fixture
def settings(sandbox: Sandbox) -> tuple[str, ...]:
    return ("--api-base", sandbox.base_url, "--api-key", "sk-x")


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    path = tmp_path / "sound.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(400_000))
    return path


def shown(*args: str) -> str:
    """All that a command writes to a terminal."""
    with on_terminal(*args, NO_COLOR="1") as (running, terminal):
        seen = terminal.until("\0")
    assert running.returncode == 0, seen
    return seen


@posix
def test_an_upload_in_bytes(settings: tuple[str, ...], sound: Path) -> None:
    seen = shown("transcribe", str(sound), *settings)
    assert "sending" in seen
    assert "400." in seen
    assert " kB of 400." in seen
    assert seen.count(HIDE) == seen.count(SHOW) == 1
    after = seen.partition(SHOW)[2]
    assert "sending" not in after
    assert "transcribing" not in after
    assert after.strip().count("\n") == 0


@posix
def test_a_download_in_bytes(settings: tuple[str, ...], tmp_path: Path) -> None:
    seen = shown("speak", "Hello", "-o", str(tmp_path / "a.wav"), *settings)
    assert "receiving" in seen
    assert " kB" in seen.partition(SHOW)[0]


@posix
def test_a_video_in_percent_then_in_bytes(settings: tuple[str, ...], tmp_path: Path) -> None:
    seen = shown("video", "create", "A cat", "-o", str(tmp_path / "a.mp4"), *settings)
    first, waiting, *_ = seen.partition("video_")[0], *seen.partition("video_")[2].split(SHOW)
    assert "starting" in first, "the id comes before the waiting"
    assert " %" in waiting
    assert "in progress" in waiting
    assert "receiving" in seen.partition(" %")[2]
    assert seen.count(HIDE) == seen.count(SHOW)


@posix
def test_batches_in_texts(settings: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "lines").write_text("\n".join(f"text {number}" for number in range(2100)))
    seen = shown("embed", "-f", str(tmp_path / "lines"), "--dimensions", "2", *settings)
    assert "embedding 2,100 texts" in seen
    assert "2,100 of 2,100 texts" in seen


@posix
def test_a_stream_takes_the_bar_away_before_the_first_word(
    settings: tuple[str, ...], sound: Path
) -> None:
    seen = shown("transcribe", str(sound), "--stream", *settings)
    assert seen.count(SHOW) == 1
    words = seen.partition(SHOW)[2]
    assert HIDE not in words
    assert words.strip()


@posix
def test_an_interrupted_wait_leaves_the_cursor_visible(
    settings: tuple[str, ...], tmp_path: Path
) -> None:
    with on_terminal("video", "create", "A [stall] cat", *settings) as (running, terminal):
        terminal.until(" %")
        running.send_signal(2)
        seen = terminal.until("\0")
    assert running.returncode == 130
    assert seen.count(HIDE) == seen.count(SHOW)
    assert "interrupted; the job goes on" in " ".join(seen.partition(" %")[2].split())


@posix
def test_with_stdout_in_a_pipe_the_bar_is_still_on_the_terminal(
    settings: tuple[str, ...], sound: Path
) -> None:
    import pty

    ours, theirs = pty.openpty()
    try:
        done = subprocess.run(
            [*COMMAND, "transcribe", str(sound), *settings],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
            timeout=30,
            check=True,
        )
        shown = os.read(ours, 1_000_000).decode("utf-8", "replace")
        assert "sending" in shown or "transcribing" in shown  # the first may be over at once
    finally:
        os.close(theirs)
        os.close(ours)
    assert "\x1b" not in done.stdout
    assert done.stdout.count("\n") == 1


def test_there_are_none_elsewhere(
    process: Process, settings: tuple[str, ...], sound: Path, tmp_path: Path
) -> None:
    for args in (
        ("transcribe", str(sound)),
        ("speak", "Hello", "-o", "a.wav"),
        ("video", "create", "A cat", "-o", "a.mp4"),
        ("embed", "x"),
    ):
        done = process(*args, *settings)
        assert done.returncode == 0, done.stderr
        assert "\x1b" not in done.stdout + done.stderr
        assert "━" not in done.stderr


# What a call reports ------------------------------------------------------------------------------


class Stderr:
    """A stderr that says of itself that it is a terminal, and keeps what is written."""

    encoding = "utf-8"
    closed = False

    def __init__(self) -> None:
        self.text = ""

    def isatty(self) -> bool:
        return True

    def write(self, text: str) -> int:
        self.text += text
        return len(text)

    def flush(self) -> None:
        pass


def test_a_retry_starts_from_the_beginning(monkeypatch: pytest.MonkeyPatch) -> None:
    stderr: Any = Stderr()
    monkeypatch.setattr(sys, "stderr", stderr)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("TERM", "xterm")
    with Bars("asking") as bars:
        for done, total in ((0, 1000), (500, 1000), (0, 1000), (1000, 1000)):
            bars.report(Progress("upload", done, total))
        for size in (0, 2000):
            bars.report(Progress("download", size))
        bars.report(Progress("wait", 30, 100, {"no": "status"}))
    assert "1.0 kB of 1.0 kB" in stderr.text
    assert "30 %" in stderr.text


def test_where_nothing_is_shown_a_call_reports_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    with Bars("asking") as bars:
        assert bars.report is None
    bars.clear()
