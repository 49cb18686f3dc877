"""Responses and their events: the events of a whole response, and what events have brought so far.

The order and the fields of events are those of the API reference's streaming events.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeGuard

_Event = dict[str, Any]

# What a part of each kind is streamed as: the field that grows, and the events' names.
_TEXTS = {
    "output_text": ("text", "response.output_text"),
    "reasoning_text": ("text", "response.reasoning_text"),
    "refusal": ("refusal", "response.refusal"),
}
_CALLS = {
    "function_call": ("arguments", "response.function_call_arguments"),
    "mcp_call": ("arguments", "response.mcp_call_arguments"),
    "custom_tool_call": ("input", "response.custom_tool_call_input"),
    "code_interpreter_call": ("code", "response.code_interpreter_call_code"),
}
# One that goes on in the background ends no stream; for a cancelled one there is no event.
_ENDS = {
    "incomplete": "response.incomplete",
    "cancelled": "response.incomplete",
    "failed": "response.failed",
    "queued": "response.queued",
    "in_progress": "response.in_progress",
}
_NOT_YET = ("completed_at", "error", "incomplete_details", "usage")
_MOST_PARTS = 1000
"""How far beyond the parts that came another one may be."""


def events_of(response: Mapping[str, Any]) -> list[_Event]:
    """The event sequence of a whole response, each text as one delta.

    Args:
        response: a response object.

    Returns:
        Events with ``sequence_number`` from 0; the last one carries ``response`` itself.
    """
    begun = {name: None if name in _NOT_YET else value for name, value in response.items()}
    begun |= {"status": "in_progress", "output": []}
    events: list[_Event] = [
        {"type": "response.created", "response": begun},
        {"type": "response.in_progress", "response": begun},
    ]
    items = response.get("output")
    for index, item in enumerate(items if isinstance(items, list) else ()):
        events += _item_events(item, index)
    end = _ENDS.get(str(response.get("status")), "response.completed")
    events.append({"type": end, "response": response})
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


def _item_events(item: Any, index: int) -> Iterator[_Event]:
    place = {"output_index": index}
    if not isinstance(item, dict):
        yield {"type": "response.output_item.done", **place, "item": item}
        return
    kind = item.get("type")
    own = {"item_id": item.get("id"), **place}
    begun = {**item, "status": "in_progress"} if "status" in item else dict(item)
    for grows in ("content", "summary"):
        if isinstance(item.get(grows), list):
            begun[grows] = []
    field, name = _CALLS.get(str(kind), ("", ""))
    if field and isinstance(item.get(field), str):
        begun[field] = ""
    yield {"type": "response.output_item.added", **place, "item": begun}
    for number, part in enumerate(_parts(item, "summary")):
        yield from _summary_events(part, {**own, "summary_index": number})
    for number, part in enumerate(_parts(item, "content")):
        yield from _part_events(part, {**own, "content_index": number})
    if field and isinstance(item.get(field), str):
        yield {"type": f"{name}.delta", **own, "delta": item[field]}
        named = {"name": item["name"]} if kind == "function_call" and "name" in item else {}
        yield {"type": f"{name}.done", **own, **named, field: item[field]}
    yield {"type": "response.output_item.done", **place, "item": item}


def _parts(item: Mapping[str, Any], field: str) -> list[Any]:
    parts = item.get(field)
    return [part for part in parts if isinstance(part, dict)] if isinstance(parts, list) else []


def _summary_events(part: dict[str, Any], own: _Event) -> Iterator[_Event]:
    text = part.get("text")
    begun = {**part, "text": ""} if isinstance(text, str) else part
    yield {"type": "response.reasoning_summary_part.added", **own, "part": begun}
    if isinstance(text, str):
        yield {"type": "response.reasoning_summary_text.delta", **own, "delta": text}
        yield {"type": "response.reasoning_summary_text.done", **own, "text": text}
    yield {"type": "response.reasoning_summary_part.done", **own, "part": part}


def _part_events(part: dict[str, Any], own: _Event) -> Iterator[_Event]:
    field, name = _TEXTS.get(str(part.get("type")), ("", ""))
    text = part.get(field) if field else None
    begun = {**part, field: ""} if isinstance(text, str) else dict(part)
    annotations = part.get("annotations")
    for grows in ("annotations", "logprobs"):
        if isinstance(part.get(grows), list):
            begun[grows] = []
    yield {"type": "response.content_part.added", **own, "part": begun}
    if isinstance(text, str):
        of_text = part.get("type") == "output_text"
        more = {"logprobs": part.get("logprobs") or []} if of_text else {}
        yield {"type": f"{name}.delta", **own, "delta": text, **more}
        for number, annotation in enumerate(annotations if isinstance(annotations, list) else ()):
            yield {
                "type": "response.output_text.annotation.added",
                **own,
                "annotation_index": number,
                "annotation": annotation,
            }
        yield {"type": f"{name}.done", **own, field: text, **more}
    yield {"type": "response.content_part.done", **own, "part": part}


# What has arrived so far ------------------------------------------------------------------------


def assembled(events: Sequence[_Event]) -> dict[str, Any]:
    """The response as far as its events say, for a stream that ended early.

    Items are those that were done, and those that had begun, with the deltas that came. An event
    that came before (the same number and content) counts once; what has no place is left out.
    """
    response: dict[str, Any] = {"object": "response", "output": []}
    items: dict[int, Any] = {}
    for event in _once(events):
        kind = event.get("type")
        index = event.get("output_index")
        if isinstance(event.get("response"), dict):
            response = copy.deepcopy(event["response"])
        elif kind in ("response.output_item.added", "response.output_item.done"):
            place = index if _is_index(index) else max(items, default=-1) + 1
            items[place] = copy.deepcopy(event.get("item"))
        elif _is_index(index) and isinstance(items.get(index), dict):
            grow = _GROWTH.get(kind) if isinstance(kind, str) else None
            if grow is not None:
                grow(items[index], event)
    if items:
        response["output"] = [items[index] for index in sorted(items)]
    return response


def _once(events: Sequence[_Event]) -> Iterator[_Event]:
    """The events without those that came twice."""
    seen: dict[int, _Event] = {}
    numbered = True
    for event in events:
        number = event.get("sequence_number")
        if numbered and _is_index(number):
            earlier = seen.setdefault(number, event)
            if earlier is not event:
                if earlier == event:
                    continue
                numbered = False  # some servers give every event the same number
        yield event


def _is_index(value: Any) -> TypeGuard[int]:
    return type(value) is int and value >= 0


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _place(item: dict[str, Any], field: str, index: Any) -> dict[str, Any]:
    """The part at an index of an item's list, made where it is missing."""
    parts = item.get(field)
    if not isinstance(parts, list):
        parts = item[field] = []
    number = index if _is_index(index) else 0
    if number > len(parts) + _MOST_PARTS:
        return {}
    while len(parts) <= number:
        parts.append({})
    if not isinstance(parts[number], dict):
        parts[number] = {}
    part: dict[str, Any] = parts[number]
    return part


def _begin(field: str, index: str) -> Callable[[dict[str, Any], _Event], None]:
    """A part begins: it is what the event says, and what came of it before."""

    def begin(item: dict[str, Any], event: _Event) -> None:
        part = _place(item, field, event.get(index))
        given = event.get("part")
        came = {name: value for name, value in part.items() if value}
        part.update(copy.deepcopy(given) if isinstance(given, dict) else {})
        part.update(came)

    return begin


def _end(field: str, index: str) -> Callable[[dict[str, Any], _Event], None]:
    """A part is done: it is what the event says."""

    def end(item: dict[str, Any], event: _Event) -> None:
        part = _place(item, field, event.get(index))
        if isinstance(event.get("part"), dict):
            part.clear()
            part.update(copy.deepcopy(event["part"]))

    return end


def _add(field: str, index: str, grows: str, kind: str) -> Callable[[dict[str, Any], _Event], None]:
    """A delta of a part's text, and its log probabilities."""

    def add(item: dict[str, Any], event: _Event) -> None:
        part = _place(item, field, event.get(index))
        part.setdefault("type", kind)
        part[grows] = _text(part.get(grows)) + _text(event.get("delta"))
        tokens = event.get("logprobs")
        if isinstance(tokens, list) and tokens:
            kept = part.get("logprobs")
            part["logprobs"] = [*(kept if isinstance(kept, list) else ()), *copy.deepcopy(tokens)]

    return add


def _set(field: str, index: str, grows: str, kind: str) -> Callable[[dict[str, Any], _Event], None]:
    """A part's text is done: it is what the event says."""

    def put(item: dict[str, Any], event: _Event) -> None:
        part = _place(item, field, event.get(index))
        part.setdefault("type", kind)
        if isinstance(event.get(grows), str):
            part[grows] = event[grows]

    return put


def _extend(field: str) -> Callable[[dict[str, Any], _Event], None]:
    """A delta of a call's own text."""

    def extend(item: dict[str, Any], event: _Event) -> None:
        item[field] = _text(item.get(field)) + _text(event.get("delta"))

    return extend


def _complete(field: str) -> Callable[[dict[str, Any], _Event], None]:
    """A call's own text is done: it is what the event says."""

    def put(item: dict[str, Any], event: _Event) -> None:
        if isinstance(event.get(field), str):
            item[field] = event[field]

    return put


def _annotate(item: dict[str, Any], event: _Event) -> None:
    part = _place(item, "content", event.get("content_index"))
    kept = part.get("annotations")
    if not isinstance(kept, list):
        kept = part["annotations"] = []
    kept.append(copy.deepcopy(event.get("annotation")))


_SUMMARY = ("summary", "summary_index", "text", "summary_text")
_GROWTH: dict[str, Callable[[dict[str, Any], _Event], None]] = {
    "response.content_part.added": _begin("content", "content_index"),
    "response.content_part.done": _end("content", "content_index"),
    "response.reasoning_summary_part.added": _begin("summary", "summary_index"),
    "response.reasoning_summary_part.done": _end("summary", "summary_index"),
    "response.reasoning_summary_text.delta": _add(*_SUMMARY),
    "response.reasoning_summary_text.done": _set(*_SUMMARY),
    "response.output_text.annotation.added": _annotate,
    **{
        f"{name}.{when}": grow("content", "content_index", field, kind)
        for kind, (field, name) in _TEXTS.items()
        for when, grow in (("delta", _add), ("done", _set))
    },
    **{f"{name}.delta": _extend(field) for field, name in _CALLS.values()},
    **{f"{name}.done": _complete(field) for field, name in _CALLS.values()},
}
