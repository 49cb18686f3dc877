"""Plain data that knows where in the file it stands."""

from __future__ import annotations

from typing import Any

from jackfield_proxy.config.problems import Path


class Block(dict[str, Any]):
    """A mapping; ``path``, the ``line`` where it begins, and the ``lines`` of its keys."""

    __slots__ = ("line", "lines", "path")

    def __init__(self, path: Path, line: int) -> None:
        super().__init__()
        self.path = path
        self.line = line
        self.lines: dict[str, int] = {}

    def line_of(self, key: str) -> int:
        """The line of a key, or where the mapping begins if it has none."""
        return self.lines.get(key, self.line)


class Items(list[Any]):
    """A list; ``path``, the ``line`` where it begins, and the ``lines`` of its items."""

    __slots__ = ("line", "lines", "path")

    def __init__(self, path: Path, line: int) -> None:
        super().__init__()
        self.path = path
        self.line = line
        self.lines: list[int] = []


def plain(value: Any) -> Any:
    """A copy without places: dicts, lists and scalars only."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [plain(inner) for inner in value]
    return str(value) if isinstance(value, str) else value
