"""The official SDK talks to the sandbox's responses and conversations as to the real API's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import openai
import pydantic
import pytest

from jackfield_testing import Sandbox

CITIES = "Is it warm in Tokyo and San Francisco?"
WEATHER: Any = {
    "type": "function",
    "name": "get_weather",
    "strict": True,
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
MCP = {
    "type": "mcp",
    "server_label": "books",
    "server_url": "https://mcp.example.com",
    "require_approval": "never",
}
CASES: dict[str, dict[str, Any]] = {
    "code": {"tools": [{"type": "code_interpreter", "container": {"type": "auto"}}]},
    "custom": {"tools": [{"type": "custom", "name": "run"}]},
    "files": {"tools": [{"type": "file_search", "vector_store_ids": ["vs"]}]},
    "images": {"tools": [{"type": "image_generation", "partial_images": 2}]},
    "logprobs": {"include": ["message.output_text.logprobs"], "top_logprobs": 2},
    "mcp": {"tools": [MCP]},
    "parts": {"input": "[parts=3] hello"},
    "raw reasoning": {"model": "gpt-oss-120b"},
    "reasoning": {
        "model": "gpt-5",
        "reasoning": {"summary": "auto", "effort": "low"},
        "include": ["reasoning.encrypted_content"],
    },
    "refusal": {"input": "[refuse]"},
    "search": {"tools": [{"type": "web_search"}]},
    "several": {"model": "gpt-5", "tools": [{"type": "web_search"}, MCP, WEATHER]},
    "text": {},
    "tools": {"tools": [WEATHER], "input": f"[narrate] {CITIES}"},
}


@pytest.fixture
def client(sandbox_env: Sandbox) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(max_retries=0, timeout=5) as client:
        yield client


def settled(value: Any) -> Any:
    """Leave out what the SDK adds to a folded stream."""
    if isinstance(value, dict):
        added = {"parsed", "parsed_arguments"}
        return {k: settled(v) for k, v in value.items() if k not in added}
    return [settled(item) for item in value] if isinstance(value, list) else value


def request(name: str) -> dict[str, Any]:
    return {"model": "gpt-4o", "input": CITIES, **CASES[name]}


@pytest.mark.parametrize("name", CASES)
def test_a_stream_folded_by_the_sdk_is_the_answer(client: openai.OpenAI, name: str) -> None:
    whole = client.responses.create(**request(name))
    with client.responses.stream(**request(name)) as stream:
        folded = stream.get_final_response()
    assert settled(folded.to_dict(mode="json")) == settled(whole.to_dict(mode="json"))
    again = client.responses.retrieve(whole.id)
    assert again.to_dict(mode="json") == whole.to_dict(mode="json")


@pytest.mark.parametrize("name", CASES)
def test_every_event_is_one_that_the_sdk_knows(client: openai.OpenAI, name: str) -> None:
    for event in client.responses.create(**request(name), stream=True):
        assert type(event).__name__.endswith("Event")
        type(event).model_validate(event.to_dict())


def test_every_item_is_one_that_the_sdk_knows(client: openai.OpenAI) -> None:
    for name in CASES:
        for item in client.responses.create(**request(name)).output:
            type(item).model_validate(item.to_dict())


def test_parse_gives_a_model(client: openai.OpenAI) -> None:
    class Trip(pydantic.BaseModel):
        city: str
        days: list[int]

    parsed = client.responses.parse(model="gpt-4o", input=CITIES, text_format=Trip)
    assert isinstance(parsed.output_parsed, Trip)
    assert parsed.output_parsed.city == "Tokyo"
    with client.responses.stream(model="gpt-4o", input=CITIES, text_format=Trip) as stream:
        assert stream.get_final_response().output_parsed == parsed.output_parsed


def test_a_tool_conversation(client: openai.OpenAI) -> None:
    asked = client.responses.create(model="gpt-5", input=CITIES, tools=[WEATHER])
    calls = [item for item in asked.output if item.type == "function_call"]
    assert len(calls) == 2
    outputs: list[Any] = [
        {"type": "function_call_output", "call_id": call.call_id, "output": f"{n} degrees"}
        for n, call in enumerate(calls)
    ]
    told = client.responses.create(
        model="gpt-5", input=outputs, previous_response_id=asked.id, tools=[WEATHER]
    )
    assert "get_weather says 1 degrees" in told.output_text
    items: list[Any] = [{"role": "user", "content": CITIES}, *asked.output, *outputs]
    whole = client.responses.create(model="gpt-5", input=items, tools=[WEATHER])
    assert whole.output_text == told.output_text


def test_the_rest_of_the_operations(client: openai.OpenAI) -> None:
    made = client.responses.create(model="gpt-5", input="hello")
    more = client.responses.retrieve(made.id, include=["reasoning.encrypted_content"])
    assert more.output[0].to_dict()["encrypted_content"]
    items = list(client.responses.input_items.list(made.id, order="asc"))
    assert [item.type for item in items] == ["message"]
    counted = client.responses.input_tokens.count(model="gpt-5", input="hello")
    assert made.usage is not None
    assert counted.input_tokens == made.usage.input_tokens
    compact = client.responses.compact(model="gpt-5", input="hello")
    assert [item.type for item in compact.output] == ["message", "compaction"]
    client.responses.delete(made.id)
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)


def test_the_background(client: openai.OpenAI) -> None:
    made = client.responses.create(model="gpt-4o", input="[looks=2]", background=True)
    assert made.status == "queued"
    seen = [client.responses.retrieve(made.id).status for _ in range(2)]
    assert seen == ["in_progress", "completed"]
    other = client.responses.create(model="gpt-4o", input="[stall]", background=True)
    assert client.responses.cancel(other.id).status == "cancelled"


def test_a_stream_is_resumed(client: openai.OpenAI) -> None:
    stream = client.responses.create(model="gpt-4o", input="hi", background=True, stream=True)
    events = list(stream)
    first: Any = events[0]
    rest = client.responses.retrieve(first.response.id, stream=True, starting_after=3)
    assert [event.sequence_number for event in rest] == list(range(4, len(events)))


def test_conversations(client: openai.OpenAI) -> None:
    items: list[Any] = [{"type": "message", "role": "developer", "content": "Be brief."}]
    made = client.conversations.create(items=items, metadata={"a": "b"})
    assert client.conversations.retrieve(made.id).metadata == {"a": "b"}
    client.conversations.update(made.id, metadata={"c": "d"})
    client.responses.create(model="gpt-4o", input="hello", conversation=made.id)
    listed = list(client.conversations.items.list(made.id, order="asc", limit=2))
    assert [getattr(item, "role", None) for item in listed] == ["developer", "user", "assistant"]
    added = client.conversations.items.create(made.id, items=items).data[0]
    assert added.id is not None
    assert client.conversations.items.retrieve(added.id, conversation_id=made.id) == added
    client.conversations.items.delete(added.id, conversation_id=made.id)
    assert client.conversations.delete(made.id).deleted
    with pytest.raises(openai.NotFoundError):
        client.conversations.items.list(made.id)


@pytest.mark.parametrize(
    ("fields", "kind", "code"),
    [
        ({"input": 1}, openai.BadRequestError, "invalid_type"),
        ({"model": "gpt-does-not-exist"}, openai.BadRequestError, "model_not_found"),
        ({"model": "gpt-4o!status=429"}, openai.RateLimitError, "rate_limit_exceeded"),
        ({"previous_response_id": "r"}, openai.BadRequestError, "previous_response_not_found"),
        ({"model": "gpt-5-pro", "stream": True}, openai.BadRequestError, "unsupported_value"),
    ],
)
def test_errors(
    client: openai.OpenAI, fields: dict[str, Any], kind: type[openai.APIError], code: str
) -> None:
    given: dict[str, Any] = {"model": "gpt-4o", "input": "hello", **fields}
    with pytest.raises(kind) as caught:
        client.responses.create(**given)
    assert caught.value.code == code


def test_errors_in_a_stream(client: openai.OpenAI) -> None:
    nested = client.responses.create(model="gpt-4o!error-event=3", input="x", stream=True)
    with pytest.raises(openai.APIError, match="The server had an error"):
        list(nested)
    flat = client.responses.create(model="gpt-4o!error-event=3,flat", input="x", stream=True)
    assert [event.type for event in flat][-1] == "error"


def test_it_is_the_same_asynchronously(sandbox_env: Sandbox) -> None:
    async def talk() -> None:
        async with openai.AsyncOpenAI(max_retries=0, timeout=5) as client:
            for name in ("several", "reasoning", "tools"):
                whole = await client.responses.create(**request(name))
                async with client.responses.stream(**request(name)) as stream:
                    folded = await stream.get_final_response()
                assert settled(folded.to_dict(mode="json")) == settled(whole.to_dict(mode="json"))
            items = [item async for item in client.responses.input_items.list(whole.id)]
            assert len(items) == 1
            made = await client.conversations.create()
            await client.responses.create(model="gpt-4o", input="hi", conversation=made.id)
            kept = [item async for item in client.conversations.items.list(made.id, limit=1)]
            assert len(kept) == 2

    asyncio.run(talk())
