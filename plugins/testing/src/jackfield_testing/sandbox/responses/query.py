"""The query of a request that looks at something: truth values, numbers, and ``include[]``."""

from __future__ import annotations

from urllib.parse import parse_qs

from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.field_types import check_choice
from jackfield_testing.sandbox.responses.shapes import INCLUDES


def included(query: str) -> tuple[str, ...]:
    """Give what ``include`` or ``include[]`` asks for.

    Raises:
        APIFault: 400 for something that cannot be included.
    """
    asked = parse_qs(query)
    names = (*asked.get("include", ()), *asked.get("include[]", ()))
    for index, name in enumerate(names):
        check_choice(f"include[{index}]", name, INCLUDES)
    return names


def truth(query: str, name: str, *, default: bool) -> bool:
    """Give a truth value.

    Raises:
        APIFault: 400 for anything but ``true`` and ``false``.
    """
    text = parse_qs(query).get(name, [str(default)])[-1].lower()
    if text not in ("true", "false"):
        raise _mistyped(name, "a boolean")
    return text == "true"


def number(query: str, name: str) -> int | None:
    """Give a whole number, or None where there is none.

    Raises:
        APIFault: 400 for anything else.
    """
    text = parse_qs(query).get(name, [None])[-1]
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        raise _mistyped(name, "an integer")
    return int(text)


def _mistyped(name: str, expected: str) -> APIFault:
    return APIFault(
        400,
        f"Invalid type for '{name}': expected {expected}, but got a string instead.",
        param=name,
        code="invalid_type",
    )
