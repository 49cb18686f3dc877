"""A field that takes a text, several texts, the tokens of one, or the tokens of several."""

from __future__ import annotations

from typing import Any

import attrs

from jackfield_testing.sandbox import tokens, vocabulary
from jackfield_testing.sandbox.field_types import check_filled, check_type


@attrs.frozen
class Passage:
    """One text, however it was given.

    Args:
        text: what it says.
        pieces: its tokens; joined they are the text.
    """

    text: str
    pieces: list[str]


def passages(value: Any) -> list[Passage]:
    """Give the texts of a valid field, in order."""
    if isinstance(value, str):
        return [_written(value)]
    if not isinstance(value[0], str | list):
        return [_encoded(value)]
    return [_written(one) if isinstance(one, str) else _encoded(one) for one in value]


def _written(text: str) -> Passage:
    return Passage(text, tokens.split(text))


def _encoded(ids: list[int]) -> Passage:
    pieces = [vocabulary.spell(int(token)) for token in ids]
    return Passage("".join(pieces), pieces)


def check_passages(name: str, value: Any) -> None:
    """Check the types, that there is something, and that ids are in range.

    Raises:
        APIFault: 400, naming the place.
    """
    check_type(name, value, "a string or an array")
    if isinstance(value, str):
        return
    check_filled(name, value)
    if isinstance(value[0], str):
        for index, text in enumerate(value):
            check_type(f"{name}[{index}]", text, "a string")
    elif isinstance(value[0], list):
        for index, ids in enumerate(value):
            check_type(f"{name}[{index}]", ids, "an array")
            check_filled(f"{name}[{index}]", ids)
            vocabulary.check_tokens(f"{name}[{index}]", ids)
    else:
        vocabulary.check_tokens(name, value)
