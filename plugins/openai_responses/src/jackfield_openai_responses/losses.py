"""The loss table: what does not cross between chat completions and Responses as it was given.

Everything that has no row crosses and comes back as it was. The code that decides on a row looks it
up here, and the reference page of the bridge is made from the same rows (``docs/bridge.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from jackfield_openai_responses.loss_table.answers import ANSWERS
from jackfield_openai_responses.loss_table.requests import REQUESTS
from jackfield_openai_responses.loss_table.row import (
    TO_CHAT,
    TO_RESPONSES,
    Direction,
    Kind,
    Outcome,
    Row,
    Side,
)

__all__ = ["ROWS", "TO_CHAT", "TO_RESPONSES", "Direction", "Kind", "Row", "find", "row", "rows"]

ROWS = (*REQUESTS, *ANSWERS)


@cache
def _by_name() -> dict[tuple[Direction, Side, Kind, str], Row]:
    return {(row.direction, row.side, row.kind, row.name): row for row in ROWS}


def find(direction: Direction, side: Side, kind: Kind, name: str) -> Row | None:
    """The row of that name, or None: then it crosses."""
    return _by_name().get((direction, side, kind, name))


def row(direction: Direction, side: Side, kind: Kind, name: str) -> Row:
    """The row of that name, which there is."""
    return _by_name()[direction, side, kind, name]


def rows(
    direction: Direction,
    side: Side | None = None,
    kind: Kind | None = None,
    outcome: Outcome | None = None,
) -> Iterator[Row]:
    """The rows of a direction, in the table's order; of one side, kind and outcome if given."""
    for each in ROWS:
        if (
            each.direction == direction
            and side in (None, each.side)
            and kind in (None, each.kind)
            and outcome in (None, each.outcome)
        ):
            yield each
