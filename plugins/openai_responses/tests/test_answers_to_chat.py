"""A Response as a chat completion."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from schema_checks import validator

from jackfield.errors import APIError, InternalServerError, RateLimitError
from jackfield.surfaces.chat import ChatCompletion
from jackfield_openai_responses.answers.to_chat import chat_answer
from jackfield_openai_responses.answers.to_responses import responses_answer
from jackfield_testing.laws import bridge_answers as laws
from jackfield_testing.strategies import responses as strategies
from jackfield_testing.strategies.response_objects import responses

RESPONSE: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1741476542.0,
    "status": "completed",
    "error": None,
    "incomplete_details": None,
    "instructions": "Be brief.",
    "metadata": {},
    "model": "gpt-5-mini-2025-08-07",
    "output": [
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]},
        {
            "type": "message",
            "id": "msg_1",
            "status": "completed",
            "role": "assistant",
            "content": [
                {"type": "output_text", "text": "Paris", "annotations": [], "logprobs": []}
            ],
        },
    ],
    "parallel_tool_calls": True,
    "service_tier": "default",
    "temperature": 1.0,
    "tool_choice": "auto",
    "tools": [],
    "top_p": 1.0,
    "usage": {
        "input_tokens": 18,
        "input_tokens_details": {"cached_tokens": 4, "audio_tokens": 2},
        "output_tokens": 7,
        "output_tokens_details": {"reasoning_tokens": 3},
        "total_tokens": 25,
        "x_tokens": 1,
    },
}


def answer(**changes: Any) -> Any:
    return ChatCompletion(chat_answer({**RESPONSE, **changes}))


@given(strategies.answered_responses())
def test_it_says_what_the_response_says(response: dict[str, Any]) -> None:
    before = copy.deepcopy(response)
    completion = chat_answer(response)
    assert response == before
    laws.says_what_the_response_says(completion, response)


@given(strategies.answered_responses())
def test_a_response_comes_back(response: dict[str, Any]) -> None:
    laws.response_comes_back(chat_answer, responses_answer, response)


@given(responses("completed", "incomplete"))
def test_what_comes_of_a_valid_response_is_a_valid_chat_completion(
    response: dict[str, Any],
) -> None:
    for item in response["output"]:
        for part in item["content"] if item["type"] == "message" else ():
            # The schema of chat knows no other annotation.
            pages = [a for a in part.get("annotations", ()) if a["type"] == "url_citation"]
            part.update({"annotations": pages} if "annotations" in part else {})
    validator("CreateChatCompletionResponse", relaxed=True).validate(chat_answer(response))


def test_every_field_of_a_chat_completion_can_be_read() -> None:
    result = answer()
    assert (result.id, result.object, result.created) == (
        "resp_1",
        "chat.completion",
        1741476542,
    )
    assert type(result.to_dict()["created"]) is int
    assert result.model == "gpt-5-mini-2025-08-07"
    assert result.system_fingerprint is None
    assert result.service_tier == "default"
    choice = result.choices[0]
    assert (choice.index, choice.finish_reason) == (0, "stop")
    assert (choice.message.role, choice.message.content) == ("assistant", "Paris")
    assert choice.message.reasoning_content == "Hm."
    assert choice.message.tool_calls is None
    assert choice.message.function_call is None
    assert choice.message.refusal is None
    usage = result.usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.total_tokens) == (18, 7, 25)
    assert usage.prompt_tokens_details.cached_tokens == 4
    assert usage.prompt_tokens_details.audio_tokens == 2
    assert usage.prompt_tokens_details.text_tokens is None
    assert usage.completion_tokens_details.reasoning_tokens == 3
    assert usage["x_tokens"] == 1


def test_a_count_under_both_names_is_the_responses() -> None:
    usage = {"input_tokens": 2, "prompt_tokens": 1, "total_tokens": 3}
    assert answer(usage=usage).usage.to_dict() == {"prompt_tokens": 2, "total_tokens": 3}


def test_fields_are_kept_and_echoes_of_the_request_are_not() -> None:
    result = answer(
        conversation={"id": "conv_1"},
        metadata={"a": "b"},
        background=True,
        billing={"payer": "developer"},
        x_new=None,
        previous_response_id="resp_0",
        choices="x",
    )
    kept = {"conversation": {"id": "conv_1"}, "metadata": {"a": "b"}, "background": True}
    found = result.to_dict()
    assert kept.items() <= found.items()
    assert found["billing"] == {"payer": "developer"}
    assert "x_new" in found
    assert found["choices"] != "x"
    echoed = ("instructions", "tools", "temperature", "previous_response_id")
    assert not {*echoed, "error", "incomplete_details", "output", "status"} & found.keys()


@pytest.mark.parametrize(
    ("details", "reason"),
    [
        ({"reason": "max_output_tokens"}, "length"),
        ({"reason": "content_filter"}, "content_filter"),
        ({"reason": "new_reason"}, "length"),
        ({}, "length"),
        (None, "length"),
    ],
)
def test_an_incomplete_answer_says_why(details: Any, reason: str) -> None:
    result = answer(status="incomplete", incomplete_details=details)
    assert result.choices[0].finish_reason == reason
    assert result["status"] == "incomplete"
    assert result.to_dict().get("incomplete_details") == (details or None)


def test_an_answer_with_calls_ends_with_them() -> None:
    call = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": "{}"}
    output = [*RESPONSE["output"], call]
    assert answer(output=output).choices[0].finish_reason == "tool_calls"
    cut = answer(output=output, status="incomplete", incomplete_details=None)
    assert cut.choices[0].finish_reason == "length"


@pytest.mark.parametrize("status", ["queued", "in_progress"])
def test_a_response_in_the_background_has_no_answer_yet(status: str) -> None:
    result = answer(status=status, output=[], background=True, usage=None)
    choice = result.choices[0]
    assert (choice.message.content, choice.finish_reason) == (None, None)
    assert choice.message.provider_specific_fields == {"status": status}
    assert result["status"] == status
    assert result.usage is None


def test_a_failed_response_raises_its_error_with_what_there_is() -> None:
    error = {"code": "rate_limit_exceeded", "message": "Slow down."}
    with pytest.raises(RateLimitError, match="Slow down") as caught:
        answer(status="failed", error=error)
    assert (caught.value.code, caught.value.body) == ("rate_limit_exceeded", {"error": error})
    assert caught.value.model == RESPONSE["model"]
    partial = caught.value.partial
    assert partial["choices"][0]["message"]["content"] == "Paris"
    with pytest.raises(InternalServerError):
        answer(status="failed", error={"code": "server_error", "message": "x"})
    with pytest.raises(APIError, match="failed"):
        answer(status="failed", error=None)
    with pytest.raises(APIError, match="cancelled"):
        answer(status="cancelled")


def test_an_answer_without_output_is_an_empty_message() -> None:
    outputs: list[Any] = [[], None]
    for output in outputs:
        message = answer(output=output).choices[0].message
        assert (message.content, message.to_dict().get("tool_calls")) == (None, None)


def test_log_probabilities_of_all_texts_are_the_choices() -> None:
    entry = {"token": "a", "logprob": -0.1, "bytes": [97], "top_logprobs": []}
    part = {"type": "output_text", "text": "a", "annotations": [], "logprobs": [entry]}
    item = {"type": "message", "id": "msg_1", "role": "assistant", "content": [part, part]}
    result = answer(output=[item, item])
    assert [each.token for each in result.choices[0].logprobs.content] == ["a"] * 4
    assert result.choices[0].logprobs.refusal is None
    assert answer().choices[0].logprobs is None
