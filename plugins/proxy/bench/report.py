"""The report: tables for people, JSON for machines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from attrs import frozen
from contenders import RELAY, UPSTREAM, Contender
from intervals import Interval
from measuring import Plan
from results import Results, figure
from rich.console import Console
from rich.table import Table
from soak import Step
from targets import Verdict, cheaper, faster

KINDS = {
    "unary": "calls",
    "stream": "500-chunk streams, as fast as they are read",
    "paced": "500-chunk streams, an event every 2 ms",
}


@frozen
class Setting:
    """What the figures depend on."""

    machine: str
    load: float
    """Processes that wanted to run when the bench started (one-minute average)."""
    pinned: str
    upstream: str
    generator: str
    versions: Mapping[str, str]
    remarks: Sequence[str]


def _number(value: float | None) -> str:
    if value is None or math.isnan(value):
        return ""
    size = abs(value)
    digits = 0 if size >= 100 else 1 if size >= 10 else 2 if size >= 0.1 or not size else 4
    return f"{value:,.{digits}f}"


def _median(interval: Interval | None) -> str:
    return _number(interval.median if interval else None)


def _interval(interval: Interval | None) -> str:
    if interval is None or math.isnan(interval.median):
        return ""
    own = _number(interval.median)
    return f"{own} [dim]{_number(interval.low)}..{_number(interval.high)}[/dim]"


def _table(title: str, left: Sequence[str], right: Sequence[str]) -> Table:
    out = Table(title=title, title_justify="left")
    for heading in left:
        out.add_column(heading)
    for heading in right:
        out.add_column(heading, justify="right")
    return out


def table(results: Results, plan: Plan, kind: str, contenders: Sequence[Contender]) -> Table:
    """Return the table of a kind: a section for each number of connections."""
    out = _table(
        KINDS[kind],
        ("conns", "contender"),
        ("per s", "p50 ms", "p99 ms", "CPU µs each", "x relay's rate", "x relay's by CPU"),
    )
    for cell in [cell for cell in plan.cells() if cell[0] == kind]:
        first = True
        for who in contenders:
            lead = [str(cell[1]) if first else "", who.title]
            first = False
            rate = results.value(cell, who, "rate")
            if rate is None:
                out.add_row(*lead, "n/a")
                continue
            values = [_median(results.value(cell, who, each)) for each in ("p50", "p99", "cpu")]
            ratios = ["", ""]
            if who is not RELAY:
                ratios = [
                    _interval(results.compared(cell, who, RELAY, faster)),
                    ""
                    if who is UPSTREAM
                    else _interval(results.compared(cell, who, RELAY, cheaper)),
                ]
            out.add_row(*lead, _median(rate), *values, *ratios)
        out.add_section()
    return out


def standing(results: Results, contenders: Sequence[Contender]) -> Table:
    """Return the table of start-up and memory."""
    out = _table(
        "Start-up and resident memory",
        ("contender",),
        ("ready after s", "CPU s until then", "MB after start", "MB after load"),
    )
    for who in contenders:
        if who is not UPSTREAM:
            every = (results.starts, results.spent, results.fresh, results.loaded)
            cells = [_interval(figure(figures, who)) for figures in every]
            out.add_row(who.title, *(cells if cells[0] else ["n/a"]))
    return out


def judged(verdicts: Sequence[Verdict]) -> Table:
    """Return the table of the targets."""
    out = _table("Targets", ("Jackfield", "target"), ("measured",))
    out.add_column("verdict")
    for each in verdicts:
        color = "yellow" if each.met is None else "green" if each.met else "bold red"
        remark = f" ({each.remark})" if each.remark else ""
        measured = f"{_interval(each.measured)} {each.unit}" if each.measured else ""
        out.add_row(each.title, each.target, measured, f"[{color}]{each.text}[/{color}]{remark}")
    return out


def soaked(steps: Sequence[Step]) -> Table:
    """Return the table of a soak."""
    out = _table("Soak", (), ("requests", "aborted streams", "resident MB", "open files"))
    for step in steps:
        memory = _number(step.memory)
        out.add_row(f"{step.requests:,}", f"{step.aborted:,}", memory, str(step.files))
    return out


def show_setting(setting: Setting, console: Console) -> None:
    """Print what the figures depend on."""
    versions = ", ".join(f"{what} {which}" for what, which in setting.versions.items())
    lines = [
        f"{setting.machine}, load {setting.load:.1f} at the start; {setting.pinned}",
        f"upstream: {setting.upstream}; load: {setting.generator}",
        versions,
        *setting.remarks,
    ]
    for line in lines:
        console.print(line, highlight=False, markup=False)


def show(results: Results, plan: Plan, contenders: Sequence[Contender], console: Console) -> None:
    """Print the tables of a run."""
    for kind in plan.kinds:
        console.print(table(results, plan, kind, contenders))
        for who in contenders:
            reason = results.failure(kind, who)
            if reason is not None:
                line = f"{who.title}, {KINDS[kind]}: n/a: {reason}"
                console.print(line, highlight=False, markup=False)
    console.print(standing(results, contenders))


def as_json(
    setting: Setting, verdicts: Sequence[Verdict], results: Results | None, steps: Sequence[Step]
) -> dict[str, Any]:
    """Return the report as JSON, with every sample."""
    samples = [
        {
            "kind": kind,
            "connections": connections,
            "contender": name,
            "generation": generation,
            "round": number,
            **attrs.asdict(sample),
        }
        for ((kind, connections), name), own in (results.samples if results else {}).items()
        for (generation, number), sample in own.items()
    ]
    figures = (
        {
            "ready_s": results.starts,
            "ready_cpu_s": results.spent,
            "fresh_mb": results.fresh,
            "loaded_mb": results.loaded,
        }
        if results
        else {}
    )
    return {
        "setting": attrs.asdict(setting),
        "targets": [{**attrs.asdict(each), "verdict": each.text} for each in verdicts],
        "samples": samples,
        "figures": figures,
        "failures": [
            {"kind": kind, "contender": name, "failure": text}
            for (kind, name), text in (results.failures if results else {}).items()
        ],
        "soak": [attrs.asdict(step) for step in steps],
    }
