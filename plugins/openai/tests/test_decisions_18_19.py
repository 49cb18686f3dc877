"""Decisions 18 and 19 as tables: every catalogued model, every value, every policy.

What a model accepts is read from its catalogue row; that the rows are what the pages say is tested
beside the catalogue, and the page's own examples are repeated here as they are written.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from jackfield import params as parameters
from jackfield import surfaces
from jackfield.discovery import Plugin
from jackfield.envelope import Call
from jackfield.errors import UnsupportedParamsError
from jackfield.registry import Registry
from jackfield_openai import chat
from jackfield_openai.manifest import MANIFEST
from jackfield_openai_catalogue.rows import ROWS
from jackfield_testing import laws

REGISTRY = Registry(
    [
        Plugin("openai", "jackfield-openai", manifest=MANIFEST),
        Plugin("surfaces", "jackfield", manifest=surfaces.MANIFEST),
    ]
)
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max", "extreme", 3, ["low"])
VERBOSITIES = ("low", "medium", "high", "extreme", None)
SAMPLING = {
    "temperature": 0.3,
    "top_p": 0.5,
    "presence_penalty": 0.1,
    "frequency_penalty": 0,
    "logprobs": True,
    "top_logprobs": 2,
}
ON_CHAT = sorted(name for name, row in ROWS.items() if "chat" in row["surfaces"])
REASONING = sorted(name for name, row in ROWS.items() if row.get("mapping") == "reasoning")
PLAIN = sorted(name for name in ON_CHAT if ROWS[name].get("mapping") is None)
MESSAGES = [{"role": "user", "content": "hi"}]


def applied(model: str, params: dict[str, Any], policy: Any = "raise") -> Any:
    """What the policy makes of parameters, whatever surface serves the model: the parameters and
    the losses, or the error.
    """
    given = {"messages": MESSAGES, **params}
    call = Call("chat", model, given, unsupported=policy)
    declared = chat.supported_params("chat", model, given)
    try:
        found = parameters.apply(call, declared)
    except UnsupportedParamsError as error:
        return error
    return dict(found.params), found.losses


def accepts(model: str, **params: Any) -> bool:
    """Whether parameters go as they are given, and nothing is said about them."""
    found = applied(model, params)
    if isinstance(found, UnsupportedParamsError):
        assert found.model == model
        assert found.status_code is None
        return False
    sent, losses = found
    assert laws.identical(sent, {"messages": MESSAGES, **params})
    assert losses == ()
    return True


def forms(model: str) -> list[str]:
    dated = [] if model[-1:].isdigit() else [f"{model}-2026-01-31"]
    return [model, f"ft:{model}:org::id", *dated]


@pytest.mark.parametrize("name", sorted(ROWS))
def test_effort_is_accepted_where_the_row_has_it(name: str) -> None:
    known = ROWS[name].get("effort")
    for model in forms(name):
        for effort in EFFORTS:
            fits = known is None or effort in known
            assert accepts(model, reasoning_effort=effort) == fits, (model, effort)
            if not fits:
                error = applied(model, {"reasoning_effort": effort})
                assert error.param == "reasoning_effort"
                assert all(repr(value) in str(error) for value in known)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_verbosity_is_accepted_where_the_row_has_it(name: str) -> None:
    known = ROWS[name].get("verbosity")
    for model in forms(name):
        for verbosity in VERBOSITIES[:-1]:
            fits = known is None or verbosity in known
            assert accepts(model, verbosity=verbosity) == fits, (model, verbosity)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_sampling_is_for_models_that_do_not_reason(name: str) -> None:
    row = ROWS[name]
    efforts = row.get("effort") or ()
    for effort in (None, *efforts):
        resolved = row.get("effort_default") if effort is None else effort
        free = row.get("mapping") != "reasoning" or (resolved == "none" and "none" in efforts)
        chosen = {} if effort is None else {"reasoning_effort": effort}
        for param, value in SAMPLING.items():
            assert accepts(name, **chosen, **{param: value}) == free, (name, effort, param)
        for one in (1, 1.0):
            assert accepts(name, **chosen, temperature=one)


@pytest.mark.parametrize("name", REASONING)
@pytest.mark.parametrize("policy", ["raise", "warn", "drop"])
def test_max_tokens_becomes_max_completion_tokens(name: str, policy: str) -> None:
    sent, [loss] = applied(name, {"max_tokens": 7, "x": 1}, policy)
    assert list(sent.items()) == [("messages", MESSAGES), ("max_completion_tokens", 7), ("x", 1)]
    assert (loss.path, loss.kind) == ("max_tokens", "mapped")
    sent, [loss] = applied(name, {"max_tokens": 7, "max_completion_tokens": 9}, policy)
    assert sent == {"messages": MESSAGES, "max_completion_tokens": 9}
    assert (loss.path, loss.kind) == ("max_tokens", "dropped")


@pytest.mark.parametrize("name", REASONING)
def test_pass_maps_and_refuses_nothing(name: str) -> None:
    given = {"max_tokens": 7, **SAMPLING, "reasoning_effort": "extreme", "verbosity": "extreme"}
    sent, losses = applied(name, given, "pass")
    assert laws.identical(sent, {"messages": MESSAGES, **given})
    assert {loss.kind for loss in losses} == {"passed"}


@pytest.mark.parametrize("name", PLAIN)
def test_models_that_do_not_reason_take_everything(name: str) -> None:
    assert accepts(name, max_tokens=7, **SAMPLING)


@pytest.mark.parametrize("name", ["gpt-5-chat", "gpt-5-chat-latest", "gpt-5-chat-2026-01-01"])
def test_gpt_5_chat_is_exempt(name: str) -> None:
    assert accepts(name, max_tokens=7, **SAMPLING, reasoning_effort="minimal", verbosity="low")


@pytest.mark.parametrize("name", ["gpt-9", "o9-mini", "o33", "codex-9", "llama", "gpt-50"])
def test_models_that_are_not_catalogued_take_everything(name: str) -> None:
    assert name not in ROWS
    assert accepts(name, max_tokens=7, **SAMPLING, reasoning_effort="extreme", verbosity="x")


@pytest.mark.parametrize(
    ("name", "accepted"),
    [
        ("gpt-5", ["minimal", "low", "medium", "high"]),
        ("gpt-5-mini", ["none", "minimal", "low", "medium", "high"]),
        ("gpt-5-nano", ["none", "low", "medium", "high"]),
        ("gpt-5-codex", ["low", "medium", "high"]),
        ("gpt-5-pro", ["high"]),
        ("gpt-5.1", ["none", "low", "medium", "high"]),
        ("gpt-5.1-codex", ["low", "medium", "high"]),
        ("gpt-5.1-codex-mini", ["low", "medium", "high"]),
        ("o3-mini", ["low", "medium", "high"]),
    ],
)
def test_the_seeds_effort_table(name: str, accepted: list[str]) -> None:
    words = [effort for effort in EFFORTS if isinstance(effort, str)]
    assert [word for word in words if accepts(name, reasoning_effort=word)] == accepted


def test_the_seeds_verbosity_list() -> None:
    for name in ("gpt-5", "gpt-5.1", "gpt-5-mini", "gpt-5-nano", "gpt-5-pro"):
        assert accepts(name, verbosity="low")
        assert not accepts(name, verbosity="extreme")
    for name in ("gpt-5-codex", "gpt-5.1-codex", "gpt-5.1-codex-mini"):
        assert not accepts(name, verbosity="low")


def test_gpt_5_pro_refuses_what_its_row_excludes() -> None:
    for kind in ("code_interpreter", "computer_use_preview"):
        tools = [{"type": "function", "function": {"name": "f"}}, {"type": kind}]
        error = applied("gpt-5-pro", {"tools": tools})
        assert error.param == "tools[1].type"
        sent, [loss] = applied("gpt-5-pro", {"tools": tools}, "drop")
        assert sent["tools"] == tools[:1]
        assert loss.kind == "dropped"
    sound = {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}
    text = {"type": "text", "text": "hear this"}
    messages = [{"role": "user", "content": [text, sound]}]
    assert applied("gpt-5-pro", {"messages": messages}).param == "messages[0].content[1].type"
    sent, _ = applied("gpt-5-pro", {"messages": messages}, "drop")
    assert sent["messages"] == [{"role": "user", "content": [text]}]
    assert accepts("gpt-5", tools=[{"type": "code_interpreter"}])


@pytest.mark.parametrize("name", ["gpt-5-pro", "o1-pro"])
def test_a_model_that_cannot_stream_is_asked_without(name: str) -> None:
    sent, losses = applied(name, {"stream": True, "stream_options": {"include_usage": True}})
    assert sent == {"messages": MESSAGES}
    assert {(loss.path, loss.kind) for loss in losses} == {
        ("stream", "mapped"),
        ("stream_options", "mapped"),
    }


@pytest.mark.parametrize("name", ["o1-mini", "o1-preview", "o1-mini-2024-09-12"])
@pytest.mark.parametrize("role", ["system", "developer"])
def test_a_role_that_a_model_rejects_is_sent_as_user(name: str, role: str) -> None:
    messages = [{"role": role, "content": "be brief"}, *MESSAGES]
    sent, [loss] = applied(name, {"messages": messages})
    assert sent["messages"] == [{"role": "user", "content": "be brief"}, *MESSAGES]
    assert (loss.path, loss.kind) == ("messages[0].role", "mapped")
    assert messages[0]["role"] == role
    assert accepts("o1", messages=messages)


SUMMARIES = ("auto", "concise", "detailed")


@pytest.mark.parametrize("name", ["gpt-5", "o3-mini", "o1", "gpt-4o"])
@pytest.mark.parametrize("summary", SUMMARIES)
def test_a_summary_on_plain_chat_follows_the_policy(name: str, summary: str) -> None:
    effort = {"effort": "high", "summary": summary}
    params = {"messages": MESSAGES, "reasoning_effort": effort}
    outcome = laws.ask(params, model=name, registry=REGISTRY)
    assert isinstance(outcome.error, UnsupportedParamsError)
    assert outcome.error.param == "reasoning_effort.summary"
    assert "jackfield-openai-responses" in str(outcome.error)
    for policy in ("drop", "warn"):
        outcome = laws.ask(params, model=name, registry=REGISTRY, unsupported=policy)
        assert json.loads(outcome.body())["reasoning_effort"] == "high"
        assert [(loss.path, loss.kind) for loss in outcome.losses] == [
            ("reasoning_effort.summary", "dropped")
        ]
    outcome = laws.ask(params, model=name, registry=REGISTRY, unsupported="pass")
    assert json.loads(outcome.body())["reasoning_effort"] == effort
    assert [loss.kind for loss in outcome.losses] == ["passed"]


@pytest.mark.parametrize("name", ["gpt-5", "gpt-5.1", "gpt-4o", "gpt-9"])
def test_an_effort_in_an_object_is_sent_as_its_word(name: str) -> None:
    params = {"messages": MESSAGES, "reasoning_effort": {"effort": "low"}}
    outcome = laws.ask(params, model=name, registry=REGISTRY)
    assert json.loads(outcome.body())["reasoning_effort"] == "low"


def test_an_effort_in_an_object_is_looked_at_as_well() -> None:
    error = applied("gpt-5", {"reasoning_effort": {"effort": "xhigh"}})
    assert error.param == "reasoning_effort.effort"
    assert accepts("gpt-5.1", reasoning_effort={"effort": "none"}, temperature=0.2)
    assert not accepts("gpt-5.1", reasoning_effort={"effort": "low"}, temperature=0.2)


@pytest.mark.parametrize("name", ON_CHAT)
def test_the_pipeline_looks_at_every_call_that_a_rule_concerns(name: str) -> None:
    cases: list[dict[str, Any]] = [
        {"max_tokens": 7},
        {"reasoning_effort": "extreme"},
        {"reasoning_effort": {"effort": "extreme"}},
        {"reasoning_effort": {"effort": "low", "summary": "auto"}},
        {"verbosity": "extreme"},
        {"stream": True},
        {"tools": [{"type": "computer_use_preview"}]},
        {"messages": [{"role": "system", "content": "x"}]},
        *({name: value} for name, value in SAMPLING.items()),
    ]
    for model in forms(name):
        for case in cases:
            params = {"messages": MESSAGES, **case}
            outcome = laws.ask(params, model=f"openai/{model}", registry=REGISTRY)
            wanted = applied(model, case)
            if isinstance(wanted, UnsupportedParamsError):
                assert type(outcome.error) is UnsupportedParamsError, (model, case)
                assert outcome.error.param == wanted.param
                assert outcome.error.provider == "openai"
                assert outcome.sent == []
            else:
                assert outcome.error is None
                assert outcome.losses == wanted[1]


def test_a_default_effort_is_never_sent() -> None:
    for name in ON_CHAT:
        outcome = laws.ask({"messages": MESSAGES}, model=name, registry=REGISTRY)
        assert json.loads(outcome.body()) == {"model": name, "messages": MESSAGES}
