"""The tool calls of a chat stream, put together from their deltas."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_openai_responses.answers.items import CALLS, call_kind, payload_of
from jackfield_openai_responses.streams.opened import Call


class HeardCall:
    """A tool call so far, the ``number``-th. ``call`` is as a message would have it, and grows."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.call: dict[str, Any] = {}
        self.opened: Call | None = None

    def add(self, delta: Mapping[str, Any]) -> str:
        """Take a delta; gives the piece of arguments or input in it."""
        kind = call_kind(delta)
        # An id that changes on the way is none.
        known = (kind, "index", "id") if self.call.get("id") else (kind, "index")
        for name, value in delta.items():
            if name not in known and value not in (None, ""):
                self.call[name] = value
        if kind is None:
            return ""
        field = CALLS[kind][2]
        said = self.call.setdefault(kind, {"name": "", field: ""})
        for name, value in delta[kind].items():
            if name != field and value not in (None, ""):
                said[name] = value
        piece = payload_of(delta[kind].get(field))
        said[field] += piece
        return piece

    def ends_before(self, delta: Mapping[str, Any]) -> bool:
        """Whether a delta of the same index begins another call: it has another id, and a name."""
        kind, known = call_kind(delta), self.call.get("id")
        if not known or delta.get("id") in (None, "", known) or kind is None:
            return False
        own = call_kind(self.call)
        return bool(own and self.call[own]["name"] and delta[kind].get("name"))

    def known(self) -> bool:
        """Whether enough is known of it to tell of it: its id and its name."""
        kind = call_kind(self.call)
        return kind is not None and bool(self.call.get("id") and self.call[kind]["name"])
