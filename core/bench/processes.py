"""Starting workers: live ones that take commands, and fresh ones that are measured whole."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from attrs import frozen

WORKERS = Path(__file__).resolve().parent / "workers"
PATIENCE = 120.0
"""Seconds that a worker may take to answer."""


class WorkerFailure(Exception):
    """A worker can't do what it was told; the message is its last words."""


@frozen
class Sample:
    """What one batch or one fresh process took."""

    quantities: Mapping[str, float]
    characters: int


def environment(home: str) -> dict[str, str]:
    """Return the environment variables of a worker: nothing of the caller's but the path.

    No proxies, no keys, no `.env` file in reach; LiteLLM reads its price list from its own files
    instead of the network.
    """
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": home,
        "PYTHONPATH": str(WORKERS.parent),
        "LANG": "C.UTF-8",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }


def _last_words(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message"


class Live:
    """A worker process that stays alive, see `workers/serve.py`."""

    def __init__(self, python: Path, contender: str, base: str, home: str) -> None:
        self._errors = tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace")  # noqa: SIM115 - closed later
        self._process = subprocess.Popen(
            [python, WORKERS / "serve.py", contender, base],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=environment(home),
            cwd=home,
            text=True,
            encoding="utf-8",
            bufsize=1,
        )

    def __enter__(self) -> Self:
        try:
            self._read()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _read(self) -> object:
        assert self._process.stdout is not None
        timer = threading.Timer(PATIENCE, self._process.kill)
        timer.start()
        try:
            line = self._process.stdout.readline()
        finally:
            timer.cancel()
        if not line:
            self._process.wait()
            self._errors.seek(0)
            raise WorkerFailure(_last_words(self._errors.read()))
        answer: object = json.loads(line)
        return answer

    def run(self, command: str, count: int) -> Sample:
        """Run a batch; the quantities are nanoseconds per operation."""
        assert self._process.stdin is not None
        # If it has died, reading says why.
        with contextlib.suppress(BrokenPipeError):
            print(command, count, file=self._process.stdin, flush=True)
        answer = self._read()
        assert isinstance(answer, dict)
        if "failure" in answer:
            raise WorkerFailure(answer["failure"])
        quantities = {name: answer[name] / count for name in ("wall", "cpu")}
        return Sample(quantities, answer["characters"] // count)

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        for file in (self._process.stdin, self._process.stdout, self._errors):
            if file is not None:
                with contextlib.suppress(BrokenPipeError):
                    file.close()


def fresh(python: Path, contender: str, what: str, base: str, home: str) -> Sample:
    """Run `workers/once.py`; CPU is that of the whole process, from `exec` to its end.

    Raises:
        WorkerFailure: it ended with an error.
    """
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as errors:
        answer = Path(folder) / "answer"
        wall = time.perf_counter_ns()
        process = subprocess.Popen(
            [python, WORKERS / "once.py", contender, what, base, answer],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            env=environment(home),
            cwd=home,
        )
        timer = threading.Timer(PATIENCE, process.kill)
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        finally:
            timer.cancel()
        wall = time.perf_counter_ns() - wall
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            raise WorkerFailure(_last_words(errors.read().decode(errors="replace")))
        peak, characters = answer.read_text(encoding="ascii").split()
    cpu = (usage.ru_utime + usage.ru_stime) * 1e9
    return Sample({"wall": wall, "cpu": cpu, "memory": float(peak)}, int(characters))
