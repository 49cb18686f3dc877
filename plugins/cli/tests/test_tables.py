"""Tables fit the terminal they are on, and what is cut from a row stands below it."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from jackfield_cli import tables
from jackfield_cli.tables import Layout, emit_table

COLUMNS = ("name", "state", "number", "words")
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N")), min_size=1, max_size=12)
CELLS = st.lists(WORDS, max_size=8).map(" ".join)
ROWS = st.lists(st.tuples(WORDS, WORDS, WORDS, CELLS), min_size=1, max_size=4)


def shown(
    rows: Sequence[Sequence[str]], layout: Layout, width: int, monkeypatch: pytest.MonkeyPatch
) -> tuple[str, str]:
    """What is printed on a terminal of a width: on stdout and on stderr."""
    from rich.console import Console

    out: list[str] = []
    remarks: list[str] = []

    def echo(text: str = "", err: bool = False, **_: object) -> None:
        (remarks if err else out).append(text)

    monkeypatch.setattr(
        tables, "_console", lambda: Console(file=io.StringIO(), width=width, color_system=None)
    )
    monkeypatch.setattr(click, "echo", echo)
    emit_table(COLUMNS, rows, layout)
    return "\n".join(out), "\n".join(remarks)


@given(ROWS, st.integers(20, 120))
def test_no_line_is_too_long_and_no_cell_is_lost(rows: list[tuple[str, ...]], width: int) -> None:
    layout = Layout(fixed=("name", "number"), below=("words", "number"))
    with pytest.MonkeyPatch.context() as patch:
        text, remarks = shown(rows, layout, width, patch)
    assert remarks == ""
    assert all(cell_len(line) <= width for line in text.splitlines())
    letters = "".join(text.split())
    for row in rows:
        for cell in row:
            for word in cell.split():
                if word != "-" and cell_len(word) <= width - 8 and len(cell.split()) == 1:
                    assert word in letters


@given(ROWS, st.integers(20, 120))
def test_what_is_left_out_is_told_and_the_name_is_always_there(
    rows: list[tuple[str, ...]], width: int
) -> None:
    layout = Layout(fixed=COLUMNS, spare=("words", "number", "state"))
    with pytest.MonkeyPatch.context() as patch:
        text, remarks = shown(rows, layout, width, patch)
    assert all(cell_len(line) <= width for line in text.splitlines())
    gone = [column for column in COLUMNS if column in remarks]
    headings = text.splitlines()[0].split()
    assert sorted([*headings, *gone]) == sorted(COLUMNS)
    for row in rows:
        assert row[0] in text


def test_columns_go_below_in_their_own_order(monkeypatch: pytest.MonkeyPatch) -> None:
    layout = Layout(fixed=("name",), below=("words", "number", "state"))
    rows = [("one", "failed: for a reason", "12", "a b c"), ("two", "ok", "-", "")]
    text, _ = shown(rows, layout, 20, monkeypatch)
    assert text.splitlines() == [
        " name",
        " ────",
        " one",
        "    state: failed:",
        "      for a reason",
        "    number: 12",
        "    words: a b c",
        " two",
        "    state: ok",
    ]


def test_elsewhere_than_on_a_terminal_everything_fits() -> None:
    assert not sys.stdout.isatty()
    assert tables.width() >= 1000
