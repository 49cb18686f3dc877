"""Run the tests of the two pages and print what works: ``make seeds``. A script.

Its arguments are pytest's. It ends with pytest's exit status.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from rich.console import Console
from rich.markup import escape
from rich.table import Table

if TYPE_CHECKING:
    from marks import Mark

FOLDER = Path(__file__).parent
_WIDTH = 140  # columns, so that nothing is cut short in a pipe

PASS, FAIL, NOT_RUN = "pass", "FAIL", "not run"
_COLOURS = {PASS: "green", FAIL: "bold red"}
_WORST_FIRST = ("failed", "skipped", "passed")


@attrs.frozen
class State:
    """How it stands with an item.

    Args:
        name: the item's, document included.
        owners: the distributions that make it work.
        state: ``pass``, ``FAIL`` or ``not run``.
    """

    name: str
    owners: tuple[str, ...]
    state: str


class Outcomes:
    """A pytest plugin: what the tests say of items, and how they went."""

    def __init__(self) -> None:
        self.marks: dict[str, list[Mark]] = {}
        self.outcomes: dict[str, set[str]] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        import marks

        self.marks = {item.nodeid: list(marks.marks_of(item)) for item in items}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.outcomes.setdefault(report.nodeid, set()).add(report.outcome)

    def said(self) -> Iterator[tuple[Mark, str]]:
        """Give each mark, and the outcome of its test: ``passed``, ``failed`` or ``skipped``."""
        for test, outcomes in self.outcomes.items():
            for mark in self.marks.get(test, ()):
                yield mark, min(outcomes, key=_WORST_FIRST.index)


def states(names: Iterable[str], said: Iterable[tuple[Mark, str]]) -> list[State]:
    """Give the state of each item: that of the worst of its tests.

    Args:
        names: the items, in order; where there are none, those that the tests name.
        said: marks, and the outcome of their test.
    """
    of: dict[str, list[tuple[Mark, str]]] = {name: [] for name in names}
    for mark, outcome in said:
        of.setdefault(mark.name, []).append((mark, outcome))
    found = []
    for name, given in of.items():
        owners = tuple(dict.fromkeys(mark.owner for mark, _ in given))
        outcomes = {outcome for _, outcome in given}
        state = FAIL if "failed" in outcomes else PASS if outcomes == {"passed"} else NOT_RUN
        found.append(State(name, owners, state))
    return found


def table(found: Iterable[State]) -> Table:
    """Give a table by sections; an item that both pages have in one state is one row."""
    sections: dict[str, dict[tuple[str, tuple[str, ...], str], list[str]]] = {}
    for one in found:
        document, _, place = one.name.partition(":")
        section, _, item = place.partition("#")
        rows = sections.setdefault(section, {})
        rows.setdefault((item, one.owners, one.state), []).append(document)
    shown = Table("page", "item", "owner", "state")
    for section, rows in sections.items():
        shown.add_section()
        shown.add_row("", f"[bold]{escape(section.rpartition('/')[2])}[/]", "", "")
        for (item, owners, state), documents in rows.items():
            colour = _COLOURS.get(state, "red")
            shown.add_row(
                "both" if len(documents) > 1 else documents[0],
                escape(item.replace(":", " ", 1)),
                "\n".join(owners),
                f"[{colour}]{state}[/]",
            )
    return shown


def summary(found: Iterable[State]) -> str:
    """Give the counts by owner: an item belongs to the first of its owners."""
    counts: dict[str, Counter[str]] = {}
    for one in found:
        owner = one.owners[0] if one.owners else "nobody"
        counts.setdefault(owner, Counter())[one.state] += 1
    parts = (
        f"{owner}: " + ", ".join(f"{count} {state}" for state, count in sorted(by.items()))
        for owner, by in sorted(counts.items())
    )
    return "; ".join(parts)


def main(arguments: list[str]) -> int:
    """Run the tests and print the table; gives the exit status."""
    outcomes = Outcomes()
    options: list[Any] = [FOLDER, "-q", "--no-header", "-p", "no:cacheprovider"]
    status = pytest.main([*map(str, options), *arguments], plugins=[outcomes])
    import seedpages

    found = states((item.name for item in seedpages.items()), outcomes.said())
    console = Console()
    console.width = max(console.width, _WIDTH)
    console.print(table(found))
    console.print(summary(found), soft_wrap=True, highlight=False)
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
