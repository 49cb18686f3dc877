"""Text completions go to the API as they are given, and come back as they are answered."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import material
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jackfield import surfaces
from jackfield.discovery import Plugin
from jackfield.envelope import Call, WireRequest
from jackfield.errors import RequestError, StreamInterruptedError
from jackfield.params import ParamSet
from jackfield.registry import Registry
from jackfield_openai_text import hooks
from jackfield_openai_text.manifest import MANIFEST
from jackfield_testing import laws, strategies

REGISTRY = Registry(
    [
        Plugin("openai-text", "jackfield-openai-text", manifest=MANIFEST),
        Plugin("surfaces", "jackfield", manifest=surfaces.MANIFEST),
    ]
)
POLICIES = st.sampled_from(["raise", "warn", "drop", "pass"])
NAMES = st.sampled_from(
    [
        ("gpt-3.5-turbo-instruct", "gpt-3.5-turbo-instruct"),
        ("openai/gpt-3.5-turbo-instruct", "gpt-3.5-turbo-instruct"),
        ("openai/my-model", "my-model"),
        ("text-completion-openai/a/b", "a/b"),
        ("ft:davinci-002:org::id", "ft:davinci-002:org::id"),
    ]
)


def ask(params: dict[str, Any], model: str = "davinci-002", **more: Any) -> laws.Outcome:
    return laws.ask(params, surface="text_completion", model=model, registry=REGISTRY, **more)


@given(strategies.text_params(), POLICIES)
def test_hooks_are_pure(params: dict[str, Any], policy: Any) -> None:
    call = Call("text_completion", "davinci-002", params, unsupported=policy)
    assert isinstance(laws.transform_is_pure(hooks, call), WireRequest)
    declared = laws.params_are_pure(hooks, "text_completion", "davinci-002", params)
    assert declared == ParamSet()


@given(strategies.text_params(surrogates=True), NAMES, POLICIES)
@example(
    {"prompt": "x", "tools": [], "messages": "y", "max_completion_tokens": 1}, ("a", "a"), "drop"
)
def test_every_parameter_reaches_the_wire(
    params: dict[str, Any], name: tuple[str, str], policy: Any
) -> None:
    given, model = name if name[0] != "a" else ("openai/a", "a")
    outcome = ask(params, given, unsupported=policy)
    assert outcome.error is None
    assert outcome.losses == ()
    laws.request_survives(outcome.body(), model, params)
    assert outcome.sent[0].method == "POST"
    assert outcome.sent[0].url == "https://upstream.invalid/v1/completions"


@given(strategies.text_params(), POLICIES)
def test_whole_calls_are_pure(params: dict[str, Any], policy: Any) -> None:
    laws.exchange_is_pure(
        params,
        surface="text_completion",
        model="gpt-3.5-turbo-instruct",
        registry=REGISTRY,
        unsupported=policy,
    )


@given(strategies.text_params(unknown=False))
def test_the_strategies_make_what_the_official_schema_describes(params: dict[str, Any]) -> None:
    document = material.schemas()
    if document is None:
        pytest.skip("the official schemas are not beside this checkout")
    schema = {**document, "$ref": "#/$defs/CreateCompletionRequest"}
    jsonschema.Draft202012Validator(schema).validate({"model": "davinci-002", **params})
    official = document["$defs"]["CreateCompletionRequest"]["properties"]
    assert {"model", "prompt", "stream", *strategies.text.optional_text_params()} == set(official)


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        [],
        [""],
        [0],
        [-1, 10**9, 2**70],
        [1.5, "a", None, True],
        [[1, 2], [3]],
        [[], [-5]],
        {"not": "a prompt"},
        7,
        "/etc/hostname",
    ],
)
def test_the_api_judges_the_prompt(prompt: Any) -> None:
    outcome = ask({"prompt": prompt})
    assert laws.identical(json.loads(outcome.body())["prompt"], prompt)


def test_without_a_prompt_nothing_is_sent() -> None:
    outcome = ask({"max_tokens": 5})
    assert isinstance(outcome.error, RequestError)
    assert "prompt is missing" in str(outcome.error)
    assert outcome.sent == []


@given(strategies.text_results())
def test_an_answer_comes_back_as_it_is(result: dict[str, Any]) -> None:
    reply = laws.Reply(body=json.dumps(result).encode())
    outcome = ask({"prompt": "x"}, upstream=laws.Upstream(reply))
    assert laws.identical(outcome.value, result)


def stream_of(chunks: list[Any], encoding: strategies.Encoding) -> bytes:
    return encoding.encode([*(json.dumps(chunk).encode() for chunk in chunks), b"[DONE]"])


def read(pieces: Any) -> laws.Outcome:
    reply = laws.Reply(headers={"content-type": "text/event-stream"}, body=list(pieces))
    return ask({"prompt": "x", "stream": True}, upstream=laws.Upstream(reply), stream=True)


@given(strategies.text_chunk_sequences(), strategies.encodings(), st.data())
def test_a_stream_comes_back_as_it_is_however_its_bytes_are_cut(
    case: tuple[dict[str, Any], list[dict[str, Any]]],
    encoding: strategies.Encoding,
    data: st.DataObject,
) -> None:
    result, chunks = case
    pieces = data.draw(strategies.cuts(stream_of(chunks, encoding)))
    outcome = laws.cutting_changes_nothing(pieces, read)
    assert outcome.error is None
    assert laws.identical(outcome.value, chunks)
    laws.folds_back(surfaces.TEXT_COMPLETION, outcome.value, result)


@given(strategies.text_chunk_sequences(max_choices=2), st.data())
def test_a_stream_that_is_cut_is_no_answer(
    case: tuple[dict[str, Any], list[dict[str, Any]]], data: st.DataObject
) -> None:
    result, chunks = case
    left = data.draw(st.integers(0, len(chunks)))
    pieces = [json.dumps(chunk).encode() for chunk in chunks[:left]]
    outcome = read([strategies.Encoding().encode(pieces)])
    assert isinstance(outcome.error, StreamInterruptedError)
    assert laws.identical(outcome.value, chunks[:left])
    for choice in outcome.error.partial.choices if left else ():
        assert result["choices"][choice.index]["text"].startswith(choice.text)


def test_a_whole_answer_to_a_streamed_call_is_split_into_chunks() -> None:
    choice = {"text": "a", "index": 0, "logprobs": None, "finish_reason": "stop"}
    answer = {"id": "cmpl-1", "object": "text_completion", "choices": [choice], "usage": {"x": 1}}
    reply = laws.Reply(body=json.dumps(answer).encode())
    outcome = ask({"prompt": "x", "stream": True}, upstream=laws.Upstream(reply), stream=True)
    assert outcome.value == [
        {**answer, "usage": None},
        {**answer, "choices": []},
    ]
