"""What models take on responses, and on chat over the bridge: every catalogued model and policy."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield import params as parameters
from jackfield.envelope import Call
from jackfield.errors import UnsupportedParamsError
from jackfield_openai.manifest import MANIFEST as CHAT
from jackfield_openai_catalogue.rows import ROWS
from jackfield_openai_responses import hooks
from jackfield_openai_responses.manifest import MANIFEST
from jackfield_testing import laws, strategies

REGISTRY = laws.registry_of(CHAT, MANIFEST)
ON_RESPONSES = sorted(name for name, row in ROWS.items() if "responses" in row["surfaces"])
REASONING = sorted(name for name in ON_RESPONSES if ROWS[name].get("mapping") == "reasoning")
EFFORTS = ("none", "minimal", "low", "medium", "high", "xhigh", "max", "extreme")
SUMMARIES = ("auto", "concise", "detailed")
VERBOSITIES = ("low", "medium", "high", "extreme")
UNKNOWN = ("gpt-9", "o9-mini", "codex-9", "llama", "gpt-50")
HELLO = [{"role": "user", "content": "Hi"}]


def applied(surface: str, model: str, given_params: dict[str, Any], policy: Any = "raise") -> Any:
    """The parameters and the losses that the policy makes, or the error."""
    own = {"messages": HELLO} if surface == "chat" else {"input": "Hi"}
    params = {**own, **given_params}
    declared = laws.params_are_pure(hooks, surface, model, params)
    try:
        found = parameters.apply(Call(surface, model, params, unsupported=policy), declared)
    except UnsupportedParamsError as error:
        return error
    return {k: v for k, v in found.params.items() if k not in own}, found.losses


def accepts(surface: str, model: str, **params: Any) -> bool:
    found = applied(surface, model, params)
    if isinstance(found, UnsupportedParamsError):
        return False
    sent, losses = found
    assert laws.identical(sent, params)
    assert losses == ()
    return True


def paths(surface: str) -> tuple[Any, Any, Any]:
    """How an effort, a summary and a verbosity are given."""
    if surface == "responses":
        return (
            lambda word: {"reasoning": {"effort": word}},
            lambda word: {"reasoning": {"effort": None, "summary": word}},
            lambda word: {"text": {"format": {"type": "text"}, "verbosity": word}},
        )
    return (
        lambda word: {"reasoning_effort": word},
        lambda word: {"reasoning_effort": {"summary": word}},
        lambda word: {"verbosity": word},
    )


@pytest.mark.parametrize("surface", ["responses", "chat"])
@pytest.mark.parametrize("name", ON_RESPONSES)
def test_values_are_accepted_where_the_row_has_them(surface: str, name: str) -> None:
    row = ROWS[name]
    for key, words, as_given in zip(
        ("effort", "summary", "verbosity"),
        (EFFORTS, SUMMARIES, VERBOSITIES),
        paths(surface),
        strict=True,
    ):
        for word in words:
            fits = row.get(key) is None or word in row[key]
            assert accepts(surface, name, **as_given(word)) == fits, (key, word)
        if surface == "responses":
            assert accepts(surface, name, **as_given(None)), key  # a null asks for nothing


def test_an_effort_in_an_object_is_looked_at_as_well() -> None:
    for as_given, path in (
        ({"reasoning_effort": {"effort": "extreme"}}, "reasoning_effort.effort"),
        ({"reasoning": {"effort": "extreme"}}, "reasoning.effort"),
        ({"reasoning_effort": {"summary": "concise"}}, "reasoning_effort.summary"),
        ({"reasoning": {"generate_summary": "concise"}}, "reasoning.generate_summary"),
        ({"text": {"verbosity": "extreme"}}, "text.verbosity"),
    ):
        assert applied("chat", "gpt-5", as_given).param == path


@pytest.mark.parametrize("name", UNKNOWN)
@pytest.mark.parametrize("surface", ["responses", "chat"])
def test_models_that_are_not_catalogued_take_every_value(surface: str, name: str) -> None:
    for as_given in paths(surface):
        assert accepts(surface, name, **as_given("extreme"))
    assert accepts(surface, name, temperature=0.2, top_p=0.5, max_tokens=3, stream=True)


@pytest.mark.parametrize("name", REASONING)
def test_on_responses_nothing_is_mapped(name: str) -> None:
    given_params = {"temperature": 0.2, "top_p": 0.5, "max_tokens": 3, "max_output_tokens": 4}
    assert accepts("responses", name, **given_params, seed=1, n=2, stop="x", top_logprobs=2)


@pytest.mark.parametrize("name", REASONING)
def test_on_chat_sampling_is_for_models_that_do_not_reason(name: str) -> None:
    row = ROWS[name]
    efforts = row.get("effort") or ()
    for effort in (None, *efforts):
        resolved = row.get("effort_default") if effort is None else effort
        free = resolved == "none" and "none" in efforts
        chosen = {} if effort is None else {"reasoning_effort": effort}
        for param, value in {"temperature": 0.3, "top_p": 0.5, "top_logprobs": 2}.items():
            assert accepts("chat", name, **chosen, **{param: value}) == free, (effort, param)
        assert accepts("chat", name, **chosen, temperature=1)
    assert accepts("chat", name, max_tokens=7)  # which is the bridge's to map


def test_gpt_5_pro_refuses_what_its_row_excludes() -> None:
    sound = {"type": "input_audio", "input_audio": {"data": "", "format": "wav"}}
    text = {"type": "input_text", "text": "Hear this."}
    tools = [{"type": "function", "name": "f"}, {"type": "code_interpreter"}]
    for surface, name in (("responses", "input"), ("chat", "messages")):
        spoken = {name: [{"role": "user", "content": [text, sound]}]}
        assert applied(surface, "gpt-5-pro", spoken).param == f"{name}[0].content[1].type"
        assert not isinstance(applied(surface, "gpt-5", spoken), UnsupportedParamsError)
        assert applied(surface, "gpt-5-pro", {"tools": tools}).param == "tools[1].type"
        sent, [loss] = applied(surface, "gpt-5-pro", {"tools": tools}, "drop")
        assert sent == {"tools": tools[:1]}
        assert loss.kind == "dropped"


@pytest.mark.parametrize("surface", ["responses", "chat"])
@pytest.mark.parametrize("name", ["gpt-5-pro", "o1-pro"])
def test_a_model_that_cannot_stream_is_asked_without(surface: str, name: str) -> None:
    given_params = {"stream": True, "stream_options": {"include_usage": True}}
    sent, losses = applied(surface, name, given_params)
    assert sent == {}
    assert {(loss.path, loss.kind) for loss in losses} == {
        ("stream", "mapped"),
        ("stream_options", "mapped"),
    }


def test_a_role_that_a_model_rejects_is_sent_as_user_by_the_bridge_alone() -> None:
    told = [{"role": "developer", "content": "Be brief."}, *HELLO]
    sent, [loss] = applied("chat", "o1-mini", {"messages": told})
    assert (loss.path, loss.kind) == ("messages[0].role", "mapped")
    assert sent == {}
    assert accepts("responses", "o1-mini", instructions="Be brief.")


@given(strategies.chat_params(), st.sampled_from(ON_RESPONSES))
def test_pass_sends_all_that_is_given(params: dict[str, Any], name: str) -> None:
    found, losses = applied("chat", name, params, "pass")
    assert laws.identical(found, {k: v for k, v in params.items() if k != "messages"})
    assert {loss.kind for loss in losses} <= {"passed"}


@pytest.mark.parametrize("name", ON_RESPONSES)
def test_the_pipeline_looks_at_every_call_that_a_rule_concerns(name: str) -> None:
    cases: list[dict[str, Any]] = [
        {"reasoning": {"effort": "extreme"}},
        {"reasoning": {"summary": "extreme"}},
        {"text": {"verbosity": "extreme"}},
        {"tools": [{"type": "computer_use_preview"}]},
        {"stream": True},
        {"input": [{"role": "user", "content": [{"type": "input_audio"}]}]},
    ]
    forms = [name, f"ft:{name}:org::1", *([] if name[-1].isdigit() else [f"{name}-2031-01-01"])]
    for model in forms:
        for case in cases:
            wanted = applied("responses", model, case)
            for routed in (f"openai/{model}", f"openai/responses/{model}"):
                outcome = laws.ask(
                    {"input": "Hi", **case}, model=routed, surface="responses", registry=REGISTRY
                )
                if isinstance(wanted, UnsupportedParamsError):
                    assert type(outcome.error) is UnsupportedParamsError, (model, case)
                    assert outcome.error.param == wanted.param
                    assert outcome.error.provider == "openai-responses"
                    assert outcome.sent == []
                else:
                    assert outcome.losses == wanted[1], (model, case)


def test_a_default_effort_is_never_sent() -> None:
    for name in ON_RESPONSES:
        for surface, own in (("responses", {"input": "Hi"}), ("chat", {"messages": HELLO})):
            model = f"openai/responses/{name}"
            outcome = laws.ask(own, model=model, surface=surface, registry=REGISTRY)
            body = {"model": name, "input": "Hi" if surface == "responses" else HELLO}
            assert json.loads(outcome.body()) == body
