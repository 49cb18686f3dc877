"""A stream of text folds to the answer that it streams."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema
import material
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield.surfaces import TEXT_COMPLETION
from jackfield.surfaces.text import TextCompletion, TextCompletionChunk, complete, fold, split
from jackfield_testing import laws, strategies

Case = tuple[dict[str, Any], list[dict[str, Any]]]


@given(strategies.text_chunk_sequences())
def test_chunks_fold_to_the_result(case: Case) -> None:
    result, chunks = case
    laws.folds_back(TEXT_COMPLETION, chunks, result)


@given(strategies.text_results(min_choices=0))
def test_what_is_split_folds_back(result: dict[str, Any]) -> None:
    laws.split_folds_back(TEXT_COMPLETION, result)
    assert laws.identical(fold(split(result)), result), "the keys are in another order"


@given(strategies.text_chunk_sequences())
def test_folding_what_was_folded_and_split_changes_nothing(case: Case) -> None:
    result, chunks = case
    assert fold(split(fold(chunks))) == result


@given(strategies.text_chunk_sequences())
def test_a_stream_is_complete_when_every_choice_has_finished(case: Case) -> None:
    laws.complete_only_when_finished(TEXT_COMPLETION, case[1])


@given(strategies.text_chunk_sequences(), st.data())
def test_the_folded_beginning_of_a_stream_is_the_beginning_of_its_texts(
    case: Case, data: st.DataObject
) -> None:
    result, chunks = case
    part = chunks[: data.draw(st.integers(0, len(chunks)))]
    for choice in fold(part)["choices"]:
        whole = result["choices"][choice["index"]]
        assert whole["text"].startswith(choice["text"])
        for name, entries in (choice["logprobs"] or {}).items():
            if entries is not None:
                assert whole["logprobs"][name][: len(entries)] == entries


@given(strategies.text_chunk_sequences())
def test_a_result_folded_from_chunks_shares_no_list_with_them(case: Case) -> None:
    _, chunks = case
    before = copy.deepcopy(chunks)
    for choice in fold(chunks)["choices"]:
        choice["text"] = "changed"
        for entries in (choice["logprobs"] or {}).values():
            if entries is not None:
                entries.append("changed")
    assert chunks == before


@given(strategies.text_results())
def test_the_strategies_make_what_the_official_schema_describes(result: dict[str, Any]) -> None:
    assert json.loads(json.dumps(result)) == result
    document = material.schemas()
    if document is None:
        pytest.skip("the official schemas are not beside this checkout")
    plain = copy.deepcopy(result)
    plain["usage"] = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    plain.pop("system_fingerprint", None)
    for choice in plain["choices"]:
        if choice["logprobs"] is not None:  # the schema knows nothing of the nulls in them
            logged = choice["logprobs"]
            choice["logprobs"] = {
                "tokens": logged["tokens"],
                "text_offset": logged["text_offset"],
                "token_logprobs": [value or 0 for value in logged["token_logprobs"]],
                "top_logprobs": [value or {} for value in logged["top_logprobs"] or ()],
            }
    schema = {**document, "$ref": "#/$defs/CreateCompletionResponse"}
    jsonschema.Draft202012Validator(schema).validate(plain)


def streamed(*choices: dict[str, Any]) -> list[dict[str, Any]]:
    shared = {"id": "cmpl-1", "object": "text_completion", "created": 1, "model": "m"}
    return [{**shared, "choices": [{"logprobs": None, **choice}]} for choice in choices]


def test_two_prompts_with_two_choices_each_are_told_apart_by_index() -> None:
    chunks = streamed(
        {"index": 2, "text": "c", "finish_reason": None},
        {"index": 0, "text": "a", "finish_reason": None},
        {"index": 3, "text": "", "finish_reason": "stop"},
        {"index": 0, "text": "b", "finish_reason": "length"},
        {"index": 1, "text": "x", "finish_reason": "stop"},
        {"index": 2, "text": "d", "finish_reason": "content_filter"},
    )
    found = [(c["index"], c["text"], c["finish_reason"]) for c in fold(chunks)["choices"]]
    assert found == [
        (0, "ab", "length"),
        (1, "x", "stop"),
        (2, "cd", "content_filter"),
        (3, "", "stop"),
    ]
    assert [complete(chunks[:end]) for end in range(7)] == [False] * 6 + [True]


def test_a_choice_without_an_end_has_no_finish_reason() -> None:
    [choice] = fold([{"choices": [{"text": "a"}]}, {"choices": [{"text": "b"}]}])["choices"]
    assert choice == {"text": "ab", "index": 0, "finish_reason": None}


def test_a_finish_reason_that_is_said_twice_stands() -> None:
    chunks = streamed(
        {"index": 0, "text": "a", "finish_reason": "length"},
        {"index": 0, "text": "", "finish_reason": "length"},
    )
    assert complete(chunks)
    assert fold(chunks)["choices"][0]["finish_reason"] == "length"


def test_lists_of_log_probabilities_are_joined_and_nulls_are_kept() -> None:
    def piece(tokens: list[str], top: Any) -> dict[str, Any]:
        logged = {
            "tokens": tokens,
            "token_logprobs": [None] * len(tokens),
            "top_logprobs": top,
            "refusal": None,
        }
        return {"index": 0, "text": "".join(tokens), "logprobs": logged, "finish_reason": None}

    chunks = streamed(
        {"index": 0, "text": "", "finish_reason": None},
        piece(["a"], None),
        piece(["b", "c"], [None, {"c": -1.5}]),
        {"index": 0, "text": "", "logprobs": None, "finish_reason": "stop"},
    )
    assert fold(chunks)["choices"] == [
        {
            "index": 0,
            "text": "abc",
            "logprobs": {
                "tokens": ["a", "b", "c"],
                "token_logprobs": [None, None, None],
                "top_logprobs": [None, {"c": -1.5}],
                "refusal": None,
            },
            "finish_reason": "stop",
        }
    ]


def test_the_usage_chunk_has_no_choices_and_padding_is_gone() -> None:
    usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
    [chunk] = streamed({"index": 0, "text": "a", "finish_reason": "stop"})
    chunks = [
        {**chunk, "usage": None, "obfuscation": "xxxx"},
        {**chunk, "choices": [], "usage": usage, "obfuscation": ""},
    ]
    folded = fold(chunks)
    assert folded["usage"] == usage
    assert "obfuscation" not in folded
    assert complete(chunks)
    assert split(folded)[-1] == {**chunk, "choices": [], "usage": usage}
    assert split(folded)[0]["usage"] is None


def test_a_null_does_not_take_back_what_was_said() -> None:
    chunks = streamed(
        {"index": 0, "text": "a", "finish_reason": "stop", "vendor": {"x": 1}},
        {"index": 0, "text": "", "finish_reason": None, "vendor": None},
    )
    chunks[0] |= {"system_fingerprint": "fp_1", "usage": {"prompt_tokens": 1}}
    chunks[1] |= {"system_fingerprint": None, "usage": None, "later": None}
    folded = fold(chunks)
    assert (folded["system_fingerprint"], folded["usage"]) == ("fp_1", {"prompt_tokens": 1})
    assert folded["later"] is None
    assert folded["choices"][0]["finish_reason"] == "stop"
    assert folded["choices"][0]["vendor"] == {"x": 1}


def test_nothing_folds_to_a_result_without_choices() -> None:
    assert fold([]) == {"object": "text_completion", "choices": []}
    assert not complete([])
    assert fold(split({"id": "x", "choices": []}))["choices"] == []


def test_views_have_the_fields_of_the_reference() -> None:
    chunk = streamed({"index": 0, "text": "a", "finish_reason": "stop"})[0]
    logged = {
        "tokens": ["a"],
        "token_logprobs": [-0.1],
        "top_logprobs": [{"a": -0.1}],
        "text_offset": [0],
    }
    chunk["choices"][0]["logprobs"] = logged
    chunk["usage"] = {"prompt_tokens": 1, "total_tokens": 1}
    for view in (TextCompletion(chunk), TextCompletionChunk(chunk)):
        choice = view.choices[0]
        assert (choice.index, choice.text, choice.finish_reason) == (0, "a", "stop")
        assert choice.logprobs is not None
        assert choice.logprobs.tokens == ["a"]
        assert choice.logprobs.token_logprobs == [-0.1]
        assert choice.logprobs.top_logprobs == [{"a": -0.1}]
        assert choice.logprobs.text_offset == [0]
        assert view.usage is not None
        assert view.usage.prompt_tokens == 1
        assert view.usage.get("completion_tokens") is None
        assert (view.id, view.object, view.model) == ("cmpl-1", "text_completion", "m")
        assert view.system_fingerprint is None
