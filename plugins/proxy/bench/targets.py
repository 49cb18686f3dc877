"""The targets, and whether they are met."""

from __future__ import annotations

import math

from attrs import evolve, frozen
from contenders import LITELLM, PORTKEY, RELAY, SUBJECT, UPSTREAM, Contender
from intervals import Interval
from measuring import PACED_CONNECTIONS
from results import Cell, Results, Sample, figure

NOISY = 0.1
"""Relative noise above which a throughput is not judged, if the CPU per request is calmer."""


@frozen
class Verdict:
    """One target, and what was measured."""

    title: str
    target: str
    measured: Interval | None
    unit: str
    met: bool | None
    """None where it could not be measured."""
    remark: str = ""

    @property
    def text(self) -> str:
        """One word."""
        return "n/a" if self.met is None else "met" if self.met else "NOT MET"


def faster(own: Sample, other: Sample) -> float:
    """Return how many times the other's throughput."""
    return own.rate / other.rate


def cheaper(own: Sample, other: Sample) -> float:
    """Return the same, going by CPU per request."""
    return other.cpu / own.cpu


def added(own: Sample, other: Sample) -> float:
    """Return the milliseconds that p50 is longer."""
    return own.p50 - other.p50


def at_least(
    results: Results, cell: Cell, other: Contender, factor: float, by: str = "throughput"
) -> Verdict:
    """Judge a ratio of Jackfield to another in a cell."""
    kind, connections = cell
    wall = results.compared(cell, SUBJECT, other, faster)
    cpu = results.compared(cell, SUBJECT, other, cheaper)
    usable = cpu is not None and not math.isnan(cpu.median)
    judged, remark = wall, "throughput"
    if usable and wall is not None and cpu is not None:
        if by == "cpu":
            judged, remark = cpu, "CPU per request"
        elif wall.noise > NOISY and cpu.noise < wall.noise:
            judged = cpu
            remark = f"CPU per request; the throughput, {wall.median:.2f}, is noisy"
        elif cpu.noise <= NOISY:
            remark = f"throughput; by CPU per request {cpu.median:.2f}"
    failure = results.failure(kind, SUBJECT)
    met: bool | None
    if failure is not None:
        met, remark = False, failure
    elif judged is None:
        met, remark = None, results.failure(kind, other) or "not measured"
    else:
        met = judged.median >= factor
        if judged.low <= factor <= judged.high:
            remark += "; close"
    title = f"{kind}, {connections} connections, against {other.title}"
    return Verdict(title, f"≥ {factor:g} x", judged, "x", met, remark)


def at_most(title: str, measured: Interval | None, limit: float, unit: str) -> Verdict:
    """Judge a figure."""
    met = None if measured is None or math.isnan(measured.median) else measured.median <= limit
    remark = "not measured" if measured is None else ""
    if measured is not None and measured.low <= limit <= measured.high:
        remark = "close"
    return Verdict(title, f"≤ {limit:g} {unit}", measured, unit, met, remark)


def ready(results: Results, limit: float) -> Verdict:
    """Judge the time to ready; a start is CPU work, so CPU stands in where others disturb it."""
    wall, cpu = figure(results.starts, SUBJECT), figure(results.spent, SUBJECT)
    title = "ready after"
    if wall is None or cpu is None or math.isnan(cpu.median):
        return at_most(title, wall, limit, "s")
    if wall.high > limit and wall.noise > NOISY and cpu.noise < wall.noise:
        judged = at_most(title, cpu, limit, "s")
        return evolve(judged, remark=f"CPU; the clock's, {wall.median:.2f}, is noisy")
    return evolve(at_most(title, wall, limit, "s"), remark=f"of CPU {cpu.median:.2f}")


def verdicts(results: Results) -> list[Verdict]:
    """Return all targets of a run; those of the soak are its own."""
    first: Cell = ("unary", 1)
    to_upstream = results.compared(first, SUBJECT, UPSTREAM, added)
    to_relay = results.compared(first, SUBJECT, RELAY, added)
    return [
        at_least(results, ("unary", 16), RELAY, 0.8),
        at_least(results, ("unary", 16), LITELLM, 40),
        at_least(results, ("unary", 16), PORTKEY, 4),
        at_most("added p50, 1 connection, to the upstream's", to_upstream, 1.0, "ms"),
        at_most("added p50, 1 connection, to the relay's", to_relay, 1.0, "ms"),
        at_least(results, ("stream", 16), RELAY, 0.8),
        at_least(results, ("paced", PACED_CONNECTIONS), RELAY, 0.8, by="cpu"),
        ready(results, 1.5),
        at_most("resident memory after load", figure(results.loaded, SUBJECT), 90, "MB"),
    ]
