"""A worker that stays alive: `serve.py <contender> <base URL>`, commands on the standard input.

    call 200      200 calls on the synchronous client
    stream 5      5 streams
    acall 200     200 calls on the asynchronous client, one after the other
    astream 5     5 streams

Each is answered with one line of JSON: nanoseconds of wall clock, nanoseconds of CPU of the whole
process (all threads), characters of content read; or with the failure. The first line says
`ready`. The garbage collector runs as by default.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Any, TextIO, cast

from contract import Asynchronous, Blocking, Worker


class Bench:
    """The clients of one contender, each made when first asked for and then reused."""

    def __init__(self, worker: Worker, base: str, runner: asyncio.Runner) -> None:
        self._worker = worker
        self._base = base
        self._runner = runner
        self._sync: Blocking | None = None
        self._async: Asynchronous | None = None

    def run(self, command: str, count: int) -> dict[str, int]:
        if command in ("acall", "astream"):
            return self._runner.run(self._asynchronous(command[1:], count))
        if self._sync is None:
            self._sync = self._worker.Sync(self._base)
        operations = {"call": self._sync.call, "stream": self._sync.stream}
        return measure(operations[command], count)

    async def _asynchronous(self, command: str, count: int) -> dict[str, int]:
        if self._async is None:
            self._async = self._worker.Async(self._base)
        operations = {"call": self._async.call, "stream": self._async.stream}
        return await ameasure(operations[command], count)


def measure(operation: Callable[[], int], count: int) -> dict[str, int]:
    characters = 0
    cpu = time.process_time_ns()
    wall = time.perf_counter_ns()
    for _ in range(count):
        characters += operation()
    wall = time.perf_counter_ns() - wall
    cpu = time.process_time_ns() - cpu
    return {"wall": wall, "cpu": cpu, "characters": characters}


async def ameasure(operation: Callable[[], Awaitable[int]], count: int) -> dict[str, int]:
    characters = 0
    cpu = time.process_time_ns()
    wall = time.perf_counter_ns()
    for _ in range(count):
        characters += await operation()
    wall = time.perf_counter_ns() - wall
    cpu = time.process_time_ns() - cpu
    return {"wall": wall, "cpu": cpu, "characters": characters}


def answers() -> TextIO:
    """Return a private copy of the standard output, which libraries may print to."""
    private = os.fdopen(os.dup(1), "w", encoding="utf-8", buffering=1)
    os.dup2(2, 1)
    return private


def main() -> None:
    contender, base = sys.argv[1:]
    out = answers()
    worker = cast(Worker, importlib.import_module(f"{contender}_worker"))
    with asyncio.Runner() as runner:
        bench = Bench(worker, base, runner)
        print(json.dumps("ready"), file=out)
        for line in sys.stdin:
            command, count = line.split()
            try:
                answer: dict[str, Any] = bench.run(command, int(count))
            except Exception as error:  # noqa: BLE001 - the runner reports it
                answer = {"failure": f"{type(error).__name__}: {error}"}
            print(json.dumps(answer), file=out)


if __name__ == "__main__":
    main()
