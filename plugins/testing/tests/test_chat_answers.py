"""What chat answers say, by example."""

from __future__ import annotations

import base64
import io
import json
import wave
from typing import Any

import pytest

from jackfield_testing.sandbox.chat import answer, events
from jackfield_testing.sandbox.chat.topics import proper_names


def ask(text: str, **fields: Any) -> dict[str, Any]:
    request = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": text}], **fields}
    return answer(request)


def message(text: str, **fields: Any) -> dict[str, Any]:
    found: dict[str, Any] = ask(text, **fields)["choices"][0]["message"]
    return found


def tool(name: str, **properties: Any) -> dict[str, Any]:
    parameters = {"type": "object", "properties": properties, "required": list(properties)}
    return {"type": "function", "function": {"name": name, "parameters": parameters}}


WEATHER = tool("get_weather", location={"type": "string"})
CITIES = "What's the weather like in San Francisco, Tokyo, and Paris?"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (CITIES, ["San Francisco", "Tokyo", "Paris"]),
        ("What is the weather in San Francisco, CA?", ["San Francisco, CA"]),
        ("Compare Tokyo with Paris. Tokyo first.", ["Tokyo", "Paris"]),
        ("Weather in Köln's centre", ["Köln"]),
        ("hello there", []),
        ("I'm fine. And You?", []),
        ("New York today", ["New York"]),
        ("Is the Bank of England open?", ["Bank of England"]),
    ],
)
def test_proper_names(text: str, names: list[str]) -> None:
    assert proper_names(text) == names


def test_the_text_refers_to_the_last_user_message() -> None:
    assert "How are you?" in message("How are you?")["content"]


def test_known_families_are_dated_and_other_names_are_not() -> None:
    assert ask("hi", model="gpt-4o-mini")["model"] == "gpt-4o-mini-2024-07-18"
    assert ask("hi", model="my/own-model")["model"] == "my/own-model"
    assert ask("hi", model="gpt-4o!status=500")["model"] == "gpt-4o-2024-08-06"


def test_one_call_per_city_with_ids_of_their_own() -> None:
    calls = message(CITIES, tools=[WEATHER])["tool_calls"]
    places = [json.loads(call["function"]["arguments"])["location"] for call in calls]
    assert places == ["San Francisco", "Tokyo", "Paris"]
    assert len({call["id"] for call in calls}) == 3
    assert all(call["id"].startswith("call_") for call in calls)


def test_one_call_where_parallel_calls_are_off() -> None:
    assert len(message(CITIES, tools=[WEATHER], parallel_tool_calls=False)["tool_calls"]) == 1


def test_one_call_where_nothing_is_named() -> None:
    calls = message("what is the weather in boston?", tools=[WEATHER])["tool_calls"]
    assert [c["function"]["arguments"] for c in calls] == ['{"location":"boston"}']


@pytest.mark.parametrize(
    ("choice", "name"),
    [
        ("auto", "get_weather"),
        ("required", "get_weather"),
        ("none", None),
        ({"type": "function", "function": {"name": "send"}}, "send"),
        (
            {
                "type": "allowed_tools",
                "allowed_tools": {
                    "mode": "auto",
                    "tools": [{"type": "function", "function": {"name": "send"}}],
                },
            },
            "send",
        ),
    ],
)
def test_tool_choice(choice: Any, name: str | None) -> None:
    tools = [tool("send", text={"type": "string"}), WEATHER]
    calls = message("weather in Paris", tools=tools, tool_choice=choice).get("tool_calls", [])
    assert [call["function"]["name"] for call in calls] == ([name] if name else [])


def test_custom_tools_get_text() -> None:
    custom = {"type": "custom", "custom": {"name": "run_code"}}
    (call,) = message("run it for Ada", tools=[custom])["tool_calls"]
    assert call["type"] == "custom"
    assert call["custom"] == {"name": "run_code", "input": "Ada"}


def test_tool_results_are_answered_in_text_that_quotes_them() -> None:
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    messages = [
        {"role": "user", "content": "weather in Paris?"},
        {"role": "assistant", "content": None, "tool_calls": [call]},
        {"role": "tool", "tool_call_id": "call_1", "content": '{"temperature": 22}'},
    ]
    answered = message("", messages=messages, tools=[WEATHER])
    assert '{"temperature": 22}' in answered["content"]
    assert "tool_calls" not in answered
    forced = message("", messages=messages, tools=[WEATHER], tool_choice="required")
    assert forced["content"] is None


def test_legacy_functions() -> None:
    whole = ask(CITIES, functions=[WEATHER["function"]])["choices"][0]
    assert whole["finish_reason"] == "function_call"
    assert json.loads(whole["message"]["function_call"]["arguments"])["location"] == "San Francisco"
    spoken = ask(CITIES, functions=[WEATHER["function"]], function_call="none")["choices"][0]
    assert spoken["finish_reason"] == "stop"


def test_refusal_streams_as_refusal() -> None:
    whole = ask("[refuse] now")
    assert whole["choices"][0]["message"]["content"] is None
    deltas = [c["delta"] for e in events(whole, {}) for c in e["choices"]]
    refusal = whole["choices"][0]["message"]["refusal"]
    assert "".join(delta.get("refusal") or "" for delta in deltas) == refusal
    assert all(delta.get("content") is None for delta in deltas)


def test_stop_truncates() -> None:
    text = message("hi")["content"]
    cut = ask("hi", stop=["never", "sandbox"])["choices"][0]
    assert cut["finish_reason"] == "stop"
    assert cut["message"]["content"] == text.partition("sandbox")[0] != text


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_the_limit_is_kept_and_said(name: str) -> None:
    whole = ask("hi", **{name: 3})
    assert whole["choices"][0]["finish_reason"] == "length"
    assert whole["usage"]["completion_tokens"] == 3
    assert message("hi")["content"].startswith(whole["choices"][0]["message"]["content"])


def test_reasoning_counts_and_may_use_the_limit_up() -> None:
    reasoned = ask("hi", model="gpt-5", reasoning_effort="high")["usage"]
    assert reasoned["completion_tokens_details"]["reasoning_tokens"] == 256
    spent = ask("hi", model="gpt-5", max_completion_tokens=100)
    assert spent["choices"][0]["message"]["content"] == ""
    assert spent["choices"][0]["finish_reason"] == "length"
    assert spent["usage"]["completion_tokens"] == 100


def test_predictions_are_accepted_as_far_as_they_hold() -> None:
    predicted = {"type": "content", "content": "def f(): return 1"}
    details = ask("hi", prediction=predicted)["usage"]["completion_tokens_details"]
    assert details["accepted_prediction_tokens"] > 0
    assert details["rejected_prediction_tokens"] == 0
    cut = ask("hi", prediction=predicted, max_tokens=2)["usage"]["completion_tokens_details"]
    assert cut["accepted_prediction_tokens"] == 2
    assert cut["rejected_prediction_tokens"] > 0


def test_audio_is_a_real_recording() -> None:
    fields = {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "wav"}}
    said = message("hi", **fields)
    assert said["content"] is None
    assert "hi" in said["audio"]["transcript"]
    with wave.open(io.BytesIO(base64.b64decode(said["audio"]["data"]))) as file:
        assert file.getframerate() == 24_000
        assert file.getnframes() > 0


def test_web_search_cites_a_place_in_the_text() -> None:
    said = message("news?", web_search_options={})
    (citation,) = said["annotations"]
    place = citation["url_citation"]
    assert place["url"] in said["content"][place["start_index"] : place["end_index"]]
    streamed = [
        c["delta"] for e in events(ask("news?", web_search_options={}), {}) for c in e["choices"]
    ]
    assert [d["annotations"] for d in streamed if "annotations" in d] == [[citation]]


def test_structured_output_holds_pieces_of_the_message() -> None:
    schema = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    format_ = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    said = message("Where does Ada Lovelace live?", response_format=format_)
    assert json.loads(said["content"]) == {"name": "Ada Lovelace"}


def test_attachments_are_described() -> None:
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}
    content = [{"type": "text", "text": "what is it?"}, image]
    whole = ask("", messages=[{"role": "user", "content": content}])
    assert "an image (image/png, 3 bytes)" in whole["choices"][0]["message"]["content"]
    assert whole["usage"]["prompt_tokens_details"]["image_tokens"] == 85


def test_metadata_comes_back_with_store_only() -> None:
    assert "metadata" not in ask("hi", metadata={"a": "b"})
    assert ask("hi", metadata={"a": "b"}, store=True)["metadata"] == {"a": "b"}


def test_obfuscation_can_be_turned_off() -> None:
    whole = ask("hi")
    assert all("obfuscation" in chunk for chunk in events(whole, {}))
    options = {"stream_options": {"include_obfuscation": False}}
    assert not any("obfuscation" in chunk for chunk in events(whole, options))
