"""What goes to stdout: tables and text for people, JSON for programs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO, TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_F = TypeVar("_F", bound=Callable[..., Any])
_UNLIMITED = 10_000
_BETWEEN = 2  # blanks between the columns of a table
# Control characters could drive the reader's terminal; tab and line break are all that text needs.
_CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n"}


def json_option(command: _F) -> _F:
    """Add ``--json``, as the argument ``as_json``; the root's ``--json`` counts too."""

    def either(ctx: click.Context, _: click.Parameter, given: bool) -> bool:
        return given or bool(ctx.find_root().params.get("as_json"))

    return click.option(
        "--json", "as_json", is_flag=True, callback=either, help="Print plain JSON on stdout."
    )(command)


def plain(text: str) -> str:
    """``text`` without control characters other than tab and line break."""
    return text.translate(_CONTROLS)


def coloured(stream: IO[Any]) -> bool:
    """Whether colours may go there: a terminal, and no ``NO_COLOR``."""
    return bool(stream.isatty()) and not os.environ.get("NO_COLOR")


def emit_json(value: Any, *, indent: int | None = 2) -> None:
    """Print one JSON document; ASCII only where stdout's encoding can't take more."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=indent)
    click.echo(text)


def emit_text(text: str, *, newline: bool = True) -> None:
    """Print a model's words at once; on a terminal without control characters."""
    click.echo(plain(text) if sys.stdout.isatty() else text, nl=newline)


def emit_heading(text: str) -> None:
    """Print a heading."""
    click.echo()
    if coloured(sys.stdout):
        click.echo(click.style(text, bold=True), color=True)
    else:
        click.echo(f"== {text} ==")


def emit_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    styles: tuple[str, Mapping[str, str]] = ("", {}),
    fixed: Sequence[str] = (),
    spare: Sequence[str] = (),
) -> None:
    """Print a table: as wide as the terminal, or as wide as it needs to be elsewhere.

    Args:
        columns: the headings.
        rows: the cells.
        styles: a column, and the style of a row by how its cell in that column begins.
        fixed: columns that are never broken into lines.
        spare: columns that a narrow terminal goes without, the first of them first; it is told.
    """
    console = _console()
    needed = {
        column: _least_width([column, *(row[at] for row in rows)], whole=column in fixed) + _BETWEEN
        for at, column in enumerate(columns)
    }
    left_out: list[str] = []
    for column in spare:
        if sum(needed.values()) <= console.width:
            break
        left_out.append(column)
        del needed[column]
    _print(console, _table(columns, list(needed), rows, styles, fixed))
    if left_out:
        click.echo(f"Left out for want of width: {', '.join(left_out)}.", err=True)


def _least_width(cells: Iterable[str], *, whole: bool) -> int:
    from rich.cells import cell_len

    parts = (cell if whole else word for cell in cells for word in cell.split() or [""])
    return max(map(cell_len, parts))


def _table(
    columns: Sequence[str],
    kept: Sequence[str],
    rows: Sequence[Sequence[str]],
    styles: tuple[str, Mapping[str, str]],
    fixed: Sequence[str],
) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    for column in kept:
        table.add_column(column, overflow="fold", no_wrap=column in fixed)
    for row in rows:
        cells = dict(zip(columns, row, strict=True))
        deciding = cells.get(styles[0], "")
        style = next((s for start, s in styles[1].items() if deciding.startswith(start)), "")
        table.add_row(*(Text(plain(cells[column]), style=style) for column in kept))
    return table


def emit_facts(facts: Iterable[tuple[str, str]]) -> None:
    """Print names and values, one pair a line."""
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts:
        table.add_row(Text(name, style="bold"), Text(plain(value)))
    _print(_console(), table)


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


def _print(console: Console, table: Table) -> None:
    # Written here, not by rich: without its padding, and with our ways for a closed pipe.
    with console.capture() as captured:
        console.print(table)
    lines = [line.rstrip() for line in captured.get().splitlines()]
    click.echo("\n".join(lines).strip("\n"), color=coloured(sys.stdout))
