"""What the chunks of a stream's one choice have said so far.

A chunk is never taken back: what is found out later can only be added. Most methods give the part
of a delta that says something, and note it; an empty delta says nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from jackfield_openai_responses.output_items import tool_call

Text = Literal["content", "refusal", "reasoning_content"]
TEXTS: tuple[Text, ...] = ("content", "refusal", "reasoning_content")
Delta = dict[str, Any]

_PAYLOAD = {"function": "arguments", "custom": "input"}


def rest_of(whole: str, said: str) -> str:
    """What is still to be said of a text; nothing where something else was said instead."""
    return whole[len(said) :] if whole.startswith(said) else ""


class Call:
    """A tool call that was begun: its id, and the pieces of its arguments or input."""

    __slots__ = ("id", "kind", "number", "pieces")

    def __init__(self, number: int, call: dict[str, Any]) -> None:
        self.number = number
        self.id: str = call["id"]
        self.kind: str = call["type"]
        self.pieces: list[str] = [call[self.kind][_PAYLOAD[self.kind]]]

    def says(self, piece: str) -> Delta:
        """The delta of a piece of its arguments or input."""
        self.pieces.append(piece)
        return {"tool_calls": [{"index": self.number, self.kind: {_PAYLOAD[self.kind]: piece}}]}

    def rest(self, whole: str) -> Delta:
        """The delta that completes its arguments or input."""
        piece = rest_of(whole, "".join(self.pieces))
        return self.says(piece) if piece else {}


class Said:
    """The message so far: pieces of its texts, the things in its lists, its tool calls.

    `settle` draws a line below the texts and lists it names: what `rest` methods complete is what
    was said since.
    """

    def __init__(self) -> None:
        self.length = 0
        """Of the content."""
        self.calls: list[Call] = []
        self._texts: dict[str, list[str]] = {}
        self._things: dict[str, list[Any]] = {}
        self._settled: dict[str, int] = {}
        self.settled_length = 0
        """Of the content that is settled."""

    def settle(self, *names: str) -> None:
        """What was said so far of these texts and lists is settled."""
        said = {**self._things, **self._texts}
        for name in names:
            self._settled[name] = len(said.get(name, ()))
        if "content" in names:
            self.settled_length = self.length

    def settled(self, name: str) -> bool:
        """Whether something of a text or list is settled."""
        return bool(self._settled.get(name))

    def unsettle(self) -> None:
        """Nothing is settled: the rest is what the whole message lacks."""
        self._settled.clear()

    def begun(self, name: Text) -> bool:
        """Whether the message has this text, be it empty."""
        return name in self._texts

    def text(self, name: Text, piece: str) -> Delta:
        """The delta of a piece of a text; an empty one says that there is such a text."""
        self._texts.setdefault(name, []).append(piece)
        if name == "content":
            self.length += len(piece)
        return {name: piece}

    def text_rest(self, name: Text, whole: str | None) -> Delta:
        """The delta that completes a text; None for one that there is not."""
        if whole is None:
            return {}
        pieces = self._texts.get(name, [])
        piece = rest_of(whole, "".join(pieces[self._settled.get(name, 0) :]))
        return self.text(name, piece) if piece or name not in self._texts else {}

    def things(self, name: str, things: Sequence[Any]) -> Delta:
        """The delta of more of ``annotations``, ``reasoning_items`` or ``output_items``."""
        if not things:
            return {}
        self._things.setdefault(name, []).extend(things)
        if name == "output_items":
            return {"provider_specific_fields": {name: list(things)}}
        return {name: list(things)}

    def things_rest(self, name: str, whole: Sequence[Any]) -> Delta:
        """The delta that completes a list; what was said of it counts, were it said otherwise."""
        said = len(self._things.get(name, ())) - self._settled.get(name, 0)
        return self.things(name, whole[said:])

    def call(self, item: dict[str, Any]) -> tuple[Call, Delta]:
        """Begin a tool call, for an item of a call."""
        call = tool_call(item)
        begun = Call(len(self.calls), call)
        self.calls.append(begun)
        return begun, {"tool_calls": [{"index": begun.number, **call}]}

    def calls_rest(self, whole: Sequence[dict[str, Any]]) -> Delta:
        """The delta that completes the tool calls, and begins those that are not begun."""
        left = list(self.calls)
        deltas: list[Any] = []
        known: list[Call | None] = []
        for call in whole:
            same = next((begun for begun in left if begun.id == call["id"]), None)
            known.append(same)
            if same is not None:
                left.remove(same)
        for call, same in zip(whole, known, strict=True):
            # A server that changes ids on the way still means the call that was begun.
            begun = same or (left.pop(0) if left else None)
            if begun is not None:
                rest = begun.rest(call[call["type"]][_PAYLOAD[call["type"]]])
                deltas += rest.get("tool_calls", ())
                continue
            begun = Call(len(self.calls), call)
            self.calls.append(begun)
            deltas.append({"index": begun.number, **call})
        return {"tool_calls": deltas} if deltas else {}
