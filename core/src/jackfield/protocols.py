"""Shapes that one part of core expects of another; for type checkers and readers only.

Nothing imports this when it runs: protocol classes take longer to define than what they describe.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Protocol


class Body(Protocol):
    """A body that is sent in pieces."""

    @property
    def length(self) -> int | None:
        """Its length in bytes, if known."""

    def pieces(self) -> Generator[bytes, None, None]:
        """The body, a piece at a time; each call starts from the beginning."""


class Reply(Protocol):
    """A response whose body is still to be read; made by a transport."""

    status: int
    headers: dict[str, str]


class Caller(Protocol):
    """What the canonical calls need of the blocking client."""

    def call(self, surface: str, model: str | None, **params: Any) -> Any:
        """Call any surface."""


class AsyncCaller(Protocol):
    """What the canonical calls need of the asyncio client."""

    async def call(self, surface: str, model: str | None, **params: Any) -> Any:
        """Call any surface."""
