"""What the chunks of a stream's one choice have said so far.

A chunk is never taken back: what is found out later can only be added. Most methods give the part
of a delta that says something, and note it; an empty delta says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from jackfield_openai_responses.output_items import tool_call

Text = Literal["content", "refusal", "reasoning_content"]
TEXTS: tuple[Text, ...] = ("content", "refusal", "reasoning_content")
Delta = dict[str, Any]

_PAYLOAD = {"function": "arguments", "custom": "input"}


def _payload(call: dict[str, Any]) -> str:
    """The arguments or input of a tool call."""
    said: str = call[call["type"]][_PAYLOAD[call["type"]]]
    return said


def rest_of(whole: str, said: str) -> str:
    """What is still to be said of a text; nothing where something else was said instead."""
    return whole[len(said) :] if whole.startswith(said) else ""


def differs(whole: str, said: str) -> bool:
    """Whether something else was said than a text's beginning; blanks around it don't count.

    Some servers trim what they have streamed.
    """
    return not whole.startswith(said) and whole.strip() != said.strip()


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
        deltas: list[Any] = []
        for call, begun in self._known(whole):
            if begun is not None:
                deltas += begun.rest(_payload(call)).get("tool_calls", ())
                continue
            begun = Call(len(self.calls), call)
            self.calls.append(begun)
            deltas.append({"index": begun.number, **call})
        return {"tool_calls": deltas} if deltas else {}

    def _known(self, whole: Sequence[dict[str, Any]]) -> list[tuple[dict[str, Any], Call | None]]:
        """Each of the answer's tool calls with the one that was begun for it, if any."""
        left = list(self.calls)
        same: list[Call | None] = []
        for call in whole:
            same.append(next((begun for begun in left if begun.id == call["id"]), None))
            if same[-1] is not None:
                left.remove(same[-1])
        # A server that changes ids on the way still means the call that was begun.
        return [
            (call, begun or (left.pop(0) if left else None))
            for call, begun in zip(whole, same, strict=True)
        ]

    def contradicts(self, message: Mapping[str, Any]) -> str | None:
        """What was said otherwise than the whole message has it; None if all is its beginning."""
        for name in TEXTS:
            said, whole = "".join(self._texts.get(name, ())), message.get(name)
            # Some servers stream reasoning that is not in their answer.
            if differs(whole or "", said) and (whole is not None or name != "reasoning_content"):
                return name
        known = self._known(message.get("tool_calls", ()))
        for call, begun in known:
            if begun is not None and differs(_payload(call), "".join(begun.pieces)):
                return f"the call {call['id']}"
        meant = [begun for _, begun in known]
        return next((f"the call {call.id}" for call in self.calls if call not in meant), None)
