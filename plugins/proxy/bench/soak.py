"""Memory over many requests and many streams that the client leaves: it has to stay flat."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import processes
from attrs import frozen
from contenders import SUBJECT, Setup
from intervals import Interval
from load import Generator, check
from processes import Server
from targets import Verdict

CONNECTIONS = 16
STEPS = 10
EARLY = 3000
"""Bytes after which paced streams are left: about ten events."""
LATE = 60_000
"""Bytes after which fast streams are left: less than half of them."""
FLAT = 2.0
"""MB that the second half may add: what an allocator does on its own."""
LIMIT = 90.0


@frozen
class Step:
    """What had been asked, and what the server then held."""

    requests: int
    aborted: int
    memory: float
    """Resident MB."""
    files: int
    """Open files and sockets."""


def _look(server: Server, requests: int, aborted: int) -> Step:
    server.settle()
    folders = [Path(f"/proc/{pid}/fd") for pid in server.members()]
    files = sum(len(list(folder.iterdir())) for folder in folders if folder.exists())
    return Step(requests, aborted, server.memory(), files)


def soak(
    setup: Setup,
    generator: Generator,
    where: frozenset[int],
    folder: Path,
    requests: int,
    aborted: int,
) -> Iterator[Step]:
    """Load Jackfield in steps, and look after each one, and before the first.

    Raises:
        ServerFailure: it doesn't start.
        LoadFailure: a request was answered wrongly.
    """
    port = processes.free_port()
    command = SUBJECT.command(setup, port)
    with processes.running(command, port, where, folder, SUBJECT.ready) as server:
        asked = {kind: SUBJECT.request(setup, kind, port) for kind in ("unary", "stream", "paced")}
        yield _look(server, 0, 0)
        done, left = 0, 0
        for step in range(1, STEPS + 1):
            now = requests * step // STEPS - done
            leave = aborted * step // STEPS - left
            if now:
                generator.times(asked["unary"], CONNECTIONS, now)
            for kind, count, bytes_ in (
                ("paced", leave // 2, EARLY),
                ("stream", leave - leave // 2, LATE),
            ):
                if count:
                    generator.times(asked[kind], CONNECTIONS, count, abort=bytes_)
            done, left = done + now, left + leave
            yield _look(server, done, left)
        for kind, request in asked.items():
            check(request, kind)


def _exactly(value: float) -> Interval:
    return Interval(value, value, value, 1)


def verdicts(steps: list[Step]) -> list[Verdict]:
    """Judge the height and the growth of the memory."""
    highest = max(step.memory for step in steps)
    growth = steps[-1].memory - steps[len(steps) // 2].memory
    unknown = math.isnan(highest)
    last = steps[-1]
    what = f"{last.requests:,} requests, {last.aborted:,} aborted streams"
    return [
        Verdict(
            f"highest resident memory, {what}",
            f"≤ {LIMIT:g} MB",
            _exactly(highest),
            "MB",
            None if unknown else highest <= LIMIT,
        ),
        Verdict(
            "growth over the second half of them",
            f"≤ {FLAT:g} MB",
            _exactly(growth),
            "MB",
            None if unknown else growth <= FLAT,
            f"from {steps[0].memory:.1f} MB after the start",
        ),
    ]
