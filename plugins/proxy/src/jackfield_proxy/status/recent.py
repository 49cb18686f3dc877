"""The errors of late, for the status page: who, when, which status, what was said.

No prompt and no answer is kept, only the error's message, short and without keys. A single worker
keeps them in memory. Several share two files of JSON lines: each line is appended at once, and when
the file is full it becomes the previous one, so that both together stay small.
"""

from __future__ import annotations

import contextlib
import json
import os
import time
from collections import deque
from pathlib import Path
from typing import Any

_LONGEST = 300
_FULL = 128 * 1024
_LOOKED_AT = 20_000  # characters of a message in which keys are searched


class Recent:
    """At most ``size`` errors, of all workers that share ``directory``."""

    def __init__(self, directory: str | None = None, size: int = 100) -> None:
        self._kept: deque[dict[str, Any]] = deque(maxlen=size)
        self._size = size
        self._file: int | None = None
        self._current = self._previous = None
        if directory is not None:
            folder = Path(directory)
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._current = folder / "errors.jsonl"
            self._previous = folder / "errors.previous.jsonl"

    def add(
        self, model: str, deployment: str, status: int, message: str, at: float | None = None
    ) -> None:
        """Record an error; never fails. ``at`` is a Unix time in seconds, now unless given."""
        error = {
            "time": round(time.time() if at is None else at, 3),
            "model": _short(model),
            "deployment": _short(deployment),
            "status": status,
            "message": _short(_without_keys(message)),
        }
        if self._current is None:
            self._kept.append(error)
        else:
            with contextlib.suppress(OSError):  # no record is worth a failed request
                self._append(json.dumps(error, ensure_ascii=False).encode("utf-8", "replace"))

    def latest(self, count: int = 50) -> list[dict[str, Any]]:
        """The newest errors, newest first: ``time, model, deployment, status, message``."""
        errors = list(self._kept)
        for path in (self._previous, self._current):
            if path is not None:
                with contextlib.suppress(OSError):
                    errors += _parsed(path.read_bytes())
        errors.sort(key=lambda error: error["time"])
        return errors[-self._size :][::-1][:count]

    def close(self) -> None:
        """Let go of the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _append(self, line: bytes) -> None:
        if self._file is None:
            self._open()
        elif os.fstat(self._file).st_size > _FULL:
            self._turn(self._file)
        if self._file is not None:
            # Torn ends of others are fenced off: a reader skips what isn't a line of ours.
            os.write(self._file, b"\n" + line + b"\n")

    def _open(self) -> None:
        if self._current is not None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            self._file = os.open(self._current, flags, 0o600)

    def _turn(self, full: int) -> None:
        """Begin a new file, unless another worker has begun one already."""
        if self._current is not None and self._previous is not None:
            with contextlib.suppress(OSError):
                if os.path.samestat(os.fstat(full), self._current.stat()):
                    self._current.replace(self._previous)
            self.close()
            self._open()


def _parsed(lines: bytes) -> list[dict[str, Any]]:
    errors = []
    for line in lines.split(b"\n"):
        with contextlib.suppress(ValueError):  # torn, or still on its way
            error = json.loads(line)
            if isinstance(error, dict) and isinstance(error.get("time"), float | int):
                errors.append(error)
    return errors


def _without_keys(message: str) -> str:
    from jackfield_cli.errors import hide_keys

    return hide_keys(message[:_LOOKED_AT])


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
