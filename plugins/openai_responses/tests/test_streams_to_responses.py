"""Chunks of a chat completion as a Response's events."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from openai import omit
from openai._models import construct_type_unchecked
from openai.lib.streaming.responses._responses import ResponseStreamState
from openai.types.responses import ResponseStreamEvent
from schema_checks import are_events

from jackfield.envelope import END
from jackfield.surfaces.chat import fold
from jackfield_openai_responses.answers.to_responses import responses_answer
from jackfield_openai_responses.streams.to_chat import chat_chunks
from jackfield_openai_responses.streams.to_responses import response_events
from jackfield_testing.laws import bridge_answers as laws
from jackfield_testing.strategies import responses as strategies

REQUEST = {"input": "Hi", "tools": [{"type": "function", "name": "f"}], "temperature": 0.5}

Stream = tuple[dict[str, Any], list[dict[str, Any]]]


def events_of(*deltas: dict[str, Any], reason: str | None = "stop", **more: Any) -> list[Any]:
    """The events of chunks with these deltas."""
    shared = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    said = [({"role": "assistant", "content": ""}, None), *((delta, None) for delta in deltas)]
    chunks = [
        {**shared, **more, "choices": [{"index": 0, "delta": delta, "finish_reason": ended}]}
        for delta, ended in (*said, ({}, reason))
    ]
    state: dict[str, Any] = {}
    return [e for chunk in (*chunks, END) for e in response_events(chunk, state, REQUEST)]


def call(index: int, arguments: str, id_: str | None = None, name: str | None = "f") -> Any:
    said = {"arguments": arguments} if name is None else {"name": name, "arguments": arguments}
    head = {"index": index} if id_ is None else {"index": index, "id": id_, "type": "function"}
    return {"tool_calls": [{**head, "function": said}]}


def types(events: list[Any]) -> list[str]:
    return [event["type"].removeprefix("response.") for event in events]


def accepted(events: list[Any]) -> Any:
    """The Response that the official SDK puts together from the events."""
    state: Any = ResponseStreamState(input_tools=omit, text_format=omit)
    event_type: Any = ResponseStreamEvent
    for event in events:
        state.handle_event(construct_type_unchecked(value=event, type_=event_type))
    return state._completed_response


# Laws -------------------------------------------------------------------------------------------


@given(strategies.plain_chat_streams())
def test_the_last_event_has_the_response_of_the_folded_chunks(case: Stream) -> None:
    _, chunks = case
    events, items = laws.tells_a_response(response_events, chunks, REQUEST)
    response = responses_answer(fold(chunks), REQUEST)
    assert events[-1]["response"] == response
    # Log probabilities may come after the end of their text.
    assert [_without_logprobs(i) for i in items] == [
        _without_logprobs(i) for i in response["output"]
    ]
    if response["status"] == "completed":
        assert accepted(events).to_dict()["id"] == response["id"]


@given(strategies.mixed_chat_streams())
def test_deltas_in_any_order_make_the_same_items_in_the_order_in_which_they_came(
    case: Stream,
) -> None:
    _, chunks = case
    events, items = laws.tells_a_response(response_events, chunks, REQUEST)
    found, wanted = events[-1]["response"], responses_answer(fold(chunks), REQUEST)
    assert {**found, "output": []} == {**wanted, "output": []}
    assert _spoken(found) == _spoken(wanted)
    if fold(chunks)["choices"][0]["message"].get("provider_specific_fields"):
        return  # which has items of its own, of types that the official SDK does not know
    assert [item["id"] for item in items] == [item["id"] for item in found["output"]]
    if found["status"] == "completed":
        accepted(events)


def _without_logprobs(item: Any) -> Any:
    parts = [{k: v for k, v in p.items() if k != "logprobs"} for p in item.get("content", ())]
    return {**item, "content": parts}


def _spoken(response: dict[str, Any]) -> Any:
    """What a Response says in all; its calls in any order."""
    texts: dict[str, str] = {}
    calls = []
    for item in response["output"]:
        for part in (*item.get("content", ()), *item.get("summary", ())):
            said = part.get("text", part.get("refusal"))
            texts[part["type"]] = texts.get(part["type"], "") + (said or "")
        if "call_id" in item:
            said = item.get("arguments", item.get("input"))
            calls.append((item["call_id"], item["name"], said))
    texts = {kind: text for kind, text in texts.items() if text}
    # A call without an id is named after the order in which it came.
    return texts, sorted(said for _, *said in calls)


@given(strategies.plain_chat_streams())
def test_chat_is_the_same_after_being_told_as_events(case: Stream) -> None:
    _, chunks = case
    state: dict[str, Any] = {}
    events = laws.streams_purely(response_events, chunks, REQUEST)
    again = [chunk for e in events for chunk in chat_chunks(e, state, include_usage=True)]
    one, other = fold(chunks)["choices"][0]["message"], fold(again)["choices"][0]["message"]
    for name in ("content", "refusal", "reasoning_content"):
        assert (one.get(name) or None) == (other.get(name) or None)
    assert len(one.get("tool_calls") or ()) == len(other.get("tool_calls") or ())


# Examples ---------------------------------------------------------------------------------------

BEGIN = ["created", "in_progress"]
MESSAGE = ["output_item.added", "content_part.added"]
MESSAGE_END = ["output_text.done", "content_part.done", "output_item.done"]
CALL_END = ["function_call_arguments.done", "output_item.done"]


def test_a_text_is_told_as_the_api_tells_it() -> None:
    events = events_of({"content": "Pa"}, {"content": "ris"})
    told = ["output_text.delta", "output_text.delta"]
    assert types(events) == [*BEGIN, *MESSAGE, *told, *MESSAGE_END, "completed"]
    are_events(events)
    assert accepted(events).output_text == "Paris"


def test_reasoning_is_done_before_the_text_begins() -> None:
    for name in ("reasoning_content", "reasoning"):
        events = events_of({name: "H"}, {name: "m", "content": None}, {"content": "Hi", name: ""})
        assert types(events)[2:10] == [
            "output_item.added",
            "reasoning_summary_part.added",
            "reasoning_summary_text.delta",
            "reasoning_summary_text.delta",
            "reasoning_summary_text.done",
            "reasoning_summary_part.done",
            "output_item.done",
            "output_item.added",
        ]
        are_events(events)
        (item, _) = events[-1]["response"]["output"]
        assert item["summary"] == [{"type": "summary_text", "text": "Hm"}]


def test_reasoning_sent_under_both_names_is_told_once() -> None:
    both = {"reasoning_content": "Hm", "reasoning": "Hm"}
    (item, _) = events_of(both, {"content": "a"})[-1]["response"]["output"]
    assert item["summary"][0]["text"] == "Hm"


def test_a_refusal_is_a_part_of_its_own() -> None:
    events = events_of({"refusal": "N"}, {"refusal": "o"})
    assert types(events)[4:] == [
        "refusal.delta",
        "refusal.delta",
        "refusal.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    are_events(events)


def test_calls_that_come_one_after_the_other_are_done_one_after_the_other() -> None:
    events = events_of(
        {"content": "a"},
        call(0, "", "call_1"),
        call(0, '{"a":', name=None),
        call(0, "1}", name=None),
        call(1, "{}", "call_2"),
        reason="tool_calls",
    )
    added = ["output_item.added"]
    delta = ["function_call_arguments.delta"]
    assert types(events) == [
        *BEGIN,
        *MESSAGE,
        "output_text.delta",
        *MESSAGE_END,
        *added,
        *delta,
        *delta,
        *CALL_END,
        *added,
        *delta,
        *CALL_END,
        "completed",
    ]
    are_events(events)
    assert [item.call_id for item in accepted(events).output[1:]] == ["call_1", "call_2"]


def test_calls_whose_deltas_are_mixed_stay_open_to_the_end() -> None:
    events = events_of(
        call(0, '{"a"', "call_1"),
        call(1, "[", "call_2"),
        call(0, ":1}", name=None),
        call(1, "]", name=None),
    )
    assert types(events)[-5:] == [*CALL_END, *CALL_END, "completed"]
    output = accepted(events).output
    assert [item.arguments for item in output] == ['{"a":1}', "[]"]


def test_arguments_that_are_no_object_may_go_on() -> None:
    events = events_of(call(0, "1", "call_1"), call(1, "{}", "call_2"), call(0, "2", name=None))
    assert [item.arguments for item in accepted(events).output] == ["12", "{}"]
    deltas = [e["delta"] for e in events if e["type"].endswith("arguments.delta")]
    assert deltas == ["1", "{}", "2"]


def test_the_response_keeps_the_id_of_the_first_chunk() -> None:
    state: dict[str, Any] = {}
    said = [{"index": 0, "delta": {"content": "a"}, "finish_reason": "stop"}]
    chunks = [{"id": f"chatcmpl-{n}", "created": 1, "model": "m", "choices": said} for n in (1, 2)]
    events = [e for chunk in (*chunks, END) for e in response_events(chunk, state, {})]
    assert {e["response"]["id"] for e in events if "response" in e} == {"resp_chatcmpl-1"}
    assert accepted(events).output_text == "aa"


def test_a_call_is_told_of_when_its_id_and_name_are_known() -> None:
    late = call(0, "1}", name="f")
    events = events_of(call(0, '{"a":', "call_1", name=None), late)
    assert types(events)[2:5] == [
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.done",
    ]
    assert events[3]["delta"] == '{"a":1}'
    nameless = events_of({"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]})
    (item,) = nameless[-1]["response"]["output"]
    assert (item["call_id"], item["name"], item["arguments"]) == ("call_1_0", "", "{}")


def test_calls_without_an_index_are_calls_of_their_own() -> None:
    one = {"id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    events = events_of({"tool_calls": [one]}, {"tool_calls": [{**one, "id": "b"}]})
    assert [item["call_id"] for item in events[-1]["response"]["output"]] == ["a", "b"]


def test_a_custom_call_is_told_with_its_input() -> None:
    custom = {"index": 0, "id": "c", "type": "custom", "custom": {"name": "g", "input": "x"}}
    more = {"index": 0, "custom": {"input": "y"}}
    events = events_of({"tool_calls": [custom]}, {"tool_calls": [more]})
    name = "custom_tool_call_input"
    assert types(events)[3:6] == [f"{name}.delta", f"{name}.delta", f"{name}.done"]
    are_events(events)
    assert events[-1]["response"]["output"][0]["input"] == "xy"


def test_a_legacy_call_is_a_call() -> None:
    deltas = [{"function_call": {"name": "f", "arguments": ""}}]
    deltas.append({"function_call": {"name": "", "arguments": "{}"}})
    (item,) = events_of(*deltas, reason="function_call")[-1]["response"]["output"]
    assert (item["type"], item["call_id"], item["arguments"]) == ("function_call", "call_1_0", "{}")


def test_a_call_of_a_new_type_is_told_as_it_is() -> None:
    strange = {"index": 0, "id": "c", "type": "x", "x": {"y": 1}}
    events = events_of({"tool_calls": [strange]})
    item = {"id": "c", "type": "x", "x": {"y": 1}}
    assert events[-1]["response"]["output"] == [item]
    assert [e["item"] for e in events if "item" in e] == [item, item]


def test_text_after_a_call_is_another_message() -> None:
    events = events_of({"content": "a"}, call(0, "{}", "c"), {"content": "b"})
    output = events[-1]["response"]["output"]
    assert [item["type"] for item in output] == ["message", "function_call", "message"]
    assert accepted(events).output_text == "ab"
    assert [event["sequence_number"] for event in events] == list(range(len(events)))


def test_citations_are_told_and_point_into_their_own_part() -> None:
    inner = {"start_index": 2, "end_index": 3, "url": "https://example.com/", "title": "t"}
    note = {"annotations": [{"type": "url_citation", "url_citation": inner}]}
    events = events_of({"content": "ab"}, call(0, "{}", "c"), {"content": "cd"}, note)
    (event,) = [e for e in events if e["type"].endswith("annotation.added")]
    assert (event["annotation_index"], event["annotation"]["start_index"]) == (0, 0)
    are_events([event])
    late = events_of({"content": "abc"}, call(0, "{}", "c"), note)
    assert "output_text.annotation.added" not in types(late)
    part = late[-1]["response"]["output"][0]["content"][0]
    assert part["annotations"] == [{"type": "url_citation", **inner}]


def test_log_probabilities_come_with_their_text() -> None:
    entry = {"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}
    shared = {"id": "chatcmpl-1", "created": 1, "model": "m"}
    choices = [
        {"index": 0, "delta": {"content": ""}, "logprobs": {"content": [entry]}},
        {"index": 0, "delta": {"content": "a"}, "logprobs": {"content": [entry]}},
        {"index": 0, "delta": {}, "logprobs": {"content": [entry]}, "finish_reason": "stop"},
    ]
    state: dict[str, Any] = {}
    chunks = [*({**shared, "choices": [choice]} for choice in choices), END]
    events = [e for chunk in chunks for e in response_events(chunk, state, {})]
    deltas = [e["logprobs"] for e in events if e["type"].endswith("text.delta")]
    assert deltas == [[entry, entry], [entry]]
    assert events[-1]["response"]["output"][0]["content"][0]["logprobs"] == [entry] * 3


def test_audio_is_told_and_kept() -> None:
    events = events_of(
        {"audio": {"id": "audio_1", "transcript": "H"}},
        {"audio": {"data": "AAAA"}},
        {"audio": {"transcript": "i"}},
        {"audio": {"data": "BBBB", "expires_at": 9}},
    )
    assert [kind for kind in types(events) if kind.startswith("audio")] == [
        "audio.transcript.delta",
        "audio.delta",
        "audio.transcript.delta",
        "audio.delta",
        "audio.done",
        "audio.transcript.done",
    ]
    (item,) = events[-1]["response"]["output"]
    audio = {"id": "audio_1", "data": "AAAABBBB", "transcript": "Hi", "expires_at": 9}
    assert (item["content"], item["audio"]) == ([], audio)
    are_events(events)


def test_an_empty_answer_is_an_empty_message() -> None:
    events = events_of({"content": ""})
    assert events[-1]["response"]["output"][0]["content"][0]["text"] == ""
    assert accepted(events).output_text == ""


@pytest.mark.parametrize(
    ("reason", "last", "statuses"),
    [
        ("length", "incomplete", ["completed", "incomplete"]),
        ("content_filter", "incomplete", ["completed", "incomplete"]),
        (None, "completed", ["completed", "completed"]),
    ],
)
def test_what_was_cut_off_is_incomplete(reason: Any, last: str, statuses: list[str]) -> None:
    events = events_of({"content": "a"}, call(0, '{"a', "c"), reason=reason)
    assert types(events)[-1] == last
    assert [i["status"] for i in events[-1]["response"]["output"]] == statuses
    assert events[-2]["item"]["status"] == statuses[1]


def test_usage_of_the_last_chunk_is_the_responses() -> None:
    head = {"id": "chatcmpl-1", "created": 1, "model": "m"}
    said = {**head, "choices": [{"index": 0, "delta": {"content": "a"}, "finish_reason": "stop"}]}
    usage = {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}
    state: dict[str, Any] = {}
    chunks = [said, {**head, "choices": [], "usage": usage}, END]
    events = [e for chunk in chunks for e in response_events(chunk, state, {})]
    assert events[-1]["response"]["usage"]["total_tokens"] == 3
    assert "usage" not in events[0]["response"]


def test_a_chunk_about_the_prompt_does_not_begin_the_response() -> None:
    state: dict[str, Any] = {}
    filtered = {"id": "", "model": "", "created": 0, "choices": [], "prompt_filter_results": [1]}
    assert response_events(filtered, state, {}) == []
    said = {"id": "chatcmpl-1", "choices": [{"index": 0, "delta": {"content": "a"}}]}
    first = response_events({**said, "created": 1, "model": "m"}, state, {})[0]
    assert first["response"]["id"] == "resp_chatcmpl-1"
    last = response_events(END, state, {})[-1]
    assert last["response"]["prompt_filter_results"] == [1]


def test_only_the_first_choice_is_told() -> None:
    state: dict[str, Any] = {}
    head = {"id": "chatcmpl-1", "created": 1, "model": "m"}
    chunks = [
        {**head, "choices": [{"index": i, "delta": {"content": text}, "finish_reason": "stop"}]}
        for i, text in ((0, "a"), (1, "b"))
    ]
    events = [e for chunk in (*chunks, END) for e in response_events(chunk, state, {})]
    assert accepted(events).output_text == "a"


def test_a_stream_without_chunks_has_no_events() -> None:
    assert response_events(END, {}, {}) == []


# What chat servers get wrong ----------------------------------------------------------------------


def replied(*choices: dict[str, Any]) -> list[Any]:
    """The events of chunks with these choices."""
    state: dict[str, Any] = {}
    chunks = [{"id": "chatcmpl-1", "created": 1, "model": "m", "choices": [c]} for c in choices]
    return [e for chunk in (*chunks, END) for e in response_events(chunk, state, REQUEST)]


@pytest.mark.parametrize(
    ("deltas", "calls"),
    [
        (
            [call(0, '{"x":1}', "a"), call(0, '{"y":2}', "b", "g")],
            [("a", "f", '{"x":1}'), ("b", "g", '{"y":2}')],
        ),
        (
            [
                call(0, '{"x"', "a"),
                call(0, ":1}", name=None),
                call(0, "[", "b", "g"),
                call(0, "]", name=None),
            ],
            [("a", "f", '{"x":1}'), ("b", "g", "[]")],
        ),
        ([call(0, '{"x"', "a"), call(0, ":1}", "b", None)], [("a", "f", '{"x":1}')]),
        ([call(0, "", "a", None), call(0, "{}", "b", "f")], [("a", "f", "{}")]),
    ],
)
def test_another_id_with_a_name_is_another_call(deltas: list[Any], calls: list[Any]) -> None:
    events = events_of(*deltas)
    output = accepted(events).output
    assert [(item.call_id, item.name, item.arguments) for item in output] == calls
    shared = {"id": "chatcmpl-1", "model": "m"}
    chunks = [{**shared, "choices": [{"index": 0, "delta": delta}]} for delta in deltas]
    whole = responses_answer(fold(chunks), REQUEST)["output"]
    assert [(item["call_id"], item["name"], item["arguments"]) for item in whole] == calls


THINKING = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
OTHER = {"type": "reference", "reference_ids": [1]}


@pytest.mark.parametrize(
    "contents",
    [
        [[THINKING, {"type": "text", "text": "42"}]],
        [[THINKING], [{"type": "text", "text": "4"}], [{"type": "text", "text": "2"}]],
        [[THINKING], "4", "2", ""],
        ["", [{"type": "thinking", "thinking": "Hm."}], "42"],
        [[{"type": "thinking", "thinking": "H"}], [{"type": "thinking", "thinking": "m."}], "42"],
    ],
)
def test_text_in_parts_is_text_and_thinking_is_reasoning(contents: list[Any]) -> None:
    events = events_of(*({"content": content} for content in contents))
    response = accepted(events)
    assert response.output_text == "42"
    assert [item.type for item in response.output] == ["reasoning", "message"]
    assert response.output[0].summary[0].text == "Hm."
    assert "provider_specific_fields" not in events[-1]["response"]
    are_events(events)


def test_other_parts_of_content_are_kept() -> None:
    events = events_of({"content": [{"type": "text", "text": "a"}, OTHER]})
    response = events[-1]["response"]
    assert response["provider_specific_fields"] == {"message": {"content": [OTHER]}}
    assert accepted(events).output_text == "a"


def test_arguments_that_are_an_object_are_its_json() -> None:
    given_ = {"index": 0, "id": "a", "function": {"name": "f", "arguments": {"x": [1, "é"]}}}
    events = events_of({"tool_calls": [given_]})
    (item,) = accepted(events).output
    assert item.arguments == '{"x":[1,"é"]}'
    are_events(events)


def test_an_end_that_nobody_knows_is_kept() -> None:
    response = events_of({"content": "a"}, reason="new_reason")[-1]["response"]
    assert response["status"] == "completed"
    kept = {"choice": {"finish_reason": "new_reason"}}
    assert response["provider_specific_fields"] == kept


def test_blanks_behind_arguments_that_were_whole_change_nothing() -> None:
    first, second = call(0, '{"a":1}', "a"), call(1, "{}", "b")
    events = events_of(first, second, call(0, "\n", name=None))
    done = [e["item"] for e in events if e["type"] == "response.output_item.done"]
    assert done == events[-1]["response"]["output"]
    assert [item.arguments for item in accepted(events).output] == ['{"a":1}', "{}"]


@pytest.mark.parametrize("order", [(1, 0, 1, 0), (0, 1, 0, 1)])
def test_the_choice_with_the_lowest_number_is_told(order: tuple[int, ...]) -> None:
    said = [{"index": at, "delta": {"content": str(at)}, "finish_reason": "stop"} for at in order]
    assert accepted(replied(*said)).output_text == "00"


def test_a_choice_without_a_first_one_is_told_in_the_end() -> None:
    said = [
        {"index": at, "delta": {"content": text}, "finish_reason": "stop"}
        for at, text in ((2, "c"), (1, "a"), (1, "b"))
    ]
    events = replied(*said)
    assert accepted(events).output_text == "ab"
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
