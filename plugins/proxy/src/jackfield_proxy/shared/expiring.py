"""A table whose entries end by themselves and whose size has a limit."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import nlargest
from typing import Generic, TypeVar

V = TypeVar("V")

LIMIT = 10_000
"""Entries of a table; past it those that end first go."""
_FEW = 64


class Expiring(Generic[V]):
    """Values with the time at which each ends.

    ``entries`` is the table itself, for those who read it in a hurry: key -> (end, value), some of
    which may be over.
    """

    __slots__ = ("_last", "_limit", "_sweep_at", "entries")

    def __init__(self, limit: int = LIMIT) -> None:
        self.entries: dict[str, tuple[float, V]] = {}
        self._limit = limit
        self._sweep_at = min(_FEW, limit)
        self._last = float("-inf")

    def get(self, key: str, now: float) -> V | None:
        """The value that has not ended."""
        entry = self.entries.get(key)
        return entry[1] if entry is not None and entry[0] > now else None

    def put(self, key: str, value: V, end: float, now: float) -> None:
        """Set a value and its end."""
        if key not in self.entries and len(self.entries) >= self._sweep_at:
            self._sweep(now)
        self.entries[key] = (end, value)
        self._last = max(self._last, end)

    def over(self, now: float) -> bool:
        """Whether nothing is left; then the table is empty afterwards."""
        if now >= self._last:
            self.entries.clear()
        return not self.entries

    def items(self, now: float) -> Iterator[tuple[str, float, V]]:
        """Key, end and value of all that has not ended."""
        for key, (end, value) in list(self.entries.items()):
            if end > now:
                yield key, end, value

    def _sweep(self, now: float) -> None:
        """Make room; as many entries must come before the next sweep, so that it costs little."""
        left = {key: entry for key, entry in self.entries.items() if entry[0] > now}
        if len(left) >= self._limit:
            left = dict(nlargest(self._limit // 2, left.items(), key=lambda item: item[1][0]))
        self.entries = left
        self._sweep_at = min(self._limit, max(_FEW, 2 * len(left)))
