"""Type, range and length checks of single fields, in the API's words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from jackfield_testing.sandbox.errors import APIFault

_KINDS = {
    "a boolean": "boolean",
    "a decimal": "number",
    "a string": "string",
    "an array": "array",
    "an integer": "integer",
    "an object": "object",
}


def kind_of(value: Any) -> str:
    """Give the JSON type of a value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    if isinstance(value, float):
        return "number"
    if isinstance(value, str):
        return "string"
    return "array" if isinstance(value, list | tuple) else "object"


def describe(value: Any) -> str:
    """Say what a value is: ``a string``, ``an array``, ``null``."""
    kind = kind_of(value)
    if kind == "null":
        return "null"
    name = "decimal" if kind == "number" else kind
    return f"an {name}" if name[0] in "aeiou" else f"a {name}"


def check_type(name: str, value: Any, expected: str) -> None:
    """Check a value against ``a string``, ``an integer``, … or several joined by `` or ``.

    Raises:
        APIFault: 400 with code ``invalid_type``.
    """
    kinds = {_KINDS[part] for part in expected.split(" or ")}
    kind = kind_of(value)
    whole = isinstance(value, float) and value.is_integer()
    if kind in kinds or (kind == "integer" and "number" in kinds) or (whole and "integer" in kinds):
        return
    raise APIFault(
        400,
        f"Invalid type for '{name}': expected {expected}, but got {describe(value)} instead.",
        param=name,
        code="invalid_type",
    )


def check_shape(value: Any, path: str, expected: str, within: str = "") -> None:
    """Check what lies at a path such as ``messages[].tool_calls[].id``; absent and null pass.

    Args:
        value: where the path begins.
        path: the way from there.
        expected: as of ``check_type``.
        within: where the value lies itself.

    Raises:
        APIFault: 400 with code ``invalid_type``, naming the place.
    """
    for name, found in _found(value, path.replace("[]", ".[]").split("."), within):
        check_type(name, found, expected)


def _found(value: Any, steps: list[str], name: str = "") -> Iterator[tuple[str, Any]]:
    if not steps:
        if value is not None:
            yield name, value
    elif steps[0] == "[]":
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from _found(item, steps[1:], f"{name}[{index}]")
    elif isinstance(value, dict):
        inner = f"{name}.{steps[0]}" if name else steps[0]
        yield from _found(value.get(steps[0]), steps[1:], inner)


def check_filled(name: str, value: Sequence[Any]) -> None:
    """Check that an array has an element.

    Raises:
        APIFault: 400 with code ``empty_array``.
    """
    if not value:
        raise APIFault(
            400,
            f"Invalid '{name}': empty array. Expected an array with minimum length 1, "
            "but got an empty array instead.",
            param=name,
            code="empty_array",
        )


def check_length(name: str, value: Sequence[Any], most: int) -> None:
    """Check that an array has no more elements than it may have.

    Raises:
        APIFault: 400 with code ``array_above_max_length``.
    """
    if len(value) > most:
        raise APIFault(
            400,
            f"Invalid '{name}': array too long. Expected an array with maximum length {most}, "
            f"but got an array with length {len(value)} instead.",
            param=name,
            code="array_above_max_length",
        )


def check_range(name: str, value: float, low: float, high: float, *, decimal: bool = False) -> None:
    """Check that a number lies within bounds, both included.

    Args:
        name: the field.
        value: the number.
        low: the least that it may be.
        high: the most that it may be.
        decimal: whether the field takes decimals, and is called so even of a whole number.

    Raises:
        APIFault: 400 with code ``integer_below_min_value`` and its like.
    """
    kind = "integer" if isinstance(value, int) and not decimal else "decimal"
    if value < low:
        raise APIFault(
            400,
            f"Invalid '{name}': {kind} below minimum value. Expected a value >= {low}, "
            f"but got {value} instead.",
            param=name,
            code=f"{kind}_below_min_value",
        )
    if value > high:
        raise APIFault(
            400,
            f"Invalid '{name}': {kind} above maximum value. Expected a value <= {high}, "
            f"but got {value} instead.",
            param=name,
            code=f"{kind}_above_max_value",
        )


def check_text_length(name: str, text: str, low: int, high: int) -> None:
    """Check how many characters a text has, both bounds included.

    Raises:
        APIFault: 400 with code ``empty_string`` or ``string_above_max_length``.
    """
    if len(text) < low:
        raise APIFault(
            400,
            f"Invalid '{name}': empty string. Expected a string with minimum length {low}, "
            "but got an empty string instead.",
            param=name,
            code="empty_string",
        )
    if len(text) > high:
        raise APIFault(
            400,
            f"Invalid '{name}': string too long. Expected a string with maximum length {high}, "
            f"but got a string with length {len(text)} instead.",
            param=name,
            code="string_above_max_length",
        )


def check_choice(name: str, value: Any, choices: Sequence[str]) -> None:
    """Check that a value is one of several.

    Raises:
        APIFault: 400 with code ``invalid_value``, naming them.
    """
    if value not in choices:
        raise APIFault(
            400,
            f"Invalid value: '{value}'. Supported values are: {listed(choices)}.",
            param=name,
            code="invalid_value",
        )


def listed(choices: Sequence[str], joint: str = "and") -> str:
    """Write several values as the API does: ``'a'``, ``'a' and 'b'``, ``'a', 'b', and 'c'``."""
    quoted = [f"'{choice}'" for choice in choices]
    if len(quoted) < 3:
        return f" {joint} ".join(quoted)
    return f"{', '.join(quoted[:-1])}, {joint} {quoted[-1]}"
