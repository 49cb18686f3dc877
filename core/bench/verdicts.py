"""From samples to rows: values, ratios to bare httpx, and whether a budget is met."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

import measuring
import ratios
from attrs import frozen
from contenders import REFERENCE, SUBJECT, Contender, Measure
from measuring import Outcome
from ratios import Ratio

NOISY = 0.05
"""Relative noise above which a wall ratio is not judged, if a CPU ratio is at hand."""


@frozen
class Row:
    """One contender in one measure."""

    measure: Measure
    contender: Contender
    values: Mapping[str, float]
    """Medians by quantity: nanoseconds per operation or process, kilobytes."""
    ratios: Mapping[str, Ratio]
    """Ratios to bare httpx by quantity; empty for bare httpx itself."""
    judged: str | None
    """The quantity that the budget is judged on; None where there is no budget."""
    connections: int | None
    """Connections opened while measured; None for fresh processes."""
    failure: str | None = None

    @property
    def budget(self) -> float | None:
        """The budget of this row, which only Jackfield has."""
        return self.measure.budget if self.contender is SUBJECT else None

    @property
    def met(self) -> bool | None:
        """Whether the budget is met; None without a budget. What failed has missed it."""
        if self.budget is None:
            return None
        return self.judged is not None and self.ratios[self.judged].median <= self.budget

    @property
    def close(self) -> bool:
        """Whether the interval holds the budget, so that another run may say otherwise."""
        if self.budget is None or self.judged is None:
            return False
        ratio = self.ratios[self.judged]
        return ratio.low <= self.budget <= ratio.high


def _judged(measure: Measure, found: Mapping[str, Ratio]) -> str | None:
    if not found:
        return None
    first, *others = measure.judged
    if others and found[first].noise > NOISY and found[others[0]].noise < found[first].noise:
        return others[0]
    return first


def row(measure: Measure, contender: Contender, outcome: Outcome) -> Row:
    """Return the row of a contender."""
    failure = outcome.failures.get(contender.name)
    values, found = {}, {}
    for quantity in measure.quantities:
        own, reference, generations = measuring.series(outcome, contender, quantity)
        if not own:
            failure = failure or "no measurement of bare httpx to compare with"
            continue
        values[quantity] = statistics.median(own)
        if contender is not REFERENCE:
            found[quantity] = ratios.paired(own, reference, generations)
    judged = _judged(measure, found)
    connections = outcome.connections.get(contender.name)
    return Row(measure, contender, values, found, judged, connections, failure)


def rows(
    measures: Sequence[Measure], contenders: Sequence[Contender], outcomes: Mapping[str, Outcome]
) -> list[Row]:
    """Return the rows of all measures, in order."""
    return [
        row(measure, contender, outcomes[measure.command])
        for measure in measures
        for contender in contenders
    ]
