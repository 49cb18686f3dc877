"""The report: a table for people, JSON for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from attrs import frozen
from ratios import Ratio
from rich.console import Console
from rich.table import Table
from verdicts import Row


@frozen
class Setting:
    """What the figures depend on."""

    python: str
    machine: str
    nginx: str
    load: float
    """Processes that wanted to run when the bench started (one-minute average)."""
    service: Mapping[str, float]
    """Microseconds of one exchange with nginx over a bare socket, by operation."""
    versions: Mapping[str, Mapping[str, str]]
    notes: Sequence[str]


def _value(quantity: str, value: float | None) -> str:
    if value is None:
        return ""
    if quantity == "memory":
        return f"{value / 1024:.1f} MB"
    milliseconds = value / 1e6
    return f"{milliseconds:.3f} ms" if milliseconds < 100 else f"{milliseconds:.0f} ms"


def _ratio(ratio: Ratio | None, judged: bool) -> str:
    if ratio is None:
        return ""
    text = f"{ratio.median:.2f} [dim]{ratio.low:.2f}..{ratio.high:.2f}[/dim]"
    return f"[bold]{text}[/bold]" if judged else text


def _verdict(row: Row) -> str:
    if row.met is None:
        return f"[yellow]{row.failure}[/yellow]" if row.failure else ""
    remark = f" ({row.judged}{', close' if row.close else ''})" if row.judged else ""
    if row.met:
        return f"[green]met[/green]{remark}"
    return f"[bold red]MISSED[/bold red]{remark}" + (f" {row.failure}" if row.failure else "")


def _cells(row: Row) -> list[str]:
    budget = f"≤ {row.budget:.2f}" if row.budget else ""
    if "memory" in row.measure.quantities:
        cells = ["", _value("memory", row.values.get("memory"))]
        found = ["", _ratio(row.ratios.get("memory"), row.judged == "memory" and bool(budget))]
    else:
        cells = [_value(name, row.values.get(name)) for name in ("wall", "cpu")]
        found = [
            _ratio(row.ratios.get(name), row.judged == name and bool(budget))
            for name in ("wall", "cpu")
        ]
    return [row.contender.title, *cells, *found, budget, _verdict(row)]


def table(rows: Sequence[Row]) -> Table:
    """Return the table: a section per measure, a row per contender."""
    out = Table(title="Ratios to bare httpx: median of rounds, 95 % interval")
    for heading in ("measure", "contender"):
        out.add_column(heading)
    for heading in ("wall", "CPU / peak", "wall ratio", "CPU / peak ratio", "budget"):
        out.add_column(heading, justify="right")
    out.add_column("verdict")
    previous = None
    for row in rows:
        if previous is not None and row.measure is not previous:
            out.add_section()
        title = row.measure.title if row.measure is not previous else ""
        out.add_row(title, *_cells(row), style="bold red" if row.met is False else None)
        previous = row.measure
    return out


def _remarks(rows: Sequence[Row], setting: Setting) -> list[str]:
    service = ", ".join(f"{name} {time:.0f} µs" for name, time in setting.service.items())
    out = [
        f"{setting.nginx}, its own time over a bare kept-alive socket: {service}. "
        f"Python {setting.python}, {setting.machine}, load {setting.load:.1f}."
    ]
    for name, versions in setting.versions.items():
        out.append(f"{name}: " + ", ".join(f"{what} {which}" for what, which in versions.items()))
    for row in rows:
        if row.connections:
            out.append(
                f"{row.contender.title}, {row.measure.title}: opened {row.connections} new "
                "connections instead of reusing one"
            )
        if row.budget and row.judged and row.judged != row.measure.judged[0]:
            noise = row.ratios[row.measure.judged[0]].noise
            out.append(
                f"{row.measure.title}: judged on {row.judged}, {row.measure.judged[0]} is noisy "
                f"here (± {noise:.0%})"
            )
    return [*out, *setting.notes]


def show(rows: Sequence[Row], setting: Setting, console: Console) -> None:
    """Print the table and what to know about it."""
    console.print(table(rows))
    for remark in _remarks(rows, setting):
        console.print(remark, highlight=False, markup=False)


def as_json(rows: Sequence[Row], setting: Setting) -> dict[str, Any]:
    """Return the report as JSON: times in nanoseconds, memory in kilobytes."""
    return {
        "setting": attrs.asdict(setting),
        "rows": [
            {
                "measure": row.measure.command,
                "contender": row.contender.name,
                "values": dict(row.values),
                "ratios": {name: attrs.asdict(ratio) for name, ratio in row.ratios.items()},
                "budget": row.budget,
                "judged": row.judged if row.budget else None,
                "met": row.met,
                "connections": row.connections,
                "failure": row.failure,
            }
            for row in rows
        ],
    }
