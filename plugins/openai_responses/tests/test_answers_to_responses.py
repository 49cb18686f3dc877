"""A chat completion as a Response."""

from __future__ import annotations

from typing import Any

import openai.types.responses
import pytest
from hypothesis import given
from schema_checks import validator

from jackfield.surfaces.responses import Response
from jackfield_openai_responses.answers.to_chat import chat_answer
from jackfield_openai_responses.answers.to_responses import responses_answer, unplaced
from jackfield_testing.laws import bridge_answers as laws
from jackfield_testing.strategies import responses as strategies


def completion(reason: str | None = "stop", **message: Any) -> dict[str, Any]:
    message = {"role": "assistant", "content": "Hello", **message}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "my-model",
        "choices": [{"index": 0, "message": message, "finish_reason": reason}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 2},
    }


def output(**message: Any) -> list[Any]:
    found: list[Any] = responses_answer(completion(**message), {})["output"]
    return found


def function(call_id: str | None, arguments: str = "{}", **more: Any) -> dict[str, Any]:
    said = {"name": "f", "arguments": arguments}
    return {"id": call_id, "type": "function", "function": said, **more}


@given(strategies.answered_completions())
def test_what_a_chat_completion_says_comes_back(given_: dict[str, Any]) -> None:
    laws.answer_comes_back(responses_answer, chat_answer, given_)


@given(strategies.plain_chat_streams().map(lambda case: case[0]))
def test_it_is_a_response_by_the_schema_and_to_the_official_sdk(given_: dict[str, Any]) -> None:
    given_.pop("metadata", None)
    message = given_["choices"][0]["message"]
    for name in ("refusal", "content"):
        message[name] = message.get(name) or "text"
    answer = responses_answer(given_, {"tools": [{"type": "function", "name": "f"}]})
    validator("Response", relaxed=True).validate(answer)
    seen = openai.types.responses.Response.construct(**answer)
    assert seen.output_text == message["content"]


def test_fields_of_the_request_are_repeated_and_the_others_have_their_defaults() -> None:
    tool = {"type": "function", "name": "f", "parameters": {"type": "object"}, "strict": True}
    request = {
        "input": "Hi",
        "instructions": "Be brief.",
        "tools": [tool, {"type": "custom", "name": "g"}],
        "tool_choice": "required",
        "temperature": 0.5,
        "text": {"verbosity": "low"},
        "reasoning": {"effort": "low"},
        "metadata": {"a": "b"},
        "user": "u",
        "max_output_tokens": None,
        "service_tier": "flex",
        "store": True,
        "stream": True,
        "include": [],
    }
    answer = responses_answer(completion(), request)
    for name in ("instructions", "tools", "tool_choice", "temperature", "metadata", "user"):
        assert answer[name] == request[name]
    assert answer["text"] == {"format": {"type": "text"}, "verbosity": "low"}
    assert answer["reasoning"] == {"effort": "low", "summary": None}
    assert (answer["service_tier"], answer["store"]) == ("flex", True)
    assert not {"input", "stream", "include"} & answer.keys()
    plain = responses_answer(completion(), {})
    assert (plain["tools"], plain["temperature"], plain["truncation"]) == ([], 1.0, "disabled")
    # What a chat model answered is nowhere to be retrieved from.
    assert plain["store"] is False
    validator("Response").validate(answer)
    validator("Response").validate(plain)


def test_the_id_of_the_chat_completion_can_be_read_back() -> None:
    answer = responses_answer(completion(), {})
    assert answer["id"] == "resp_chatcmpl-1"
    assert responses_answer({**completion(), "id": "resp_1"}, {})["id"] == "resp_1"
    assert responses_answer({**completion(), "id": None}, {})["id"] == "resp_"
    ids = [item["id"] for item in output(reasoning_content="Hm.", tool_calls=[function("a")])]
    assert ids == ["rs_1_0", "msg_1_0", "fc_1_0"]


def test_the_items_are_reasoning_text_and_calls_in_this_order() -> None:
    custom = {"id": "call_2", "type": "custom", "custom": {"name": "g", "input": "x"}}
    items = output(
        reasoning_content="Hm.",
        refusal="No.",
        tool_calls=[function("call_1", x_signature="s"), custom],
    )
    assert [item["type"] for item in items] == [
        "reasoning",
        "message",
        "function_call",
        "custom_tool_call",
    ]
    assert items[0]["summary"] == [{"type": "summary_text", "text": "Hm."}]
    assert items[1]["content"] == [
        {"type": "output_text", "text": "Hello", "annotations": [], "logprobs": []},
        {"type": "refusal", "refusal": "No."},
    ]
    assert (items[2]["call_id"], items[2]["x_signature"]) == ("call_1", "s")
    assert items[3] | {"id": ""} == {
        "id": "",
        "type": "custom_tool_call",
        "status": "completed",
        "call_id": "call_2",
        "name": "g",
        "input": "x",
    }


def test_reasoning_is_read_under_the_other_name_that_servers_have_for_it() -> None:
    (item, _) = output(reasoning="Hm.", reasoning_content=None)
    assert item["summary"][0]["text"] == "Hm."
    (item, _) = output(reasoning="Hm.", reasoning_content="Hm.")
    assert item["summary"][0]["text"] == "Hm."


def test_empty_text_beside_calls_is_no_message() -> None:
    assert [i["type"] for i in output(content="", tool_calls=[function("a")])] == ["function_call"]
    assert [i["type"] for i in output(content="")] == ["message"]
    assert output(content=None) == []


def test_a_call_without_an_id_gets_one() -> None:
    legacy = {"name": "f", "arguments": "{}"}
    (item,) = output(content=None, function_call=legacy)
    assert (item["type"], item["call_id"]) == ("function_call", "call_1_0")
    items = output(content=None, tool_calls=[function(None), function("")])
    assert [item["call_id"] for item in items] == ["call_1_0", "call_1_1"]


def test_a_tool_call_of_a_new_type_is_kept_as_it_is() -> None:
    strange = {"id": "call_1", "type": "x", "x": {}}
    assert output(content=None, tool_calls=[strange]) == [strange]


def test_audio_is_a_field_of_the_message() -> None:
    audio = {"id": "audio_1", "data": "AAAA", "transcript": "Hi", "expires_at": 1}
    (item,) = output(content=None, audio=audio)
    assert (item["content"], item["audio"]) == ([], audio)


@pytest.mark.parametrize(
    ("reason", "status", "details"),
    [
        ("stop", "completed", None),
        ("tool_calls", "completed", None),
        ("new_reason", "completed", None),
        (None, "completed", None),
        ("length", "incomplete", {"reason": "max_output_tokens"}),
        ("content_filter", "incomplete", {"reason": "content_filter"}),
    ],
)
def test_the_status_says_how_it_ended(reason: Any, status: str, details: Any) -> None:
    answer = responses_answer(completion(reason, tool_calls=[function("a")]), {})
    assert (answer["status"], answer["incomplete_details"]) == (status, details)
    # What was cut off is the last thing.
    assert [item["status"] for item in answer["output"]] == ["completed", status]


def test_usage_has_the_counts_that_every_response_has() -> None:
    answer = Response(responses_answer(completion(), {}))
    assert answer.usage is not None
    assert answer.usage.to_dict() == {
        "input_tokens": 1,
        "output_tokens": 2,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 3,
    }
    assert "usage" not in responses_answer({**completion(), "usage": None}, {})


def test_fields_without_a_place_are_kept() -> None:
    given_ = completion(x_message=1, provider_specific_fields={"a": 1, "items": None})
    given_["choices"][0] |= {"x_choice": None, "logprobs": {"content": None, "refusal": None}}
    given_ |= {"system_fingerprint": "fp_1", "x_top": [1], "temperature": "hot"}
    answer = responses_answer(given_, {"temperature": 0.5})
    assert (answer["system_fingerprint"], answer["x_top"]) == ("fp_1", [1])
    assert answer["temperature"] == 0.5
    message = {"x_message": 1, "provider_specific_fields": {"a": 1}}
    assert answer["provider_specific_fields"] == {"message": message, "choice": {"x_choice": None}}


def test_log_probabilities_without_a_text_are_kept_too() -> None:
    given_ = completion(content=None, tool_calls=[function("a")])
    logprobs = {"content": [{"token": "{", "logprob": 0.0, "bytes": None, "top_logprobs": []}]}
    given_["choices"][0]["logprobs"] = logprobs
    answer = responses_answer(given_, {})
    assert answer["provider_specific_fields"] == {"choice": {"logprobs": logprobs}}


def test_choices_after_the_first_are_a_loss() -> None:
    given_ = completion()
    given_["choices"] *= 3
    assert [loss.path for loss in unplaced(given_)] == ["choices[1]", "choices[2]"]
    assert unplaced(completion()) == ()
    assert responses_answer({**given_, "choices": []}, {})["output"] == []
