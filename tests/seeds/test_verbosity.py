"""Verbosity of GPT-5 models."""

from __future__ import annotations

import asked
import pytest
from marks import CATALOGUE, CHAT, covers

import jackfield as litellm
from jackfield_openai_catalogue.lookup import row
from jackfield_testing import Sandbox

SECTION = "getting-reasoning-content-in-chat-completions/verbosity-control-for-gpt-5-models"
LEVELS = ("low", "medium", "high")
MODELS = ("gpt-5", "gpt-5.1", "gpt-5-mini", "gpt-5-nano")


@covers(CHAT, later=f"{SECTION}#block:1")
def test_the_two_examples(upstream: Sandbox) -> None:
    for verbosity, question in (
        ("low", "Write a function that reverses a string"),
        ("high", "Explain how neural networks work"),
    ):
        messages = [{"role": "user", "content": question}]
        response = litellm.completion(model="gpt-5.1", messages=messages, verbosity=verbosity)
        assert question in (response.choices[0].message.content or "")
        body = {"model": "gpt-5.1", "messages": messages, "verbosity": verbosity}
        asked.chat(upstream, body)
    asked.only(upstream, 2)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(
    "level",
    [
        pytest.param(level, marks=covers(CHAT, later=f"{SECTION}#point:{number}"))
        for number, level in enumerate(LEVELS, 1)
    ],
)
def test_a_level_on_a_model_that_has_it(
    upstream: Sandbox, messages: list, model: str, level: str
) -> None:
    litellm.completion(model=model, messages=messages, verbosity=level)
    asked.chat(upstream, {"model": model, "messages": messages, "verbosity": level})


@pytest.mark.parametrize("model", MODELS)
def test_there_is_no_other_level_and_none_by_default(
    upstream: Sandbox, messages: list, model: str
) -> None:
    with pytest.raises(litellm.UnsupportedParamsError) as caught:
        litellm.completion(model=model, messages=messages, verbosity="chatty")
    assert all(repr(level) in str(caught.value) for level in LEVELS)
    litellm.completion(model=model, messages=messages)
    asked.chat(upstream, {"model": model, "messages": messages})
    asked.only(upstream)


@covers(CATALOGUE, later=f"{SECTION}#block:1")
def test_the_catalogue_knows_who_has_it() -> None:
    for model in (*MODELS, "gpt-5-pro"):
        facts = row(model)
        assert facts is not None
        assert tuple(facts["verbosity"]) == LEVELS
    for model in ("gpt-5-codex", "gpt-5.1-codex", "gpt-5.1-codex-mini"):
        facts = row(model)
        assert facts is not None
        assert facts["verbosity"] == ()
