"""A Response's events as chunks of a chat completion."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield.envelope import END
from jackfield.errors import APIError, InternalServerError, RateLimitError
from jackfield.surfaces.chat import complete, fold
from jackfield_openai_responses.answers.to_chat import chat_answer
from jackfield_openai_responses.streams.events import HANDLERS
from jackfield_openai_responses.streams.to_chat import chat_chunks
from jackfield_testing.laws import bridge_answers as laws
from jackfield_testing.strategies import responses as strategies

KNOWN = (*HANDLERS, "response.created", "response.in_progress", "response.completed")


@given(strategies.response_streams())
def test_a_stream_folds_to_the_answer(case: tuple[dict[str, Any], list[dict[str, Any]]]) -> None:
    response, events = case
    chunks = laws.folds_to_the_answer(chat_chunks, chat_answer, response, events)
    known = (*KNOWN, "response.incomplete")
    numbers = [event.get("sequence_number") for event in events]
    once = [event for at, event in enumerate(events) if numbers.index(numbers[at]) == at]
    laws.events_are_passed_on(known, once if numbers[-1] else events, chunks)


@given(
    st.lists(strategies.odd_events([*HANDLERS, "response.created"]), max_size=6),
    strategies.odd_events(["response.completed"]),
)
def test_events_of_any_shape_make_chunks(events: list[Any], last: dict[str, Any]) -> None:
    response = last.get("response")
    ended = {"type": "response.completed", "response": response}
    try:
        chunks = laws.streams_purely(chat_chunks, [*events, ended])
    except APIError:  # an event that is an error
        return
    fold(chunks)
    assert complete(chunks) == isinstance(response, dict)


def about(index: int, **more: Any) -> dict[str, Any]:
    return {"item_id": f"i_{index}", "output_index": index, **more}


def created(**more: Any) -> dict[str, Any]:
    response = {"id": "resp_1", "created_at": 1.5, "model": "m", "status": "in_progress", **more}
    return {"type": "response.created", "response": {**response, "output": []}}


def delta(piece: str, index: int = 0, part: int = 0, kind: str = "output_text") -> dict[str, Any]:
    return {"type": f"response.{kind}.delta", **about(index, content_index=part, delta=piece)}


def added(item: dict[str, Any], index: int = 0) -> dict[str, Any]:
    return {"type": "response.output_item.added", "output_index": index, "item": item}


def done(item: dict[str, Any], index: int = 0) -> dict[str, Any]:
    return {"type": "response.output_item.done", "output_index": index, "item": item}


def message(*texts: str, **more: Any) -> dict[str, Any]:
    parts = [{"type": "output_text", "text": text, "annotations": []} for text in texts]
    return {"type": "message", "id": "msg", "role": "assistant", "content": parts, **more}


def function(number: int, arguments: str = "") -> dict[str, Any]:
    item = {"type": "function_call", "id": f"fc_{number}", "call_id": f"call_{number}"}
    return {**item, "name": "f", "arguments": arguments}


def completed(*output: Any, **more: Any) -> dict[str, Any]:
    response = {"id": "resp_1", "created_at": 1.5, "model": "m", "status": "completed", **more}
    return {"type": "response.completed", "response": {**response, "output": list(output)}}


def said(*events: Any, **given_: Any) -> list[dict[str, Any]]:
    """The deltas of the chunks of some events."""
    state: dict[str, Any] = {}
    chunks = [chunk for event in events for chunk in chat_chunks(event, state, **given_)]
    return [chunk["choices"][0]["delta"] for chunk in chunks if chunk["choices"]]


def folded(*events: Any) -> dict[str, Any]:
    state: dict[str, Any] = {}
    chunks = [chunk for event in (*events, END) for chunk in chat_chunks(event, state)]
    assert complete(chunks)
    message: dict[str, Any] = fold(chunks)["choices"][0]["message"]
    return message


FIRST = {"role": "assistant", "content": None, "refusal": None}


def test_each_delta_of_a_text_is_said_when_it_comes() -> None:
    events = [created(), added(message()), delta("Pa"), delta(""), delta("ris")]
    assert said(*events) == [FIRST, {"content": "Pa"}, {"content": "ris"}]
    refusals = [created(), delta("N", kind="refusal"), delta("o", kind="refusal")]
    assert said(*refusals) == [FIRST, {"refusal": "N"}, {"refusal": "o"}]


def test_the_first_chunk_comes_with_the_first_event() -> None:
    (chunk,) = chat_chunks(created(), {}, include_usage=True)
    assert chunk == {
        "id": "resp_1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "m",
        "choices": [{"index": 0, "delta": FIRST, "logprobs": None, "finish_reason": None}],
        "usage": None,
    }
    queued = {**created(), "type": "response.queued"}
    state: dict[str, Any] = {}
    assert len(chat_chunks(queued, state)) == 1
    assert chat_chunks(created(), state) == []


def test_usage_is_in_a_chunk_of_its_own_if_it_is_asked_for() -> None:
    usage = {"input_tokens": 1, "output_tokens": 2, "total_tokens": 3}
    last = completed(message("a"), usage=usage, service_tier="flex", x_new=1)
    *_, finish, counts = chat_chunks(last, {}, include_usage=True)
    assert (finish["service_tier"], finish["x_new"], finish["usage"]) == ("flex", 1, None)
    assert (counts["choices"], counts["usage"]["completion_tokens"]) == ([], 2)
    assert all("usage" not in chunk for chunk in chat_chunks(last, {}))


def test_tool_calls_are_numbered_as_they_are_added_and_keep_their_numbers() -> None:
    piece = "response.function_call_arguments.delta"
    custom = {"type": "custom_tool_call", "id": "ctc", "call_id": "c", "name": "g", "input": ""}
    deltas = said(
        created(),
        added(message(), 0),
        added(function(1), 1),
        {"type": piece, **about(1, delta='{"a"')},
        added(custom, 2),
        {"type": "response.custom_tool_call_input.delta", **about(2, delta="x")},
        {"type": piece, **about(1, delta=":1}")},
    )
    named = {"name": "f", "arguments": ""}
    assert [each["tool_calls"][0] for each in deltas[1:]] == [
        {"index": 0, "id": "call_1", "type": "function", "function": named},
        {"index": 0, "function": {"arguments": '{"a"'}},
        {"index": 1, "id": "c", "type": "custom", "custom": {"name": "g", "input": ""}},
        {"index": 1, "custom": {"input": "x"}},
        {"index": 0, "function": {"arguments": ":1}"}},
    ]


def test_reasoning_is_said_as_it_comes_with_a_blank_line_between_its_parts() -> None:
    summary = "response.reasoning_summary_text.delta"
    deltas = said(
        created(reasoning={"summary": "auto"}),
        {"type": summary, **about(0, summary_index=0, delta="One")},
        {"type": "response.reasoning_summary_text.done", **about(0, summary_index=0, text="One")},
        {"type": summary, **about(0, summary_index=1, delta="T")},
        {"type": summary, **about(0, summary_index=1, delta="wo")},
    )
    assert [each.get("reasoning_content") for each in deltas[1:]] == ["One", "\n\nT", "wo"]


def test_raw_reasoning_is_said_as_it_comes_unless_a_summary_may_come_before_it() -> None:
    raw = {"type": "response.reasoning_text.delta", **about(0, content_index=0, delta="Hm")}
    assert said(created(), raw)[1:] == [{"reasoning_content": "Hm"}]
    assert said(created(reasoning={"summary": "auto"}), raw)[1:] == []


def test_a_text_that_waits_for_another_is_said_when_that_is_done() -> None:
    deltas = said(
        created(),
        added(message(), 0),
        added(message(), 1),
        delta("b", 1),
        delta("a", 0),
        done(message("b!"), 1),
        done(message("a"), 0),
    )
    assert [each.get("content") for each in deltas[1:]] == ["a", "b!"]


def test_a_text_that_came_too_early_is_said_whole_when_it_is_done() -> None:
    deltas = said(
        created(),
        added(message(), 0),
        added(message(), 1),
        delta("b", 1),
        done(message("a"), 0),
        delta("c", 1),
        done(message("bc"), 1),
    )
    assert [each.get("content") for each in deltas[1:]] == ["a", "bc"]
    parts = [created(), delta("b", part=1), delta("a"), done(message("a", "b"))]
    assert [each.get("content") for each in said(*parts)[1:]] == ["ab"]


def test_an_item_is_what_it_is_added_as_whatever_came_before() -> None:
    deltas = said(created(), {**delta("")}, added(function(1)))
    assert deltas[-1]["tool_calls"][0]["id"] == "call_1"


def test_a_server_that_sends_only_the_end_of_things_says_them_then() -> None:
    items = [message("a"), function(1, "{}")]
    assert said(created(), done(items[0], 0), done(items[1], 1))[1:] == [
        {"content": "a"},
        {
            "tool_calls": [
                {
                    "index": 0,
                    "id": "call_1",
                    "type": "function",
                    "function": {"name": "f", "arguments": "{}"},
                }
            ]
        },
    ]
    only_the_last = folded(completed(*items))
    assert only_the_last == chat_answer(completed(*items)["response"])["choices"][0]["message"]


@pytest.mark.parametrize("output", [None, []])
def test_a_last_event_without_the_output_is_completed_by_the_events_before(output: Any) -> None:
    last = completed()
    last["response"]["output"] = output
    events = [created(), delta("a"), done(message("ab")), done(function(1, "{}"), 1), last]
    found = folded(*events)
    whole = chat_answer(completed(message("ab"), function(1, "{}"))["response"])
    assert found == whole["choices"][0]["message"]


def test_items_that_a_server_gives_the_same_number_are_told_apart() -> None:
    items = [message("a"), function(1, "{}"), function(2, "[]")]
    events = [event for item in items for event in (added(item), done(item))]
    assert folded(created(), *events, completed(*items)) == folded(completed(*items))
    unnumbered = [{k: v for k, v in event.items() if k != "output_index"} for event in events]
    assert folded(created(), *unnumbered, completed(*items)) == folded(completed(*items))


def test_calls_whose_ids_change_on_the_way_are_not_said_twice() -> None:
    renamed = {**function(1, "{}"), "call_id": "call_9"}
    found = folded(created(), added(function(1)), completed(renamed))
    assert [call["id"] for call in found["tool_calls"]] == ["call_1"]
    assert found["tool_calls"][0]["function"]["arguments"] == "{}"


def test_an_event_that_comes_twice_is_heard_once() -> None:
    one, two = {**delta("a"), "sequence_number": 4}, {**delta("b"), "sequence_number": 5}
    assert said(created(), one, one, two, one)[1:] == [{"content": "a"}, {"content": "b"}]


def test_numbers_that_all_are_the_same_say_nothing() -> None:
    events = [{**event, "sequence_number": 0} for event in (created(), delta("a"), delta("a"))]
    assert said(*events)[1:] == [{"content": "a"}, {"content": "a"}]


def test_what_chat_does_not_know_is_passed_on() -> None:
    strange: list[dict[str, Any]] = [
        {"type": "keepalive", "sequence_number": 3},
        {"type": "response.web_search_call.searching", **about(0)},
        {"type": "response.output_text.delta", **about(0, delta=None)},
        {"type": "response.content_part.done", **about(0, part={"type": "x"})},
        {"type": "response.output_item.added", "output_index": 0, "item": None},
        {"type": "response.completed"},
        {"type": None},
        {},
    ]
    for event in strange:
        kept = {"provider_specific_fields": {"stream_events": [event]}}
        assert said(created(), event)[1:] == [kept]


def test_what_is_encrypted_is_that_of_the_last_event() -> None:
    once = {"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "one"}
    more = {"type": "compaction", "id": "cmp", "encrypted_content": "one"}
    last = [{**once, "encrypted_content": "two"}, {**more, "encrypted_content": "two"}]
    found = folded(created(), done(once, 0), done(more, 1), completed(*last))
    assert found["reasoning_items"] == last[:1]
    assert found["provider_specific_fields"]["output_items"] == last[1:]


def test_citations_come_with_their_events_and_only_once() -> None:
    note = {"type": "url_citation", "start_index": 0, "end_index": 1, "url": "u", "title": "t"}
    item = message("ab", "cd")
    item["content"][1]["annotations"] = [note, note]
    event = {"type": "response.output_text.annotation.added", "annotation": note}
    deltas = said(
        created(),
        delta("ab"),
        {"type": "response.output_text.done", **about(0, content_index=0, text="ab")},
        {
            "type": "response.content_part.done",
            **about(0, content_index=0, part=item["content"][0]),
        },
        delta("cd", part=1),
        {**event, **about(0, content_index=1, annotation_index=0)},
        done(item),
    )
    found = [each for delta in deltas for each in delta.get("annotations", ())]
    assert [each["url_citation"]["start_index"] for each in found] == [2, 2]
    assert [len(delta.get("annotations", ())) for delta in deltas] == [0, 0, 0, 1, 1]


def cited(url: str) -> dict[str, Any]:
    inner = {"start_index": 0, "end_index": 1, "url": url, "title": "t"}
    return {"type": "url_citation", **inner}


def noted(url: str, number: int, part: int = 0) -> dict[str, Any]:
    place = about(0, content_index=part, annotation_index=number)
    return {
        "type": "response.output_text.annotation.added",
        **place,
        "annotation": cited(url),
    }


@pytest.mark.parametrize("closed", [True, False])
@pytest.mark.parametrize("numbers", [(), (0,), (1,), (0, 1), (1, 0)])
def test_citations_are_in_the_order_of_the_answer(closed: bool, numbers: tuple[int, ...]) -> None:
    item = message("a", "b")
    item["content"][0]["annotations"] = [cited("u0"), cited("u1")]
    item["content"][1]["annotations"] = [cited("u2")]
    part = {"content_index": 0, "part": item["content"][0]}
    events = [
        created(),
        delta("a"),
        *(noted(f"u{number}", number) for number in numbers),
        {"type": "response.output_text.done", **about(0, content_index=0, text="a")},
        *([{"type": "response.content_part.done", **about(0, **part)}] if closed else []),
        delta("b", part=1),
        noted("u2", 0, part=1),
        done(item),
    ]
    notes = [note for each in said(*events) for note in each.get("annotations", ())]
    assert [note["url_citation"]["url"] for note in notes] == ["u0", "u1", "u2"]
    assert [note["url_citation"]["start_index"] for note in notes] == [0, 0, 1]


def test_citations_of_a_second_message_point_behind_the_first() -> None:
    item = message("cd")
    item["content"][0]["annotations"] = [cited("u")]
    deltas = said(created(), done(message("ab"), 0), done(item, 1))
    (note,) = deltas[-1]["annotations"]
    assert note["url_citation"]["start_index"] == 2


def test_a_failed_stream_raises_the_error_of_its_code() -> None:
    error = {"code": "rate_limit_exceeded", "message": "Slow down."}
    failed = completed(message("a"), status="failed", error=error)["response"]
    with pytest.raises(RateLimitError) as caught:
        said(created(), {"type": "response.failed", "response": failed})
    assert caught.value.partial["choices"][0]["message"]["content"] == "a"
    with pytest.raises(APIError, match="cancelled"):
        said(
            {
                "type": "response.cancelled",
                "response": {**failed, "status": "cancelled", "error": None},
            }
        )
    with pytest.raises(InternalServerError, match="it broke"):
        said(created(), {"type": "error", "code": "server_error", "message": "it broke"})


def test_nothing_comes_after_the_end() -> None:
    state: dict[str, Any] = {}
    assert chat_chunks(completed(message("a")), state)
    assert chat_chunks(completed(message("a")), state) == []
    assert chat_chunks(END, state) == []
    assert chat_chunks(END, {}) == []


def test_an_incomplete_stream_ends_as_its_last_event_says() -> None:
    last = completed(message("a"), incomplete_details={"reason": "content_filter"})
    last["type"] = "response.incomplete"
    del last["response"]["status"]
    (*_, chunk) = chat_chunks(last, {})
    assert chunk["choices"][0]["finish_reason"] == "content_filter"
    assert chunk["status"] == "incomplete"
