"""Interleaved rounds: everybody in turn, in an order that rotates, on servers that stay alive."""

from __future__ import annotations

import contextlib
import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import load
import payload
import processes
from attrs import define, field, frozen
from contenders import UPSTREAM, Contender, Setup
from intervals import Interval, of
from load import Generator, LoadFailure
from processes import Server, ServerFailure

PACED_CONNECTIONS = 16
"""Paced streams are measured at this many connections only: more would wait for the upstream."""
PACED_STREAMS = 2
"""Paced streams of each connection in one batch."""
MEMORY = "memory"
START = "start"

Cell = tuple[str, int]
"""A kind and a number of connections."""
Round = tuple[int, int]
"""Generation and number of a round."""


@frozen
class Plan:
    """How much is measured."""

    generations: int
    """How often the servers are started anew; peers only once."""
    rounds: int
    """Rounds of each generation."""
    peer_rounds: int
    seconds: int
    """Of one batch."""
    starts: int
    """Starts of each generation that are only timed."""
    kinds: tuple[str, ...] = payload.KINDS
    connections: tuple[int, ...] = (1, 16, 64)

    def cells(self) -> list[Cell]:
        """Return what a round measures, in order."""
        found = []
        for kind in self.kinds:
            counts = (PACED_CONNECTIONS,) if kind == "paced" else self.connections
            found += [(kind, count) for count in counts]
        return found


FULL = Plan(generations=3, rounds=3, peer_rounds=2, seconds=1, starts=3)
QUICK = Plan(generations=1, rounds=3, peer_rounds=1, seconds=1, starts=3)


@frozen
class Sample:
    """One batch: requests per second, latencies in ms, the server's CPU in µs per request."""

    rate: float
    p50: float
    p99: float
    cpu: float


@define
class Results:
    """Everything that was measured."""

    samples: dict[tuple[Cell, str], dict[Round, Sample]] = field(factory=dict)
    starts: dict[str, list[tuple[int, float]]] = field(factory=dict)
    """Generation and seconds to ready, by contender."""
    fresh: dict[str, list[tuple[int, float]]] = field(factory=dict)
    """Generation and MB after the start."""
    loaded: dict[str, list[tuple[int, float]]] = field(factory=dict)
    """Generation and MB after a generation's load."""
    failures: dict[tuple[str, str], str] = field(factory=dict)
    """Why there is nothing, by kind (or `start`) and contender."""

    def note(self, where: dict[str, list[tuple[int, float]]], who: Contender, what: Round) -> None:
        """Keep a figure of a generation."""
        where.setdefault(who.name, []).append(what)

    def failure(self, kind: str, who: Contender) -> str | None:
        """Return why a contender has nothing of a kind."""
        return self.failures.get((START, who.name)) or self.failures.get((kind, who.name))

    def value(self, cell: Cell, who: Contender, quantity: str) -> Interval | None:
        """Return the median of one quantity."""
        own = self.samples.get((cell, who.name), {})
        values = [getattr(sample, quantity) for sample in own.values()]
        return of(values, [generation for generation, _ in own])

    def compared(
        self,
        cell: Cell,
        who: Contender,
        other: Contender,
        of_both: Callable[[Sample, Sample], float],
    ) -> Interval | None:
        """Return the median of what two contenders' samples of the same round give together."""
        own = self.samples.get((cell, who.name), {})
        others = self.samples.get((cell, other.name), {})
        common = [number for number in own if number in others]
        values = [of_both(own[number], others[number]) for number in common]
        return of(values, [generation for generation, _ in common])


@contextlib.contextmanager
def started(
    who: Contender, setup: Setup, where: frozenset[int], folder: Path
) -> Iterator[Server]:
    """Start a contender; end it with the block.

    Raises:
        ServerFailure: it doesn't start.
    """
    port = processes.free_port()
    command = who.command(setup, port)
    more = who.variables(setup)
    with processes.running(command, port, where, folder, who.ready, more) as server:
        yield server


@define
class Bench:
    """One run.

    Args:
        setup: what commands are made of.
        plan: how much.
        generator: makes the load.
        where: the measured servers' CPUs.
        folder: for logs.
        tell: is told what is done now.
    """

    setup: Setup
    plan: Plan
    generator: Generator
    where: frozenset[int]
    folder: Path
    tell: Callable[[str], None]
    results: Results = field(factory=Results)

    def run(self, contenders: Sequence[Contender]) -> Results:
        """Measure everybody."""
        for generation in range(self.plan.generations):
            present = [each for each in contenders if generation == 0 or not each.peer]
            self.tell(f"generation {generation + 1} of {self.plan.generations}: starting")
            self._time_starts(present, generation)
            with contextlib.ExitStack() as stack:
                servers = self._start(present, generation, stack)
                self._measure([each for each in present if each.name in servers], servers)(
                    generation
                )
                for who in present:
                    if who.name in servers and who is not UPSTREAM:
                        memory = servers[who.name].memory()
                        self.results.note(self.results.loaded, who, (generation, memory))
        return self.results
