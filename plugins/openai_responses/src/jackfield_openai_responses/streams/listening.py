"""What of a Response's output can be said in chat, event by event.

An item says what its deltas say while it may speak, and when it is done the rest, whatever that
is: all of it for a server that sends no deltas. Two things wait for the end of the stream, because
the answer has others than the events before it: encrypted items (reasoning among them, but not its
texts), which are encrypted anew, and log probabilities, which are rounded.

What is said can't be taken back: where it was no beginning of the answer, the end says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_openai_responses.citations import chat_annotation
from jackfield_openai_responses.output_items import PAYLOAD, Kind, call_id, reasoning_texts
from jackfield_openai_responses.streams.said import TEXTS, Delta, Said, Text, rest_of
from jackfield_openai_responses.streams.told import RAW, Order, Part, Told
from jackfield_openai_responses.turns import BETWEEN, spoken_in

Heard = list[Delta] | None
"""What an event lets be said; None if it is nothing that chat knows."""

_PLACES: dict[Kind, tuple[str, ...]] = {
    "message": ("content", "refusal", "annotations"),
    "reasoning": ("reasoning_content", "reasoning_items"),
    "other": ("output_items",),
    "call": (),
}


class Listener:
    """What was heard of a Response's output, and what was said of it."""

    def __init__(self) -> None:
        self._said = Said()
        self._order = Order()
        self._summarised = False
        self._later = False  # items of reasoning wait for the end

    def expect(self, response: Mapping[str, Any]) -> None:
        """Note what a Response that is not complete says of itself."""
        asked = response.get("reasoning")
        if isinstance(asked, Mapping):
            self._summarised = bool(asked.get("summary") or asked.get("generate_summary"))

    def output_of(self, response: Mapping[str, Any]) -> list[Any]:
        """A Response's output; where a server leaves it out at the end, the items as told."""
        output = response.get("output")
        if isinstance(output, list) and output:
            return output
        return [item.final for item in self._order.items() if item.final is not None]

    def contradicts(self, response: Mapping[str, Any], message: Mapping[str, Any]) -> str | None:
        """What was said otherwise than the answer's message has it; None if it is its beginning.

        Also None where nothing says what the whole is.
        """
        known = response.get("output") or all(i.final is not None for i in self._order.items())
        return self._said.contradicts(message) if known else None

    def finish(self, choice: Mapping[str, Any]) -> list[Delta]:
        """All that was not said of the message of a choice of the complete answer."""
        said, message = self._said, choice["message"]
        kept = message.get("provider_specific_fields") or {}
        said.unsettle()
        delta: Delta = {}
        for text in TEXTS:
            delta |= said.text_rest(text, message.get(text))
        for name in ("annotations", "reasoning_items"):
            delta |= said.things_rest(name, message.get(name, ()))
        delta |= said.calls_rest(message.get("tool_calls", ()))
        delta |= said.things_rest("output_items", kept.get("output_items", ()))
        return _only(delta)

    # Items ----------------------------------------------------------------------------------------

    def added(self, event: dict[str, Any], begin: Any) -> Heard:
        """An item begins."""
        if not isinstance(begin, dict):
            return None
        item = self._order.added(event, begin)
        if item.kind == "call":
            return self._begin_call(item)
        return None if item.kind == "other" else []

    def done(self, event: dict[str, Any], final: Any) -> Heard:
        """An item is done: say all that is left of it, and of those that waited for it."""
        if not isinstance(final, dict):
            return None
        self._order.done(event, final)
        found: list[Delta] = []
        for item in self._order.items():
            if item.final is None or item.settled or not self._order.may_speak(item):
                continue
            if item.kind == "other" and "encrypted_content" in item.final:
                continue  # is encrypted anew for the answer
            found += self._rest(item)
            item.settled = True
            self._said.settle(*_PLACES[item.kind])
        return found

    def _rest(self, item: Told) -> list[Delta]:
        said, final = self._said, item.final
        if item.kind == "other":
            return _only(said.things("output_items", [final]))
        if item.kind == "reasoning":
            texts = reasoning_texts(final)
            before = BETWEEN if said.settled("reasoning_content") else ""
            whole = before + BETWEEN.join(texts) if texts else None
            delta = said.text_rest("reasoning_content", whole)
            later = final.get("encrypted_content") or not self._order.follows(item)
            self._later = self._later or bool(later)
            return _only(delta if self._later else delta | said.things("reasoning_items", [final]))
        if item.kind == "call":
            if item.call is not None:
                return _only(item.call.rest(final[PAYLOAD[final["type"]]]))
            item.call, delta = said.call(final)
            return _only(delta)
        spoken = spoken_in(final, said.settled_length)
        delta = said.text_rest("content", "".join(spoken.texts) if spoken.texts else None)
        delta |= said.text_rest("refusal", "".join(spoken.refusals) if spoken.refusals else None)
        delta |= said.things_rest("annotations", spoken.annotations)
        return _only(delta)

    # Parts ----------------------------------------------------------------------------------------

    def piece(self, event: dict[str, Any], what: Kind, name: Text, part: Part, piece: Any) -> Heard:
        """A part of an item goes on."""
        item = self._order.item(event, what) if isinstance(piece, str) else None
        if item is None:
            return None
        if not self._turn(item, part):
            return []
        return self._speak(item, name, piece)

    def whole(self, event: dict[str, Any], what: Kind, name: Text, part: Part, whole: Any) -> Heard:
        """A part of an item is done: say the rest of its text."""
        item = self._order.item(event, what) if isinstance(whole, str) else None
        if item is None:
            return None
        if not self._turn(item, part, again=True):
            return []
        item.closed = True
        return self._speak(item, name, rest_of(whole, "".join(item.said)))

    def close(self, event: dict[str, Any], part: Part, notes: int) -> None:
        """A part of a message is done, with so many annotations."""
        item = self._order.item(event, "message")
        if item is not None and self._turn(item, part, again=True):
            item.close(notes)

    def note(self, event: dict[str, Any], part: Part, number: Any) -> Heard:
        """A part of a message gets an annotation."""
        item = self._order.item(event, "message") if "annotation" in event else None
        if item is None:
            return None
        if not self._turn(item, part, again=True):
            return []
        item.missed = item.missed or number not in (item.notes, None)
        if item.missed:
            return []
        item.notes += 1
        noted = chat_annotation(event["annotation"], item.offset)
        return _only(self._said.things("annotations", [noted]))

    def _turn(self, item: Told, part: Part, *, again: bool = False) -> bool:
        """Whether a part may speak now; it is opened if it is the next.

        With ``again`` also one that is closed, which is told once more what it has said.
        """
        # A summary that is still to come would stand before the raw reasoning.
        awaited = self._summarised and item.kind == "reasoning" and part[0] == RAW
        if item.final is not None or awaited:
            return False
        if not item.mute and self._order.may_speak(item):
            if part == item.part and (again or not item.closed):
                return True
            if item.closed and item.next_is(part):
                more = item.kind == "reasoning" and self._said.begun("reasoning_content")
                item.open(part, self._said.length, BETWEEN if more else "")
                return True
        item.mute = True
        return False

    def _speak(self, item: Told, name: Text, piece: str) -> list[Delta]:
        item.said.append(piece)
        piece, item.between = item.between + piece, ""
        delta = self._said.text(name, piece) if piece or not self._said.begun(name) else {}
        return _only(delta)

    # Calls ----------------------------------------------------------------------------------------

    def payload(self, event: dict[str, Any], piece: Any) -> Heard:
        """The arguments or input of a tool call go on."""
        item = self._order.item(event, "call") if isinstance(piece, str) else None
        if item is None:
            return None
        if item.final is not None:
            return []
        begun = self._begin_call(item)
        if item.call is None:
            item.mute = True
        if item.call is None or item.mute or not piece:
            return begun
        return [*begun, item.call.says(piece)]

    def whole_payload(self, event: dict[str, Any], whole: Any) -> Heard:
        """The arguments or input of a tool call are complete."""
        item = self._order.item(event, "call") if isinstance(whole, str) else None
        if item is None:
            return None
        if item.final is not None or item.call is None or item.mute:
            return []
        return _only(item.call.rest(whole))

    def _begin_call(self, item: Told) -> list[Delta]:
        begin = item.begin
        known = isinstance(begin.get("name"), str) and call_id(begin)
        if item.call is not None or not known or not self._order.may_speak(item):
            return []
        field = PAYLOAD[begin["type"]]
        payload = begin.get(field)
        whole = {**begin, field: payload if isinstance(payload, str) else ""}
        item.call, delta = self._said.call(whole)
        return _only(delta)


def _only(delta: Delta) -> list[Delta]:
    return [delta] if delta else []
