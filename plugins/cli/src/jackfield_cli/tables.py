"""Tables and facts for people: as wide as the terminal, or as wide as they need to be elsewhere."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import click

from jackfield_cli.output import coloured, plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

_UNLIMITED = 10_000
_EDGE = 1  # blanks on each side of a table
_BETWEEN = 2  # blanks between its columns
_NARROWEST = 20  # a column of text is not made narrower than that
_INDENT = "    "
_EMPTY = ("", "-")


def width() -> int:
    """Columns of the terminal that stdout is; elsewhere so many that everything fits."""
    return _console().width


@dataclass(frozen=True)
class Layout:
    """How a table adapts to the terminal.

    Args:
        styles: a column, and the style of a row by how its cell in that column begins.
        fixed: columns that are not broken into lines while there is room.
        right: columns that are set flush right.
        below: columns that go under their row where there is no room beside it, the first of them
            first; then the last of the others.
        spare: columns that a narrow terminal goes without, likewise; it is told.
    """

    styles: tuple[str, Mapping[str, str]] = field(default=("", {}))
    fixed: Sequence[str] = ()
    right: Sequence[str] = ()
    below: Sequence[str] = ()
    spare: Sequence[str] = ()


def emit_table(columns: Sequence[str], rows: Sequence[Sequence[str]], layout: Layout) -> None:
    """Print a table.

    Args:
        columns: the headings.
        rows: the cells.
        layout: see `Layout`.
    """
    console = _console()
    records = [dict(zip(columns, map(plain, row), strict=True)) for row in rows]
    needed = {column: _needed(column, records, column in layout.fixed) for column in columns}
    movable = list(layout.below)
    if movable:
        movable += [column for column in reversed(columns[1:]) if column not in movable]
    under, left_out = set(), []
    for column in (*movable, *layout.spare):
        if _total(needed) <= console.width:
            break
        if column in movable:
            under.add(column)
        else:
            left_out.append(column)
        del needed[column]
    if under:
        moved = [column for column in columns if column in under]
        text = _stacked(needed, moved, records, layout, console)
    else:
        text = _table(needed, records, layout, console)
    _print(text)
    if left_out:
        click.echo(f"Left out for want of width: {', '.join(left_out)}.", err=True)


def _total(needed: Mapping[str, int]) -> int:
    return sum(needed.values()) + _BETWEEN * (len(needed) - 1) + 2 * _EDGE


def _needed(column: str, records: Iterable[Mapping[str, str]], fixed: bool) -> int:
    """The width below which a column can't be read, or its whole width where it is fixed."""
    from rich.cells import cell_len

    cells = [column, *(record[column] for record in records)]
    whole = max(map(cell_len, cells))
    if fixed:
        return whole
    words = (cell_len(word) for cell in cells for word in cell.split())
    return min(whole, max(_NARROWEST, *words))


def _style(record: Mapping[str, str], layout: Layout) -> str:
    deciding, styles = layout.styles
    cell = record.get(deciding, "")
    return next((style for start, style in styles.items() if cell.startswith(start)), "")


def _table(
    kept: Mapping[str, int],
    records: Iterable[Mapping[str, str]],
    layout: Layout,
    console: Console,
) -> str:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    fits = _total(kept) <= console.width
    for column in kept:
        table.add_column(
            column,
            overflow="fold",
            no_wrap=fits and column in layout.fixed,
            justify="right" if column in layout.right else "left",
        )
    for record in records:
        style = _style(record, layout)
        table.add_row(*(Text(record[column], style=style) for column in kept))
    with console.capture() as captured:
        console.print(table)
    return captured.get()


def _stacked(
    kept: Mapping[str, int],
    under: Sequence[str],
    records: Iterable[Mapping[str, str]],
    layout: Layout,
    console: Console,
) -> str:
    """Rows whose last columns are lines of their own, each with its name."""
    from rich.cells import cell_len
    from rich.text import Text

    def beside(cells: Mapping[str, str]) -> str:
        padded = (
            cell + " " * (kept[column] + _BETWEEN - cell_len(cell))
            for column, cell in cells.items()
        )
        return " " + "".join(padded).rstrip()

    def short(column: str, record: Mapping[str, str]) -> bool:
        return cell_len(record[column]) <= kept[column]

    lines = [Text(beside({column: column for column in kept}), style="bold")]
    lines.append(Text(" " + "─" * min(_total(kept) - 2 * _EDGE, console.width - 2 * _EDGE)))
    for record in records:
        style = _style(record, layout)
        fitting = {c: record[c] if short(c, record) else "" for c in kept}
        lines.append(Text(beside(fitting), style=style))
        # A long cell of a column that stays goes below as well.
        for column in (*(c for c in kept if not short(c, record)), *under):
            if record[column] not in _EMPTY:
                lines += _below(f"{column}: {record[column]}", style, console)
    with console.capture() as captured:
        for line in lines:
            console.print(line)
    return captured.get()


def _below(text: str, style: str, console: Console) -> list[Text]:
    from rich.text import Text

    wrapped = textwrap.wrap(
        text,
        max(console.width - _EDGE, 2 * len(_INDENT)),
        initial_indent=_INDENT,
        subsequent_indent=_INDENT + "  ",
        break_on_hyphens=False,
    )
    return [Text(line, style=style) for line in wrapped]


def emit_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Print names and values, one pair a line."""
    from rich.table import Table
    from rich.text import Text

    console = _console()
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts:
        table.add_row(Text(name, style="bold"), Text(plain(value)))
    with console.capture() as captured:
        console.print(table)
    _print(captured.get())


def _console() -> Console:
    from rich.console import Console

    terminal = sys.stdout.isatty()
    return Console(
        file=sys.stdout,
        color_system="auto" if coloured(sys.stdout) else None,
        force_terminal=terminal,
        width=None if terminal else _UNLIMITED,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _print(text: str) -> None:
    # Written here, not by rich: without its padding, and with our ways for a closed pipe.
    lines = [line.rstrip() for line in text.splitlines()]
    click.echo("\n".join(lines).strip("\n"), color=coloured(sys.stdout))
