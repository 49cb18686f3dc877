"""The loss table says what happens: each row here is seen to be so."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from jackfield.envelope import END
from jackfield.errors import APIError, InternalServerError, RequestError
from jackfield_openai_responses import losses
from jackfield_openai_responses.answers.to_chat import chat_answer
from jackfield_openai_responses.answers.to_responses import responses_answer, unplaced
from jackfield_openai_responses.chat_to_responses.request import to_responses
from jackfield_openai_responses.losses import TO_CHAT, TO_RESPONSES
from jackfield_openai_responses.responses_to_chat.request import to_chat
from jackfield_openai_responses.streams.to_chat import chat_chunks
from jackfield_openai_responses.streams.to_responses import response_events

CALL: dict[str, Any] = {
    "id": "call_1",
    "type": "function",
    "function": {"name": "f", "arguments": "{}"},
}
TEXT = {"type": "output_text", "text": "a", "annotations": []}
TOKEN = {"token": "a", "logprob": -0.5, "bytes": [97], "top_logprobs": []}


def response(**more: Any) -> dict[str, Any]:
    return {"id": "resp_1", "model": "m", "status": "completed", "output": [], **more}


def completion(message: dict[str, Any], **more: Any) -> dict[str, Any]:
    choice = {"index": 0, "message": {"role": "assistant", **message}, "finish_reason": "stop"}
    return {"id": "chatcmpl-1", "model": "m", "choices": [choice], **more}


def outcomes(direction: Any, side: Any, *names: str) -> set[str]:
    """What the table says of these names, whatever they are."""
    found = {row.name: row.outcome for row in losses.rows(direction, side)}
    return {found[name] for name in names}


def test_each_name_stands_once() -> None:
    names = Counter((row.direction, row.side, row.kind, row.name) for row in losses.ROWS)
    assert [name for name, count in names.items() if count > 1] == []


# Answers ----------------------------------------------------------------------------------------


def test_fields_of_a_response_that_say_nothing_are_not_carried() -> None:
    said = {"background": True, "metadata": {"a": "b"}, "conversation": {"id": "conv_1"}}
    silent = {"background": False, "metadata": {}, "conversation": None, "error": None}
    assert said.items() <= chat_answer(response(**said)).items()
    assert not silent.keys() & chat_answer(response(**silent)).keys()
    assert outcomes(TO_CHAT, "answer", *silent) == {"not carried"}


def test_a_time_is_in_whole_seconds() -> None:
    assert chat_answer(response(created_at=5.75))["created"] == 5
    assert outcomes(TO_CHAT, "answer", "created_at") == {"not carried"}


def test_names_that_are_taken_are_not_carried() -> None:
    answer = chat_answer(response(choices=1, created=2, obfuscation="x", stream_events=3, x=4))
    assert answer.keys() == {"id", "object", "model", "choices", "created", "x"}
    assert (answer["created"], len(answer["choices"])) == (None, 1)
    assert outcomes(TO_CHAT, "answer", "choices", "stream_events") == {"not carried"}


def test_no_usage_is_none() -> None:
    assert "usage" not in chat_answer(response(usage=None))
    assert outcomes(TO_CHAT, "answer", "usage") == {"not carried"}


def test_what_a_chat_answer_has_not_said_is_the_default() -> None:
    answer = responses_answer(completion({"content": "a"}), {})
    assert (answer["store"], answer["temperature"], answer["created_at"]) == (False, 1.0, 0)
    assert answer["id"] == "resp_chatcmpl-1"
    names = ("store", "temperature", "created", "id")
    assert outcomes(TO_RESPONSES, "answer", *names) == {"not carried"}


def test_an_unknown_end_is_a_completed_response() -> None:
    given = completion({"content": "a"})
    given["choices"][0]["finish_reason"] = "eos"
    answer = responses_answer(given, {})
    assert answer["status"] == "completed"
    assert answer["provider_specific_fields"] == {"choice": {"finish_reason": "eos"}}
    assert outcomes(TO_RESPONSES, "answer", "choices[0].finish_reason") == {"kept"}


def test_text_in_parts_is_text_and_thinking_is_reasoning() -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
    parts = [thinking, {"type": "text", "text": "4"}, {"type": "x"}, {"type": "text", "text": "2"}]
    answer = responses_answer(completion({"content": parts}), {})
    reasoning, message = answer["output"]
    assert reasoning["summary"] == [{"type": "summary_text", "text": "Hm."}]
    assert [part["text"] for part in message["content"]] == ["42"]
    assert answer["provider_specific_fields"] == {"message": {"content": [{"type": "x"}]}}
    named = completion({"content": [thinking], "reasoning_content": "So."})
    (reasoning,) = responses_answer(named, {})["output"]
    assert reasoning["summary"][0]["text"] == "So."
    name = "choices[0].message.content in parts"
    assert outcomes(TO_RESPONSES, "answer", name) == {"kept"}


@pytest.mark.parametrize(
    ("arguments", "text"),
    [({"a": 1}, '{"a":1}'), ([], "[]"), (5, "5"), (None, ""), ("{}", "{}"), (False, "false")],
)
def test_arguments_are_json_text(arguments: Any, text: str) -> None:
    call = {"id": "c", "type": "function", "function": {"name": "f", "arguments": arguments}}
    (item,) = responses_answer(completion({"content": None, "tool_calls": [call]}), {})["output"]
    assert item["arguments"] == text
    name = "choices[0].message.tool_calls[].function.arguments"
    assert outcomes(TO_RESPONSES, "answer", name) == {"not carried"}


@pytest.mark.parametrize("message", [None, {}, {"content": "Hel"}])
@pytest.mark.parametrize("reason", ["error", "stop", None])
def test_an_error_of_a_choice_is_raised(message: Any, reason: Any) -> None:
    said = {"code": 502, "message": "Upstream failed."} if reason != "error" else None
    choice = {"index": 0, "message": message, "finish_reason": reason}
    given = {"id": "chatcmpl-1", "choices": [{**choice, "error": said} if said else choice]}
    with pytest.raises(APIError) as caught:
        responses_answer(given, {})
    partial = caught.value.partial
    assert partial["status"] == "failed"
    assert partial["error"]["message"] == caught.value.message
    assert len(partial["output"]) == (1 if (message or {}).get("content") else 0)
    if said:
        assert isinstance(caught.value, InternalServerError)
        assert caught.value.message == "Upstream failed."
    assert outcomes(TO_RESPONSES, "answer", "choices[0].error") == {"error"}


def test_fields_that_a_response_has_itself_are_its_own() -> None:
    given = completion({"content": "a"}, tools=["mine"], temperature=0.1, x=1)
    answer = responses_answer(given, {})
    assert (answer["tools"], answer["temperature"], answer["x"]) == ([], 1.0, 1)
    name = "a field named like one of a response"
    assert outcomes(TO_RESPONSES, "answer", name) == {"not carried"}


def test_sound_and_fields_of_servers_are_fields_of_the_item() -> None:
    audio = {"id": "audio_1", "data": "AAAA"}
    call = {**CALL, "extra_content": {"a": 1}}
    message, called = responses_answer(
        completion({"content": None, "audio": audio, "tool_calls": [call]}), {}
    )["output"]
    assert message["audio"] == audio
    assert called["extra_content"] == {"a": 1}
    names = ("choices[0].message.audio", "choices[0].message.tool_calls[].*")
    assert outcomes(TO_RESPONSES, "answer", *names) == {"kept"}


@pytest.mark.parametrize("content", [[{"type": "x"}, None], {"a": 1}, 5])
def test_content_that_is_no_text_is_kept(content: Any) -> None:
    answer = responses_answer(completion({"content": content, "refusal": [1]}), {})
    kept = answer["provider_specific_fields"]["message"]
    assert (kept["content"], kept["refusal"]) == (content, [1])
    assert outcomes(TO_RESPONSES, "answer", "choices[0].message") == {"kept"}


def test_the_loss_of_a_choice_has_the_tables_words() -> None:
    row = losses.row(TO_RESPONSES, "answer", "field", "choices")
    (loss,) = unplaced({"choices": [{}, {}]})
    assert (loss.path, loss.reason) == ("choices[1]", row.reason)
    assert outcomes(TO_RESPONSES, "stream", "choices") == {"warning"}


# Streams ----------------------------------------------------------------------------------------


def test_how_a_response_begins_is_one_chunk_at_most() -> None:
    state: dict[str, Any] = {}
    kinds = ("response.created", "response.queued", "response.in_progress")
    counts = [len(chat_chunks({"type": k, "response": response()}, state)) for k in kinds]
    assert counts == [1, 0, 0]
    assert outcomes(TO_CHAT, "stream", *kinds) == {"not carried"}


def test_reasoning_items_and_log_probabilities_come_at_the_end() -> None:
    reasoning = {"type": "reasoning", "id": "rs_1", "summary": [], "encrypted_content": "e"}
    message = {"type": "message", "role": "assistant", "content": [{**TEXT, "logprobs": [TOKEN]}]}
    state: dict[str, Any] = {}
    place = {"output_index": 1, "content_index": 0}
    events = [
        {"type": "response.output_item.done", "output_index": 0, "item": reasoning},
        {
            "type": "response.output_item.added",
            "output_index": 1,
            "item": {**message, "content": []},
        },
        {"type": "response.output_text.delta", **place, "delta": "a", "logprobs": [TOKEN]},
        {"type": "response.output_item.done", "output_index": 1, "item": message},
    ]
    early = [chunk for event in events for chunk in chat_chunks(event, state)]
    assert [chunk["choices"][0]["delta"].get("content") for chunk in early] == [None, "a"]
    assert not any("reasoning_items" in chunk["choices"][0]["delta"] for chunk in early)
    assert not any(chunk["choices"][0]["logprobs"] for chunk in early)
    whole = response(output=[reasoning, message])
    *late, last = chat_chunks({"type": "response.completed", "response": whole}, state)
    assert [chunk["choices"][0]["delta"] for chunk in late] == [{"reasoning_items": [reasoning]}]
    assert last["choices"][0]["logprobs"]["content"] == [TOKEN]
    names = ("response.output_item.done", "response.output_text.delta.logprobs")
    assert outcomes(TO_CHAT, "stream", *names) == {"not carried"}


def test_one_choice_of_a_chat_stream_is_told() -> None:
    state: dict[str, Any] = {}
    chunk = {
        "id": "chatcmpl-1",
        "choices": [{"index": n, "delta": {"content": text}} for n, text in ((0, "a"), (1, "b"))],
    }
    events = [e for each in (chunk, END) for e in response_events(each, state, {})]
    assert [e["delta"] for e in events if e["type"].endswith("text.delta")] == ["a"]


# Requests ---------------------------------------------------------------------------------------


def test_what_a_request_says_by_default() -> None:
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    said = [
        {"role": "user", "content": [image]},
        {"role": "assistant", "content": "", "tool_calls": [{**CALL, "index": 0}], "audio": None},
        {"role": "tool", "tool_call_id": "call_1", "content": None},
    ]
    request, lost = to_responses({"messages": said}, passing=False)
    user, call, result = request["input"]
    assert user["content"][0]["detail"] == "auto"
    assert call == {"type": "function_call", "call_id": "call_1", **CALL["function"]}
    assert result["output"] == ""
    assert lost == ()
    names = ("image_url.detail", "content: null", 'content: ""', "null fields")
    assert outcomes(TO_RESPONSES, "request", *names, "tool_calls[].index") == {"not carried"}


def test_both_forms_of_a_conversation_are_an_error() -> None:
    with pytest.raises(RequestError):
        to_responses({"messages": [], "input": "x"}, passing=False)
    with pytest.raises(RequestError):
        to_chat({"messages": [], "input": "x"})
    assert outcomes(TO_RESPONSES, "request", "input") == {"error"}
    assert outcomes(TO_CHAT, "request", "messages") == {"error"}
    # Without the other each is what it always was.
    assert to_chat({"messages": [1]}) == ({"messages": [1]}, ())
    assert to_responses({"input": "x"}, passing=False) == ({"input": "x"}, ())


@pytest.mark.parametrize("name", ["response_format", "reasoning_effort", "tools", "logprobs"])
def test_a_parameter_that_is_null_is_not_sent(name: str) -> None:
    assert to_responses({name: None}, passing=False) == ({}, ())
    assert outcomes(TO_RESPONSES, "request", "a parameter that is null") == {"not carried"}


@pytest.mark.parametrize("name", ["text", "reasoning", "max_output_tokens", "tools"])
def test_a_parameter_of_responses_that_is_null_is_not_sent(name: str) -> None:
    assert to_chat({name: None}) == ({}, ())
    assert outcomes(TO_CHAT, "request", "a parameter that is null") == {"not carried"}
