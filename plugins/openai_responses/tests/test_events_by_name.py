"""Events whose JSON has no ``type``: the name of the server-sent event says it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from rawserver import RawServer
from upstream import message, response

import jackfield
from jackfield.surfaces.responses import split
from jackfield_openai.manifest import MANIFEST as CHAT
from jackfield_openai_responses.manifest import MANIFEST
from jackfield_testing import laws
from jackfield_testing.strategies.response_objects import responses

REGISTRY = laws.registry_of(CHAT, MANIFEST)
CALLS = {
    "native": lambda c: c.responses("gpt-4o", "x", stream=True),
    "bridge": lambda c: c.completion("openai/responses/gpt-4o", [], stream=True),
}


def named(events: list[dict[str, Any]], type_: Any = ...) -> list[bytes]:
    """Server-sent events with names; their JSON is without ``type``, or with this one."""
    found = []
    for event in events:
        data = {name: value for name, value in event.items() if name != "type"}
        data = data if type_ is ... else {**data, "type": type_}
        found.append(f"event: {event['type']}\ndata: {json.dumps(data)}\n\n".encode())
    return found


@pytest.mark.parametrize("call", sorted(CALLS))
@pytest.mark.parametrize("type_", [..., None])
def test_the_name_is_the_type(
    server: RawServer, make: Callable[..., Any], call: str, type_: Any
) -> None:
    events = split(response(message("Hel", "lo")))
    server.answer = lambda asked, wire: wire.stream(named(events, type_))
    chunks = make(CALLS[call])
    folded = jackfield.stream_chunk_builder(chunks)
    if call == "native":
        assert [chunk.type for chunk in chunks] == [event["type"] for event in events]
        assert folded.output_text == "Hello"
    else:
        assert folded.choices[0].message.content == "Hello"
        assert folded.choices[0].finish_reason == "stop"


def test_a_type_that_is_there_counts(server: RawServer, make: Callable[..., Any]) -> None:
    events = split(response())
    lines = [f"event: x.y\ndata: {json.dumps(event)}\n\n".encode() for event in events]
    server.answer = lambda asked, wire: wire.stream(lines)
    chunks = make(CALLS["native"])
    assert [chunk.to_dict() for chunk in chunks] == events


def test_an_error_is_known_by_its_name(server: RawServer, make: Callable[..., Any]) -> None:
    begun = split(response())[:3]
    error = {"type": "error", "code": "server_error", "message": "broke", "param": None}
    for call in CALLS.values():
        server.answer = lambda asked, wire: wire.stream(named([*begun, error]))
        with pytest.raises(jackfield.InternalServerError, match="broke"):
            make(call)


@given(responses("completed", "incomplete"))
def test_a_stream_is_the_same_with_and_without_types(answer: dict[str, Any]) -> None:
    events = split(answer)
    typed = [f"data: {json.dumps(event)}\n\n".encode() for event in events]
    for surface, params in (("chat", {"messages": []}), ("responses", {"input": "x"})):
        one, other = (
            laws.ask(
                {**params, "stream": True},
                laws.Upstream(
                    laws.Reply(headers={"content-type": "text/event-stream"}, body=b"".join(body))
                ),
                model="openai/responses/gpt-4o",
                surface=surface,
                stream=True,
                registry=REGISTRY,
            )
            for body in (typed, named(events))
        )
        assert one.error is None
        assert other.error is None
        assert one.value == other.value
