"""A response as it is kept, and what it is after so many looks."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import attrs

from jackfield_testing.sandbox.responses.answer import unfinished
from jackfield_testing.sandbox.responses.turn import Item
from jackfield_testing.sandbox.responses.visible import shown_body


@attrs.frozen
class StoredResponse:
    """A response.

    Args:
        body: as it is in the end, with everything that could be included.
        items: the whole context that it answers, oldest first.
        include: what its request asked to see.
        ends_at: the look at which it has ended, in the background; None for never.
        partial_images: how many pictures come before one that is generated, in a stream.
        retrieve: a fault directive for looking at it, or an empty string.
        looks: how often it was looked at.
        is_cancelled: whether it was.
    """

    body: dict[str, Any] = attrs.field(repr=False)
    items: tuple[Item, ...] = attrs.field(repr=False)
    include: tuple[str, ...]
    ends_at: int | None
    partial_images: int = 0
    retrieve: str = ""
    looks: int = 0
    is_cancelled: bool = False

    @property
    def id(self) -> str:
        """``resp_…``."""
        id: str = self.body["id"]
        return id

    @property
    def is_in_background(self) -> bool:
        """Whether it is made while nobody waits for it."""
        return bool(self.body["background"])

    @property
    def has_ended(self) -> bool:
        """Whether it is as it will stay."""
        waits = self.ends_at is None or self.looks < self.ends_at
        return self.is_cancelled or not (self.is_in_background and waits)

    @property
    def status(self) -> str:
        """``queued``, ``in_progress``, ``cancelled``, or how it ended."""
        if self.is_cancelled:
            return "cancelled"
        if self.has_ended:
            return str(self.body["status"])
        return "in_progress" if self.looks else "queued"

    @property
    def context(self) -> tuple[Item, ...]:
        """What a request that follows it finds there: its own context and its output."""
        ended = self.has_ended and not self.is_cancelled
        return (*self.items, *(self.body["output"] if ended else ()))

    def now(self, include: Collection[str] = ()) -> dict[str, Any]:
        """Describe it as it is.

        Args:
            include: what is to be shown beyond what its own request asked for.
        """
        whole = self.has_ended and not self.is_cancelled
        body = self.body if whole else unfinished(self.body, self.status)
        return shown_body(body, {*self.include, *include})

    def streamed(self, include: Collection[str] = ()) -> dict[str, Any]:
        """Describe it as its stream tells it: to its end, if it has one."""
        if self.is_cancelled or (self.is_in_background and self.ends_at is None):
            return self.now(include)
        return shown_body(self.body, {*self.include, *include})

    def looked_at(self) -> StoredResponse:
        """Give it after one more look, which is all that makes it progress."""
        return attrs.evolve(self, looks=self.looks + 1)

    def cancelled(self) -> StoredResponse:
        """Give it after it was cancelled; what has ended stays as it is."""
        return self if self.has_ended else attrs.evolve(self, is_cancelled=True)
