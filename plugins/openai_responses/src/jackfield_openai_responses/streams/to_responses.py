"""Chunks of a chat completion as a Response's events, as they come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from jackfield.envelope import END
from jackfield.surfaces.chat import fold
from jackfield_openai_responses.answers.contents import content_of
from jackfield_openai_responses.answers.ids import item_id, response_id
from jackfield_openai_responses.answers.items import REASONING, call_kind, tokens_of
from jackfield_openai_responses.answers.to_responses import responses_answer, started
from jackfield_openai_responses.endings import has_failed
from jackfield_openai_responses.streams.heard_calls import HeardCall
from jackfield_openai_responses.streams.opened import (
    Call,
    Kept,
    Message,
    Opened,
    Reasoning,
)

Event = dict[str, Any]
_STREAM: Final = "stream"


def response_events(chunk: Any, state: dict[str, Any], request: Mapping[str, Any]) -> list[Event]:
    """The events that one chunk of a chat completion makes, in order.

    They are those of the API, numbered from 0: the Response begins, each item is added, told and
    done, and the last event holds the whole Response. That is `responses_answer` of the folded
    chunks, with its items in the order in which they came. An item is done when another begins; a
    tool call whose arguments may go on only at the end, since chat can mix the deltas of several.

    Of several choices only the first is told: that with index 0, as it comes; where there is none,
    that with the lowest index, at the end.

    Args:
        chunk: the decoded chunk, or `END`.
        state: this stream's own, empty before its first chunk.
        request: the parameters of the Responses request, which a Response says again.

    Raises:
        APIError: the choice ends in an error; ``partial`` is the Response as far as it came.
    """
    stream: _Stream | None = state.get(_STREAM)
    if stream is None:
        stream = state[_STREAM] = _Stream(request)
    stream.hear(chunk)
    return stream.take()


class _Stream:
    """One stream: what was heard, the items that were opened, the events to be given."""

    def __init__(self, request: Mapping[str, Any]) -> None:
        self._request = request
        self._chunks: list[dict[str, Any]] = []
        self._events: list[Event] = []
        self._number = 0
        self._begun = False
        self._id: Any = None  # of the chat completion
        self._told = False  # whether there is a choice with index 0
        self._items: list[Opened] = []
        self._reasoning: Reasoning | None = None
        self._reasoning_name: str | None = None
        self._message: Message | None = None
        self._calls: list[HeardCall] = []
        self._latest: dict[Any, HeardCall] = {}  # by their index
        # Of text that is still to come.
        self._tokens: dict[str, list[Any]] = {kind: [] for kind in _PARTS.values()}

    def take(self) -> list[Event]:
        """The events since the last time."""
        events, self._events = self._events, []
        return events

    def hear(self, chunk: Any) -> None:
        if chunk is END:
            if self._begun:
                self._finish()
            return
        self._chunks.append(chunk)
        choices = chunk.get("choices") or ()
        # A chunk before the first one, about the prompt, may have no id.
        if not self._begun and (chunk.get("id") or choices):
            self._begun, self._id = True, chunk.get("id")
            for name in ("created", "in_progress"):
                self._tell(name, response=started(chunk, self._request))
        for choice in choices:
            if _index(choice) == 0:
                self._told = True
                self._choice(choice)

    def _tell(self, event: str, **fields: Any) -> None:
        self._events.append(
            {"type": f"response.{event}", "sequence_number": self._number, **fields}
        )
        self._number += 1

    # Deltas ---------------------------------------------------------------------------------------

    def _choice(self, choice: Mapping[str, Any]) -> None:
        delta, logprobs = choice.get("delta") or {}, choice.get("logprobs")
        content = content_of(delta.get("content"))
        thoughts = [(name, delta.get(name)) for name in REASONING]
        for name, thought in (*thoughts, ("content", content.thought)):
            if isinstance(thought, str) and thought and self._reasoning_name in (None, name):
                self._reasoning_name = name
                self._think(thought)
        for name, said in (("content", content.text), ("refusal", delta.get("refusal"))):
            self._speak(name, said, tokens_of(logprobs, name))
        for annotation in delta.get("annotations") or ():
            self._note(annotation)
        audio = delta.get("audio")
        if isinstance(audio, Mapping):
            self._sound(audio)
        for call in delta.get("tool_calls") or ():
            if isinstance(call, Mapping):
                index = call.get("index")
                self._call(index if type(index) is int else object(), call)
        legacy = delta.get("function_call")
        if isinstance(legacy, Mapping):
            known = self._latest.get(_LEGACY)
            number = len(self._calls) if known is None else known.number
            id_ = item_id("call", self._id, number)
            self._call(_LEGACY, {"id": id_, "function": legacy})
        if has_failed(choice):
            self._answer()  # is that failure

    def _think(self, piece: str) -> None:
        if self._reasoning is None or self._reasoning.closed:
            self._make_way()
            number = sum(isinstance(item, Reasoning) for item in self._items)
            id_ = item_id("rs", self._id, number)
            self._reasoning = Reasoning(self._tell, len(self._items), id_)
            self._items.append(self._reasoning)
        self._reasoning.say(piece)

    def _speak(self, name: str, piece: Any, tokens: list[Any]) -> None:
        kind = _PARTS[name]
        waiting = self._tokens[kind] = [*self._tokens[kind], *tokens]
        if isinstance(piece, str) and piece:
            self._said().say(kind, piece, waiting)
        elif not waiting or self._message is None or not self._message.take(kind, waiting):
            return
        self._tokens[kind] = []

    def _note(self, annotation: Any) -> None:
        if self._message is None or not self._message.note_late(annotation):
            self._said().note(annotation)

    def _sound(self, audio: Mapping[str, Any]) -> None:
        self._said()
        for name, event in (("data", "audio"), ("transcript", "audio.transcript")):
            piece = audio.get(name)
            if isinstance(piece, str) and piece:
                self._tell(f"{event}.delta", response_id=response_id(self._id), delta=piece)

    def _said(self) -> Message:
        """The message that is open; a new one where there is none."""
        if self._message is None or self._message.closed:
            self._make_way()
            number = sum(isinstance(item, Message) for item in self._items)
            offset = 0 if self._message is None else self._message.length
            id_ = item_id("msg", self._id, number)
            self._message = Message(self._tell, len(self._items), id_, offset)
            self._items.append(self._message)
        return self._message

    def _call(self, key: Any, delta: Mapping[str, Any]) -> None:
        heard = self._latest.get(key)
        if heard is None or heard.ends_before(delta):
            heard = self._latest[key] = HeardCall(len(self._calls))
            self._calls.append(heard)
        piece = heard.add(delta)
        if heard.opened is not None:
            heard.opened.say(piece)
        elif heard.known():
            self._open(heard)

    def _open(self, heard: HeardCall) -> None:
        self._make_way()
        call = Call(self._tell, len(self._items), heard.number, self._id, heard.call)
        heard.opened = call
        self._items.append(call)

    def _make_way(self) -> None:
        """Close what can be closed, for the item that is next."""
        for item in self._items:
            if not item.closed and item.whole():
                item.close("completed")

    # The end --------------------------------------------------------------------------------------

    def _answer(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """The chat completion that was heard, and the Response that it is."""
        folded = fold(self._chunks)
        folded["id"] = self._id
        return folded, responses_answer(folded, self._request)

    def _finish(self) -> None:
        if not self._told:
            choices = [choice for chunk in self._chunks for choice in chunk.get("choices") or ()]
            first = min(map(_index, choices), default=0)
            for choice in choices:
                if _index(choice) == first:
                    self._choice(choice)
        folded, answer = self._answer()
        message = folded["choices"][0]["message"] if folded["choices"] else {}
        self._finish_audio(message.get("audio"))
        for heard in self._calls:
            if heard.opened is None:
                self._finish_unknown(heard)
        empty = content_of(message.get("content")).text == ""
        if not self._items and empty and answer["output"]:
            self._said().say("output_text", "", self._tokens["output_text"])
        statuses = ["completed" for _ in self._items]
        if statuses and answer["status"] == "incomplete":
            statuses[-1] = "incomplete"
        for item, status in zip(self._items, statuses, strict=True):
            if not item.closed:
                item.close(status)
        # A message that says of which items it was made is the better witness.
        if not (message.get("reasoning_items") or _keeps_items(message)):
            told = zip(self._items, statuses, strict=True)
            answer["output"] = [item.item(status) for item, status in told]
        self._tell(_ENDINGS.get(answer["status"], "completed"), response=answer)
        self._begun = False

    def _finish_audio(self, audio: Any) -> None:
        if not isinstance(audio, Mapping):
            return
        self._said().sound(audio)
        for name, event in (("data", "audio"), ("transcript", "audio.transcript")):
            if audio.get(name):
                self._tell(f"{event}.done", response_id=response_id(self._id))

    def _finish_unknown(self, heard: HeardCall) -> None:
        if call_kind(heard.call) is not None:
            self._open(heard)
            return
        self._make_way()
        self._items.append(Kept(self._tell, len(self._items), heard.call))


_LEGACY = "function_call"
_PARTS = {"content": "output_text", "refusal": "refusal"}
_ENDINGS = {"incomplete": "incomplete", "failed": "failed"}


def _index(choice: Mapping[str, Any]) -> int:
    index = choice.get("index", 0)
    return index if type(index) is int else 0


def _keeps_items(message: Mapping[str, Any]) -> bool:
    kept = message.get("provider_specific_fields")
    return isinstance(kept, Mapping) and bool(kept.get("items") or kept.get("output_items"))
