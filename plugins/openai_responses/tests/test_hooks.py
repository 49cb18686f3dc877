"""The hooks, whatever they are given: pure, and what they raise is one of the library's errors."""

from __future__ import annotations

import copy
import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from jackfield.envelope import Call, Event, WireRequest, WireResponse
from jackfield.errors import JackfieldError, PluginError
from jackfield.surfaces.responses import split
from jackfield_openai.manifest import MANIFEST as CHAT
from jackfield_openai_responses import hooks
from jackfield_openai_responses.manifest import MANIFEST
from jackfield_openai_responses.native import TABLE
from jackfield_testing import laws, strategies
from jackfield_testing.strategies.response_objects import responses

REGISTRY = laws.registry_of(CHAT, MANIFEST)
POLICIES = st.sampled_from(["raise", "warn", "drop", "pass"])
BRIDGED = st.sampled_from(["openai/responses/gpt-4o", "gpt-5-pro", "o1-pro", "gpt-5-codex"])
NATIVE = st.sampled_from(["gpt-4o", "openai/gpt-99", "openai/responses/gpt-4o", "gpt-5-pro"])
ON_CHAT = st.sampled_from(["gpt-audio", "openai/gpt-4o-search-preview"])

_KINDS = ["message", "function_call", "function_call_output", "reasoning", "custom_tool_call"]
_KINDS += [
    "input_text",
    "output_text",
    "input_image",
    "input_file",
    "function",
    "text",
    "image_url",
]
_KEYS = st.sampled_from(
    (
        *("type", "role", "content", "call_id", "id", "name", "arguments", "output", "summary"),
        *("text", "tool_calls", "function", "tool_call_id", "image_url", "reasoning_items"),
        *("refusal", "provider_specific_fields", "annotations", "items", "output_items"),
    )
)
_WORDS = st.sampled_from([*_KINDS, "user", "assistant", "tool", "system", "developer", "call_1"])
_LEAVES = st.none() | st.booleans() | st.integers(-2, 9) | _WORDS
_ODD = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=5),
    max_leaves=25,
)
_PARAMS = st.sampled_from(
    (
        *("tools", "tool_choice", "response_format", "reasoning_effort", "stream_options", "text"),
        *("reasoning", "include", "functions", "function_call", "web_search_options", "store"),
        *("logprobs", "top_logprobs", "verbosity", "instructions", "max_tokens", "background"),
        *("n", "stop"),
    )
)


def outcome_of(params: dict[str, Any], model: str, **settings: Any) -> Any:
    """What becomes of a call, which is the same each time and leaves its parameters alone."""
    before = copy.deepcopy(params)
    outcome = laws.ask(params, model=model, registry=REGISTRY, **settings)
    assert laws.identical(params, before)
    again = laws.ask(params, model=model, registry=REGISTRY, **settings)
    assert [o.body for o in outcome.sent] == [o.body for o in again.sent]
    assert not isinstance(outcome.error, PluginError), outcome.error
    assert outcome.error is None or isinstance(outcome.error, JackfieldError)
    return outcome


@given(strategies.chat_params(), BRIDGED, POLICIES)
def test_chat_calls_are_pure(params: dict[str, Any], model: str, policy: Any) -> None:
    outcome = outcome_of(params, model, unsupported=policy)
    for sent in outcome.sent:
        assert sent.url == "https://upstream.invalid/v1/responses"
        assert json.loads(sent.body)["model"] == model.rpartition("/")[2]


@given(_ODD, st.dictionaries(_PARAMS, _ODD, max_size=4), BRIDGED, POLICIES, st.booleans())
@example([{"role": "assistant", "tool_calls": [{}]}], {}, "gpt-5-pro", "raise", False)
def test_no_chat_call_is_odd_enough_to_crash(
    messages: Any, params: dict[str, Any], model: str, policy: Any, stream: bool
) -> None:
    given_params = {"messages": messages, **params, **({"stream": True} if stream else {})}
    outcome_of(given_params, model, unsupported=policy, stream=stream)


@given(_ODD, st.dictionaries(_PARAMS, _ODD, max_size=4), NATIVE, POLICIES)
def test_a_native_call_is_sent_as_it_is(
    given_input: Any, params: dict[str, Any], model: str, policy: Any
) -> None:
    given_params = {"input": given_input, **params}
    outcome = outcome_of(given_params, model, surface="responses", unsupported=policy)
    if policy == "pass" or model != "gpt-5-pro":
        laws.request_survives(outcome.body(), model.rpartition("/")[2], given_params)


@given(_ODD, st.dictionaries(_PARAMS, _ODD, max_size=4), ON_CHAT, POLICIES)
def test_no_call_over_chat_is_odd_enough_to_crash(
    given_input: Any, params: dict[str, Any], model: str, policy: Any
) -> None:
    given_params = {"input": given_input, **params}
    outcome = outcome_of(given_params, model, surface="responses", unsupported=policy)
    for sent in outcome.sent:
        assert sent.url == "https://upstream.invalid/v1/chat/completions"


_IDS = {name: st.just(f"{name}_1") for name in ("response_id", "conversation_id", "item_id")}


@given(st.sampled_from(sorted(TABLE)), st.fixed_dictionaries(_IDS), strategies.json_objects())
def test_every_operation_is_asked_purely(
    operation: str, ids: dict[str, str], more: dict[str, Any]
) -> None:
    params = {**more, **ids}
    for own in ("wait", "poll_interval", "wait_timeout"):
        params.pop(own, None)
    call = Call("responses", "gpt-4o", params, operation=operation, prefix="openai/")
    request = laws.transform_is_pure(hooks, call)
    assert isinstance(request, WireRequest)
    assert request.method == TABLE[operation].method
    assert "{" not in request.path
    in_path = {name for name in ids if f"{{{name}}}" in TABLE[operation].path}
    if request.method == "POST" and request.body is not None:
        elsewhere = {*in_path, *TABLE[operation].in_query}
        wanted = {name: value for name, value in params.items() if name not in elsewhere}
        sent = dict(request.body)
        if TABLE[operation].model:
            assert next(iter(sent)) == "model"
            del sent["model"]
            wanted.pop("model", None)
            sent.pop("model", None)
        assert laws.identical(sent, wanted)


@given(responses("completed", "incomplete"), st.booleans())
def test_answers_and_events_are_read_purely(response: dict[str, Any], native: bool) -> None:
    prefix = "openai/responses/"
    surface = "responses" if native else "chat"
    call = Call(surface, "gpt-4o", {"messages": [], "input": "x"}, prefix=prefix, name=prefix + "m")
    result = laws.response_is_pure(hooks, call, WireResponse(200, {}, response))
    events = [Event(event) for event in split(response)]
    chunks = laws.chunks_are_pure(hooks, call, events)
    if native:
        assert result is None
        assert chunks == [event.json for event in events]
    else:
        assert result.raw["object"] == "chat.completion"
        assert chunks[-1]["choices"][0]["finish_reason"] is not None


_ODD_EVENTS = st.lists(
    st.builds(
        lambda kind, more: {"type": kind, **more},
        st.sampled_from(
            (
                *("response.output_item.added", "response.output_item.done", "response.x.y"),
                *("response.output_text.delta", "response.function_call_arguments.delta"),
                *("response.completed", "response.created", "response.content_part.done"),
            )
        ),
        st.dictionaries(
            st.sampled_from(["item", "response", "part", "delta", "output_index", "content_index"]),
            _ODD,
            max_size=4,
        ),
    ),
    max_size=6,
)


@given(_ODD_EVENTS)
@example([{"type": "response.content_part.done", "part": {"type": []}}])
@example([{"type": "response.completed", "response": {"status": []}}])
@example([{"type": "response.output_item.added", "item": {"type": []}}])
def test_no_event_is_odd_enough_to_crash(events: list[dict[str, Any]]) -> None:
    body = b"".join(b"data: %s\n\n" % json.dumps(event).encode() for event in events)
    reply = laws.Reply(headers={"content-type": "text/event-stream"}, body=body)
    for surface, params in (("chat", {"messages": []}), ("responses", {"input": "x"})):
        outcome = laws.ask(
            {**params, "stream": True},
            laws.Upstream(reply, laws.Reply(headers=reply.headers, body=body)),
            model="openai/responses/gpt-4o",
            surface=surface,
            stream=True,
            registry=REGISTRY,
        )
        assert not isinstance(outcome.error, PluginError), outcome.error
        reply = laws.Reply(headers=reply.headers, body=body)


_CHUNK_KEYS = st.sampled_from(
    (
        *("content", "refusal", "reasoning_content", "tool_calls", "function_call", "annotations"),
        *("audio", "function", "custom", "index", "id", "type", "name", "arguments", "role"),
        *("provider_specific_fields", "reasoning_items", "items", "output_items"),
    )
)
_ODD_DELTA = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_CHUNK_KEYS, inner, max_size=4),
    max_leaves=12,
)
_ODD_CHUNKS = st.lists(
    st.fixed_dictionaries(
        {"choices": st.lists(st.builds(lambda delta: {"delta": delta}, _ODD_DELTA), max_size=2)},
        optional={"id": _LEAVES, "model": _LEAVES, "usage": _ODD, "created": _LEAVES},
    ),
    max_size=4,
)


@given(_ODD_CHUNKS)
@example([{"choices": [{"delta": [None]}]}])
@example([{"choices": [{"delta": {"tool_calls": 7}}]}])
def test_no_chunk_is_odd_enough_to_crash(chunks: list[dict[str, Any]]) -> None:
    last = {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    told = b"".join(b"data: %s\n\n" % json.dumps(c).encode() for c in [*chunks, last])
    reply = laws.Reply(
        headers={"content-type": "text/event-stream"}, body=told + b"data: [DONE]\n\n"
    )
    outcome = laws.ask(
        {"input": "x", "stream": True},
        laws.Upstream(reply),
        model="gpt-audio",
        surface="responses",
        stream=True,
        registry=REGISTRY,
    )
    assert not isinstance(outcome.error, PluginError), outcome.error


@given(_ODD)
@example([])
def test_no_answer_is_odd_enough_to_crash(answer: Any) -> None:
    for surface, params, model in (
        ("chat", {"messages": []}, "openai/responses/gpt-4o"),
        ("responses", {"input": "x"}, "gpt-4o"),
        ("responses", {"input": "x"}, "gpt-audio"),
    ):
        bodies = [{name: answer} for name in ("output", "status", "usage", "choices", "error")]
        for body in (answer, *bodies):
            reply = laws.Reply(body=json.dumps(body).encode())
            outcome = laws.ask(
                params, laws.Upstream(reply), model=model, surface=surface, registry=REGISTRY
            )
            assert not isinstance(outcome.error, PluginError), outcome.error
