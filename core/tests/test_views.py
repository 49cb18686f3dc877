"""Views show raw JSON, write through to it, and follow it."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import pytest
from hypothesis import given

from jackfield.envelope import Loss
from jackfield.surfaces.chat import ChatCompletion, ChatCompletionChunk, Choice, Message, ToolCall
from jackfield.views import View, Views, child, children
from jackfield_testing import laws, strategies

SECRET = "sk-in-a-header"


class Leaf(View):
    name: str
    text: str


class Tree(View):
    a: Any
    leaf: Leaf | None = child(Leaf)
    leaves: list[Leaf] | None = children(Leaf)


@given(strategies.chat_results())
def test_results_are_shown_as_they_are(result: dict[str, Any]) -> None:
    laws.shows(ChatCompletion, result)


@given(strategies.chunk_sequences(max_choices=2))
def test_chunks_are_shown_as_they_are(
    case: tuple[dict[str, Any], list[dict[str, Any]]],
) -> None:
    for chunk in case[1][:3]:
        laws.shows(ChatCompletionChunk, chunk)


@given(strategies.json_objects(surrogates=True), strategies.json_values(), strategies.json_values())
def test_any_object_is_shown_as_it_is(raw: dict[str, Any], leaf: Any, leaves: Any) -> None:
    laws.shows(Tree, {**raw, "leaf": leaf, "leaves": leaves})
    laws.shows(Tree, {"leaves": [raw, leaf, leaves, {"name": leaf}], "leaf": raw})


@given(strategies.chat_results(), strategies.tool_calls())
def test_lists_of_views_write_through(result: dict[str, Any], call: dict[str, Any]) -> None:
    view = ChatCompletion(result)
    laws.lists_write_through(view.choices, result["choices"], {"index": 3, "message": {}})
    result["choices"] = [{"message": {"tool_calls": [call, copy.deepcopy(call)]}}]
    calls = view.choices[0].message.tool_calls
    raw = result["choices"][0]["message"]["tool_calls"]
    laws.lists_write_through(calls, raw, {"id": "new", "type": "custom"})


@given(strategies.chat_results())
def test_what_is_written_is_read_where_it_was_written(result: dict[str, Any]) -> None:
    view = ChatCompletion(result)
    for choice, raw in zip(view.choices, result["choices"], strict=True):
        choice.message.content = "changed"
        choice.message["vendor"] = {"x": 1}
        assert raw["message"]["content"] == "changed"
        assert choice.message is choice.message
        assert choice.message.vendor == {"x": 1}
        choice.message = {"role": "assistant", "content": "another"}
        assert raw["message"] == {"role": "assistant", "content": "another"}
        assert choice.message.content == "another"
    assert view.to_dict() == result


@given(strategies.chat_results(), strategies.chat_results())
def test_equality_is_that_of_the_raw(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (ChatCompletion(one) == ChatCompletion(other)) is (one == other)
    assert (ChatCompletion(one) == other) is (one == other)
    assert (ChatCompletion(one).choices == other["choices"]) is (one["choices"] == other["choices"])


@given(strategies.chat_results())
def test_a_result_shows_its_headers_only_when_asked(result: dict[str, Any]) -> None:
    headers = {"x-request-id": "req_9", "set-cookie": SECRET, "authorization": f"Bearer {SECRET}"}
    loss = Loss("seed", "dropped", "no reason")
    view = ChatCompletion(result, headers, [loss])
    copies = [view, copy.copy(view), copy.deepcopy(view), pickle.loads(pickle.dumps(view))]
    for each in copies:
        shown = f"{each!r} {each} {each.to_dict()} {each.to_json()} {dict(each.items())}"
        assert SECRET not in shown
        assert "req_9" not in shown
        assert each._response_headers == headers
        assert each.request_id == "req_9"
        assert each.warnings == [loss]
    headers["x-request-id"] = "later"
    assert view.request_id == "req_9"


@given(strategies.chat_results())
def test_json_text_of_a_view_is_its_raw(result: dict[str, Any]) -> None:
    view = ChatCompletion(result)
    assert laws.identical(json.loads(view.to_json()), result)
    assert laws.identical(json.loads(view.to_json(indent=2)), result)
    assert laws.identical(json.loads(view.model_dump_json()), result)


def test_every_key_of_the_documented_response_reads_none_when_absent() -> None:
    result = ChatCompletion(
        {"choices": [{"message": {"content": "x"}}], "usage": {"prompt_tokens_details": {}}}
    )
    message = result.choices[0].message
    for name in ("tool_calls", "function_call", "reasoning_content", "provider_specific_fields"):
        assert getattr(message, name) is None
        assert message[name] is None
    assert result.system_fingerprint is None
    assert result.usage is not None
    assert result.usage.completion_tokens_details is None
    details = result.usage.prompt_tokens_details
    for name in ("audio_tokens", "cached_tokens", "text_tokens", "image_tokens"):
        assert getattr(details, name) is None


def test_an_unknown_attribute_is_an_attribute_error_and_an_unknown_key_a_key_error() -> None:
    view = Message({"content": "x", "vendor": 1, "_odd": 2})
    assert view.vendor == 1
    assert view["_odd"] == 2
    with pytest.raises(AttributeError, match="nothing"):
        _ = view.nothing
    with pytest.raises(KeyError):
        _ = view["nothing"]
    with pytest.raises(AttributeError):
        del view.nothing
    assert not hasattr(view, "nothing")


def test_keys_that_methods_have_too_are_there_as_keys() -> None:
    view = Message({"keys": 1, "items": 2, "get": 3, "to_dict": 4})
    assert dict(view.items()) == {"keys": 1, "items": 2, "get": 3, "to_dict": 4}
    assert view["keys"] == 1
    assert view.to_dict() == {"keys": 1, "items": 2, "get": 3, "to_dict": 4}


def test_lists_hold_what_is_no_object_as_it_is() -> None:
    view = Tree({"leaves": [{"name": "a"}, None, 5, "x", [1]]})
    assert isinstance(view.leaves, Views)
    assert isinstance(view.leaves[0], Leaf)
    assert list(view.leaves[1:]) == [None, 5, "x", [1]]


def test_a_view_put_into_another_shares_its_raw() -> None:
    call = ToolCall({"id": "a", "function": {"name": "f", "arguments": ""}})
    message = Message({"role": "assistant"})
    message.tool_calls = [call]
    assert message.to_dict()["tool_calls"] == [call.to_dict()]
    call.function.arguments = "{}"
    assert message.tool_calls[0].function.arguments == "{}"


def test_two_fields_may_share_one_object_and_each_has_its_own_kind() -> None:
    class Other(View):
        name: str

    class Both(View):
        leaf: Leaf = child(Leaf)
        other: Other = child(Other)
        leaves: list[Leaf] = children(Leaf)
        others: list[Other] = children(Other)

    shared = {"name": "x"}
    several = [shared]
    for order in (("leaf", "other"), ("other", "leaf")):
        view = Both({"leaf": shared, "other": shared, "leaves": several, "others": several})
        found = {name: getattr(view, name) for name in (*order, "leaves", "others")}
        assert type(found["leaf"]) is type(view.leaves[0]) is Leaf
        assert type(found["other"]) is type(view.others[0]) is Other
        for name, value in found.items():
            assert getattr(view, name) is value


def test_views_are_true_and_not_hashable_and_show_their_fields() -> None:
    empty = Choice({})
    assert empty
    assert len(empty) == 0
    with pytest.raises(TypeError, match="unhashable"):
        hash(empty)
    assert repr(Choice({"index": 0, "message": {"content": "x"}})) == (
        "Choice(index=0, message=Message(content='x'))"
    )
    assert "vendor" in dir(Choice({"vendor": 1}))
    assert "finish_reason" in dir(Choice({}))


def test_fields_are_inherited() -> None:
    class More(Tree):
        extra: int

    assert More._fields == ("a", "leaf", "leaves", "extra")
    assert More({"leaf": {"name": "x"}, "extra": 1}).leaf == {"name": "x"}


def test_exclude_none_is_deep() -> None:
    view = ChatCompletion({"id": None, "choices": [{"index": 0, "logprobs": None}]})
    assert view.model_dump(exclude_none=True) == {"choices": [{"index": 0}]}
