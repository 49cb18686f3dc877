"""A row of the loss table, and how rows are written down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, TypeAlias

import attrs

from jackfield.value import Value

Direction: TypeAlias = Literal["chat → responses", "responses → chat"]
Side: TypeAlias = Literal["request", "answer", "stream"]
Kind: TypeAlias = Literal[
    "parameter", "message field", "content part", "tool", "item", "event", "field"
]
Outcome: TypeAlias = Literal["unsupported", "warning", "kept", "not carried", "error"]

TO_RESPONSES: Direction = "chat → responses"
TO_CHAT: Direction = "responses → chat"


@attrs.frozen(eq=False, repr=False)
class Row(Value):
    """One row.

    Attributes:
        direction: which way it goes.
        side: the request, the whole answer, or the stream.
        kind: what sort of thing it is.
        name: which one: a parameter's name or path, the ``type`` of a part, tool, item or event.
        outcome: ``unsupported`` (the call's policy decides: an error, or left out with a warning),
            ``warning`` (left out, or sent otherwise, with a warning), ``kept`` (in
            ``provider_specific_fields``), ``not carried`` (left out, or written in another form,
            without a word: nothing depends on it), ``error`` (raised).
        reason: why, and what happens instead.
        neutral: values that ask for nothing, and are left out without a word.
    """

    direction: Direction
    side: Side
    kind: Kind
    name: str
    outcome: Outcome
    reason: str
    neutral: tuple[Any, ...] = ()


def rows_of(
    direction: Direction, side: Side, kind: Kind, outcome: Outcome, *named: tuple[Any, ...]
) -> Iterator[Row]:
    """A row for each name; those named together have one reason.

    Args:
        direction, side, kind, outcome: what the rows have in common.
        named: a name or several, the reason, and values that ask for nothing.
    """
    for name, reason, *neutral in named:
        for each in name if isinstance(name, tuple) else (name,):
            yield Row(direction, side, kind, each, outcome, reason, tuple(neutral))
