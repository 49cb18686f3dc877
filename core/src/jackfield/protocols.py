"""Shapes that one part of core expects of another; for type checkers and readers only.

Nothing imports this when it runs: protocol classes take longer to define than what they describe.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from jackfield.effects import Outgoing


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


class AsyncReply(Reply, Protocol):
    """A reply on an asyncio loop."""

    async def read(self, limit: int | None) -> bytes:
        """The whole body, decoded as ``Content-Encoding`` says, or a little more than ``limit``."""

    async def piece(self, deadline: float | None) -> bytes:
        """What comes next of the body; empty at its end. ``deadline`` is `time.monotonic`'s."""

    async def close(self, drain: bool) -> None:
        """Let go of the connection; with ``drain``, keep it if the body's end is at hand."""

    def abandon(self) -> None:
        """As ``close``, from a finalizer."""


class Transport(Protocol):
    """What sends requests on an asyncio loop."""

    async def send(self, outgoing: Outgoing) -> AsyncReply:
        """Send, and answer as soon as the head of the response is there.

        Raises:
            APIConnectionError, APITimeoutError: there is no response.
        """


class Caller(Protocol):
    """What the canonical calls need of the blocking client."""

    def call(self, surface: str, model: str | None, **params: Any) -> Any:
        """Call any surface."""


class AsyncCaller(Protocol):
    """What the canonical calls need of the asyncio client."""

    async def call(self, surface: str, model: str | None, **params: Any) -> Any:
        """Call any surface."""
