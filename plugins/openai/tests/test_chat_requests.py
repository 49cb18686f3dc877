"""Chat requests: pure, whole, and for any model that the catalogue does not know, untouched."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jackfield import surfaces
from jackfield.discovery import Plugin
from jackfield.envelope import Call, WireRequest
from jackfield.errors import NoRouteError
from jackfield.params import ParamSet
from jackfield.registry import Registry
from jackfield_openai import chat
from jackfield_openai.manifest import MANIFEST
from jackfield_openai_catalogue.rows import ROWS
from jackfield_testing import laws, strategies

REGISTRY = Registry(
    [
        Plugin("openai", "jackfield-openai", manifest=MANIFEST),
        Plugin("surfaces", "jackfield", manifest=surfaces.MANIFEST),
    ]
)
MODELS = st.sampled_from(sorted(ROWS))
POLICIES = st.sampled_from(["raise", "warn", "drop", "pass"])
UNKNOWN = st.sampled_from(["gpt-9-turbo", "o9", "ft:gpt-9:me::1", "some-model"])


@given(strategies.chat_params(), MODELS, POLICIES)
@example({"messages": [], "reasoning_effort": {"effort": "low"}}, "gpt-5", "raise")
def test_hooks_are_pure(params: dict[str, Any], model: str, policy: Any) -> None:
    call = Call("chat", model, params, unsupported=policy)
    assert isinstance(laws.transform_is_pure(chat, call), WireRequest)
    assert isinstance(laws.params_are_pure(chat, "chat", model, params), ParamSet)


@given(strategies.chat_params(), MODELS, POLICIES)
def test_whole_calls_are_pure(params: dict[str, Any], model: str, policy: Any) -> None:
    laws.exchange_is_pure(params, model=model, registry=REGISTRY, unsupported=policy)


@given(strategies.chat_params(surrogates=True), UNKNOWN, st.sampled_from(["", "openai/"]), POLICIES)
@example({"temperature": 0, "max_tokens": 5, "messages": [], "verbosity": "x"}, "o9", "", "raise")
def test_every_parameter_of_an_uncatalogued_model_reaches_the_wire(
    params: dict[str, Any], model: str, prefix: str, policy: Any
) -> None:
    name = prefix + model if model != "some-model" else f"openai/{model}"
    outcome = laws.ask(params, model=name, registry=REGISTRY, unsupported=policy)
    assert outcome.error is None
    assert outcome.losses == ()
    laws.request_survives(outcome.body(), model, params)
    assert outcome.sent[0].url == "https://upstream.invalid/v1/chat/completions"
    assert outcome.sent[0].method == "POST"


@given(strategies.chat_params(surrogates=True), MODELS)
def test_pass_sends_every_parameter_of_any_model_as_it_is(
    params: dict[str, Any], model: str
) -> None:
    outcome = laws.ask(params, model=model, registry=REGISTRY, unsupported="pass")
    if isinstance(outcome.error, NoRouteError):
        assert outcome.error.distribution is not None
        return
    laws.request_survives(outcome.body(), model, params)
    assert {loss.kind for loss in outcome.losses} <= {"passed"}


@given(strategies.chat_params(), MODELS)
def test_dropping_loses_nothing_without_saying_so(params: dict[str, Any], model: str) -> None:
    outcome = laws.ask(params, model=model, registry=REGISTRY, unsupported="drop")
    if isinstance(outcome.error, NoRouteError):
        return
    sent = json.loads(outcome.body())
    told = {loss.path.partition(".")[0].partition("[")[0] for loss in outcome.losses}
    for name, value in params.items():
        if name not in told:
            assert laws.identical(sent[name], value)
    assert told <= set(params)
    new = set(sent) - set(params) - {"model"}
    assert new <= {"max_completion_tokens"}


@given(strategies.chat_results(), MODELS)
def test_an_answer_comes_back_as_it_is(result: dict[str, Any], model: str) -> None:
    reply = laws.Reply(body=json.dumps(result).encode())
    outcome = laws.ask({"messages": []}, laws.Upstream(reply), model=model, registry=REGISTRY)
    if outcome.error is None:
        assert laws.identical(outcome.value, result)
    else:
        assert isinstance(outcome.error, NoRouteError)


@given(strategies.chunk_sequences(max_choices=2), strategies.encodings(), st.data())
def test_a_stream_comes_back_as_it_is(
    case: tuple[dict[str, Any], list[dict[str, Any]]],
    encoding: strategies.Encoding,
    data: st.DataObject,
) -> None:
    result, chunks = case
    stream = encoding.encode([*(json.dumps(chunk).encode() for chunk in chunks), b"[DONE]"])
    reply = laws.Reply(
        headers={"content-type": "text/event-stream"}, body=data.draw(strategies.cuts(stream))
    )
    outcome = laws.ask(
        {"messages": [], "stream": True},
        laws.Upstream(reply),
        model="gpt-4o-mini",
        registry=REGISTRY,
        stream=True,
    )
    assert outcome.error is None
    assert laws.identical(outcome.value, chunks)
    laws.folds_back(surfaces.CHAT, outcome.value, result)


@pytest.mark.parametrize(
    ("model", "distribution"),
    [
        ("gpt-5-pro", "jackfield-openai-responses"),
        ("openai/gpt-5-pro-2025-10-06", "jackfield-openai-responses"),
        ("ft:gpt-5-codex:me::1", "jackfield-openai-responses"),
        ("openai/responses/gpt-4o", "jackfield-openai-responses"),
        ("gpt-3.5-turbo-instruct", "jackfield-openai-text"),
        ("text-completion-openai/davinci-002", "jackfield-openai-text"),
        ("whisper-1", "jackfield-openai-audio"),
    ],
)
def test_a_model_of_another_distribution_names_it(model: str, distribution: str) -> None:
    outcome = laws.ask({"messages": []}, model=model, registry=REGISTRY)
    assert isinstance(outcome.error, NoRouteError)
    assert outcome.error.distribution == distribution
    assert outcome.sent == []
