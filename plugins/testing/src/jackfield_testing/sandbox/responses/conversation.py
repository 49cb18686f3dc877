"""A conversation as it is kept."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs

from jackfield_testing.sandbox.responses.turn import Item


@attrs.frozen
class Conversation:
    """Items that several responses share.

    Args:
        id: ``conv_…``.
        created_at: in epoch seconds.
        metadata: as given.
        items: oldest first.
    """

    id: str
    created_at: int
    metadata: dict[str, Any]
    items: tuple[Item, ...] = attrs.field(repr=False)

    def body(self) -> dict[str, Any]:
        """Describe it, as the API does."""
        return {
            "id": self.id,
            "object": "conversation",
            "created_at": self.created_at,
            "metadata": self.metadata,
        }

    def extended(self, items: Iterable[Item]) -> Conversation:
        """Give it with more items at its end; one whose id is there already takes its place."""
        kept = {found["id"]: found for found in self.items}
        kept.update((found["id"], found) for found in items)
        return attrs.evolve(self, items=tuple(kept.values()))

    def without(self, id: str) -> Conversation:
        """Give it without one of its items."""
        return attrs.evolve(self, items=tuple(i for i in self.items if i["id"] != id))
