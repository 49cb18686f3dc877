"""The output items of a Response that are being told from a chat stream, and their events."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jackfield_openai_responses.answers.items import (
    CALLS,
    Item,
    call_item,
    call_kind,
    message_item,
    reasoning_item,
    refusal_part,
    text_part,
)
from jackfield_openai_responses.citations import text_annotation

Tell = Callable[..., None]
"""Takes an event's type, without ``response.``, and its fields."""


class Opened:
    """An output item that is being told. ``index`` is its place in the output."""

    def __init__(self, tell: Tell, index: int, id_: str) -> None:
        self._tell = tell
        self.index = index
        self.id = id_
        self.closed = False

    def item(self, status: str) -> Any:
        """The item as far as it was told."""
        raise NotImplementedError

    def close(self, status: str) -> None:
        """Tell that it is done."""
        self.closed = True
        self._finish(status)
        self._tell("output_item.done", output_index=self.index, item=self.item(status))

    def whole(self) -> bool:
        """Whether it can be closed where another item begins."""
        return True

    def _add(self, item: Item) -> None:
        self._tell("output_item.added", output_index=self.index, item=item)

    def _finish(self, status: str) -> None:
        """Tell that its parts are done."""

    def _about(self, event: str, **fields: Any) -> None:
        self._tell(event, item_id=self.id, output_index=self.index, **fields)


class Reasoning(Opened):
    """A reasoning item: what the model thought, as a summary of one part."""

    def __init__(self, tell: Tell, index: int, id_: str) -> None:
        super().__init__(tell, index, id_)
        self._pieces: list[str] = []
        self._add({**reasoning_item(id_, ""), "summary": []})
        part = {"type": "summary_text", "text": ""}
        self._about("reasoning_summary_part.added", summary_index=0, part=part)

    def say(self, piece: str) -> None:
        """Tell a piece of it."""
        self._pieces.append(piece)
        self._about("reasoning_summary_text.delta", summary_index=0, delta=piece)

    def item(self, status: str) -> Item:
        """The item; such items have no status."""
        return reasoning_item(self.id, "".join(self._pieces))

    def _finish(self, status: str) -> None:
        part = self.item(status)["summary"][0]
        self._about("reasoning_summary_text.done", summary_index=0, text=part["text"])
        self._about("reasoning_summary_part.done", summary_index=0, part=part)


class _Part:
    """A content part on its way."""

    def __init__(self, kind: str, offset: int) -> None:
        self.kind = kind
        self.offset = offset
        self.pieces: list[str] = []
        self.annotations: list[Any] = []
        self.logprobs: list[Any] = []

    def part(self) -> Item:
        text = "".join(self.pieces)
        if self.kind == "refusal":
            return refusal_part(text, self.logprobs)
        return text_part(text, self.annotations, self.logprobs)


class Message(Opened):
    """A message item. ``offset`` is the length of the content that came before it."""

    def __init__(self, tell: Tell, index: int, id_: str, offset: int) -> None:
        super().__init__(tell, index, id_)
        self.length = offset
        self._parts: list[_Part] = []
        self._open = False
        self._audio: Item = {}
        self._add(message_item(id_, [], "in_progress"))

    def says(self, kind: str) -> bool:
        """Whether a part of this kind goes on."""
        return self._open and self._parts[-1].kind == kind

    def say(self, kind: str, piece: str, logprobs: Sequence[Any]) -> None:
        """Tell a piece of an ``output_text`` or a ``refusal``."""
        part = self._part(kind)
        part.pieces.append(piece)
        part.logprobs += logprobs
        if kind == "refusal":
            self._of_part("refusal.delta", delta=piece)
        else:
            self.length += len(piece)
            self._of_part("output_text.delta", delta=piece, logprobs=list(logprobs))

    def note(self, annotation: Any) -> None:
        """Tell an annotation of the text."""
        part = self._part("output_text")
        noted = text_annotation(annotation, part.offset)
        number = len(part.annotations)
        part.annotations.append(noted)
        event = "output_text.annotation.added"
        self._of_part(event, annotation_index=number, annotation=noted)

    def take(self, kind: str, logprobs: Sequence[Any]) -> bool:
        """Take log probabilities that come without text; False if they are of nothing here."""
        part = self._last(kind)
        if part is not None and self.says(kind):
            self.say(kind, "", logprobs)
        elif part is not None:
            part.logprobs += logprobs
        return part is not None

    def note_late(self, annotation: Any) -> bool:
        """Take an annotation after the end of the text; False if it can still be told."""
        part = self._last("output_text")
        if part is None or not (self.closed or part is not self._parts[-1]):
            return False
        part.annotations.append(text_annotation(annotation, part.offset))
        return True

    def _last(self, kind: str) -> _Part | None:
        found = [part for part in self._parts if part.kind == kind]
        return found[-1] if found else None

    def sound(self, audio: Mapping[str, Any]) -> None:
        """Take the audio, a field of the item."""
        self._audio = {"audio": audio}

    def item(self, status: str) -> Item:
        """The item with the parts so far."""
        parts = [part.part() for part in self._parts]
        return message_item(self.id, parts, status) | self._audio

    def _finish(self, status: str) -> None:
        self._close_part()

    def _part(self, kind: str) -> _Part:
        if not self.says(kind):
            self._close_part()
            self._parts.append(_Part(kind, self.length))
            self._open = True
            self._of_part("content_part.added", part=self._parts[-1].part())
        return self._parts[-1]

    def _close_part(self) -> None:
        if not self._open:
            return
        self._open = False
        part = self._parts[-1].part()
        if part["type"] == "refusal":
            self._of_part("refusal.done", refusal=part["refusal"])
        else:
            self._of_part("output_text.done", text=part["text"], logprobs=part["logprobs"])
        self._of_part("content_part.done", part=part)

    def _of_part(self, event: str, **fields: Any) -> None:
        self._about(event, content_index=len(self._parts) - 1, **fields)


_CALL_EVENTS = {"function": "function_call_arguments", "custom": "custom_tool_call_input"}


class Call(Opened):
    """A tool call's item: ``call`` is the call as far as it was heard, which others add to."""

    def __init__(self, tell: Tell, index: int, number: int, completion_id: Any, call: Item) -> None:
        self._made_of = (completion_id, number, call)
        self._done: Item | None = None
        self._kind = call_kind(call) or "function"
        self._field = CALLS[self._kind][2]
        item = self.item("in_progress")
        super().__init__(tell, index, item["id"])
        self._add({**item, self._field: ""})
        self.say(item[self._field])

    def say(self, piece: str) -> None:
        """Tell a piece of its arguments or input."""
        if piece and not self.closed:
            self._about(f"{_CALL_EVENTS[self._kind]}.delta", delta=piece)

    def whole(self) -> bool:
        """Whether nothing can follow: the arguments are a JSON object."""
        # Deltas of several calls may come mixed.
        if self._kind != "function":
            return False
        text = self.item("")[self._field].strip()
        if not (text.startswith("{") and text.endswith("}")):
            return False
        try:
            json.loads(text)
        except ValueError:
            return False
        return True

    def item(self, status: str) -> Item:
        """The item with what was heard of the call until it was done."""
        found: Item = self._done or call_item(*self._made_of, status)
        return found

    def _finish(self, status: str) -> None:
        # What is heard of the call later is in no event.
        item = self._done = self.item(status)
        named = {"name": item["name"]} if self._kind == "function" else {}
        self._about(f"{_CALL_EVENTS[self._kind]}.done", **named, **{self._field: item[self._field]})


class Kept(Opened):
    """An item of a kind that is told of at once, as it is."""

    def __init__(self, tell: Tell, index: int, item: Any) -> None:
        super().__init__(tell, index, "")
        self._item = item
        self._add(item)
        self.close("completed")

    def item(self, status: str) -> Any:
        """The item, as it is."""
        return self._item
