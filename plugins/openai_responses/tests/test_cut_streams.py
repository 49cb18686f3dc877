"""Streams that break off after any of their events: what came is kept, on each surface.

Streams of the sandbox and, where there are any, recorded ones; every place is tried.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import pytest
from material import recorded
from replay import recorded_events
from upstream import PLUGINS

import jackfield
from jackfield.surfaces.chat import fold
from jackfield_openai.manifest import MANIFEST as CHAT
from jackfield_openai_responses.manifest import MANIFEST
from jackfield_testing import Sandbox, laws

REGISTRY = laws.registry_of(CHAT, MANIFEST)
TOOL = {"type": "function", "name": "get_weather", "parameters": {"type": "object"}}
IN_CHAT = {"type": "function", "function": {"name": "get_weather", "parameters": {}}}
LONGEST, MOST = 60, 12
"""Of recorded streams: how many events they have at most, and how many are cut."""

RESPONSES: dict[str, dict[str, Any]] = {
    "text": {"input": "Name a river."},
    "thought": {"input": "Name a river.", "reasoning": {"effort": "low", "summary": "auto"}},
    "calls": {"input": "The weather in Tokyo and Paris? [narrate]", "tools": [TOOL]},
    "search": {"input": "What is new in Oslo?", "tools": [{"type": "web_search"}]},
    "refusal": {"input": "[refuse]"},
}
CHATS: dict[str, dict[str, Any]] = {
    "text": {"messages": [{"role": "user", "content": "Name a river."}]},
    "calls": {
        "messages": [{"role": "user", "content": "The weather in Tokyo and Paris?"}],
        "tools": [IN_CHAT],
    },
}


def outcome(surface: str, model: str, events: Iterable[Any], end: bytes = b"") -> Any:
    """What becomes of a streamed call to which these events are the answer."""
    body = b"".join(b"data: %s\n\n" % json.dumps(event).encode() for event in events) + end
    params: dict[str, Any] = {"messages": []} if surface == "chat" else {"input": "x"}
    reply = laws.Reply(headers={"content-type": "text/event-stream"}, body=body)
    return laws.ask(
        {**params, "stream": True},
        laws.Upstream(reply),
        model=model,
        surface=surface,
        stream=True,
        registry=REGISTRY,
    )


def is_cut(found: Any, whole: Any) -> list[Any]:
    """Assert that a call was cut and gave the beginning of the whole; gives the chunks."""
    assert type(found.error) is jackfield.StreamInterruptedError, found.error
    chunks: list[Any] = found.value or []
    assert chunks == whole.value[: len(chunks)]
    assert (found.error.chunks or []) == chunks
    assert (found.error.partial is None) == (not chunks)
    return chunks


def texts(events: Iterable[Any]) -> str:
    """What events have said of the output's texts."""
    return "".join(e["delta"] for e in events if e.get("type") == "response.output_text.delta")


def check_responses(events: list[Any]) -> None:
    """Cut a stream of Responses after each event, for each surface."""
    model = "openai/responses/gpt-4o"
    chat, native = (outcome(surface, model, events) for surface in ("chat", "responses"))
    assert (chat.error, native.error) == (None, None)
    assert native.value == events
    for end in range(len(events)):
        came = events[:end]
        assert is_cut(outcome("responses", model, came), native) == came
        chunks = is_cut(outcome("chat", model, came), chat)
        if end and events[0]["type"] == "response.created":
            assert chunks[0]["choices"][0]["delta"]["role"] == "assistant"
            message = fold(chunks)["choices"][0]["message"]
            assert (message["content"] or "") == texts(came)


def check_chat(chunks: list[Any]) -> None:
    """Cut a chat stream after each chunk, where a Responses call wants it."""
    whole = outcome("responses", "gpt-audio", chunks, b"data: [DONE]\n\n")
    assert whole.error is None
    said = 0
    for end in range(len(chunks)):
        events = is_cut(outcome("responses", "gpt-audio", chunks[:end]), whole)
        assert all(event["type"] != "response.completed" for event in events)
        assert len(events) >= said
        said = len(events)


# The sandbox's ------------------------------------------------------------------------------------


@pytest.fixture
def streamed(sandbox: Sandbox) -> Callable[..., list[Any]]:
    """The chunks that the sandbox gives to a call."""

    def streamed(surface: str, model: str, params: dict[str, Any]) -> list[Any]:
        given: dict[str, Any] = {
            "base_url": sandbox.base_url,
            "api_key": sandbox.api_key,
            "plugins": PLUGINS,
        }
        with jackfield.Client(**given) as client:
            return [chunk.to_dict() for chunk in client.call(surface, model, **params, stream=True)]

    return streamed


@pytest.mark.parametrize("story", sorted(RESPONSES))
def test_a_response_of_the_sandbox(streamed: Callable[..., list[Any]], story: str) -> None:
    check_responses(streamed("responses", "gpt-5-mini", RESPONSES[story]))


@pytest.mark.parametrize("story", sorted(CHATS))
def test_a_chat_completion_of_the_sandbox(streamed: Callable[..., list[Any]], story: str) -> None:
    check_chat(streamed("chat", "gpt-4o-mini", CHATS[story]))


# Recorded -----------------------------------------------------------------------------------------


@cache
def _recorded(endpoint: str) -> list[list[Any]]:
    """Recorded streams that were answered: as many different ones as there may be."""
    found: dict[str, list[Any]] = {}
    for record in recorded(endpoint):
        text = record["response"].get("sse")
        if text is None or record["response"]["status"] != 200:
            continue
        events = recorded_events(text)
        if 2 < len(events) <= LONGEST and _is_whole(events):
            kinds = {json.dumps([e.get("type"), sorted(e)]) for e in events}
            found.setdefault(" ".join(sorted(kinds)), events)
    if not found:
        pytest.skip("there is no recorded traffic beside this checkout")
    return list(found.values())[:MOST]


def _is_whole(events: list[Any]) -> bool:
    if "type" in events[-1]:
        return bool(events[-1]["type"] in ("response.completed", "response.incomplete"))
    ended = [c for e in events for c in e.get("choices") or () if c.get("finish_reason")]
    return bool(ended) and "error" not in events[-1]


def test_recorded_responses() -> None:
    for events in _recorded("/responses"):
        check_responses(events)


def test_recorded_chat_completions() -> None:
    for chunks in _recorded("/chat/completions"):
        check_chat(chunks)
