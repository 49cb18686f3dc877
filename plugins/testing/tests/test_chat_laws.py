"""What holds for every chat answer, whatever was asked."""

from __future__ import annotations

import base64
import itertools
import json
from typing import Any

import jsonschema
import material
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackfield_testing.sandbox import tokens
from jackfield_testing.sandbox.chat import answer, events, validate

WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {
            "type": "object",
            "properties": {
                "location": {"type": "string"},
                "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
                "days": {"type": "array", "items": {"type": "integer", "minimum": 1}},
            },
            "required": ["location", "days"],
        },
    },
}
FORMAT = {
    "type": "json_schema",
    "json_schema": {
        "name": "event",
        "schema": {
            "type": "object",
            "properties": {
                "name": {"type": "string"},
                "when": {"type": "string", "format": "date"},
            },
            "required": ["name", "when"],
        },
    },
}
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
    st.sampled_from(
        ["Is it warm in Tokyo and San Francisco?", "[refuse] please", "hi", "Give me json."]
    ),
)


@st.composite
def requests(draw: st.DrawFn) -> dict[str, Any]:
    """Valid requests, with every option of the sandbox on or off."""
    model = draw(st.sampled_from(["gpt-4o-mini", "gpt-5", "o3-mini", "my-model", "gpt-4o-audio"]))
    messages = [{"role": "user", "content": draw(TEXTS)}]
    if draw(st.booleans()):
        messages.insert(0, {"role": "system", "content": draw(TEXTS)})
    request: dict[str, Any] = {"model": model, "messages": messages}
    options: dict[str, st.SearchStrategy[Any]] = {
        "n": st.integers(1, 3),
        "stop": st.sampled_from(["the", [".", "!"], ["never there"]]),
        "max_completion_tokens": st.integers(1, 200),
        "seed": st.integers(0, 9),
        "service_tier": st.sampled_from(["auto", "default", "flex", "priority"]),
        "prediction": TEXTS.map(lambda text: {"type": "content", "content": text}),
        "web_search_options": st.just({}),
        "unknown_field": st.just({"ignored": True}),
    }
    for name, values in options.items():
        if draw(st.integers(0, 3)) == 0:
            request[name] = draw(values)
    kind = draw(st.sampled_from(["text", "logprobs", "tools", "functions", "format", "audio"]))
    if kind == "logprobs":
        request |= {"logprobs": True, "top_logprobs": draw(st.integers(0, 20))}
    elif kind == "tools":
        request["tools"] = [WEATHER]
        request["tool_choice"] = draw(st.sampled_from(["auto", "none", "required"]))
        request["parallel_tool_calls"] = draw(st.booleans())
    elif kind == "functions":
        request["functions"] = [WEATHER["function"]]
    elif kind == "format":
        request["response_format"] = draw(st.sampled_from([FORMAT, {"type": "json_object"}]))
        messages.append({"role": "user", "content": draw(TEXTS) + " as json"})
    elif kind == "audio":
        request |= {"modalities": ["text", "audio"], "audio": {"format": "pcm16", "voice": "alloy"}}
    return request


def official(name: str) -> jsonschema.Draft202012Validator:
    document = material.schemas()
    if document is None:
        pytest.skip("the official schemas are not beside this checkout")
    return jsonschema.Draft202012Validator({**document, "$ref": f"#/$defs/{name}"})


def fold(chunks: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Put a stream's choices together again, in the plainest way there is."""
    choices: dict[int, dict[str, Any]] = {}
    for part in itertools.chain.from_iterable(chunk["choices"] for chunk in chunks):
        choice = choices.setdefault(part["index"], {"logprobs": [], "reason": None, "message": {}})
        choice["reason"] = part["finish_reason"] or choice["reason"]
        logged = part["logprobs"] or {}
        choice["logprobs"] += logged.get("content") or logged.get("refusal") or []
        _add(choice["message"], part["delta"])
    return choices


def _add(whole: dict[str, Any], delta: dict[str, Any]) -> None:
    for key, value in delta.items():
        if key == "tool_calls":
            for call in value:
                _add(whole.setdefault(key, {}).setdefault(call["index"], {}), call)
        elif isinstance(value, dict):
            _add(whole.setdefault(key, {}), value)
        elif isinstance(value, str) and isinstance(whole.get(key), str) and key != "type":
            whole[key] += value
        elif value is not None or key not in whole:
            whole[key] = value


@given(requests())
@settings(max_examples=150, deadline=None)
def test_a_stream_folds_to_the_answer(request: dict[str, Any]) -> None:
    validate(request)
    whole = answer(request)
    streamed = {**request, "stream": True, "stream_options": {"include_usage": True}}
    assert answer(streamed) == whole
    chunks = list(events(whole, streamed))
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"] == whole["usage"]
    assert all(chunk["usage"] is None for chunk in chunks[:-1])
    folded = fold(chunks)
    assert len(folded) == len(whole["choices"]) == request.get("n", 1)
    for choice in whole["choices"]:
        message, mine = choice["message"], folded[choice["index"]]
        calls = message.pop("tool_calls", [])
        got = mine["message"].pop("tool_calls", {})
        assert [{**call, "index": n} for n, call in enumerate(calls)] == list(got.values())
        assert {"annotations": [], **mine["message"]} == message
        assert mine["reason"] == choice["finish_reason"]
        logged = choice["logprobs"] or {}
        assert mine["logprobs"] == (logged.get("content") or logged.get("refusal") or [])


@given(requests())
@settings(max_examples=60, deadline=None)
def test_answers_and_chunks_satisfy_the_official_schemas(request: dict[str, Any]) -> None:
    whole = answer(request)
    official("CreateChatCompletionResponse").validate(whole)
    chunk_schema = official("CreateChatCompletionStreamResponse")
    chunks = list(events(whole, {**request, "stream_options": {"include_usage": True}}))
    for chunk in (chunks[0], chunks[1], chunks[-2], chunks[-1], *chunks[2::10]):
        chunk_schema.validate(chunk)


@given(requests())
@settings(max_examples=60, deadline=None)
def test_the_same_request_is_answered_alike_and_another_is_not(request: dict[str, Any]) -> None:
    again = json.loads(json.dumps(dict(reversed(request.items()))))
    assert answer(again) == answer(request)
    assert answer({**request, "user": "someone else"})["id"] != answer(request)["id"]
    faulty = {**request, "model": request["model"] + "!status=500"}
    assert answer(faulty) == answer(request)


@given(requests())
@settings(max_examples=100, deadline=None)
def test_token_figures_add_up(request: dict[str, Any]) -> None:
    usage = answer(request)["usage"]
    prompt, completion = usage["prompt_tokens_details"], usage["completion_tokens_details"]
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]
    assert usage["prompt_tokens"] == sum(
        prompt[name] for name in ("text_tokens", "image_tokens", "audio_tokens")
    )
    assert usage["completion_tokens"] == sum(
        completion[name]
        for name in (
            "text_tokens",
            "audio_tokens",
            "reasoning_tokens",
            "rejected_prediction_tokens",
        )
    )
    limit = request.get("max_completion_tokens")
    spoken = answer(request)["choices"][0]["message"]["content"]
    if limit is not None and spoken is not None:
        assert tokens.count(spoken) <= limit


@given(requests())
@settings(max_examples=60, deadline=None)
def test_logprobs_spell_the_text(request: dict[str, Any]) -> None:
    for choice in answer(request)["choices"]:
        if choice["logprobs"] is None:
            continue
        entries = choice["logprobs"]["content"] or choice["logprobs"]["refusal"] or []
        text = choice["message"]["content"] or choice["message"]["refusal"] or ""
        assert "".join(entry["token"] for entry in entries) == text
        for entry in entries:
            assert bytes(entry["bytes"]).decode() == entry["token"]
            assert len(entry["top_logprobs"]) == request["top_logprobs"]
            ranks = [rank["logprob"] for rank in entry["top_logprobs"]]
            assert ranks == sorted(ranks, reverse=True)


@given(requests())
@settings(max_examples=60, deadline=None)
def test_audio_pieces_are_whole_bytes(request: dict[str, Any]) -> None:
    whole = answer(request)
    for chunk in events(whole, request):
        for choice in chunk["choices"]:
            data = choice["delta"].get("audio", {}).get("data", "")
            base64.b64decode(data, validate=True)
    orjson.dumps(whole)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_tokens_join_to_their_text(text: str) -> None:
    assert "".join(tokens.split(text)) == text


def test_every_recorded_request_that_was_answered_is_answered(needs_shared: object) -> None:
    response_schema = official("CreateChatCompletionResponse")
    seen = 0
    for record in material.recorded("/chat/completions"):
        request = record["request"].get("json")
        if record["provenance"] != "recorded" or record["response"]["status"] != 200 or not request:
            continue
        text = json.dumps(request)
        if "REDACTED" in text or len(text) > 50_000:
            continue
        seen += 1
        validate(request)
        whole = answer(request)
        orjson.dumps(whole)
        if seen % 10 == 0:
            response_schema.validate(whole)
    assert seen > 100
