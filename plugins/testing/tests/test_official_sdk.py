"""The official SDK talks to the sandbox as to the real API."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import openai
import pydantic
import pytest

from jackfield_testing import Sandbox

HI: Any = [{"role": "user", "content": "Is it warm in Tokyo and San Francisco?"}]
CUSTOM: Any = {"type": "custom", "custom": {"name": "run_code"}}
WEATHER: Any = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    },
}
CASES: dict[str, dict[str, Any]] = {
    "audio": {"modalities": ["text", "audio"], "audio": {"voice": "alloy", "format": "pcm16"}},
    "citations": {"web_search_options": {}},
    "function": {"functions": [WEATHER["function"]]},
    "stop": {"stop": ["sandbox"]},
    "logprobs": {"logprobs": True, "top_logprobs": 3},
    "reasoning": {"model": "gpt-5", "reasoning_effort": "low"},
    "refusal": {"messages": [{"role": "user", "content": "[refuse]"}]},
    "several": {"n": 3},
    "text": {},
    "tools": {"tools": [WEATHER]},
}


@pytest.fixture
def client(sandbox_env: Sandbox) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(max_retries=0, timeout=5) as client:
        yield client


def settled(value: Any) -> Any:
    """Leave out what the SDK adds to a folded stream, and what a stream says by silence."""
    if isinstance(value, dict):
        skipped = {"parsed", "parsed_arguments"}
        pairs = {k: settled(v) for k, v in value.items() if k not in skipped}
        if pairs.get("type") == "function" or pairs.get("type") == "custom":
            pairs.pop("index", None)
        return {k: v for k, v in pairs.items() if v not in (None, [])}
    if isinstance(value, list):
        return [settled(item) for item in value]
    return value


@pytest.mark.parametrize("name", CASES)
def test_a_stream_folded_by_the_sdk_is_the_answer(client: openai.OpenAI, name: str) -> None:
    request = {"model": "gpt-4o", "messages": HI, **CASES[name]}
    whole = client.chat.completions.create(**request)
    options: Any = {"include_usage": True}
    with client.chat.completions.stream(**request, stream_options=options) as stream:
        folded = stream.get_final_completion()
    assert settled(folded.to_dict(mode="json")) == settled(whole.to_dict(mode="json"))


def test_custom_tools(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="gpt-5", messages=HI, tools=[CUSTOM])
    made = whole.choices[0].message.tool_calls
    assert made is not None
    assert made[0].type == "custom"
    assert made[0].custom.input == "Tokyo"
    chunks = client.chat.completions.create(model="gpt-5", messages=HI, tools=[CUSTOM], stream=True)
    calls = [
        call.to_dict()
        for chunk in chunks
        for choice in chunk.choices
        for call in choice.delta.tool_calls or ()
        if call.index == 0
    ]
    inputs: list[Any] = [call["custom"] for call in calls]
    assert "".join(part["input"] for part in inputs) == "Tokyo"


def test_parse_gives_a_model(client: openai.OpenAI) -> None:
    class Event(pydantic.BaseModel):
        name: str
        day: str = pydantic.Field(pattern=r"^\d{4}-\d{2}-\d{2}$")
        guests: list[str]

    parsed = client.chat.completions.parse(model="gpt-4o", messages=HI, response_format=Event)
    event = parsed.choices[0].message.parsed
    assert isinstance(event, Event)
    assert event.name == "Tokyo"


def test_a_tool_conversation(client: openai.OpenAI) -> None:
    messages: list[Any] = list(HI)
    asked = client.chat.completions.create(model="gpt-4o", messages=messages, tools=[WEATHER])
    message = asked.choices[0].message
    assert message.tool_calls is not None
    assert len(message.tool_calls) == 2
    messages.append(message)
    messages += [
        {"role": "tool", "tool_call_id": call.id, "content": f"{n} degrees"}
        for n, call in enumerate(message.tool_calls)
    ]
    told = client.chat.completions.create(model="gpt-4o", messages=messages, tools=[WEATHER])
    assert "0 degrees" in (told.choices[0].message.content or "")
    assert "1 degrees" in (told.choices[0].message.content or "")


@pytest.mark.parametrize(
    ("fields", "key", "kind", "code"),
    [
        ({}, "sk-invalid-key", openai.AuthenticationError, "invalid_api_key"),
        ({"model": "does-not-exist"}, None, openai.NotFoundError, "model_not_found"),
        ({"messages": []}, None, openai.BadRequestError, "empty_array"),
        ({"model": "gpt-4o!status=429"}, None, openai.RateLimitError, "rate_limit_exceeded"),
        ({"model": "gpt-4o!status=403"}, None, openai.PermissionDeniedError, None),
        ({"model": "gpt-4o!status=409"}, None, openai.ConflictError, "conflict"),
        ({"model": "gpt-4o!status=422"}, None, openai.UnprocessableEntityError, None),
        ({"model": "gpt-4o!status=500"}, None, openai.InternalServerError, None),
    ],
)
def test_errors_have_the_sdks_classes(
    client: openai.OpenAI, fields: dict[str, Any], key: str | None, kind: Any, code: str | None
) -> None:
    request = {"model": "gpt-4o", "messages": HI, **fields}
    with pytest.raises(kind) as caught:
        client.with_options(api_key=key or "sk-any").chat.completions.create(**request)
    if code is not None:
        assert caught.value.code == code
    assert caught.value.request_id.startswith("req_")


def test_the_sdk_retries(client: openai.OpenAI, sandbox: Sandbox) -> None:
    patient = client.with_options(max_retries=2)
    model = "gpt-4o!status=429,retry-after-ms=1,times=2"
    assert patient.chat.completions.create(model=model, messages=HI).model == "gpt-4o-2024-08-06"
    assert len(sandbox.requests) == 3


def test_broken_streams(client: openai.OpenAI) -> None:
    def consume(fault: str) -> None:
        model = f"gpt-4o!{fault}"
        for _ in client.chat.completions.create(model=model, messages=HI, stream=True):
            pass

    with pytest.raises(openai.APIConnectionError):
        consume("cut-events=2")
    with pytest.raises(openai.APIError, match="had an error"):
        consume("error-event=2")


def test_models(client: openai.OpenAI) -> None:
    assert "gpt-4o" in [model.id for model in client.models.list()]
    assert client.models.retrieve("my-model").id == "my-model"


def test_many_at_once(sandbox: Sandbox) -> None:
    async def run() -> list[str]:
        async with openai.AsyncOpenAI(
            api_key=sandbox.api_key, base_url=sandbox.base_url, max_retries=0
        ) as client:
            made = await asyncio.gather(
                *(
                    client.chat.completions.create(model="gpt-4o", messages=HI, seed=n)
                    for n in range(40)
                )
            )
        return [completion.id for completion in made]

    assert len(set(asyncio.run(run()))) == 40
    assert len(sandbox.requests) == 40
