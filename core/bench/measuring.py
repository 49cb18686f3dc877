"""Interleaved rounds: every contender in turn, in rotated order, each round with the reference."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import environments
import payload
import workload
from attrs import define, field, frozen
from contenders import REFERENCE, Contender, Measure
from processes import Live, Sample, WorkerFailure, fresh
from upstream import Upstream

BATCH = 0.05
"""Seconds that one batch of a live worker should take: short enough to share the weather."""


@frozen
class Plan:
    """How many rounds to do; peers take part in fewer."""

    generations: int
    """How often the live workers are started anew."""
    live: int
    """Rounds of each generation."""
    live_peers: int
    fresh: int
    fresh_peers: int


FULL = Plan(generations=6, live=12, live_peers=3, fresh=25, fresh_peers=7)
QUICK = Plan(generations=3, live=8, live_peers=2, fresh=15, fresh_peers=3)

Round = tuple[int, int]
"""Generation and number of a round."""


@define
class Outcome:
    """What was measured of one thing: samples by contender and round, and who failed."""

    samples: dict[str, dict[Round, Sample]] = field(factory=dict)
    failures: dict[str, str] = field(factory=dict)
    connections: dict[str, int] = field(factory=dict)
    """Connections that a contender opened during its measured batches."""

    def add(self, contender: Contender, number: Round, sample: Sample) -> None:
        """Keep a sample."""
        self.samples.setdefault(contender.name, {})[number] = sample

    def fail(self, contender: Contender, failure: WorkerFailure) -> None:
        """Give a contender up, with what it had so far."""
        self.samples.pop(contender.name, None)
        self.failures[contender.name] = str(failure)


def expected(command: str) -> int:
    """Return how many characters of content one sample must have read."""
    lengths = payload.characters()
    if command.endswith("memory"):
        calls, streams = workload.MEMORY_CALLS, workload.MEMORY_STREAMS
        return calls * lengths["call"] + streams * lengths["stream"]
    return lengths["stream" if command.endswith("stream") else "call"]


def _checked(command: str, sample: Sample) -> Sample:
    if sample.characters != expected(command):
        raise WorkerFailure(
            f"read {sample.characters} characters of content, not {expected(command)}"
        )
    return sample


def _schedule(
    contenders: Sequence[Contender], rounds: int, peer_rounds: int
) -> Iterable[tuple[int, list[Contender]]]:
    """Give each round's number and order; peers are spread evenly over the rounds."""
    alone = [contender for contender in contenders if not contender.peer]
    step = max(1, rounds // max(1, peer_rounds)) if len(alone) < len(contenders) else 1
    for number in range(rounds):
        together = number % step == 0
        present = list(contenders) if together else alone
        turn = (number // step if together else number) % len(present)
        yield number, present[turn:] + present[:turn]


def _batch(worker: Live, command: str) -> int:
    """Warm a worker up and return how many operations make a batch."""
    count, spent = 1, 0.0
    while spent < BATCH and count < 1000:
        spent = worker.run(command, count).quantities["wall"] * count / 1e9
        if spent < BATCH:
            count *= 2
    # Once more, now that everything is warm.
    each = worker.run(command, count).quantities["wall"] / 1e9
    return max(1, math.ceil(BATCH / each))


def live(
    measures: Sequence[Measure],
    contenders: Sequence[Contender],
    plan: Plan,
    upstream: Upstream,
    home: Path,
    tick: Callable[[], None],
) -> Mapping[str, Outcome]:
    """Measure on workers that stay alive for a generation, one working at a time."""
    outcomes = {measure.command: Outcome() for measure in measures}
    for generation in range(plan.generations if measures else 0):
        with contextlib.ExitStack() as stack:
            workers = {}
            for contender in contenders:
                interpreter = environments.python(contender)
                worker = Live(interpreter, contender.name, upstream.base, str(home))
                try:
                    workers[contender.name] = stack.enter_context(worker)
                except WorkerFailure as failure:
                    for outcome in outcomes.values():
                        outcome.fail(contender, failure)
            for measure in measures:
                rounds = _Rounds(
                    measure.command, generation, workers, upstream, outcomes[measure.command]
                )
                rounds.run([each for each in contenders if each.name in workers], plan, tick)
    return outcomes


@frozen
class _Rounds:
    """The rounds of one measure in one generation."""

    command: str
    generation: int
    workers: Mapping[str, Live]
    upstream: Upstream
    outcome: Outcome

    def run(self, contenders: Sequence[Contender], plan: Plan, tick: Callable[[], None]) -> None:
        batches = {}
        for contender in contenders:
            if contender.name in self.outcome.failures:
                continue
            try:
                batches[contender.name] = _batch(self.workers[contender.name], self.command)
            except WorkerFailure as failure:
                self.outcome.fail(contender, failure)
        present = [contender for contender in contenders if contender.name in batches]
        for number, order in _schedule(present, plan.live, plan.live_peers):
            for contender in order:
                if contender.name not in self.outcome.failures:
                    self._sample(contender, number, batches[contender.name])
            tick()

    def _sample(self, contender: Contender, number: int, batch: int) -> None:
        before = self.upstream.counters().connections
        try:
            sample = _checked(self.command, self.workers[contender.name].run(self.command, batch))
        except WorkerFailure as failure:
            self.outcome.fail(contender, failure)
            return
        self.outcome.add(contender, (self.generation, number), sample)
        # Each look at the counters is a connection of its own.
        opened = self.upstream.counters().connections - before - 1
        counts = self.outcome.connections
        counts[contender.name] = counts.get(contender.name, 0) + opened


def fresh_processes(
    measures: Sequence[Measure],
    contenders: Sequence[Contender],
    plan: Plan,
    upstream: Upstream,
    home: Path,
    tick: Callable[[], None],
) -> Mapping[str, Outcome]:
    """Measure on fresh processes, after one run each that warms the files up."""
    outcomes = {measure.command: Outcome() for measure in measures}
    for command, outcome in outcomes.items():
        for contender in contenders:
            _run_fresh(command, contender, outcome, upstream, home)
        for number, order in _schedule(contenders, plan.fresh, plan.fresh_peers):
            for contender in order:
                sample = _run_fresh(command, contender, outcome, upstream, home)
                if sample is not None:
                    outcome.add(contender, (0, number), sample)
            tick()
    return outcomes


def _run_fresh(
    command: str, contender: Contender, outcome: Outcome, upstream: Upstream, home: Path
) -> Sample | None:
    if contender.name in outcome.failures:
        return None
    interpreter = environments.python(contender)
    try:
        sample = fresh(interpreter, contender.name, command, upstream.base, str(home))
        return _checked(command, sample)
    except WorkerFailure as failure:
        outcome.fail(contender, failure)
        return None


def series(
    outcome: Outcome, contender: Contender, quantity: str
) -> tuple[list[float], list[float], list[int]]:
    """Return a contender's values, the reference's of the same rounds, and their generations."""
    own = outcome.samples.get(contender.name, {})
    reference = outcome.samples.get(REFERENCE.name, {})
    rounds = [number for number in own if number in reference]
    return (
        [own[number].quantities[quantity] for number in rounds],
        [reference[number].quantities[quantity] for number in rounds],
        [generation for generation, _ in rounds],
    )
