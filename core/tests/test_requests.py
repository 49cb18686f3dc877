"""What a caller gives is what is sent."""

from __future__ import annotations

import copy
import enum
import json
import math
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jackfield import Client
from jackfield.canonical import canonical
from jackfield.errors import RequestError
from jackfield.surfaces.chat import ChatCompletion
from jackfield_testing import laws, strategies
from jackfield_testing.laws import passthrough

MODELS = st.sampled_from(["raw/m", "shaped/m"])


def sent_by_a_client(params: dict[str, Any], **settings: Any) -> bytes:
    """The body that a whole client sends, keyword arguments and all."""
    seen: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.content)
        return httpx.Response(200, json={"choices": []})

    with httpx.Client(transport=httpx.MockTransport(answer)) as session:
        client = Client(plugins=[passthrough.MANIFEST], api_key="sk-x", client_session=session)
        client.call("chat", "raw/m", **params, **settings)
    [body] = seen
    return body


@given(strategies.chat_params(surrogates=True), MODELS)
@example({"messages": [], "seed": 2**64, "x": {"b": None, "a": [None, {"z": 1, "a": 2}]}}, "raw/m")
@example({"messages": [{"role": "user", "content": "\ud83d", "x": -(2**70)}]}, "shaped/m")
@example({"metadata": {}, "messages": [], "stream_options": {"include_usage": None}}, "raw/m")
def test_every_parameter_reaches_the_wire(params: dict[str, Any], model: str) -> None:
    plain, _ = canonical(params)
    outcome = laws.ask(plain, model=model)
    assert outcome.error is None
    laws.request_survives(outcome.body(), "m", params)


@given(strategies.chat_params(surrogates=True, nulls=True), st.booleans())
def test_a_client_sends_all_but_none_and_stream_false(params: dict[str, Any], more: bool) -> None:
    given_ = {**params, "stream": False, "top_k": None} if more else params
    body = sent_by_a_client(given_)
    wanted = {name: value for name, value in params.items() if value is not None}
    laws.request_survives(body, "m", wanted)


@given(strategies.chat_params(), MODELS)
def test_a_call_changes_nothing_of_the_callers(params: dict[str, Any], model: str) -> None:
    before = copy.deepcopy(params)
    plain, _ = canonical(params)
    assert laws.identical(params, before)
    laws.exchange_is_pure(plain, model=model)
    assert laws.identical(params, before)


@given(strategies.json_objects(surrogates=True))
@example({"a": None, "messages": [1], "model": "another", "stream": False})
def test_extra_body_is_sent_as_it_is_and_wins(extra: dict[str, Any]) -> None:
    before = copy.deepcopy(extra)
    outcome = laws.ask({"messages": [], "a": 1}, extra_body=extra)
    assert outcome.error is None
    sent = json.loads(outcome.body())
    assert laws.identical(sent, {"model": "m", "messages": [], "a": 1, **extra})
    assert laws.identical(extra, before)


@given(strategies.with_a_non_finite())
@example(({"temperature": math.nan}, "temperature"))
@example(({"messages": [{"content": [{"x": [0, -math.inf]}]}]}, "messages[0].content[0].x[1]"))
@example(({"a": (1, (math.inf,))}, "a[1][0]"))
def test_nan_and_infinity_are_errors_that_name_their_place(
    case: tuple[dict[str, Any], str],
) -> None:
    params, path = case
    with pytest.raises(RequestError) as caught:
        canonical(params)
    assert caught.value.path == path
    assert path in str(caught.value)
    outcome = laws.ask({"messages": []}, extra_body=params)
    assert isinstance(outcome.error, RequestError)
    assert outcome.error.path == path
    assert outcome.sent == []


@given(strategies.json_objects(surrogates=True))
def test_plain_json_is_canonical_already(params: dict[str, Any]) -> None:
    plain, found = canonical(params)
    assert laws.identical(plain, params)
    assert found.sources == []
    assert found.typed == []
    for name, value in params.items():
        assert plain[name] is value or plain[name] == value


@given(strategies.chat_results(), strategies.messages())
def test_a_message_of_a_result_goes_back_as_it_came(
    result: dict[str, Any], message: dict[str, Any]
) -> None:
    view = ChatCompletion(result)
    plain, _ = canonical({"messages": [message, view.choices[0].message], "all": view.choices})
    assert laws.identical(plain["messages"], [message, result["choices"][0]["message"]])
    assert laws.identical(plain["all"], result["choices"])


class Colour(enum.StrEnum):
    RED = "red"


class Size(enum.IntEnum):
    BIG = 2


class Name(str):
    __slots__ = ()


def test_subclasses_of_plain_types_become_plain() -> None:
    plain, _ = canonical({"a": Colour.RED, "b": [Size.BIG], "c": Name("x"), "d": (1, (2,))})
    assert laws.identical(plain, {"a": "red", "b": [2], "c": "x", "d": [1, [2]]})


def test_a_value_that_is_no_json_is_named_by_its_place() -> None:
    with pytest.raises(RequestError, match=r"a\.b\[1\]") as caught:
        canonical({"a": {"b": [1, object()]}})
    assert caught.value.path == "a.b[1]"


def test_a_list_that_holds_itself_is_an_error() -> None:
    loop: list[Any] = []
    loop.append({"again": loop})
    with pytest.raises(RequestError, match="nested too deeply"):
        canonical({"messages": loop})


def test_a_missing_required_parameter_is_named() -> None:
    outcome = laws.ask({"temperature": 1})
    assert isinstance(outcome.error, RequestError)
    assert outcome.error.path == "messages"
    assert outcome.sent == []


def test_an_integer_too_long_to_write_is_our_error() -> None:
    outcome = laws.ask({"messages": [], "seed": 10**5000})
    assert isinstance(outcome.error, RequestError)


@given(strategies.chat_params())
def test_transform_request_of_the_plainest_plugin_is_pure(params: dict[str, Any]) -> None:
    from jackfield.envelope import Call, Event, WireResponse

    call = Call("chat", "m", params)
    laws.transform_is_pure(passthrough, call)
    laws.params_are_pure(passthrough, "chat", "m", params)
    laws.response_is_pure(passthrough, call, WireResponse(200, {}, dict(params)))
    laws.chunks_are_pure(passthrough, call, [Event(params), Event({"a": params})])
