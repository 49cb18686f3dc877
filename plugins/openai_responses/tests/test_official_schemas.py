"""What the bridge makes is what the official schemas say: requests, answers, chunks and events.

The strict ones, for whatever the strategies make of what the API reference has. Where the schemas
refuse what the API takes, `schema_checks` says what is changed in them, and why.
"""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schema_checks import (
    as_any_of,
    complaints,
    custom_calls_are_streamed,
    needs_schemas,
    said_by_a_client,
    tokens_without_bytes,
)

from jackfield.envelope import END
from jackfield_openai_responses.answers.to_chat import chat_answer
from jackfield_openai_responses.answers.to_responses import responses_answer
from jackfield_openai_responses.chat_to_responses.request import to_responses
from jackfield_openai_responses.responses_to_chat.request import to_chat
from jackfield_openai_responses.streams.to_chat import chat_chunks
from jackfield_openai_responses.streams.to_responses import response_events
from jackfield_testing.strategies import conversations, response_objects, responses

pytestmark = needs_schemas

CHAT = conversations.bridged_chat_params(official=True)
RESPONSES = conversations.responses_params(official=True)
CHAT_ANSWERS = responses.plain_chat_streams()

_NEW = ("moderation", "system_fingerprint", "billing", "background", "x_field")


@st.composite
def answered(draw: st.DrawFn) -> dict[str, Any]:
    """A Response that is an answer, without the fields that the strategy puts anything into."""
    answer = draw(responses.answered_responses())
    known = {item["type"] for item in responses.RARE_ITEMS} | set(response_objects.ITEMS)
    output = [item for item in answer["output"] if item["type"] in known]
    return {name: each for name, each in answer.items() if name not in _NEW} | {"output": output}


def without_other_notes(message: dict[str, Any]) -> dict[str, Any]:
    """The message without citations of files, which chat has none of: they are kept as they are."""
    notes = [n for n in message.get("annotations", ()) if n.get("type") == "url_citation"]
    return {**message, "annotations": notes} if "annotations" in message else message


# Requests ---------------------------------------------------------------------------------------


@given(CHAT)
def test_a_responses_request(params: dict[str, Any]) -> None:
    request = {"model": "gpt-5-pro", **to_responses(params, passing=False)[0]}
    assert not complaints(request, "CreateResponse", said_by_a_client)


@given(RESPONSES)
def test_a_chat_request(params: dict[str, Any]) -> None:
    request = {"model": "m", **to_chat(params, passing=False)[0]}
    assert not complaints(request, "CreateChatCompletionRequest")


def test_nulls_that_only_responses_has_are_not_sent_to_a_chat_model() -> None:
    place = {"type": "approximate", "city": "Oslo", "country": None}
    tools = [
        {"type": "web_search", "user_location": place},
        {"type": "function", "name": "f", "description": None, "parameters": None, "strict": None},
    ]
    params = {"input": "x", "tools": tools}
    request, lost = to_chat(params)
    assert request["tools"] == [{"type": "function", "function": {"name": "f"}}]
    where = {"type": "approximate", "approximate": {"city": "Oslo"}}
    assert request["web_search_options"] == {"user_location": where}
    assert not lost
    assert not complaints({"model": "m", **request}, "CreateChatCompletionRequest")


# Answers ----------------------------------------------------------------------------------------


@given(answered() | response_objects.responses("completed", "incomplete", "in_progress"))
def test_a_chat_completion(response: dict[str, Any]) -> None:
    completion = chat_answer(response)
    (choice,) = completion["choices"]
    ended = choice["finish_reason"]
    # An answer that is still being made has no finish reason yet, which chat does not know.
    assert (ended is None) == (response["status"] == "in_progress")
    choice = {**choice, "message": without_other_notes(choice["message"])}
    choice["finish_reason"] = ended or "stop"
    shown = {**completion, "choices": [choice]}
    assert not complaints(shown, "CreateChatCompletionResponse")


@given(answered().flatmap(responses.events_of), st.booleans())
def test_the_chunks_of_a_chat_stream(events: list[dict[str, Any]], usage: bool) -> None:
    state: dict[str, Any] = {}
    for event in (*events, END):
        for chunk in chat_chunks(event, state, include_usage=usage):
            wanted = "CreateChatCompletionStreamResponse"
            assert not complaints(chunk, wanted, custom_calls_are_streamed)


@given(CHAT_ANSWERS, RESPONSES)
def test_a_response(case: tuple[dict[str, Any], Any], request: dict[str, Any]) -> None:
    response = responses_answer(case[0], request)
    assert not complaints(response, "Response", tokens_without_bytes)


@given(CHAT_ANSWERS)
def test_the_events_of_a_response(case: tuple[Any, list[dict[str, Any]]]) -> None:
    state: dict[str, Any] = {}
    for chunk in (*case[1], END):
        for event in response_events(chunk, state, {"input": "x"}):
            assert not complaints(event, "ResponseStreamEvent", tokens_without_bytes)


# The check itself -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"input": "x", "max_output_tokens": "many"}, "CreateResponse"),
        ({"input": [{"role": "nobody", "content": "x"}]}, "CreateResponse"),
        ({"input": [{"role": "user", "content": [{"type": "input_image"}]}]}, "CreateResponse"),
        ({"messages": [{"role": "user"}]}, "CreateChatCompletionRequest"),
        ({"id": "x", "object": "chat.completion"}, "CreateChatCompletionResponse"),
        ({"type": "response.output_text.delta", "delta": "x"}, "ResponseStreamEvent"),
        ({"id": "resp_1", "object": "response", "status": "done"}, "Response"),
    ],
)
def test_what_is_wrong_is_seen(value: Any, name: str) -> None:
    assert complaints(value, name)


def test_alternatives_are_all_that_is_changed() -> None:
    before = {"oneOf": [{"type": "string", "enum": ["oneOf"]}], "required": ["oneOf"]}
    after = {"anyOf": [{"type": "string", "enum": ["oneOf"]}], "required": ["oneOf"]}
    assert as_any_of({"properties": {"oneOf": before}}) == {"properties": {"oneOf": after}}
