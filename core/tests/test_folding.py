"""A stream folds to the answer that it streams."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield.surfaces import CHAT
from jackfield.surfaces.chat import complete, fold, split
from jackfield_testing import laws, strategies


@given(strategies.chunk_sequences())
def test_chunks_fold_to_the_result(case: tuple[dict[str, Any], list[dict[str, Any]]]) -> None:
    result, chunks = case
    laws.folds_back(CHAT, chunks, result)


@given(strategies.chat_results(min_choices=0))
def test_what_is_split_folds_back(result: dict[str, Any]) -> None:
    laws.split_folds_back(CHAT, result)


@given(strategies.chunk_sequences())
def test_a_stream_is_complete_when_every_choice_has_finished(
    case: tuple[dict[str, Any], list[dict[str, Any]]],
) -> None:
    laws.complete_only_when_finished(CHAT, case[1])


@given(strategies.chunk_sequences(), st.data())
def test_the_folded_beginning_of_a_stream_is_the_beginning_of_its_texts(
    case: tuple[dict[str, Any], list[dict[str, Any]]], data: st.DataObject
) -> None:
    result, chunks = case
    part = chunks[: data.draw(st.integers(0, len(chunks)))]
    for choice in fold(part)["choices"]:
        whole = result["choices"][choice["index"]]["message"]
        for name in ("content", "refusal", "reasoning_content"):
            if isinstance(choice["message"].get(name), str):
                assert whole[name].startswith(choice["message"][name])


@given(strategies.chunk_sequences())
def test_folding_what_was_folded_and_split_changes_nothing(
    case: tuple[dict[str, Any], list[dict[str, Any]]],
) -> None:
    result, chunks = case
    assert fold(split(fold(chunks))) == result


def streamed(*deltas: dict[str, Any], **last: Any) -> list[dict[str, Any]]:
    chunks = [
        {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [c]}
        for c in (
            *({"index": 0, "delta": d, "logprobs": None, "finish_reason": None} for d in deltas),
            {"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop", **last},
        )
    ]
    return chunks


@pytest.mark.parametrize(
    ("deltas", "message"),
    [
        (
            [{"role": "assistant", "content": ""}, {"content": "Hal"}, {"content": "lo"}],
            {"role": "assistant", "content": "Hallo"},
        ),
        (
            [{"role": "assistant", "content": None, "refusal": ""}, {"refusal": "No."}],
            {"role": "assistant", "content": None, "refusal": "No."},
        ),
        (
            [
                {"role": "assistant", "content": None},
                {
                    "tool_calls": [
                        {
                            "index": 0,
                            "id": "call_1",
                            "type": "function",
                            "function": {"name": "f", "arguments": ""},
                        }
                    ]
                },
                {"tool_calls": [{"index": 0, "function": {"arguments": '{"a"'}}]},
                {
                    "tool_calls": [
                        {
                            "index": 1,
                            "id": "call_2",
                            "type": "custom",
                            "custom": {"name": "g", "input": ""},
                        }
                    ]
                },
                {"tool_calls": [{"index": 0, "function": {"arguments": ": 1}"}}]},
                {"tool_calls": [{"index": 1, "custom": {"input": "free text"}}]},
            ],
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "f", "arguments": '{"a": 1}'},
                    },
                    {
                        "id": "call_2",
                        "type": "custom",
                        "custom": {"name": "g", "input": "free text"},
                    },
                ],
            },
        ),
        (
            # A gateway that repeats id, type and name in every piece.
            [
                {
                    "role": "assistant",
                    "tool_calls": [
                        {
                            "index": 0,
                            "id": "call_1",
                            "type": "function",
                            "function": {"name": "f", "arguments": piece},
                        }
                    ],
                }
                for piece in ("{", "}")
            ],
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "f", "arguments": "{}"},
                    }
                ],
            },
        ),
        (
            # Audio: each piece of base64 is padded by itself, or none but the last is.
            [
                {"role": "assistant", "content": None, "audio": {"id": "a"}},
                {"audio": {"data": "aGE="}},
                {"audio": {"data": "bGxv", "transcript": "ha"}},
                {"audio": {"transcript": "llo", "expires_at": 7}},
            ],
            {
                "role": "assistant",
                "content": None,
                "audio": {"id": "a", "data": "aGFsbG8=", "transcript": "hallo", "expires_at": 7},
            },
        ),
        (
            [
                {"role": "assistant", "content": None},
                {"function_call": {"name": "f", "arguments": "{"}},
                {"function_call": {"arguments": "}"}},
            ],
            {
                "role": "assistant",
                "content": None,
                "function_call": {"name": "f", "arguments": "{}"},
            },
        ),
    ],
)
def test_examples_of_messages(deltas: list[dict[str, Any]], message: dict[str, Any]) -> None:
    chunks = streamed(*deltas)
    before = copy.deepcopy(chunks)
    folded = fold(chunks)
    assert folded["choices"] == [
        {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    ]
    assert folded["object"] == "chat.completion"
    assert chunks == before


def called(id_: str | None, name: str | None, arguments: Any, index: int = 0) -> dict[str, Any]:
    """The delta of a tool call."""
    function = {"arguments": arguments} if name is None else {"name": name, "arguments": arguments}
    head: dict[str, Any] = {} if id_ is None else {"id": id_, "type": "function"}
    return {"tool_calls": [{"index": index, **head, "function": function}]}


@pytest.mark.parametrize(
    ("deltas", "calls"),
    [
        # Every call has the same index.
        (
            [called("a", "f", '{"x"'), called(None, None, ":1}"), called("b", "g", '{"y":2}')],
            [("a", "f", '{"x":1}'), ("b", "g", '{"y":2}')],
        ),
        (
            [called("a", "f", "{"), called("b", "g", "["), called(None, None, "]")],
            [("a", "f", "{"), ("b", "g", "[]")],
        ),
        # Every piece of a call has an id of its own.
        ([called("a", "f", '{"x"'), called("b", None, ":1}")], [("a", "f", '{"x":1}')]),
        ([called("a", None, ""), called("b", "f", "{}")], [("a", "f", "{}")]),
        # The id comes late.
        ([called(None, "f", "{"), called("a", None, "}")], [("a", "f", "{}")]),
        ([called("a", "f", "{"), called("a", "f", "}")], [("a", "f", "{}")]),
        (
            [called("a", "f", "", 1), called("b", "f", "", 0), called("c", "g", "", 1)],
            [("b", "f", ""), ("a", "f", ""), ("c", "g", "")],
        ),
    ],
)
def test_another_id_with_a_name_is_another_call(
    deltas: list[dict[str, Any]], calls: list[tuple[str, str, str]]
) -> None:
    found = fold(streamed(*deltas))["choices"][0]["message"]["tool_calls"]
    said = [(c["id"], c["function"]["name"], c["function"]["arguments"]) for c in found]
    assert said == calls


def test_text_that_comes_in_parts_and_bare_is_all_there() -> None:
    thinking = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}
    text = {"type": "text", "text": "4"}
    deltas: list[dict[str, Any]] = [
        {"role": "assistant", "content": ""},
        {"content": [thinking]},
        {"content": "4"},
        {"content": "2"},
    ]
    content = fold(streamed(*deltas))["choices"][0]["message"]["content"]
    assert content == [thinking, {"type": "text", "text": "42"}]
    deltas = [{"content": "4"}, {"content": [thinking]}, {"content": ""}]
    assert fold(streamed(*deltas))["choices"][0]["message"]["content"] == [text, thinking]


def test_padding_of_the_wire_is_not_part_of_the_answer() -> None:
    chunks = streamed({"role": "assistant", "content": "a", "obfuscation": "xy"})
    for chunk in chunks:
        chunk["obfuscation"] = "abc"
    folded = fold(chunks)
    assert "obfuscation" not in folded
    assert folded["choices"][0]["message"] == {"role": "assistant", "content": "a"}


def test_events_that_were_passed_on_are_not_part_of_the_answer() -> None:
    event = {"provider_specific_fields": {"stream_events": [{"type": "keepalive"}]}}
    kept = {"provider_specific_fields": {"stream_events": [1], "output_items": [2]}}
    first = {"role": "assistant", "content": "a"}
    assert fold(streamed(first, event))["choices"][0]["message"] == first
    message = fold(streamed(first, event, kept))["choices"][0]["message"]
    assert message["provider_specific_fields"] == {"output_items": [2]}


def test_things_that_come_whole_are_not_merged_by_an_index_of_their_own() -> None:
    notes = [{"type": "file_citation", "index": 3, "file_id": name} for name in "ab"]
    items = [{"type": "x", "index": 0, "x": [{"index": 1, "y": "a"}, {"index": 1, "y": "b"}]}] * 2
    deltas: list[dict[str, Any]] = [{"annotations": [note]} for note in notes]
    deltas += [{"provider_specific_fields": {"output_items": [item]}} for item in items]
    message = fold(streamed({"role": "assistant", "content": "a"}, *deltas))["choices"][0][
        "message"
    ]
    assert message["annotations"] == notes
    assert message["provider_specific_fields"]["output_items"] == items


def test_no_chunks_and_no_choices_are_not_complete() -> None:
    assert not complete([])
    assert not complete([{"choices": []}])
    assert complete(streamed({"content": "a"}))
    assert not complete(streamed({"content": "a"})[:1])


def test_choices_fold_in_the_order_of_their_indices() -> None:
    chunks = [
        {"id": "x", "choices": [{"index": index, "delta": {"content": str(index)}}]}
        for index in (2, 0, 10, 1)
    ]
    assert [c["index"] for c in fold(chunks)["choices"]] == [0, 1, 2, 10]
