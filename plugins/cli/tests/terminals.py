"""The command on a pseudo-terminal, or in a pipe, as a process that can be signalled."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

COMMAND = [sys.executable, "-m", "jackfield_cli"]
posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX terminals and signals")


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
