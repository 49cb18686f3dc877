"""Ratios and how sure they are."""

from __future__ import annotations

import random
import statistics
from collections.abc import Sequence

from attrs import frozen

RESAMPLES = 2000
CONFIDENCE = 0.95


@frozen
class Ratio:
    """The median of paired ratios, with a bootstrap interval of 95 %."""

    median: float
    low: float
    high: float
    rounds: int

    @property
    def noise(self) -> float:
        """Half the width of the interval, relative to the median."""
        return (self.high - self.low) / 2 / self.median


def paired(
    values: Sequence[float], reference: Sequence[float], generations: Sequence[int]
) -> Ratio:
    """Return the ratio of two series that were measured side by side, round by round.

    `generations` says which rounds share their processes. A process is a little faster or slower
    than its twin for as long as it lives (memory layout, hash seed), so the interval comes from
    drawing generations first and rounds of them second.
    """
    grouped: dict[int, list[float]] = {}
    for value, other, generation in zip(values, reference, generations, strict=True):
        grouped.setdefault(generation, []).append(value / other)
    groups = list(grouped.values())
    # A fixed seed: the same measurements give the same interval.
    chance = random.Random(0)
    medians = []
    for _ in range(RESAMPLES):
        drawn = chance.choices(groups, k=len(groups))
        medians.append(
            statistics.median(each for one in drawn for each in chance.choices(one, k=len(one)))
        )
    medians.sort()
    tail = round(RESAMPLES * (1 - CONFIDENCE) / 2)
    everything = [each for group in groups for each in group]
    return Ratio(statistics.median(everything), medians[tail], medians[-tail - 1], len(everything))
