"""What was measured, and its medians."""

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field, frozen
from contenders import Contender
from intervals import Interval, of

START = "start"
"""The "kind" of a failure to start."""

Cell = tuple[str, int]
"""A kind and a number of connections."""
Round = tuple[int, int]
"""Generation and number of a round."""
Figures = dict[str, list[tuple[int, float]]]
"""By contender: a generation and a figure of it."""


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
    starts: Figures = field(factory=dict)
    """Seconds from a start to ready."""
    spent: Figures = field(factory=dict)
    """CPU seconds from a start to ready."""
    fresh: Figures = field(factory=dict)
    """MB of resident memory after the start."""
    loaded: Figures = field(factory=dict)
    """MB of resident memory after a generation's load."""
    failures: dict[tuple[str, str], str] = field(factory=dict)
    """Why there is nothing, by kind (or `start`) and contender."""

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


def figure(figures: Figures, who: Contender) -> Interval | None:
    """Return the median of a contender's figures."""
    own = figures.get(who.name, [])
    return of([value for _, value in own], [generation for generation, _ in own])
