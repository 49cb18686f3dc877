"""Responses and their events: the events of a whole response, and what events have brought so far.

The order and the fields of events are those of the API reference's streaming events.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

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
_ENDS = {"incomplete": "response.incomplete", "failed": "response.failed"}


def events_of(response: Mapping[str, Any]) -> list[_Event]:
    """The event sequence of a whole response, each text as one delta.

    Args:
        response: a response object.

    Returns:
        Events with ``sequence_number`` from 0; the last one carries ``response`` itself.
    """
    begun = {**response, "status": "in_progress", "output": [], "usage": None}
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
        yield {"type": f"{name}.done", **own, field: item[field]}
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
    if isinstance(annotations, list):
        begun["annotations"] = []
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

    Items are those that were done, and those that had begun, with the deltas that came.
    """
    response: dict[str, Any] = {"object": "response", "output": []}
    items: dict[int, Any] = {}
    for event in events:
        kind = event.get("type")
        if isinstance(event.get("response"), dict):
            response = copy.deepcopy(event["response"])
        elif kind in ("response.output_item.added", "response.output_item.done"):
            items[event.get("output_index", len(items))] = copy.deepcopy(event.get("item"))
        else:
            item = items.get(event.get("output_index", -1))
            grow = _GROWTH.get(str(kind))
            if grow is not None and isinstance(item, dict):
                grow(item, event)
    if items:
        response["output"] = [items[index] for index in sorted(items)]
    return response


def _place(item: dict[str, Any], field: str, index: Any) -> dict[str, Any]:
    """The part at an index of an item's list, made where it is missing."""
    parts = item.get(field)
    if not isinstance(parts, list):
        parts = item[field] = []
    number = index if isinstance(index, int) and index >= 0 else 0
    while len(parts) <= number:
        parts.append({})
    part: dict[str, Any] = parts[number]
    return part


def _put(field: str, index: str) -> Callable[[dict[str, Any], _Event], None]:
    """A part begins or is done: it is what the event says."""

    def put(item: dict[str, Any], event: _Event) -> None:
        part = _place(item, field, event.get(index))
        part.clear()
        part.update(copy.deepcopy(event.get("part") or {}))

    return put


def _add(field: str, index: str, grows: str, kind: str) -> Callable[[dict[str, Any], _Event], None]:
    """A delta of a part's text."""

    def add(item: dict[str, Any], event: _Event) -> None:
        part = _place(item, field, event.get(index))
        part.setdefault("type", kind)
        part[grows] = (part.get(grows) or "") + str(event.get("delta") or "")

    return add


def _extend(field: str) -> Callable[[dict[str, Any], _Event], None]:
    """A delta of a call's own text."""

    def extend(item: dict[str, Any], event: _Event) -> None:
        item[field] = (item.get(field) or "") + str(event.get("delta") or "")

    return extend


def _annotate(item: dict[str, Any], event: _Event) -> None:
    part = _place(item, "content", event.get("content_index"))
    kept = part.get("annotations")
    if not isinstance(kept, list):
        kept = part["annotations"] = []
    kept.append(copy.deepcopy(event.get("annotation")))


_GROWTH: dict[str, Callable[[dict[str, Any], _Event], None]] = {
    "response.content_part.added": _put("content", "content_index"),
    "response.content_part.done": _put("content", "content_index"),
    "response.reasoning_summary_part.added": _put("summary", "summary_index"),
    "response.reasoning_summary_part.done": _put("summary", "summary_index"),
    "response.reasoning_summary_text.delta": _add(
        "summary", "summary_index", "text", "summary_text"
    ),
    "response.output_text.annotation.added": _annotate,
    **{
        f"{name}.delta": _add("content", "content_index", field, kind)
        for kind, (field, name) in _TEXTS.items()
    },
    **{f"{name}.delta": _extend(field) for field, name in _CALLS.values()},
}
