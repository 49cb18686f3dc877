"""Chat over a stream of Responses whose pieces are in disorder: the answer, or an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from rawserver import RawServer
from upstream import lines, message, response

import jackfield
from jackfield.surfaces.chat import ChatCompletion
from jackfield.surfaces.responses import split
from jackfield_openai_responses import losses
from jackfield_openai_responses.answers.to_chat import chat_answer
from jackfield_openai_responses.losses import TO_CHAT
from jackfield_openai_responses.streams.to_chat import chat_chunks
from jackfield_testing.laws import bridge_answers as laws
from jackfield_testing.strategies.responses import disordered_streams

HELLO = [{"role": "user", "content": "Hello"}]
CALL = {
    "type": "function_call",
    "id": "fc_1",
    "call_id": "call_1",
    "name": "f",
    "arguments": '{"a":12,"b":3}',
    "status": "completed",
}
CUSTOM = {"type": "custom_tool_call", "id": "ctc_1", "call_id": "c", "name": "g", "input": "abcd"}
REFUSED = {**message(), "content": [{"type": "refusal", "refusal": "Paris is no"}]}
THOUGHT = {
    "type": "reasoning",
    "id": "rs_1",
    "summary": [{"type": "summary_text", "text": "Paris is nice"}],
}
ITEMS = [message("Paris is nice"), REFUSED, THOUGHT, CALL, CUSTOM]
PIECES = {"message": 3, "reasoning": 3, "function_call": 4, "custom_tool_call": 3}


@given(disordered_streams())
def test_it_is_the_answer_or_an_error_that_has_it(
    case: tuple[dict[str, Any], list[dict[str, Any]]],
) -> None:
    laws.says_the_answer_or_that_it_did_not(chat_chunks, chat_answer, *case)


def pieces(item: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of a response of one item, whose text comes in several pieces."""
    found: list[dict[str, Any]] = []
    for event in split(response(item)):
        if not event["type"].endswith(".delta"):
            found.append(event)
            continue
        text, count = event["delta"], PIECES[item["type"]]
        size = -(-len(text) // count)
        found += [{**event, "delta": text[at : at + size]} for at in range(0, len(text), size)]
    return [{**event, "sequence_number": number} for number, event in enumerate(found)]


def swapped(events: list[dict[str, Any]], at: int) -> list[dict[str, Any]]:
    return [*events[:at], events[at + 1], events[at], *events[at + 2 :]]


def lost(events: list[dict[str, Any]], at: int) -> list[dict[str, Any]]:
    return [*events[:at], *events[at + 1 :]]


@pytest.mark.parametrize("item", ITEMS, ids=["text", "refusal", "reasoning", "call", "custom"])
@pytest.mark.parametrize("upset", [swapped, lost])
def test_pieces_in_disorder_are_an_error_with_the_right_answer(
    server: RawServer, make: Any, item: dict[str, Any], upset: Callable[..., Any]
) -> None:
    events = pieces(item)
    at = next(at for at, event in enumerate(events) if event["type"].endswith(".delta"))
    server.answer = lambda asked, wire: wire.stream(
        lines(upset(events, at)), headers={"x-request-id": "req_1"}
    )
    ask: Any = lambda c: c.completion("openai/responses/gpt-4o", HELLO, stream=True)
    with pytest.raises(jackfield.APIResponseValidationError) as caught:
        make(ask, max_retries=2)
    assert len(server.requests) == 1
    assert isinstance(caught.value.partial, ChatCompletion)
    assert caught.value.partial.to_dict() == chat_answer(events[-1]["response"])
    assert caught.value.request_id == "req_1"
    assert caught.value.chunks
    server.answer = lambda asked, wire: wire.stream(lines(events))
    folded = jackfield.stream_chunk_builder(make(ask)).to_dict()
    assert folded["choices"] == chat_answer(events[-1]["response"])["choices"]
    row = losses.row(TO_CHAT, "stream", "event", "pieces that are not the text")
    assert row.outcome == "error"


def test_blanks_that_a_server_trims_in_the_end_are_no_disorder(
    server: RawServer, make: Any
) -> None:
    events = pieces(message("\n\nParis \n"))
    events[-1] = {**events[-1], "response": response(message("Paris"))}
    server.answer = lambda asked, wire: wire.stream(lines(events))
    chunks = make(lambda c: c.completion("openai/responses/gpt-4o", HELLO, stream=True))
    folded = jackfield.stream_chunk_builder(chunks)
    assert folded.choices[0].message.content == "\n\nParis \n"


def test_where_nothing_says_the_whole_the_pieces_count(server: RawServer, make: Any) -> None:
    events = [e for e in pieces(message("Paris is nice")) if not e["type"].endswith("done")]
    events[-1] = {**events[-1], "response": {**events[-1]["response"], "output": []}}
    server.answer = lambda asked, wire: wire.stream(lines(events))
    chunks = make(lambda c: c.completion("openai/responses/gpt-4o", HELLO, stream=True))
    folded = jackfield.stream_chunk_builder(chunks)
    assert folded.choices[0].message.content == "Paris is nice"
