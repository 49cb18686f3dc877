"""Medians over rounds, and how sure they are."""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence

from attrs import frozen

RESAMPLES = 2000
TAIL = 0.025


@frozen
class Interval:
    """A median with its bootstrap interval of 95 %."""

    median: float
    low: float
    high: float
    count: int

    @property
    def noise(self) -> float:
        """Half the interval's width, relative to the median."""
        return (self.high - self.low) / 2 / abs(self.median) if self.median else float("inf")


def of(values: Sequence[float], generations: Sequence[int]) -> Interval | None:
    """Return the median of the values; None without any.

    `generations` says which values come from the same processes. A process stays a little faster
    or slower than its twin for as long as it lives, so generations are drawn first, and values of
    them second.
    """
    grouped: dict[int, list[float]] = {}
    for value, generation in zip(values, generations, strict=True):
        grouped.setdefault(generation, []).append(value)
    if not grouped:
        return None
    groups = list(grouped.values())
    # A fixed seed: the same measurements give the same interval.
    chance = random.Random(0)
    medians = sorted(
        statistics.median(
            each
            for group in chance.choices(groups, k=len(groups))
            for each in chance.choices(group, k=len(group))
        )
        for _ in range(RESAMPLES)
    )
    cut = round(RESAMPLES * TAIL)
    return Interval(statistics.median(values), medians[cut], medians[-cut - 1], len(values))
