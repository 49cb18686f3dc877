"""The output items of a Response while they are told, in their order.

Of the items that go to the same place of the message (messages to its content, for one) only the
first that is not done may speak, and of its parts only one after the other. An item that was told
something out of turn is mute until it is done.
"""

from __future__ import annotations

from typing import Any

from jackfield_openai_responses.output_items import Kind, kind
from jackfield_openai_responses.streams.said import Call

Part = tuple[int, int]
"""A part of an item: in which of its lists, and its index there."""

CONTENT, SUMMARY, RAW = 0, 0, 1
"""The lists of parts, in the order in which they are said; a message has but one."""

_KINDS: dict[Any, Kind] = {
    "message": "message",
    "reasoning": "reasoning",
    "function_call": "call",
    "custom_tool_call": "call",
}


class Told:
    """An item on its way: whether it may speak, which of its parts does, what that has said."""

    __slots__ = (
        "begin",
        "between",
        "call",
        "closed",
        "counted",
        "final",
        "index",
        "kind",
        "missed",
        "mute",
        "notes",
        "offset",
        "part",
        "said",
        "settled",
        "speaking",
    )

    def __init__(self, index: int, what: Kind) -> None:
        self.index = index
        self.kind: Kind = what
        self.begin: dict[str, Any] = {}  # the item as it was added
        self.final: Any = None  # the item as it was done
        self.call: Call | None = None
        self.speaking = False  # nothing that must be said before it is left
        self.settled = False  # all of it was said
        self.mute = False  # it has missed something, and says the rest when it is done
        self.part: Part = (CONTENT, -1)
        self.closed = True
        self.said: list[str] = []  # the pieces of the part
        self.between = ""  # to be said before the part
        self.offset = 0  # the length of the content before the part
        self.notes = 0  # how many annotations of the part were said
        self.counted = True  # those are all that the part has
        self.missed = False  # some were not said, so that none may be until the item is done

    def become(self, what: Kind) -> None:
        """Be of this kind, whatever was guessed before."""
        if self.kind != what:
            self.kind, self.speaking = what, False

    def next_is(self, part: Part) -> bool:
        """Whether a part is the one after the part that spoke last."""
        which, index = self.part
        return part in ((which, index + 1), (which + 1, 0))

    def open(self, part: Part, offset: int, between: str) -> None:
        """Let the next part speak."""
        self.missed = self.missed or not self.counted
        self.part, self.closed, self.counted = part, False, False
        self.said, self.notes = [], 0
        self.offset, self.between = offset, between

    def close(self, notes: int) -> None:
        """End the part, which has so many annotations."""
        self.closed = self.counted = True
        self.missed = self.missed or self.notes != notes


class Order:
    """The items that were heard of, by their place in the output."""

    def __init__(self) -> None:
        self._items: dict[int, Told] = {}
        self._places: dict[int, int] = {}

    def items(self) -> list[Told]:
        """All of them, in their order."""
        return [self._items[index] for index in sorted(self._items)]

    def item(self, event: dict[str, Any], what: Kind) -> Told | None:
        """The item that an event is about; None if it is of another kind."""
        item = self._items.get(self._index(event)) or self._another(event, what)
        return item if item.kind == what else None

    def added(self, event: dict[str, Any], begin: dict[str, Any]) -> Told:
        """The item that begins so; what it says may be still to come."""
        assistant = begin.get("role", "assistant") == "assistant"
        what = _KINDS.get(str(begin.get("type")), "other") if assistant else "other"
        item = self._items.get(self._index(event))
        if item is not None and item.final is not None and _same(begin, item.final):
            return item  # it begins late
        if item is None or item.final is not None:
            item = self._another(event, what)
        item.become(what)
        item.begin = begin
        return item

    def done(self, event: dict[str, Any], final: dict[str, Any]) -> Told:
        """The item that is done so."""
        item = self._items.get(self._index(event))
        if item is None or item.final not in (None, final):
            item = self._another(event, kind(final))
        item.become(kind(final))
        item.final = final
        return item

    def may_speak(self, item: Told) -> bool:
        """Whether all is said of the items before it that go to the same place.

        Tool calls only need to be begun: each has a place of its own. Items that chat doesn't know
        say nothing but themselves, so that they can as well wait for those not heard of yet.
        """
        if not item.speaking:
            heard = item.kind != "other" or self.follows(item)
            item.speaking = heard and all(
                other.settled or other.call is not None
                for other in self._items.values()
                if other.kind == item.kind and other.index < item.index
            )
        return item.speaking

    def follows(self, item: Told) -> bool:
        """Whether all items before it were heard of."""
        return all(number in self._items for number in range(item.index))

    def _index(self, event: dict[str, Any]) -> int:
        number = event.get("output_index")
        if type(number) is not int:  # nothing is numbered: one item is told after the other
            return max(self._items, default=0)
        return self._places.get(number, number)

    def _another(self, event: dict[str, Any], what: Kind) -> Told:
        """A new item, after all others if its number was another's: some number all alike."""
        index = self._index(event)
        if index in self._items:
            index = max(self._items) + 1
            if type(event.get("output_index")) is int:
                self._places[event["output_index"]] = index
        item = self._items[index] = Told(index, what)
        return item


def _same(begin: dict[str, Any], final: dict[str, Any]) -> bool:
    """Whether an item that begins is the one that was done before."""
    return any(begin.get(n) is not None and begin[n] == final.get(n) for n in ("id", "call_id"))
