"""Chat parameters on a text model: what is sent under each policy, and what is said about it."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import material
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield import surfaces
from jackfield.discovery import Plugin
from jackfield.envelope import Call, WireRequest
from jackfield.errors import RequestError, UnsupportedParamsError
from jackfield.params import ParamSet
from jackfield.registry import Registry
from jackfield_openai_text import hooks
from jackfield_openai_text.manifest import MANIFEST
from jackfield_openai_text.rows import UNSUPPORTED
from jackfield_testing import laws, strategies

REGISTRY = Registry(
    [
        Plugin("openai-text", "jackfield-openai-text", manifest=MANIFEST),
        Plugin("surfaces", "jackfield", manifest=surfaces.MANIFEST),
    ]
)
MODEL = "gpt-3.5-turbo-instruct"
HELLO = [{"role": "user", "content": "Hello"}]
POLICIES = st.sampled_from(["raise", "warn", "drop", "pass"])
VALUES: dict[str, Any] = {
    "tools": [{"type": "function", "function": {"name": "f"}}],
    "tool_choice": "auto",
    "parallel_tool_calls": False,
    "functions": [{"name": "f"}],
    "function_call": "none",
    "web_search_options": {},
    "reasoning_effort": "low",
    "verbosity": "low",
    "audio": {"voice": "alloy", "format": "wav"},
    "prediction": {"type": "content", "content": "x"},
    "moderation": {"model": "omni-moderation-latest"},
    "service_tier": "flex",
    "safety_identifier": "me",
    "prompt_cache_key": "k",
    "prompt_cache_options": {"ttl": "1h"},
    "prompt_cache_retention": "24h",
    "response_format": {"type": "json_object"},
    "modalities": ["text", "audio"],
    "store": True,
}


def ask(params: dict[str, Any], policy: Any = "raise", model: str = MODEL) -> laws.Outcome:
    return laws.ask(params, model=model, registry=REGISTRY, unsupported=policy)


def sent(params: dict[str, Any], policy: Any = "raise") -> tuple[dict[str, Any], list[Any]]:
    """What reaches the wire beside the model and the prompt, and the losses."""
    outcome = ask({"messages": HELLO, **params}, policy)
    assert outcome.error is None, outcome.error
    body = json.loads(outcome.body())
    assert body.pop("model") == MODEL
    assert body.pop("prompt") == "Hello"
    return body, [(loss.path, loss.kind) for loss in outcome.losses]


# Laws -------------------------------------------------------------------------------------------


@given(strategies.chat_params(), POLICIES)
def test_hooks_are_pure(params: dict[str, Any], policy: Any) -> None:
    assert isinstance(laws.params_are_pure(hooks, "chat", MODEL, params), ParamSet)
    given = {**params, "messages": HELLO}
    call = Call("chat", MODEL, given, unsupported=policy)
    assert isinstance(laws.transform_is_pure(hooks, call), WireRequest)


@given(strategies.chat_params(), POLICIES)
def test_whole_calls_are_pure(params: dict[str, Any], policy: Any) -> None:
    laws.exchange_is_pure(params, model=MODEL, registry=REGISTRY, unsupported=policy)


@given(strategies.chat_params())
def test_every_policy_does_what_it_says(params: dict[str, Any]) -> None:
    laws.policy_holds(params, hooks.supported_params("chat", MODEL, params))


@given(strategies.chat_params())
def test_dropping_loses_nothing_without_saying_so(params: dict[str, Any]) -> None:
    outcome = ask(params, "drop")
    if outcome.error is not None:
        # Every message was dropped, and the losses would have said so.
        assert isinstance(outcome.error, RequestError)
        assert outcome.error.path == "messages"
        assert all(message.get("audio") for message in params["messages"])
        return
    body = json.loads(outcome.body())
    told = {loss.path.partition(".")[0].partition("[")[0] for loss in outcome.losses}
    for name, value in params.items():
        if name not in told and name != "messages":
            assert laws.identical(body[name], value)
    assert told <= set(params)
    assert set(body) - set(params) <= {"model", "prompt", "max_tokens", "logprobs"}


@given(
    strategies.chat_params(surrogates=True), st.lists(strategies.text_messages(True), min_size=1)
)
def test_the_prompt_stands_where_the_messages_stood(
    params: dict[str, Any], messages: list[dict[str, Any]]
) -> None:
    outcome = ask({**params, "messages": messages}, "pass")
    body = json.loads(outcome.body())
    names = ["prompt" if name == "messages" else name for name in params]
    assert list(body) == ["model", *names]
    laws.says_everything(body["prompt"], messages)
    for name, value in params.items():
        if name != "messages":
            assert laws.identical(body[name], value)


@given(strategies.chat_params(unknown=False), st.lists(strategies.text_messages(), min_size=1))
def test_every_request_satisfies_the_official_schema(
    params: dict[str, Any], messages: list[dict[str, Any]]
) -> None:
    document = material.schemas()
    if document is None:
        pytest.skip("the official schemas are not beside this checkout")
    outcome = ask({**params, "messages": messages}, "drop")
    body = json.loads(outcome.body())
    schema = {**document, "$ref": "#/$defs/CreateCompletionRequest"}
    jsonschema.Draft202012Validator(schema).validate(body)
    official = document["$defs"]["CreateCompletionRequest"]["properties"]
    assert set(body) <= {*official, "metadata"}


def test_every_official_parameter_is_known_on_one_side_or_the_other() -> None:
    document = material.schemas()
    if document is None:
        pytest.skip("the official schemas are not beside this checkout")
    names: set[str] = set()
    chat = document["$defs"]["CreateChatCompletionRequest"]
    shared = [document["$defs"][part["$ref"].rpartition("/")[2]] for part in chat["allOf"][:1]]
    for part in (*chat["allOf"], *shared, *(p for s in shared for p in s.get("allOf", ()))):
        names |= set(part.get("properties", ()))
        if "$ref" in part:
            names |= set(document["$defs"][part["$ref"].rpartition("/")[2]].get("properties", ()))
    text = set(document["$defs"]["CreateCompletionRequest"]["properties"])
    assert {"messages", "temperature", "tools"} <= names
    rows = set(hooks.supported_params("chat", MODEL, None).rows)
    assert names - text - rows == {"messages", "metadata"}
    # What both have under one name and meaning has no row; the two that mean something else have.
    assert rows & text == {"logprobs", "prompt"}


# Examples ---------------------------------------------------------------------------------------


def test_what_completions_has_too_is_sent_as_given() -> None:
    given = {
        "n": 2,
        "stop": ["a", "b", "c", "d", "e"],
        "temperature": 0,
        "top_p": 1,
        "presence_penalty": 0.5,
        "frequency_penalty": -0.5,
        "logit_bias": {"50256": -100},
        "seed": 7,
        "suffix": "end",
        "echo": True,
        "best_of": 3,
        "user": "me",
        "max_tokens": 5,
        "stream_options": {"include_usage": True},
        "metadata": {"a": "b"},
        "x_new": [None],
    }
    for policy in ("raise", "warn", "drop", "pass"):
        body, losses = sent(given, policy)
        assert laws.identical(body, given)
        assert losses == []


@pytest.mark.parametrize("name", sorted(VALUES))
def test_what_a_prompt_cannot_carry_follows_the_policy(name: str) -> None:
    params = {name: VALUES[name], "seed": 1}
    outcome = ask({"messages": HELLO, **params})
    assert isinstance(outcome.error, UnsupportedParamsError)
    assert outcome.error.param == name
    assert outcome.error.model == MODEL
    assert outcome.error.provider == "openai-text"
    assert outcome.sent == []
    for policy in ("drop", "warn"):
        assert sent(params, policy) == ({"seed": 1}, [(name, "dropped")])
    assert sent(params, "pass") == (params, [(name, "passed")])


def test_every_unsupported_parameter_has_an_example() -> None:
    assert {*UNSUPPORTED} - {*VALUES} == {"prompt"}


@pytest.mark.parametrize(
    ("name", "value"),
    [("response_format", {"type": "text"}), ("modalities", ["text"]), ("store", False)],
)
def test_what_asks_for_plain_text_is_not_sent(name: str, value: Any) -> None:
    assert sent({name: value}) == ({}, [(name, "mapped")])
    assert sent({name: value}, "pass") == ({name: value}, [])


def test_max_completion_tokens_is_max_tokens() -> None:
    assert sent({"max_completion_tokens": 5}) == (
        {"max_tokens": 5},
        [("max_completion_tokens", "mapped")],
    )
    both = {"max_completion_tokens": 5, "max_tokens": 7}
    assert sent(both) == ({"max_tokens": 7}, [("max_completion_tokens", "dropped")])
    assert sent(both, "pass") == (both, [])


@pytest.mark.parametrize(
    ("given", "wire", "losses"),
    [
        ({"logprobs": True}, {"logprobs": 0}, [("logprobs", "mapped")]),
        (
            {"logprobs": True, "top_logprobs": 3},
            {"logprobs": 3},
            [("logprobs", "mapped"), ("top_logprobs", "mapped")],
        ),
        (
            {"top_logprobs": 0, "logprobs": True},
            {"logprobs": 0},
            [("logprobs", "mapped"), ("top_logprobs", "mapped")],
        ),
        ({"logprobs": False}, {}, [("logprobs", "mapped")]),
        ({"top_logprobs": 2}, {"logprobs": 2}, [("top_logprobs", "mapped")]),
        ({"logprobs": 4}, {"logprobs": 4}, []),
        ({"logprobs": 1, "top_logprobs": 2}, {"logprobs": 1}, [("top_logprobs", "dropped")]),
        ({"logprobs": 20}, {"logprobs": 20}, []),
    ],
)
def test_log_probabilities_are_a_number(
    given: dict[str, Any], wire: dict[str, Any], losses: list[Any]
) -> None:
    body, said = sent(given)
    assert laws.identical(body, wire)
    assert said == losses
    assert laws.identical(sent(given, "pass")[0], given)


@pytest.mark.parametrize("count", [6, 20, -1, True, "3", [3]])
def test_more_alternatives_than_there_can_be_follow_the_policy(count: Any) -> None:
    params = {"logprobs": True, "top_logprobs": count}
    outcome = ask({"messages": HELLO, **params})
    assert isinstance(outcome.error, UnsupportedParamsError)
    assert outcome.error.param == "top_logprobs"
    body, losses = sent(params, "drop")
    assert laws.identical(body, {"logprobs": 0})
    assert losses == [("logprobs", "mapped"), ("top_logprobs", "dropped")]
    assert laws.identical(sent(params, "pass")[0], params)


def test_alternatives_without_log_probabilities_are_unsupported() -> None:
    params = {"logprobs": False, "top_logprobs": 2}
    assert isinstance(ask({"messages": HELLO, **params}).error, UnsupportedParamsError)
    assert sent(params, "drop") == ({}, [("logprobs", "mapped"), ("top_logprobs", "dropped")])


def test_a_part_that_is_no_text_follows_the_policy() -> None:
    image = {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}}
    messages = [{"role": "user", "content": [{"type": "text", "text": "What is it?"}, image]}]
    outcome = ask({"messages": messages})
    assert isinstance(outcome.error, UnsupportedParamsError)
    assert outcome.error.param == "messages[0].content[1].type"
    outcome = ask({"messages": messages}, "drop")
    assert json.loads(outcome.body())["prompt"] == "What is it?"
    assert [(loss.path, loss.kind) for loss in outcome.losses] == [
        ("messages[0].content[1].type", "dropped")
    ]
    outcome = ask({"messages": messages}, "pass")
    assert type(outcome.error) is RequestError
    assert outcome.error.path == "messages[0].content[1].type"
    assert outcome.sent == []


@pytest.mark.parametrize("role", ["assistant", "user"])
def test_a_message_with_audio_follows_the_policy(role: str) -> None:
    spoken = {"role": role, "content": "Hm", "audio": {"id": "audio_1"}}
    messages = [spoken, *HELLO]
    outcome = ask({"messages": messages})
    assert isinstance(outcome.error, UnsupportedParamsError)
    assert outcome.error.param == "messages[0].audio"
    outcome = ask({"messages": messages}, "drop")
    assert json.loads(outcome.body())["prompt"] == "Hello"
    assert [(loss.path, loss.kind) for loss in outcome.losses] == [("messages[0].audio", "dropped")]
    outcome = ask({"messages": messages}, "pass")
    assert type(outcome.error) is RequestError
    assert outcome.error.path == "messages[0].audio"


def test_what_a_message_holds_besides_is_told() -> None:
    messages = [
        {"role": "user", "content": [{"type": "text", "text": "Hi", "cache": 1}], "x": {"y": 1}},
        {
            "role": "assistant",
            "content": "Ho",
            "annotations": [],
            "audio": None,
            "tool_calls": None,
        },
        {"role": "assistant", "content": "Ha", "reasoning_content": "hm"},
        {"role": "user", "content": "Hu"},
    ]
    outcome = ask({"messages": messages})
    body = json.loads(outcome.body())
    assert body == {
        "model": MODEL,
        "prompt": "User: Hi\n\nAssistant: Ho\n\nAssistant: Ha\n\nUser: Hu\n\nAssistant:",
    }
    assert sorted((loss.path, loss.kind) for loss in outcome.losses) == [
        ("messages[0].content[0].cache", "mapped"),
        ("messages[0].x", "mapped"),
        ("messages[2].reasoning_content", "mapped"),
    ]


def test_a_prompt_beside_messages_is_not_chosen_between() -> None:
    both = {"messages": HELLO, "prompt": "Bye"}
    assert isinstance(ask(both).error, UnsupportedParamsError)
    assert json.loads(ask(both, "drop").body())["prompt"] == "Hello"
    outcome = ask(both, "pass")
    assert type(outcome.error) is RequestError
    assert outcome.error.path == "prompt"


@pytest.mark.parametrize("params", [{}, {"prompt": "x"}])
def test_messages_are_needed(params: dict[str, Any]) -> None:
    outcome = ask(params, "pass")
    assert isinstance(outcome.error, RequestError)
    assert "messages is missing" in str(outcome.error)
    assert outcome.sent == []


@pytest.mark.parametrize("messages", ["Hello", [], [7], [{}], 5, {"role": "user"}])
@pytest.mark.parametrize("policy", ["raise", "drop", "pass"])
def test_messages_that_are_none_are_named(messages: Any, policy: str) -> None:
    outcome = ask({"messages": messages}, policy)
    assert type(outcome.error) is RequestError
    assert outcome.sent == []
