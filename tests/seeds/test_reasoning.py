"""Reasoning effort and summaries on chat completions, and what the catalogue says of models.

What happens on the way through the Responses API is in test_bridge.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import answers
import asked
import pytest
from marks import CATALOGUE, CHAT, covers
from rawserver import Answer, RawServer

import jackfield
from jackfield import completion
from jackfield_openai_catalogue.lookup import row
from jackfield_testing import Sandbox

SECTION = "getting-reasoning-content-in-chat-completions"
ADVANCED = f"{SECTION}/advanced-using-reasoning_effort-with-summary-field"

EVERY = ("none", "minimal", "low", "medium", "high")
# Model to its default and what it accepts.
EFFORTS = {
    "gpt-5.1": ("none", ("none", "low", "medium", "high")),
    "gpt-5": ("medium", ("minimal", "low", "medium", "high")),
    "gpt-5-mini": ("medium", ("none", "minimal", "low", "medium", "high")),
    "gpt-5-nano": ("none", ("none", "low", "medium", "high")),
}
BRIDGED = {
    "gpt-5-codex": ("adaptive", ("low", "medium", "high")),
    "gpt-5.1-codex": ("adaptive", ("low", "medium", "high")),
    "gpt-5.1-codex-mini": ("adaptive", ("low", "medium", "high")),
    "gpt-5-pro": ("high", ("high",)),
}
GPT_5 = (*EFFORTS, *BRIDGED)
O_SERIES = ("o3-pro", "o4-mini", "o3")


def rows(models: Any, mark: Any, owner: str) -> list[Any]:
    return [pytest.param(m, marks=mark(owner, later=f"{ADVANCED}#row:{m}")) for m in models]


@pytest.mark.parametrize("model", rows(EFFORTS, covers, CHAT))
def test_efforts_that_a_model_accepts_are_sent_and_no_other(
    upstream: Sandbox, messages: list, model: str
) -> None:
    _, accepted = EFFORTS[model]
    for effort in EVERY:
        if effort in accepted:
            completion(model=model, messages=messages, reasoning_effort=effort)
            body = {"model": model, "messages": messages, "reasoning_effort": effort}
            asked.chat(upstream, body)
            continue
        with pytest.raises(jackfield.UnsupportedParamsError) as caught:
            completion(model=model, messages=messages, reasoning_effort=effort)
        assert repr(effort) in str(caught.value)
        assert all(repr(one) in str(caught.value) for one in accepted)
    asked.only(upstream, len(accepted))


@pytest.mark.parametrize(
    "model", rows(EFFORTS, covers, CATALOGUE) + rows(BRIDGED, covers, CATALOGUE)
)
def test_the_catalogue_has_the_table(model: str) -> None:
    default, accepted = {**EFFORTS, **BRIDGED}[model]
    facts = row(model)
    assert facts is not None
    assert facts["effort_default"] == default
    assert tuple(facts["effort"]) == accepted


@covers(CHAT, later=f"{ADVANCED}#point:4")
def test_none_takes_the_place_of_minimal_on_the_newer_model(
    upstream: Sandbox, messages: list
) -> None:
    completion("gpt-5.1", messages, reasoning_effort="none")
    completion("gpt-5", messages, reasoning_effort="minimal")
    assert [request.json["reasoning_effort"] for request in upstream.requests] == [
        "none",
        "minimal",
    ]
    for model, effort in (("gpt-5.1", "minimal"), ("gpt-5", "none")):
        with pytest.raises(jackfield.UnsupportedParamsError):
            completion(model, messages, reasoning_effort=effort)
    asked.only(upstream, 2)


@covers(CATALOGUE, later=f"{ADVANCED}#point:5")
def test_only_one_effort_for_gpt_5_pro() -> None:
    facts = row("gpt-5-pro")
    assert facts is not None
    assert tuple(facts["effort"]) == ("high",)


@covers(CHAT, later=f"{ADVANCED}#point:6")
@pytest.mark.parametrize("model", EFFORTS)
def test_a_default_is_the_apis_and_is_never_sent(
    upstream: Sandbox, messages: list, model: str
) -> None:
    for given in ({}, {"reasoning_effort": None}):
        completion(model=model, messages=messages, **given)
        asked.chat(upstream, {"model": model, "messages": messages})


def test_other_efforts_can_be_passed_or_dropped(upstream: Sandbox, messages: list) -> None:
    body = {"model": "gpt-5", "messages": messages}
    completion(**body, reasoning_effort="none", unsupported="pass")
    asked.chat(upstream, {**body, "reasoning_effort": "none"})
    response = completion(**body, reasoning_effort="none", drop_params=True)
    asked.chat(upstream, body)
    assert [loss.path for loss in response.warnings] == ["reasoning_effort"]


def test_a_model_that_nobody_knows_takes_every_effort(upstream: Sandbox, messages: list) -> None:
    for effort in (*EVERY, "extreme"):
        completion("gpt-77", messages, reasoning_effort=effort)
        assert upstream.last.json["reasoning_effort"] == effort


# Summaries ----------------------------------------------------------------------------------------


def summaries(model: str) -> set[str]:
    facts = row(model)
    assert facts is not None
    return set(facts["summary"])


@covers(CATALOGUE, later=(f"{ADVANCED}#point:1", f"{ADVANCED}#point:3"))
@pytest.mark.parametrize("model", [*GPT_5, *O_SERIES])
def test_automatic_and_detailed_summaries_are_known_of_every_model_that_has_any(model: str) -> None:
    assert {"auto", "detailed"} <= summaries(model)


@covers(CATALOGUE, later=f"{ADVANCED}#point:2")
def test_concise_summaries_are_known_of_the_o_series_alone() -> None:
    assert not any("concise" in summaries(model) for model in GPT_5)
    assert all("concise" in summaries(model) for model in O_SERIES)
    assert summaries("o3-mini") == summaries("o1") == set()


@pytest.mark.parametrize("model", ["gpt-5-mini", "gpt-4o"])
def test_chat_completions_has_no_summary_and_says_who_could(
    upstream: Sandbox, messages: list, model: str
) -> None:
    effort = {"effort": "high", "summary": "auto"}
    with jackfield.Client(plugins=["openai"]) as alone:
        with pytest.raises(jackfield.UnsupportedParamsError, match="jackfield-openai-responses"):
            alone.completion(model, messages, reasoning_effort=effort)
        assert upstream.requests == []
        response = alone.completion(model, messages, reasoning_effort=effort, drop_params=True)
    body = {"model": model, "messages": messages, "reasoning_effort": "high"}
    asked.chat(upstream, body)
    assert [loss.path for loss in response.warnings] == ["reasoning_effort.summary"]
    assert effort == {"effort": "high", "summary": "auto"}


# Results ------------------------------------------------------------------------------------------


KEYS = ("id", "created", "model", "object", "system_fingerprint", "choices", "usage")
MESSAGE = ("content", "role", "tool_calls", "function_call", "reasoning_content")
DETAILS = ("audio_tokens", "cached_tokens", "text_tokens", "image_tokens")


@covers(CHAT, later=f"{SECTION}#block:3")
def test_every_key_of_the_expected_answer_can_be_read(upstream: Sandbox, messages: list) -> None:
    response = completion("gpt-5-mini", messages, reasoning_effort="low")
    assert all(getattr(response, name) is not None for name in KEYS)
    (choice,) = response.choices
    assert (choice.finish_reason, choice.index) == ("stop", 0)
    message, usage = choice.message, response.usage
    assert message.role == "assistant"
    assert message.content
    assert [getattr(message, name) for name in MESSAGE[2:]] == [None] * 3
    assert message.provider_specific_fields is None
    assert usage is not None
    assert usage.prompt_tokens + usage.completion_tokens == usage.total_tokens
    assert usage.prompt_tokens_details is not None
    for name in DETAILS:
        assert isinstance(getattr(usage.prompt_tokens_details, name), int)
    assert usage.completion_tokens_details is not None


def test_what_an_answer_leaves_out_is_none(
    serve: Callable[[Answer], RawServer], messages: list
) -> None:
    body = answers.completion()
    body["usage"]["prompt_tokens_details"] = {}
    server = serve(lambda _, wire: wire.reply(200, body))
    response = completion("gpt-5-mini", messages, api_base=server.base_url, api_key="sk-1")
    message, usage = response.choices[0].message, response.usage
    assert response.system_fingerprint is None
    assert [getattr(message, name) for name in MESSAGE[2:]] == [None] * 3
    assert message.provider_specific_fields is None
    assert usage is not None
    assert usage.prompt_tokens_details is not None
    assert [getattr(usage.prompt_tokens_details, name) for name in DETAILS] == [None] * 4
    assert usage.completion_tokens_details is None
