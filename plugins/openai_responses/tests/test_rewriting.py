"""Which chat calls go over the bridge because of what they ask for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield.envelope import Call
from jackfield_openai.manifest import MANIFEST as CHAT
from jackfield_openai_catalogue.rows import ROWS
from jackfield_openai_responses import rewriting
from jackfield_openai_responses.manifest import MANIFEST
from jackfield_testing import laws, strategies

FUNCTION = {"type": "function", "function": {"name": "f", "parameters": {}}}
CUSTOM = {"type": "custom", "custom": {"name": "c"}}
HOSTED = {"type": "web_search"}
LATE = sorted(name for name, row in ROWS.items() if "tools_while_reasoning" in row)
ON_BOTH = sorted(name for name, row in ROWS.items() if {"chat", "responses"} <= {*row["surfaces"]})
ON_CHAT_ONLY = sorted(
    name for name, row in ROWS.items() if "chat" in row["surfaces"] and name not in ON_BOTH
)
REGISTRY = laws.registry_of(CHAT, MANIFEST)


def rewritten(model: str, official: bool = True, policy: Any = "raise", **params: Any) -> Any:
    """The name that a chat call is re-routed to, or None."""
    call = Call(
        "chat",
        model,
        {"messages": [], **params},
        name=f"openai/{model}",
        prefix="openai/",
        official=official,
        unsupported=policy,
    )
    found = laws.transform_is_pure(rewriting, call)
    if found is None:
        return None
    assert found == call.replace(model=found.model)
    return found.model


@pytest.mark.parametrize("model", [*ON_BOTH, "gpt-9", "ft:gpt-5:org::1", "gpt-5-2031-01-01"])
def test_an_effort_with_more_than_an_effort_goes_over_the_bridge(model: str) -> None:
    bridged = f"openai/responses/{model}"
    assert rewritten(model, reasoning_effort={"effort": "low", "summary": "auto"}) == bridged
    assert rewritten(model, reasoning_effort={"summary": "auto"}) == bridged
    assert rewritten(model, reasoning_effort={"effort": "low", "x_new": 1}) == bridged
    assert rewritten(model, reasoning_effort={"effort": "low"}) is None
    assert rewritten(model, reasoning_effort={}) is None
    assert rewritten(model, reasoning_effort="low") is None


@pytest.mark.parametrize("model", ON_CHAT_ONLY)
def test_what_responses_does_not_serve_stays(model: str) -> None:
    assert rewritten(model, reasoning_effort={"effort": "low", "summary": "auto"}) is None


def test_what_chat_does_not_serve_is_there_already() -> None:
    effort = {"effort": "high", "summary": "auto"}
    for model in ("gpt-5-pro", "gpt-3.5-turbo-instruct", "whisper-1"):
        assert rewritten(model, reasoning_effort=effort) is None


def test_some_models_refuse_functions_on_chat_while_they_reason() -> None:
    assert {"gpt-5.4", "gpt-5.5", "gpt-5.6"} <= {*LATE}
    assert not {"gpt-5", "gpt-5.1", "gpt-5.2", "o3", "gpt-4o"} & {*LATE}


@pytest.mark.parametrize("model", LATE)
@pytest.mark.parametrize("official", [True, False])
def test_they_get_them_over_the_bridge(model: str, official: bool) -> None:
    bridged = f"openai/responses/{model}"
    for effort in ("low", "high", {"effort": "medium"}):
        for tools in ([FUNCTION], [HOSTED, FUNCTION], [CUSTOM, FUNCTION]):
            assert rewritten(model, official, tools=tools, reasoning_effort=effort) == bridged
        functions = [FUNCTION["function"]]
        assert rewritten(model, official, functions=functions, reasoning_effort=effort) == bridged
    for effort in ("none", {"effort": "none"}):
        assert rewritten(model, official, tools=[FUNCTION], reasoning_effort=effort) is None
    for odd in ([], [CUSTOM], [HOSTED], ["x"], "x", None):
        assert rewritten(model, official, tools=odd, reasoning_effort="high") is None


@pytest.mark.parametrize("model", LATE)
def test_an_effort_that_nobody_asks_for_counts_at_openais_address(model: str) -> None:
    reasons = ROWS[model].get("effort_default", "none") != "none"
    bridged = f"openai/responses/{model}" if reasons else None
    assert rewritten(model, tools=[FUNCTION]) == bridged
    assert rewritten(model, official=False, tools=[FUNCTION]) is None


@pytest.mark.parametrize("model", ["gpt-5", "gpt-5.1", "o3", "gpt-4o", "gpt-9", "gpt-5-nano"])
def test_other_models_take_functions_on_chat(model: str) -> None:
    assert rewritten(model, tools=[FUNCTION], reasoning_effort="high") is None


def test_what_is_to_be_sent_as_it_is_is_sent_where_it_was_to_go() -> None:
    effort = {"effort": "low", "summary": "auto"}
    assert rewritten("gpt-5", policy="pass", reasoning_effort=effort) is None
    assert rewritten("gpt-5.4", policy="pass", tools=[FUNCTION], reasoning_effort="low") is None
    for policy in ("warn", "drop"):
        assert rewritten("gpt-5", policy=policy, reasoning_effort=effort) is not None


def test_a_call_that_is_on_the_bridge_stays_there() -> None:
    effort = {"effort": "low", "summary": "auto"}
    call = Call("chat", "gpt-5", {"reasoning_effort": effort}, prefix="openai/responses/")
    assert rewriting.transform_request(call) is None


@pytest.mark.parametrize(
    ("wait", "prefix", "moved"),
    [
        (True, "openai/", True),
        (False, "openai/", False),
        (None, "openai/", False),
        (True, "openai/responses/", False),
        (True, "", False),
    ],
)
def test_what_is_waited_for_is_looked_at(wait: Any, prefix: str, moved: bool) -> None:
    call = Call("responses", "gpt-5", {"input": "x", "wait": wait}, prefix=prefix)
    found = laws.transform_is_pure(rewriting, call)
    assert found == (call.replace(model="openai/responses/gpt-5") if moved else None)


@given(strategies.chat_params(), st.sampled_from(sorted(ROWS)), st.booleans())
def test_whatever_is_in_a_call_it_is_looked_at_purely(
    params: dict[str, Any], model: str, official: bool
) -> None:
    call = Call("chat", model, params, prefix="openai/", official=official)
    found = laws.transform_is_pure(rewriting, call)
    assert found is None or found == call.replace(model=f"openai/responses/{model}")


def test_every_trigger_is_declared() -> None:
    """What the rewriter looks at is what it is asked for."""
    calls: tuple[tuple[str, dict[str, Any]], ...] = (
        ("openai/gpt-5", {"reasoning_effort": {"summary": "auto"}}),
        ("gpt-4o", {"reasoning_effort": {"summary": "auto"}}),
        *((model, {"tools": [FUNCTION], "reasoning_effort": "low"}) for model in LATE),
        *((f"ft:{model}:o::1", {"tools": [FUNCTION], "reasoning_effort": "low"}) for model in LATE),
        ("gpt-5.5", {"functions": [{"name": "f"}], "reasoning_effort": "low"}),
    )
    for model, params in calls:
        outcome = laws.ask({"messages": [], **params}, model=model, registry=REGISTRY)
        assert [sent.url for sent in outcome.sent] == ["https://upstream.invalid/v1/responses"]
