"""Streams of responses: their framing, the order of their events, resuming, and faults."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from jackfield_testing import Sandbox

WEATHER = {"type": "function", "name": "get_weather", "parameters": None}
MCP = {"type": "mcp", "server_label": "m", "server_url": "https://m.example.com"}
BEGIN = ["response.created", "response.in_progress"]
ADDED, DONE = "response.output_item.added", "response.output_item.done"
PART = "response.content_part"
TEXT = "response.output_text"


def stream(client: httpx.Client, input: Any, **fields: Any) -> list[dict[str, Any]]:
    body = {"model": "gpt-4o", "input": input, "stream": True, **fields}
    reply = client.post("/responses", json=body)
    assert reply.status_code == 200, reply.text
    return parsed(reply)


def parsed(reply: httpx.Response) -> list[dict[str, Any]]:
    """Take a stream apart; the name of each event has to be its type."""
    assert reply.headers["content-type"].startswith("text/event-stream")
    found = []
    for block in reply.text.split("\n\n")[:-1]:
        name, data = block.split("\n")
        event = json.loads(data.removeprefix("data: "))
        assert name == f"event: {event['type']}"
        found.append(event)
    return found


def outline(events: list[dict[str, Any]]) -> list[str]:
    """Give the types in order, with each run of deltas as one."""
    kinds = [event["type"] for event in events]
    return [k for n, k in enumerate(kinds) if n == 0 or k != kinds[n - 1]]


def message(*inner: str) -> list[str]:
    return [ADDED, f"{PART}.added", *inner, f"{PART}.done", DONE]


SAID = message(f"{TEXT}.delta", f"{TEXT}.done")
SUMMARY = "response.reasoning_summary"
CASES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "text": ({"input": "hello"}, SAID),
    "refusal": (
        {"input": "[refuse]"},
        message("response.refusal.delta", "response.refusal.done"),
    ),
    "function": (
        {"input": "Rome", "tools": [WEATHER]},
        [
            ADDED,
            "response.function_call_arguments.delta",
            "response.function_call_arguments.done",
            DONE,
        ],
    ),
    "custom": (
        {"input": "Rome", "tools": [{"type": "custom", "name": "run"}]},
        [
            ADDED,
            "response.custom_tool_call_input.delta",
            "response.custom_tool_call_input.done",
            DONE,
        ],
    ),
    "reasoning": (
        {"input": "x", "model": "gpt-5", "reasoning": {"summary": "detailed"}},
        [
            ADDED,
            *[
                f"{SUMMARY}_part.added",
                f"{SUMMARY}_text.delta",
                f"{SUMMARY}_text.done",
                f"{SUMMARY}_part.done",
            ]
            * 2,
            DONE,
            *SAID,
        ],
    ),
    "silent reasoning": ({"input": "x", "model": "gpt-5"}, [ADDED, DONE, *SAID]),
    "raw reasoning": (
        {"input": "x", "model": "gpt-oss-20b"},
        [
            *message("response.reasoning_text.delta", "response.reasoning_text.done"),
            *SAID,
        ],
    ),
    "web search": (
        {"input": "Rome", "tools": [{"type": "web_search"}]},
        [
            ADDED,
            "response.web_search_call.in_progress",
            "response.web_search_call.searching",
            "response.web_search_call.completed",
            DONE,
            *message(f"{TEXT}.delta", f"{TEXT}.annotation.added", f"{TEXT}.done"),
        ],
    ),
    "file search": (
        {"input": "Rome", "tools": [{"type": "file_search", "vector_store_ids": ["vs"]}]},
        [
            ADDED,
            "response.file_search_call.in_progress",
            "response.file_search_call.searching",
            "response.file_search_call.completed",
            DONE,
            *message(f"{TEXT}.delta", f"{TEXT}.annotation.added", f"{TEXT}.done"),
        ],
    ),
    "code": (
        {"input": "x", "tools": [{"type": "code_interpreter", "container": {"type": "auto"}}]},
        [
            ADDED,
            "response.code_interpreter_call.in_progress",
            "response.code_interpreter_call_code.delta",
            "response.code_interpreter_call_code.done",
            "response.code_interpreter_call.interpreting",
            "response.code_interpreter_call.completed",
            DONE,
            *SAID,
        ],
    ),
    "image": (
        {"input": "x", "tools": [{"type": "image_generation", "partial_images": 1}]},
        [
            ADDED,
            "response.image_generation_call.in_progress",
            "response.image_generation_call.generating",
            "response.image_generation_call.partial_image",
            "response.image_generation_call.completed",
            DONE,
            *message(f"{TEXT}.done"),
        ],
    ),
    "mcp": (
        {"input": "x", "tools": [{**MCP, "require_approval": "never"}]},
        [
            ADDED,
            "response.mcp_list_tools.in_progress",
            "response.mcp_list_tools.completed",
            DONE,
            ADDED,
            "response.mcp_call.in_progress",
            "response.mcp_call_arguments.delta",
            "response.mcp_call_arguments.done",
            "response.mcp_call.completed",
            DONE,
            *SAID,
        ],
    ),
    "approval": (
        {"input": "x", "tools": [MCP]},
        [
            ADDED,
            "response.mcp_list_tools.in_progress",
            "response.mcp_list_tools.completed",
            DONE,
            ADDED,
            DONE,
        ],
    ),
    "parts": (
        {"input": "x [parts=2]"},
        [
            ADDED,
            *[f"{PART}.added", f"{TEXT}.delta", f"{TEXT}.done", f"{PART}.done"] * 2,
            DONE,
        ],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_events_come_in_the_api_s_order(client: httpx.Client, name: str) -> None:
    fields, expected = CASES[name]
    assert outline(stream(client, **fields)) == [*BEGIN, *expected, "response.completed"]


@pytest.mark.parametrize(
    ("input", "last"),
    [
        ("[fail] a b c", "response.failed"),
        ("[filter] a b c", "response.incomplete"),
        ("a b c", "response.incomplete"),
    ],
)
def test_other_ends(client: httpx.Client, input: str, last: str) -> None:
    events = stream(client, input, max_output_tokens=16)
    assert outline(events) == [*BEGIN, *SAID, last]
    assert events[-2]["item"]["status"] == "incomplete"
    assert events[-1]["response"]["status"] == last.removeprefix("response.")


def test_an_mcp_call_that_fails(client: httpx.Client) -> None:
    events = stream(client, "[mcp-error]", tools=[{**MCP, "require_approval": "never"}])
    assert "response.mcp_call.failed" in outline(events)
    assert "response.mcp_call.completed" not in outline(events)


def test_the_fields_come_as_the_api_sends_them(client: httpx.Client) -> None:
    delta = next(e for e in stream(client, "hello") if e["type"] == f"{TEXT}.delta")
    assert " ".join(delta) == (
        "type content_index delta item_id logprobs obfuscation output_index sequence_number"
    )


def test_a_stream_begins_with_what_is_not_known_yet(client: httpx.Client) -> None:
    created, in_progress, *_, completed = stream(client, "hello", store=False)
    assert created["response"] == in_progress["response"]
    begun, ended = created["response"], completed["response"]
    assert list(begun) == list(ended)
    changed = {name for name in begun if begun[name] != ended[name]}
    assert changed == {"status", "completed_at", "output", "service_tier", "usage"}


def test_encrypted_content_grows(client: httpx.Client) -> None:
    include = ["reasoning.encrypted_content"]
    events = stream(client, "hello", model="gpt-5", include=include)
    begun, ended = (e["item"]["encrypted_content"] for e in events[2:4])
    assert len(begun) < len(ended)


def test_obfuscation_can_be_left_out(client: httpx.Client) -> None:
    options = {"include_obfuscation": False}
    events = stream(client, "hello", stream_options=options)
    assert not any("obfuscation" in event for event in events)


def test_log_probabilities_come_with_their_delta(client: httpx.Client) -> None:
    events = stream(client, "hello", include=["message.output_text.logprobs"])
    for event in events:
        if event["type"] == f"{TEXT}.delta":
            assert [entry["token"] for entry in event["logprobs"]] == [event["delta"]]


class TestResuming:
    def test_a_response_is_streamed_again_from_any_place(self, client: httpx.Client) -> None:
        events = stream(client, "hello", background=True)
        assert outline(events)[:3] == ["response.created", "response.queued", BEGIN[1]]
        assert events[0]["response"]["status"] == "queued"
        id = events[0]["response"]["id"]
        for after in (0, 5, len(events) - 2):
            query = f"/responses/{id}?stream=true&starting_after={after}"
            assert parsed(client.get(query)) == events[after + 1 :]
        assert parsed(client.get(f"/responses/{id}?stream=true")) == events

    def test_it_shows_what_is_included(self, client: httpx.Client) -> None:
        id = stream(client, "hello", model="gpt-5")[0]["response"]["id"]
        query = "stream=true&include[]=reasoning.encrypted_content&include_obfuscation=false"
        events = parsed(client.get(f"/responses/{id}?{query}"))
        assert "encrypted_content" in events[-1]["response"]["output"][0]
        assert not any("obfuscation" in event for event in events)

    def test_one_that_never_ends(self, client: httpx.Client) -> None:
        events = stream(client, "[stall]", background=True)
        assert outline(events) == ["response.created", "response.queued", BEGIN[1]]

    @pytest.mark.parametrize("query", ["stream=maybe", "stream=true&starting_after=x"])
    def test_queries_that_make_no_sense(self, client: httpx.Client, query: str) -> None:
        id = stream(client, "hello")[0]["response"]["id"]
        reply = client.get(f"/responses/{id}?{query}")
        assert reply.status_code == 400
        assert reply.json()["error"]["code"] == "invalid_type"


class TestFaults:
    BODY = {"input": "hello", "stream": True}

    def events(self, client: httpx.Client, fault: str) -> list[dict[str, Any]]:
        body = {**self.BODY, "model": f"gpt-4o!{fault}"}
        return parsed(client.post("/responses", json=body))

    def test_an_error_event_is_nested_as_the_api_s_are(self, client: httpx.Client) -> None:
        events = self.events(client, "error-event=4,code=rate_limit_exceeded,type=tokens")
        assert len(events) == 5
        assert events[-1]["type"] == "error"
        assert events[-1]["sequence_number"] == 4
        assert events[-1]["error"]["code"] == "rate_limit_exceeded"
        assert events[-1]["error"]["type"] == "tokens"

    def test_or_flat_as_the_reference_has_them(self, client: httpx.Client, official: Any) -> None:
        events = self.events(client, "error-event=0,flat,code=server_error")
        (event,) = events
        assert list(event) == ["type", "code", "message", "param", "sequence_number"]
        assert event["code"] == "server_error"
        official("ResponseErrorEvent", event)

    def test_a_stream_without_its_end(self, client: httpx.Client) -> None:
        events = self.events(client, "no-done")
        assert events[-1]["type"] == DONE

    def test_a_stream_that_is_cut(self, client: httpx.Client, sandbox: Sandbox) -> None:
        body = {**self.BODY, "model": "gpt-4o!cut-events=3"}
        with (
            pytest.raises(httpx.RemoteProtocolError),
            client.stream("POST", "/responses", json=body) as reply,
        ):
            for _ in reply.iter_bytes():
                pass

    def test_a_line_that_is_broken(self, client: httpx.Client) -> None:
        body = {**self.BODY, "model": "gpt-4o!malformed,error-event=2"}
        blocks = client.post("/responses", json=body).text.split("\n\n")
        with pytest.raises(json.JSONDecodeError):
            json.loads(blocks[1].partition("data: ")[2])
        assert '"sequence_number":2' in blocks[2]

    def test_a_status(self, client: httpx.Client) -> None:
        reply = client.post("/responses", json={**self.BODY, "model": "gpt-4o!status=500"})
        assert reply.status_code == 500
        assert reply.json()["error"]["type"] == "server_error"


def test_there_is_no_done_at_the_end(client: httpx.Client) -> None:
    body = {"model": "gpt-4o", "input": "hello", "stream": True}
    assert "[DONE]" not in client.post("/responses", json=body).text
