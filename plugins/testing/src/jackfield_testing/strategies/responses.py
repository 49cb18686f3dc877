"""Responses for the bridge to chat, whatever a server may give, and streams of them.

`response_objects` has what the API gives in general; here is also what is rare, what is new, and
what is broken.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from jackfield_testing.strategies.chunks import chunks_of, pieces_of_text
from jackfield_testing.strategies.json_values import json_objects, json_values, texts
from jackfield_testing.strategies.response_objects import (
    ITEMS,
    output_items,
    responses,
)
from jackfield_testing.strategies.results import chat_results

Event = dict[str, Any]

_SELDOM = st.integers(0, 3).map(lambda n: n == 0)
_ANYTHING = json_values(max_leaves=3)
_NUMBER = st.integers(0, 3)
_TEXT = texts(max_size=20)

# Output -----------------------------------------------------------------------------------------

RARE_ITEMS: tuple[dict[str, Any], ...] = (
    {"type": "mcp_list_tools", "id": "mcpl_1", "server_label": "docs", "tools": []},
    {
        "type": "mcp_approval_request",
        "id": "mcpr_1",
        "server_label": "docs",
        "name": "search",
        "arguments": "{}",
    },
    {
        "type": "computer_call",
        "id": "cu_1",
        "call_id": "call_c",
        "action": {"type": "screenshot"},
        "pending_safety_checks": [],
        "status": "completed",
    },
    {
        "type": "local_shell_call",
        "id": "lsh_1",
        "call_id": "call_l",
        "action": {"type": "exec", "command": ["ls"], "env": {}},
        "status": "completed",
    },
    {
        "type": "apply_patch_call",
        "id": "apc_1",
        "call_id": "call_a",
        "status": "completed",
        "operation": {"type": "delete_file", "path": "a.txt"},
    },
    {
        "type": "tool_search_call",
        "id": "tsc_1",
        "call_id": None,
        "execution": "server",
        "arguments": {"goal": "x"},
        "status": "completed",
    },
    {"type": "compaction", "id": "cmp_1", "encrypted_content": "gAAAA"},
    {
        "type": "program",
        "id": "prog_1",
        "call_id": "call_p",
        "code": "1",
        "fingerprint": "f",
    },
)
"""Valid items of kinds that chat knows nothing of and `response_objects` leaves out."""


def new_items() -> st.SearchStrategy[dict[str, Any]]:
    """Items of types that nobody knows; some number themselves, as pieces in a stream do."""
    return st.builds(
        lambda more, item: {**more, **item},
        json_objects(max_leaves=4),
        st.fixed_dictionaries(
            {"type": st.sampled_from(["x_item", "output_item", "items"])},
            optional={"index": _NUMBER, "id": st.just("x_1"), "stream_events": _ANYTHING},
        ),
    )


def odd_items() -> st.SearchStrategy[Any]:
    """Items of known types that lack or change what their type promises, and no items at all."""
    part = st.sampled_from(
        [
            {"type": "output_text"},
            {"type": "output_text", "text": None},
            {"type": "output_text", "text": 3},
            {"type": "output_text", "text": "a", "annotations": None, "logprobs": None},
            {"type": "output_text", "text": "é", "annotations": [None, 1, {"type": None}]},
            {"type": "output_text", "text": "", "annotations": 0},
            {"type": "refusal", "refusal": None},
            {"type": "refusal", "refusal": "no", "x": 1},
            {"type": "output_audio", "data": "", "transcript": "t"},
            {"text": "a"},
            "text",
            None,
        ]
    )
    content = st.none() | _TEXT | st.lists(part | _ANYTHING, max_size=3) | json_objects()
    role = st.sampled_from(["assistant", "user", "system", None])
    value = st.none() | _TEXT | json_objects(max_leaves=2)
    shape: dict[str, Any] = {"id": st.none() | st.just("o_1"), "status": value}
    called = {"call_id": value, "name": value, "arguments": value, "input": value}
    of_type = st.sampled_from(["function_call", "custom_tool_call"])
    summary = st.none() | st.lists(st.just({"type": "summary_text", "text": "s"}) | _ANYTHING)
    return st.one_of(
        st.fixed_dictionaries(
            {"type": st.just("message")}, optional={**shape, "content": content, "role": role}
        ),
        st.fixed_dictionaries({"type": of_type}, optional={**shape, **called}),
        st.fixed_dictionaries(
            {"type": st.just("reasoning")}, optional={**shape, "summary": summary, "content": value}
        ),
        json_objects(),
        _ANYTHING,
    )


@st.composite
def _more(draw: st.DrawFn, item: dict[str, Any]) -> dict[str, Any]:
    """An item with fields that are new, in it and in its parts."""
    more = {**item, draw(st.sampled_from(["x_field", "namespace", "index"])): draw(_ANYTHING)}
    if item["type"] == "message":
        citation = {"type": "container_file_citation", "container_id": "c", "x": draw(_ANYTHING)}
        citation |= {"start_index": draw(_NUMBER), "end_index": draw(_NUMBER)}
        text = {"type": "output_text", "text": draw(_TEXT), "annotations": [citation]}
        other = {"type": "x_part", "x": draw(_ANYTHING)}
        more["content"] = [*item["content"], text, other]
    return more


@st.composite
def _said(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Items that chat has a place for, several of a kind."""
    kinds = ["message", "message", "function_call", "custom_tool_call", "reasoning", "reasoning"]
    chosen = draw(st.lists(st.sampled_from(kinds), max_size=5))
    return [draw(ITEMS[kind]) for kind in chosen]


@st.composite
def outputs(draw: st.DrawFn) -> list[dict[str, Any]]:
    """The output of a Response: items of every kind in any order, and new ones."""
    items = draw(_said())
    others = st.one_of(output_items(), st.sampled_from(RARE_ITEMS), new_items())
    items += draw(st.lists(others, max_size=2))
    items = [draw(_more(item)) if draw(_SELDOM) else item for item in items]
    # Ids are a server's own, and each is another's.
    for number, item in enumerate(items):
        if "call_id" in item and item["type"] in ("function_call", "custom_tool_call"):
            items[number] = {**item, "call_id": f"call_{number}"}
    return draw(st.permutations(items)) if draw(st.booleans()) else items


_NEW_FIELDS = st.dictionaries(
    st.sampled_from(["x_field", "moderation", "billing", "background", "system_fingerprint"]),
    _ANYTHING,
    max_size=2,
)


@st.composite
def answered_responses(draw: st.DrawFn) -> dict[str, Any]:
    """A Response that is an answer: completed, or incomplete for any reason."""
    response = {**draw(_NEW_FIELDS), **draw(responses()), "output": draw(outputs())}
    if response["status"] == "incomplete":
        reason = st.sampled_from(["max_output_tokens", "content_filter", "new_reason"])
        empty: dict[str, Any] = {}
        details = st.none() | st.just(empty) | reason.map(lambda each: {"reason": each})
        response["incomplete_details"] = draw(details)
    if draw(st.booleans()):
        summary = st.none() | st.just("auto")
        response["reasoning"] = {"effort": "low", "summary": draw(summary)}
    return response


# Streams ----------------------------------------------------------------------------------------

_OMITTED = (
    "response.created",
    "response.in_progress",
    "response.output_item.added",
    "response.output_item.done",
    "response.content_part.added",
    "response.content_part.done",
    "response.output_text.delta",
    "response.output_text.done",
    "response.output_text.annotation.added",
    "response.refusal.delta",
    "response.refusal.done",
    "response.reasoning_summary_part.added",
    "response.reasoning_summary_part.done",
    "response.reasoning_summary_text.delta",
    "response.reasoning_summary_text.done",
    "response.reasoning_text.delta",
    "response.reasoning_text.done",
    "response.function_call_arguments.delta",
    "response.function_call_arguments.done",
    "response.custom_tool_call_input.delta",
    "response.custom_tool_call_input.done",
)
"""Events that a server may not send: what they tell is told again later."""

_STRANGE: tuple[Event, ...] = (
    {"type": "keepalive"},
    {"type": "response.x_thing.delta", "delta": "x", "output_index": 0},
    {"type": "response.output_text.delta", "delta": None, "output_index": 0},
    {"type": None},
    {"type": ["x"], "x": 1},
    {},
)
"""Events that nobody knows, and known ones that say nothing."""

_PROGRESS = {
    "web_search_call": ("in_progress", "searching", "completed"),
    "code_interpreter_call": ("in_progress", "interpreting", "completed"),
    "image_generation_call": ("in_progress", "generating", "partial_image"),
    "mcp_call": ("in_progress", "completed"),
    "file_search_call": ("in_progress", "searching", "completed"),
}
_PAYLOADS = {
    "function_call": ("function_call_arguments", "arguments"),
    "custom_tool_call": ("custom_tool_call_input", "input"),
}


def _rounded(logprobs: list[Any]) -> list[Any]:
    """What the events have of log probabilities is not exactly what the answer has."""
    return [{**each, "logprob": each["logprob"] - 1e-9} for each in logprobs]


@st.composite
def _pieces(draw: st.DrawFn, text: str) -> list[str]:
    """The pieces of a text that come as deltas: all, none, or only the first of them."""
    found = draw(pieces_of_text(text))
    return found[: draw(st.integers(0, len(found)))] if draw(_SELDOM) else found


@st.composite
def _part_events(
    draw: st.DrawFn, part: Any, place: dict[str, Any], kind: str, field: str
) -> list[Event]:
    """The events of a part that has a text: added, its pieces, done."""
    text = part[field]
    empty = {**part, field: ""}
    if "annotations" in part:
        empty["annotations"] = []
    if "logprobs" in part:
        empty["logprobs"] = []
    events: list[Event] = [{"type": "content_part.added", **place, "part": empty}]
    for piece in draw(_pieces(text)):
        event = {"type": f"{kind}.delta", **place, "delta": piece}
        if kind == "output_text":
            event["logprobs"] = _rounded(part.get("logprobs") or [])[:1]
        events.append(event)
    for number, annotation in enumerate(part.get("annotations") or ()):
        note = {"annotation_index": number, "annotation": annotation}
        where = draw(st.integers(1, len(events))) if number == 0 else len(events)
        events.insert(where, {"type": "output_text.annotation.added", **place, **note})
    events.append({"type": f"{kind}.done", **place, field: text})
    events.append({"type": "content_part.done", **place, "part": part})
    return events


@st.composite
def _message_events(draw: st.DrawFn, item: dict[str, Any], about: dict[str, Any]) -> list[Event]:
    events: list[Event] = []
    for index, part in enumerate(item["content"]):
        place = {**about, "content_index": index}
        if part["type"] == "output_text":
            events += draw(_part_events(part, place, "output_text", "text"))
        elif part["type"] == "refusal":
            events += draw(_part_events(part, place, "refusal", "refusal"))
        else:
            events.append({"type": "content_part.added", **place, "part": part})
            events.append({"type": "content_part.done", **place, "part": part})
    return events


@st.composite
def _reasoning_events(
    draw: st.DrawFn, item: dict[str, Any], about: dict[str, Any], summarised: bool
) -> list[Event]:
    summary: list[Event] = []
    for index, part in enumerate(item["summary"]):
        place = {**about, "summary_index": index}
        said = draw(_part_events(part, place, "reasoning_summary_text", "text"))
        said[0]["type"] = "reasoning_summary_part.added"
        said[-1]["type"] = "reasoning_summary_part.done"
        summary += said
    raw: list[Event] = []
    for index, part in enumerate(item.get("content") or ()):
        place = {**about, "content_index": index}
        raw += draw(_part_events(part, place, "reasoning_text", "text"))
    # Raw reasoning may be told first only where the Response said that it would be summarised.
    return raw + summary if summarised and draw(st.booleans()) else summary + raw


@st.composite
def _item_events(
    draw: st.DrawFn, item: dict[str, Any], index: int, summarised: bool
) -> list[Event]:
    """All events of an item, their types without ``response.``."""
    about = {"item_id": item.get("id"), "output_index": index}
    begun = {**item}
    events: list[Event] = []
    type_ = item["type"]
    if type_ == "message":
        begun["content"] = []
        events = draw(_message_events(item, about))
    elif type_ == "reasoning":
        begun |= {"summary": [], "encrypted_content": None}
        events = draw(_reasoning_events(item, about, summarised))
    elif type_ in _PAYLOADS:
        name, field = _PAYLOADS[type_]
        begun[field] = ""
        pieces = draw(_pieces(item[field]))
        events = [{"type": f"{name}.delta", **about, "delta": piece} for piece in pieces]
        events.append({"type": f"{name}.done", **about, field: item[field]})
    else:
        events = [{"type": f"{type_}.{step}", **about} for step in _PROGRESS.get(type_, ())]
    done = item
    if "encrypted_content" in item and item["encrypted_content"] is not None:
        done = {**item, "encrypted_content": "encrypted once more"}
    return [
        {"type": "output_item.added", "output_index": index, "item": begun},
        *events,
        {"type": "output_item.done", "output_index": index, "item": done},
    ]


@st.composite
def _mixed(draw: st.DrawFn, told: list[list[Event]], *, overlap: bool) -> list[Event]:
    """The events of all items; with ``overlap`` an item may begin before another is done."""
    waiting = [list(events) for events in told]
    open_: list[list[Event]] = []
    found: list[Event] = []
    while waiting or open_:
        if waiting and (not open_ or (overlap and draw(st.booleans()))):
            open_.append(waiting.pop(0))
            found.append(open_[-1].pop(0))
        events = draw(st.sampled_from(open_)) if len(open_) > 1 else open_[0]
        found.append(events.pop(0))
        open_ = [events for events in open_ if events]
    return found


@st.composite
def events_of(draw: st.DrawFn, response: dict[str, Any]) -> list[Event]:
    """A stream of a Response, as a server may send it.

    Texts come in any pieces, in some streams not to their end, or not at all; items may overlap;
    whole kinds of events may be missing, others be new; an event may come twice, if events are
    numbered; what is encrypted is encrypted anew for the last event.
    """
    omitted = set()
    if draw(st.booleans()):
        omitted = set(draw(st.lists(st.sampled_from(_OMITTED), max_size=4)))
    summarised = bool((response.get("reasoning") or {}).get("summary"))
    told = [
        draw(_item_events(item, index, summarised)) for index, item in enumerate(response["output"])
    ]
    overlap = "response.output_item.added" not in omitted and draw(st.booleans())
    begun = {**response, "status": "in_progress", "output": [], "incomplete_details": None}
    begun.pop("usage", None)
    events: list[Event] = [
        {"type": "created", "response": begun},
        {"type": "in_progress", "response": begun},
        *draw(_mixed(told, overlap=overlap)),
    ]
    events = [{**event, "type": f"response.{event['type']}"} for event in events]
    events = [event for event in events if event["type"] not in omitted]
    for strange in draw(st.lists(st.sampled_from(_STRANGE), max_size=2)):
        events.insert(draw(st.integers(0, len(events))), dict(strange))
    events.append({"type": f"response.{response['status']}", "response": response})
    return draw(_numbered(events))


@st.composite
def _numbered(draw: st.DrawFn, events: list[Event]) -> list[Event]:
    """Numbered from 0, with some that come twice; or all with the same number, or with none."""
    how = draw(st.sampled_from(["counted", "counted", "zero", "none"]))
    if how == "none":
        return events
    if how == "zero":
        return [{**event, "sequence_number": 0} for event in events]
    found = [{**event, "sequence_number": number} for number, event in enumerate(events)]
    for at in draw(st.lists(st.integers(0, len(found) - 2), max_size=2)) if found[1:] else ():
        found.insert(draw(st.integers(at + 1, len(found) - 1)), found[at])
    return found


@st.composite
def response_streams(draw: st.DrawFn) -> tuple[dict[str, Any], list[Event]]:
    """A Response that is an answer, and a stream of it."""
    response = draw(answered_responses())
    return response, draw(events_of(response))


_PIECES = tuple(type_ for type_ in _OMITTED if type_.endswith(".delta"))


@st.composite
def disordered_streams(draw: st.DrawFn) -> tuple[dict[str, Any], list[Event]]:
    """A Response that is an answer, and a stream of it whose pieces got lost or changed places.

    Some pieces are left out, and some are swapped, with the numbers of their events. What says the
    whole of a text is right.
    """
    response, events = draw(response_streams())
    at = [number for number, event in enumerate(events) if event.get("type") in _PIECES]
    found: list[Event | None] = list(events)
    for _ in range(draw(st.integers(1, 3)) if at else 0):
        one, other = draw(st.sampled_from(at)), draw(st.sampled_from(at))
        found[one], found[other] = found[other], found[one]
        if draw(_SELDOM):
            found[one] = None
    return response, [event for event in found if event is not None]


@st.composite
def odd_events(draw: st.DrawFn, types: list[str]) -> Event:
    """An event of one of these types, or of none, with fields of any shape."""
    items = st.one_of(odd_items(), new_items(), output_items())
    parts = st.fixed_dictionaries(
        {"type": st.sampled_from(["output_text", "refusal", "reasoning_text", "x"]) | _ANYTHING},
        optional={
            "text": _TEXT | _ANYTHING,
            "refusal": _TEXT | _ANYTHING,
            "annotations": _ANYTHING,
        },
    )
    numbers = st.integers(-1, 3) | _ANYTHING
    names = ("output_index", "content_index", "summary_index", "annotation_index")
    values: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(names, numbers)
    values |= dict.fromkeys(("delta", "text", "arguments", "input"), _TEXT | _ANYTHING)
    values |= {"item": items, "part": parts | _ANYTHING, "annotation": _ANYTHING}
    values |= {"response": json_objects(max_leaves=3) | _ANYTHING, "sequence_number": numbers}
    chosen = draw(st.lists(st.sampled_from(sorted(values)), max_size=6, unique=True))
    type_ = draw(st.sampled_from(types) | _ANYTHING)
    return {"type": type_, **{name: draw(values[name]) for name in chosen}}


# Chat streams -------------------------------------------------------------------------------------


def answered_completions() -> st.SearchStrategy[dict[str, Any]]:
    """Chat completions of one choice, as any chat server may give them."""
    return chat_results(max_choices=1).map(_with_own_calls)


def _with_own_calls(result: dict[str, Any]) -> dict[str, Any]:
    """Each tool call has an id that no other one has."""
    for choice in result["choices"]:
        for number, call in enumerate(choice["message"].get("tool_calls") or ()):
            call["id"] = f"call_{number}"
    return result


@st.composite
def plain_chat_streams(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A chat completion and a stream of it: reasoning, text, refusal, tool calls, in this order."""
    result = draw(answered_completions())
    for choice in result["choices"]:
        for name in ("audio", "annotations", "function_call", "provider_specific_fields"):
            choice["message"].pop(name, None)
    return result, draw(chunks_of(result))


@st.composite
def mixed_chat_streams(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A chat completion and a stream of it whose deltas come in any order, calls mixed."""
    result = draw(answered_completions())
    chunks = draw(chunks_of(result))
    said = [c for c in chunks if c["choices"] and c["choices"][0]["finish_reason"] is None]
    rest = [chunk for chunk in chunks if chunk not in said]
    lanes: dict[Any, list[dict[str, Any]]] = {}
    for chunk in said[1:]:
        delta = chunk["choices"][0]["delta"]
        call = (delta.get("tool_calls") or [{}])[0]
        lanes.setdefault((*delta, call.get("index")), []).append(chunk)
    found = said[:1]
    while lanes:
        lane = draw(st.sampled_from(sorted(lanes, key=repr)))
        found.append(lanes[lane].pop(0))
        lanes = {key: chunks for key, chunks in lanes.items() if chunks}
    return result, found + rest


__all__ = [
    "RARE_ITEMS",
    "answered_completions",
    "answered_responses",
    "disordered_streams",
    "events_of",
    "mixed_chat_streams",
    "new_items",
    "odd_events",
    "odd_items",
    "outputs",
    "plain_chat_streams",
    "response_streams",
]
