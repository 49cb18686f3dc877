"""Equality and repr of the small frozen classes, written once.

attrs would write and compile both anew for each class, when the module is imported; with two dozen
of them that is most of what importing this library costs.
"""

from __future__ import annotations

from typing import Any


class Value:
    """Base of frozen attrs classes that are declared with ``eq=False, repr=False``."""

    __slots__ = ()

    def _values(self) -> tuple[Any, ...]:
        fields: Any = type(self).__attrs_attrs__  # type: ignore[attr-defined]  # attrs' own
        return tuple(getattr(self, field.name) for field in fields)

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._values() == other._values()

    def __hash__(self) -> int:
        return hash((type(self), self._values()))

    def __repr__(self) -> str:
        fields: Any = type(self).__attrs_attrs__  # type: ignore[attr-defined]  # attrs' own
        shown = ", ".join(f"{field.name}={getattr(self, field.name)!r}" for field in fields)
        return f"{type(self).__name__}({shown})"
