"""Interleaved rounds: everybody in turn, in an order that rotates, on servers that stay alive."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import load
import payload
import processes
from attrs import define, field, frozen
from contenders import UPSTREAM, Contender, Setup
from load import Generator, LoadFailure
from processes import Server, ServerFailure
from results import START, Cell, Figures, Results, Sample

PACED_CONNECTIONS = 16
"""Paced streams are measured at this many connections only: with more, the upstream is late."""
PACED_STREAMS = 2
"""Paced streams of each connection in one batch."""
WARM_UP = {"unary": 200, "stream": 32, "paced": 4}
"""Requests before the first measured one."""


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
    """Starts of each generation that are only timed; of peers, the one that is needed."""
    kinds: tuple[str, ...] = payload.KINDS
    connections: tuple[int, ...] = (1, 16, 64)
    batch: int | None = None
    """Requests of one batch, instead of seconds; then little is warmed up."""

    def cells(self) -> list[Cell]:
        """Return what a round measures, in order."""
        found: list[Cell] = []
        for kind in self.kinds:
            counts = (PACED_CONNECTIONS,) if kind == "paced" else self.connections
            found += [(kind, count) for count in counts]
        return found


FULL = Plan(generations=3, rounds=3, peer_rounds=2, seconds=1, starts=3)
QUICK = Plan(generations=1, rounds=3, peer_rounds=1, seconds=1, starts=3)


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
            servers = [each for each in present if each is not UPSTREAM]
            with contextlib.ExitStack() as stack:
                running = self._started(servers, generation, stack)
                ready = [each for each in present if each is UPSTREAM or each.name in running]
                for cell in self.plan.cells():
                    self._cell(cell, ready, running, generation)
                for who in servers:
                    if who.name in running:
                        memory = running[who.name].memory()
                        _note(self.results.loaded, who, generation, memory)
        return self.results

    def _started(
        self, servers: Sequence[Contender], generation: int, stack: contextlib.ExitStack
    ) -> Mapping[str, Server]:
        """Time starts, the last of which stay."""
        running: dict[str, Server] = {}
        for number in range(self.plan.starts + 1):
            last = number == self.plan.starts
            for who in servers:
                if who.peer and not last:
                    continue
                self.tell(f"generation {generation + 1}: starting {who.title}")
                with contextlib.ExitStack() as brief:
                    holder = stack if last else brief
                    try:
                        server = holder.enter_context(self._server(who))
                    except ServerFailure as failure:
                        self.results.failures[START, who.name] = f"no start: {failure}"
                        continue
                    _note(self.results.starts, who, generation, server.ready)
                    _note(self.results.spent, who, generation, server.spent)
                    if last:
                        running[who.name] = server
                        _note(self.results.fresh, who, generation, server.memory())
        return running

    def _server(self, who: Contender) -> contextlib.AbstractContextManager[Server]:
        port = processes.free_port()
        command = who.command(self.setup, port)
        more = who.variables(self.setup)
        return processes.running(command, port, self.where, self.folder, who.ready, more)

    def _cell(
        self,
        cell: Cell,
        present: Sequence[Contender],
        running: Mapping[str, Server],
        generation: int,
    ) -> None:
        kind, connections = cell
        for who in present:
            self._warm_up(kind, who, running.get(who.name))
        for number in range(self.plan.rounds):
            self.tell(f"generation {generation + 1}: {kind}, {connections}, round {number + 1}")
            turn = [each for each in present if not each.peer or number < self.plan.peer_rounds]
            first = number % len(turn)
            for who in turn[first:] + turn[:first]:
                if self.results.failure(kind, who) is None:
                    sample = self._sample(cell, who, running.get(who.name))
                    if sample is not None:
                        own = self.results.samples.setdefault((cell, who.name), {})
                        own[generation, number] = sample

    def _warm_up(self, kind: str, who: Contender, server: Server | None) -> None:
        if self.results.failure(kind, who) is not None:
            return
        request = who.request(self.setup, kind, server.port if server else 0)
        try:
            load.check(request, kind)
            count = self.plan.batch or WARM_UP[kind] // (10 if who.peer else 1)
            self.generator.times(request, 4, max(1, count))
        except LoadFailure as failure:
            self.results.failures[kind, who.name] = str(failure)
        if server:
            server.settle()

    def _sample(self, cell: Cell, who: Contender, server: Server | None) -> Sample | None:
        kind, connections = cell
        request = who.request(self.setup, kind, server.port if server else 0)
        before = server.cpu() if server else 0.0
        try:
            if self.plan.batch is not None:
                outcome = self.generator.times(request, connections, self.plan.batch)
            elif kind == "paced":
                outcome = self.generator.times(request, connections, connections * PACED_STREAMS)
            else:
                outcome = self.generator.during(
                    request, connections, self.plan.seconds, patient=who.peer
                )
        except LoadFailure as failure:
            self.results.failures[kind, who.name] = f"at {connections} connections: {failure}"
            return None
        used = (server.cpu() - before) * 1e6 / outcome.requests if server else float("nan")
        if server:
            server.settle()
        return Sample(outcome.rate, outcome.p50, outcome.p99, used)


def _note(figures: Figures, who: Contender, generation: int, value: float) -> None:
    figures.setdefault(who.name, []).append((generation, value))
