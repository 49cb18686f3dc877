"""Compaction: what a long context is made into."""

from __future__ import annotations

from typing import Any

from jackfield_testing.sandbox.responses.parts import item
from jackfield_testing.sandbox.responses.reasoning import sealed
from jackfield_testing.sandbox.responses.turn import Turn


def compaction_item(turn: Turn) -> dict[str, Any]:
    """Give the item that stands for everything but what the user said."""
    return item(
        id=turn.id("compaction", ""),
        type="compaction",
        encrypted_content=sealed(turn, "compaction", 600),
    )


def compacted(turn: Turn) -> list[dict[str, Any]]:
    """Give the items of a compacted context: all messages of the user, then the compaction."""
    kept = [i for i in turn.items if i["type"] == "message" and i["role"] == "user"]
    return [*kept, compaction_item(turn)]


def is_due(turn: Turn, size: int) -> bool:
    """Whether the context is to be compacted at its size in tokens."""
    entries = turn.request.get("context_management", ())
    limits = [entry.get("compact_threshold") or 10**9 for entry in entries]
    return any(size > limit for limit in limits)
