"""Responses and their events are the same thing, and the beginning of a stream is what came."""

from __future__ import annotations

import copy
import dataclasses
import inspect
from collections.abc import Callable, Sequence
from typing import Any, TypedDict, get_overloads

import attrs
import jsonschema
import material
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jackfield.canonical import Typed
from jackfield.errors import RequestError, StructuredOutputError
from jackfield.surfaces import RESPONSES
from jackfield.surfaces.responses import (
    TERMINAL,
    Response,
    ResponseEvent,
    TokenCount,
    complete,
    fold,
    split,
)
from jackfield.surfaces.responses_calls import AsyncResponsesCalls, SyncResponsesCalls
from jackfield.surfaces.responses_events import assembled
from jackfield.surfaces.responses_structured import prepare
from jackfield_testing import laws, strategies
from jackfield_testing.strategies.response_objects import responses

ENDED = ("completed", "incomplete", "failed", "cancelled")
GOES_ON = ("queued", "in_progress")


# A response and its events ----------------------------------------------------------------------


@given(responses(*ENDED, *GOES_ON))
def test_what_is_split_folds_back(response: dict[str, Any]) -> None:
    laws.split_folds_back(RESPONSES, response)


@given(responses(*ENDED))
def test_a_stream_is_complete_with_its_last_event_and_not_before(response: dict[str, Any]) -> None:
    events = split(response)
    assert complete(events)
    assert not complete(events[:-1])
    assert events[-1]["type"] in TERMINAL
    assert [event["sequence_number"] for event in events] == list(range(len(events)))


@given(responses(*GOES_ON))
def test_a_response_that_goes_on_ends_no_stream(response: dict[str, Any]) -> None:
    events = split(response)
    assert not complete(events)
    assert events[-1]["type"] == f"response.{response['status']}"


@given(responses(*ENDED))
def test_what_had_not_happened_when_it_began_is_not_in_its_beginning(
    response: dict[str, Any],
) -> None:
    for event in split(response)[:2]:
        begun = event["response"]
        assert begun["output"] == []
        assert begun["status"] == "in_progress"
        assert begun.get("error") is None
        assert begun.get("usage") is None
        assert begun["id"] == response["id"]
        assert begun.keys() == response.keys()


@given(responses())
def test_texts_are_empty_when_they_begin_and_come_as_deltas(response: dict[str, Any]) -> None:
    for event in split(response):
        if event["type"] == "response.content_part.added":
            part = event["part"]
            assert part.get("text", "") == part.get("refusal", "") == ""
            assert part.get("annotations", []) == part.get("logprobs", []) == []
        elif event["type"] == "response.output_item.added":
            item = event["item"]
            assert item.get("content", []) == item.get("summary", []) == []
            assert item.get("arguments", "") == ""


@pytest.fixture(scope="module")
def schema() -> Any:
    document = material.schemas(relaxed=True)
    if document is None:
        pytest.skip("the reference material is not beside this checkout")
    return lambda name: jsonschema.Draft202012Validator({**document, "$ref": f"#/$defs/{name}"})


def test_events_are_what_the_schemas_say(schema: Any) -> None:
    response_of, event_of = schema("Response"), schema("ResponseStreamEvent")
    seen: set[str] = set()

    @given(responses(*ENDED, *GOES_ON))
    def check(response: dict[str, Any]) -> None:
        response_of.validate(response)
        for event in split(response):
            seen.add(event["type"])
            event_of.validate(event)

    check()
    assert len(seen) > 12


def test_the_calls_of_both_clients_take_the_same() -> None:
    def given(overloads: Sequence[Callable[..., Any]]) -> list[dict[str, Any]]:
        kinds = [dict(inspect.get_annotations(each)) for each in overloads]
        return [{n: kind for n, kind in each.items() if n != "return"} for each in kinds]

    blocking, on_loop = (
        [{**each, "self": None} for each in given(get_overloads(calls.responses))]
        for calls in (SyncResponsesCalls, AsyncResponsesCalls)
    )
    assert len(blocking) == 3
    assert blocking == on_loop


# What has arrived so far ------------------------------------------------------------------------


@given(responses(*ENDED))
def test_all_that_comes_before_the_last_event_is_the_whole_output(response: dict[str, Any]) -> None:
    found = assembled(split(response)[:-1])
    assert found["output"] == response["output"]
    assert found["id"] == response["id"]
    assert found["status"] == "in_progress"


def _texts(item: dict[str, Any]) -> dict[Any, str]:
    """The texts of an item, by where they are."""
    found: dict[Any, str] = {
        name: item[name]
        for name in ("arguments", "input", "code")
        if isinstance(item.get(name), str)
    }
    for field in ("content", "summary"):
        for index, part in enumerate(item.get(field) or ()):
            for name in ("text", "refusal"):
                if name in part:
                    found[field, index, name] = part[name]
    return found


@pytest.mark.parametrize("output", [None, []])
@given(response=responses())
def test_an_output_that_the_last_event_leaves_out_is_what_came(
    output: Any, response: dict[str, Any]
) -> None:
    events = split(response)
    last = {**events[-1], "response": {**response, "output": output}}
    before = copy.deepcopy(last)
    wanted = response if response["output"] else last["response"]
    assert fold([*events[:-1], last]) == wanted
    assert last == before
    assert fold([last]) == last["response"]


@pytest.mark.parametrize("status", ["failed", "cancelled"])
def test_a_failure_has_the_output_that_it_says(status: str) -> None:
    item = {"type": "message", "id": "m", "role": "assistant", "content": []}
    failed = {"status": status, "output": [item]}
    events = split(failed)
    last = {**events[-1], "response": {**failed, "output": []}}
    assert fold([*events[:-1], last]) == last["response"]


@given(responses(), st.data())
def test_the_beginning_of_a_stream_is_the_beginning_of_its_texts(
    response: dict[str, Any], data: st.DataObject
) -> None:
    events = split(response)[:-1]
    end = data.draw(st.integers(0, len(events)))
    before = copy.deepcopy(events)
    found = fold(events[:end])
    assert events == before
    assert len(found["output"]) <= len(response["output"])
    for came, whole in zip(found["output"], response["output"], strict=False):
        assert came["id"] == whole["id"]
        texts = _texts(whole)
        for place, text in _texts(came).items():
            assert texts[place].startswith(text)


@given(responses())
def test_a_partial_response_is_a_result(response: dict[str, Any]) -> None:
    for end in range(len(split(response))):
        view = Response(fold(split(response)[:end]))
        assert response["output"] == [] or view.output_text in Response(response).output_text


@given(responses(), st.data())
def test_an_event_that_comes_twice_counts_once(
    response: dict[str, Any], data: st.DataObject
) -> None:
    events = split(response)[:-1]
    doubled = list(events)
    for at in data.draw(st.lists(st.integers(0, len(events) - 1), max_size=4)):
        doubled.insert(data.draw(st.integers(at, len(doubled))), events[at])
    ordered = sorted(doubled, key=lambda event: int(event["sequence_number"]))
    assert assembled(ordered) == assembled(events)


def test_servers_that_number_every_event_alike_lose_nothing() -> None:
    item = {"type": "message", "id": "msg_1", "role": "assistant", "content": []}
    events: list[dict[str, Any]] = [
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        *[{"type": "response.output_text.delta", "output_index": 0, "delta": "ha"}] * 3,
    ]
    for numbering in ({}, {"sequence_number": 0}):
        found = assembled([{**event, **numbering} for event in events])
        assert Response(found).output_text == "hahaha"


@given(responses(), st.randoms())
def test_events_in_any_order_are_no_reason_to_fail(response: dict[str, Any], random: Any) -> None:
    events = split(response)[:-1]
    random.shuffle(events)
    assert isinstance(assembled(events), dict)
    in_place = [event for event in events if event["type"] == "response.output_item.done"]
    assert assembled(in_place)["output"] == response["output"]


_NAMES = st.sampled_from(
    (
        *("response", "item", "part", "delta", "text", "annotation", "arguments", "logprobs"),
        *("output_index", "content_index", "summary_index", "sequence_number", "code"),
    )
)
_WORDS = st.sampled_from(
    (
        *("response.created", "response.completed", "response.new.thing"),
        *("response.output_item.added", "response.output_item.done"),
        *("response.content_part.added", "response.content_part.done"),
        *("response.output_text.delta", "response.output_text.annotation.added"),
        *("response.function_call_arguments.delta", "response.refusal.done"),
    )
)
_ODD = st.builds(
    lambda kind, rest: {"type": kind, **rest},
    _WORDS,
    st.dictionaries(_NAMES, strategies.json_values(max_leaves=6) | st.just(0), max_size=5),
)


@given(st.lists(_ODD, max_size=8))
@example(
    [
        {"type": "response.output_item.added", "output_index": 0, "item": {"content": ["x"]}},
        {"type": "response.output_text.delta", "output_index": 0, "delta": 7},
        {"type": "response.output_text.delta", "output_index": 0, "content_index": 10**12},
        {"type": "response.content_part.added", "output_index": 0, "part": "x"},
        {"type": "response.output_text.annotation.added", "output_index": 0},
        {"type": "response.output_item.done", "output_index": [], "item": 7},
        {"type": [], "output_index": 0},
    ]
)
def test_whatever_a_server_says_there_is_a_partial_result(events: list[dict[str, Any]]) -> None:
    before = copy.deepcopy(events)
    found = fold(events)
    assert isinstance(found, dict)
    assert events == before
    Response(found).output_text  # noqa: B018 - it can be read
    for event in events:
        ResponseEvent(event).type  # noqa: B018 - reading is the test


def test_a_call_whose_deltas_never_came_has_what_was_said_at_its_end() -> None:
    call = {"type": "function_call", "call_id": "c", "name": "f", "arguments": ""}
    done = {"type": "response.function_call_arguments.done", "arguments": "{}"}
    events: list[dict[str, Any]] = [{"type": "response.output_item.added", "item": call}, done]
    found = assembled([{**event, "output_index": 0} for event in events])
    assert found["output"] == [{**call, "arguments": "{}"}]


def test_log_probabilities_come_with_their_deltas() -> None:
    tokens = [{"token": "a", "logprob": -1.0}, {"token": "b", "logprob": -2.0}]
    message = {"type": "message", "role": "assistant", "content": []}
    events: list[dict[str, Any]] = [
        {"type": "response.output_item.added", "item": message},
        {"type": "response.content_part.added", "part": {"type": "output_text", "text": ""}},
        *(
            {"type": "response.output_text.delta", "delta": token["token"], "logprobs": [token]}
            for token in tokens
        ),
    ]
    found = assembled([{**event, "output_index": 0, "content_index": 0} for event in events])
    assert found["output"][0]["content"] == [
        {"type": "output_text", "text": "ab", "logprobs": tokens}
    ]


# Structured output ------------------------------------------------------------------------------


@attrs.define
class City:
    name: str
    people: int


@dataclasses.dataclass
class Town:
    name: str
    people: int


class Village(TypedDict):
    name: str
    people: int


def said(text: str | None = None, refusal: str | None = None) -> Response:
    part: dict[str, Any] = {"type": "output_text", "text": text}
    if refusal is not None:
        part = {"type": "refusal", "refusal": refusal}
    message = {"type": "message", "role": "assistant", "content": [part]}
    return Response({"output": [{"type": "reasoning", "summary": []}, message]})


@pytest.mark.parametrize("kind", [City, Town, Village])
def test_a_type_is_a_strict_schema_and_its_value_comes_back(kind: Any) -> None:
    given_params = {"input": "x", "text_format": Typed(kind), "text": {"verbosity": "low"}}
    params, finish = prepare(given_params)
    assert "text_format" not in params
    form = params["text"]["format"]
    assert params["text"]["verbosity"] == "low"
    assert (form["type"], form["name"], form["strict"]) == ("json_schema", kind.__name__, True)
    assert form["schema"]["required"] == ["name", "people"]
    result = said('{"name": "Ulm", "people": 126000}')
    finish(result)
    assert result.output_parsed == kind(name="Ulm", people=126000)
    assert result.output_parsed is result.output_parsed
    assert given_params["text"] == {"verbosity": "low"}


def test_what_is_no_value_is_a_refusal_or_an_error_that_keeps_the_text() -> None:
    _, finish = prepare({"text_format": Typed(City)})
    refused = said(refusal="No.")
    finish(refused)
    assert refused.output_parsed == "No."
    broken = said('{"name": 7')
    finish(broken)
    with pytest.raises(StructuredOutputError) as caught:
        _ = broken.output_parsed
    assert caught.value.text == broken.output_text == '{"name": 7'
    empty = Response({"output": []})
    finish(empty)
    assert empty.output_parsed is None
    assert said("{}").output_parsed is None


def test_a_count_of_tokens_has_no_value() -> None:
    _, finish = prepare({"text_format": Typed(City)})
    count = TokenCount({"input_tokens": 3})
    finish(count)
    assert count.input_tokens == 3


@pytest.mark.parametrize(
    ("params", "match"),
    [
        ({"text_format": Typed(int)}, "named fields"),
        ({"text_format": Typed(City), "text": {"format": {"type": "text"}}}, "give one"),
        ({"text": Typed(City)}, "text_format only"),
    ],
)
def test_types_that_cannot_be_asked_for(params: dict[str, Any], match: str) -> None:
    with pytest.raises(RequestError, match=match):
        prepare(params)
