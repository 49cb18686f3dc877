"""Objects with some of their fields changed: a copy, in the order that the caller gave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Fields = Mapping[str, Any]


def renamed(fields: Fields, key: str, to: str, value: Any) -> dict[str, Any]:
    """``fields[key] = value``, under the name ``to`` and in the same place; an old ``to`` goes."""
    return {
        (to if name == key else name): (value if name == key else old)
        for name, old in fields.items()
        if name == key or name != to
    }


def without(fields: Fields, key: str) -> Fields:
    """The fields but this one; the same object where it is not there."""
    if key not in fields:
        return fields
    return {name: value for name, value in fields.items() if name != key}
