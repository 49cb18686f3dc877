"""The events of one output item: it is added, grows, and is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jackfield_testing.sandbox import tokens
from jackfield_testing.sandbox.responses.pictures import picture

Event = dict[str, Any]
_Item = Mapping[str, Any]
_Grow = Callable[[_Item, dict[str, Any]], Iterator[Event]]

_BEGUN_SEAL = 200  # characters of encrypted content that an item begins with


def event(type: str, **fields: Any) -> Event:
    """Give an event: ``type`` first, then the other fields by name."""
    return {"type": type, **{name: fields[name] for name in sorted(fields)}}


def item_events(found: _Item, index: int, partial_images: int = 0) -> Iterator[Event]:
    """Give the events of an item, without their numbers.

    Args:
        found: as it is in the end.
        index: its place in the output.
        partial_images: how many pictures come before the one that is generated.
    """
    kind = found["type"]
    yield event("response.output_item.added", item=_begun(found), output_index=index)
    place = {"item_id": found["id"], "output_index": index}
    if kind == "image_generation_call":
        yield from _image(found, place, partial_images)
    elif kind in _GROW:
        yield from _GROW[kind](found, place)
    yield event("response.output_item.done", item=dict(found), output_index=index)


#: Item type to the fields that it begins with otherwise than it ends.
_BEGINNINGS: dict[str, dict[str, Any]] = {
    "code_interpreter_call": {"code": "", "outputs": None},
    "custom_tool_call": {"input": ""},
    "file_search_call": {"queries": [], "results": None},
    "function_call": {"arguments": ""},
    "image_generation_call": {"result": None},
    "mcp_call": {"arguments": "", "error": None, "output": None},
    "mcp_list_tools": {"tools": []},
    "message": {"content": []},
    "reasoning": {"content": [], "summary": []},
    "web_search_call": {"action": {"type": "search"}},
}


def _begun(found: _Item) -> dict[str, Any]:
    begun = {**found, **_BEGINNINGS.get(found["type"], {})}
    if "status" in begun:
        begun["status"] = "in_progress"
    if "encrypted_content" in begun:
        begun["encrypted_content"] = begun["encrypted_content"][:_BEGUN_SEAL]
    return begun


def _message(found: _Item, place: dict[str, Any]) -> Iterator[Event]:
    for number, part in enumerate(found["content"]):
        where = {**place, "content_index": number}
        if part["type"] == "refusal":
            yield event(
                "response.content_part.added", part={"type": "refusal", "refusal": ""}, **where
            )
            for piece in tokens.split(part["refusal"]):
                yield event("response.refusal.delta", delta=piece, **where)
            yield event("response.refusal.done", refusal=part["refusal"], **where)
        else:
            empty = {**part, "annotations": [], "logprobs": [], "text": ""}
            yield event("response.content_part.added", part=empty, **where)
            yield from _text(part, where)
        yield event("response.content_part.done", part=part, **where)


def _text(part: _Item, where: dict[str, Any]) -> Iterator[Event]:
    waiting = list(enumerate(part["annotations"]))
    length = 0
    for number, piece in enumerate(tokens.split(part["text"])):
        logged = part["logprobs"][number : number + 1]
        yield event("response.output_text.delta", delta=piece, logprobs=logged, **where)
        length += len(piece)
        while waiting and _reach(waiting[0][1]) <= length:
            index, annotation = waiting.pop(0)
            yield event(
                "response.output_text.annotation.added",
                annotation=annotation,
                annotation_index=index,
                **where,
            )
    yield event("response.output_text.done", logprobs=part["logprobs"], text=part["text"], **where)


def _reach(annotation: _Item) -> int:
    return int(annotation.get("end_index", annotation.get("index", 0)))


def _reasoning(found: _Item, place: dict[str, Any]) -> Iterator[Event]:
    for number, part in enumerate(found["content"]):
        where = {**place, "content_index": number}
        yield event("response.content_part.added", part={**part, "text": ""}, **where)
        for piece in tokens.split(part["text"]):
            yield event("response.reasoning_text.delta", delta=piece, **where)
        yield event("response.reasoning_text.done", text=part["text"], **where)
        yield event("response.content_part.done", part=part, **where)
    for number, part in enumerate(found["summary"]):
        where = {**place, "summary_index": number}
        begun = {**part, "text": ""}
        yield event("response.reasoning_summary_part.added", part=begun, **where)
        for piece in tokens.split(part["text"]):
            yield event("response.reasoning_summary_text.delta", delta=piece, **where)
        yield event("response.reasoning_summary_text.done", text=part["text"], **where)
        yield event("response.reasoning_summary_part.done", part=part, **where)


def _passing(prefix: str, field: str) -> _Grow:
    """Give the events of a field that is passed to a tool: deltas, and all of it."""

    def grow(found: _Item, place: dict[str, Any]) -> Iterator[Event]:
        for piece in tokens.split(found[field]):
            yield event(f"response.{prefix}.delta", delta=piece, **place)
        yield event(f"response.{prefix}.done", **{field: found[field]}, **place)

    return grow


def _stages(kind: str, *stages: str) -> _Grow:
    """Give an event per stage, with nothing in it."""

    def grow(found: _Item, place: dict[str, Any]) -> Iterator[Event]:
        for stage in stages:
            yield event(f"response.{kind}.{stage}", **place)

    return grow


def _code(found: _Item, place: dict[str, Any]) -> Iterator[Event]:
    yield from _stages("code_interpreter_call", "in_progress")(found, place)
    yield from _passing("code_interpreter_call_code", "code")(found, place)
    yield from _stages("code_interpreter_call", "interpreting", "completed")(found, place)


def _mcp_call(found: _Item, place: dict[str, Any]) -> Iterator[Event]:
    yield from _stages("mcp_call", "in_progress")(found, place)
    yield from _passing("mcp_call_arguments", "arguments")(found, place)
    yield from _stages("mcp_call", found["status"])(found, place)


def _image(found: _Item, place: dict[str, Any], partial_images: int) -> Iterator[Event]:
    yield from _stages("image_generation_call", "in_progress", "generating")(found, place)
    shown = {name: found[name] for name in ("background", "output_format", "quality", "size")}
    for number in range(partial_images):
        yield event(
            "response.image_generation_call.partial_image",
            partial_image_b64=picture(shown, f"{found['id']} {number}"),
            partial_image_index=number,
            **shown,
            **place,
        )
    yield from _stages("image_generation_call", "completed")(found, place)


#: Item type to what happens between its beginning and its end.
_GROW: dict[str, _Grow] = {
    "code_interpreter_call": _code,
    "custom_tool_call": _passing("custom_tool_call_input", "input"),
    "file_search_call": _stages("file_search_call", "in_progress", "searching", "completed"),
    "function_call": _passing("function_call_arguments", "arguments"),
    "mcp_call": _mcp_call,
    "mcp_list_tools": _stages("mcp_list_tools", "in_progress", "completed"),
    "message": _message,
    "reasoning": _reasoning,
    "web_search_call": _stages("web_search_call", "in_progress", "searching", "completed"),
}
