"""Recorded answers and streams, crossing between chat and Responses, say what they said.

The functions of the bridge alone, without a socket.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from material import recorded
from replay import independent_fold, recorded_events

from jackfield.surfaces.chat import complete, fold
from jackfield_openai_responses.answers.to_chat import chat_answer
from jackfield_openai_responses.answers.to_responses import responses_answer
from jackfield_openai_responses.streams.to_chat import chat_chunks
from jackfield_openai_responses.streams.to_responses import response_events
from jackfield_openai_responses.turns import items_of, message_of
from jackfield_testing.laws import bridge_answers as laws

TEXT_DELTAS = {"response.output_text.delta": "content", "response.refusal.delta": "refusal"}
KINDS = ("delta", "added", "done")


@cache
def answered(endpoint: str) -> list[dict[str, Any]]:
    """The recorded exchanges of an endpoint that were answered."""
    found = [record for record in recorded(endpoint) if record["response"]["status"] == 200]
    if not found:
        pytest.skip("there is no recorded traffic beside this checkout")
    return found


def events_of(record: dict[str, Any]) -> list[Any] | None:
    """The events of a recorded stream; None for an answer that came whole."""
    text = record["response"].get("sse")
    return None if text is None else recorded_events(text)


def responses() -> Iterator[tuple[str, dict[str, Any]]]:
    """Every recorded Response, with the record's id."""
    for record in answered("/responses"):
        events = events_of(record)
        yield record["id"], record["response"]["json"] if events is None else events[-1]["response"]


def streams(endpoint: str) -> Iterator[tuple[str, list[Any]]]:
    for record in answered(endpoint):
        events = events_of(record)
        if events is not None:
            yield record["id"], events


# Responses, seen as chat --------------------------------------------------------------------------


def test_recorded_output_comes_back_as_it_was() -> None:
    for id_, response in responses():
        output = copy.deepcopy(response["output"])
        assert items_of(message_of(response["output"])) == output, id_
        assert response["output"] == output, id_


def test_recorded_responses_say_the_same_as_chat_completions() -> None:
    for id_, response in responses():
        completion = chat_answer(response)
        laws.says_what_the_response_says(completion, response)
        choice = completion["choices"][0]
        calls = bool(choice["message"].get("tool_calls"))
        if response["status"] == "completed":
            assert choice["finish_reason"] == ("tool_calls" if calls else "stop"), id_
        elif response["status"] == "incomplete":
            assert choice["finish_reason"] in ("length", "content_filter"), id_
        else:
            assert choice["finish_reason"] is None, id_
        assert (completion["id"], completion["model"]) == (response["id"], response["model"])
        if response["usage"] is not None:
            _counts_the_same(completion["usage"], response["usage"])


def _counts_the_same(chat: dict[str, Any], usage: dict[str, Any]) -> None:
    for name, other in (("prompt", "input"), ("completion", "output")):
        assert chat[f"{name}_tokens"] == usage[f"{other}_tokens"]
        assert chat.get(f"{name}_tokens_details") == usage.get(f"{other}_tokens_details")
    assert chat["total_tokens"] == usage["total_tokens"]


def test_recorded_responses_come_back_as_they_were() -> None:
    for _, response in responses():
        if response["status"] in ("completed", "incomplete"):
            laws.response_comes_back(chat_answer, responses_answer, response)


def test_recorded_streams_fold_to_the_answer_that_they_stream() -> None:
    for _, events in streams("/responses"):
        laws.folds_to_the_answer(chat_chunks, chat_answer, events[-1]["response"], events)


@pytest.mark.parametrize("kind", KINDS)
def test_recorded_streams_without_a_kind_of_events_fold_to_the_same(kind: str) -> None:
    for id_, events in streams("/responses"):
        state: dict[str, Any] = {}
        told = [event for event in events if not event["type"].endswith(f".{kind}")]
        chunks = [c for event in told for c in chat_chunks(event, state, include_usage=True)]
        assert fold(chunks) == chat_answer(events[-1]["response"]), id_
        assert complete(chunks), id_


def test_every_recorded_piece_of_text_is_said_when_it_comes() -> None:
    for id_, events in streams("/responses"):
        state: dict[str, Any] = {}
        for event in events:
            chunks = chat_chunks(event, state)
            name = TEXT_DELTAS.get(event["type"])
            if name is not None:
                said = [chunk["choices"][0]["delta"] for chunk in chunks]
                assert said == ([{name: event["delta"]}] if event["delta"] else []), id_


# Chat, seen as Responses --------------------------------------------------------------------------


def test_recorded_chat_completions_say_the_same_as_responses() -> None:
    for record in answered("/chat/completions"):
        completion = record["response"].get("json")
        if completion is not None and events_of(record) is None:
            laws.answer_comes_back(responses_answer, chat_answer, completion)


def test_recorded_chat_streams_are_told_as_responses() -> None:
    for id_, chunks in streams("/chat/completions"):
        events, items = laws.tells_a_response(response_events, chunks, {"input": "Hi"})
        response = events[-1]["response"]
        assert response == responses_answer(fold(chunks), {"input": "Hi"}), id_
        assert items == response["output"], id_
        said = independent_fold(chunks)["choices"][0]
        parts = [p for i in items if i["type"] == "message" for p in i["content"]]
        text = "".join(part["text"] for part in parts if part["type"] == "output_text")
        assert text == said["content"], id_
        calls = [
            (i["call_id"], i["name"], i["arguments"]) for i in items if i["type"] == "function_call"
        ]
        assert calls == said["calls"], id_
