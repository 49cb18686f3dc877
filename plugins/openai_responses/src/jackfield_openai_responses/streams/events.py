"""The events about a Response's output, by their type: what a listener is told by each.

What is not in the table is progress of a server's tool, or unknown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from jackfield_openai_responses.output_items import Kind, annotations_of
from jackfield_openai_responses.streams.listening import Heard, Listener
from jackfield_openai_responses.streams.said import Delta, Text
from jackfield_openai_responses.streams.told import CONTENT, RAW, SUMMARY, Part

Event = dict[str, Any]
Handler = Callable[[Listener, Event], Heard]


def sayings(listener: Listener, event: Event) -> list[Delta]:
    """What an event lets be said; one that chat has nothing for is passed on as it is."""
    type_ = event.get("type")
    handler = HANDLERS.get(type_) if isinstance(type_, str) else None
    said = None if handler is None else handler(listener, event)
    if said is None:
        return [{"provider_specific_fields": {"stream_events": [event]}}]
    return said


# Which text of the message a content part belongs to, and where the part has its own.
_PARTS: dict[str, tuple[Kind, Text, str]] = {
    "output_text": ("message", "content", "text"),
    "refusal": ("message", "refusal", "refusal"),
    "reasoning_text": ("reasoning", "reasoning_content", "text"),
    "summary_text": ("reasoning", "reasoning_content", "text"),
}


def _delta(type_: str) -> Handler:
    what, name, _ = _PARTS[type_]

    def handler(listener: Listener, event: Event) -> Heard:
        return listener.piece(event, what, name, _place(event, type_), event.get("delta"))

    return handler


def _done(type_: str) -> Handler:
    what, name, field = _PARTS[type_]

    def handler(listener: Listener, event: Event) -> Heard:
        return listener.whole(event, what, name, _place(event, type_), event.get(field))

    return handler


def _part_added(listener: Listener, event: Event) -> Heard:
    part = event.get("part")
    if not isinstance(part, dict):
        return None
    type_ = part.get("type")
    if not isinstance(type_, str) or type_ not in _PARTS:
        return None
    what, name, field = _PARTS[type_]
    text = part.get(field)
    return listener.piece(event, what, name, _place(event, type_), text) if text else []


def _part_done(listener: Listener, event: Event) -> Heard:
    part = event.get("part")
    if not isinstance(part, dict):
        return None
    type_ = part.get("type")
    if not isinstance(type_, str) or type_ not in _PARTS:
        listener.close(event, _place(event, "output_text"), 0)
        return None
    what, name, field = _PARTS[type_]
    place = _place(event, type_)
    said = listener.whole(event, what, name, place, part.get(field))
    if what == "message":
        listener.close(event, place, len(annotations_of(part)))
    return said


def _annotation(listener: Listener, event: Event) -> Heard:
    place = _place(event, "output_text")
    return listener.note(event, place, event.get("annotation_index"))


def _place(event: Event, type_: str) -> Part:
    if type_ == "summary_text":
        which, index = SUMMARY, event.get("summary_index")
    else:
        which = RAW if type_ == "reasoning_text" else CONTENT
        index = event.get("content_index")
    return which, index if type(index) is int else 0


HANDLERS: dict[str, Handler] = {
    "response.output_item.added": lambda heard, event: heard.added(event, event.get("item")),
    "response.output_item.done": lambda heard, event: heard.done(event, event.get("item")),
    "response.content_part.added": _part_added,
    "response.content_part.done": _part_done,
    "response.output_text.delta": _delta("output_text"),
    "response.output_text.done": _done("output_text"),
    "response.output_text.annotation.added": _annotation,
    "response.refusal.delta": _delta("refusal"),
    "response.refusal.done": _done("refusal"),
    "response.reasoning_summary_part.added": _part_added,
    "response.reasoning_summary_part.done": _part_done,
    "response.reasoning_summary_text.delta": _delta("summary_text"),
    "response.reasoning_summary_text.done": _done("summary_text"),
    "response.reasoning_text.delta": _delta("reasoning_text"),
    "response.reasoning_text.done": _done("reasoning_text"),
    "response.function_call_arguments.delta": lambda heard, event: heard.payload(
        event, event.get("delta")
    ),
    "response.function_call_arguments.done": lambda heard, event: heard.whole_payload(
        event, event.get("arguments")
    ),
    "response.custom_tool_call_input.delta": lambda heard, event: heard.payload(
        event, event.get("delta")
    ),
    "response.custom_tool_call_input.done": lambda heard, event: heard.whole_payload(
        event, event.get("input")
    ),
}
