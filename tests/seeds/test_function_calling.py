"""Several functions called at once, to the end of the conversation."""

from __future__ import annotations

import asyncio
import copy
import json
import os
from typing import Any

import asked
import pytest
from marks import CHAT, covers

import jackfield as litellm
from jackfield_testing import Sandbox

BLOCK = "advanced/parallel-function-calling#block:1"
MODEL = "gpt-3.5-turbo-1106"
QUESTION = "Is it warmer in San Francisco, in Tokyo or in Paris?"
TOOLS: list[Any] = [
    {
        "type": "function",
        "function": {
            "name": "weather_in",
            "description": "Say what the weather is in a city",
            "parameters": {
                "type": "object",
                "properties": {
                    "location": {"type": "string", "description": "A city, e.g. Oslo, Norway"},
                    "unit": {"type": "string", "enum": ["celsius", "fahrenheit"]},
                },
                "required": ["location"],
            },
        },
    }
]
WEATHER = {
    "tokyo": ("11", "celsius"),
    "san francisco": ("68", "fahrenheit"),
    "paris": ("19", "celsius"),
}


def weather_in(location: str, unit: str = "celsius") -> str:
    for city, (temperature, given) in WEATHER.items():
        if city in location.lower():
            return json.dumps({"place": city, "temperature": temperature, "unit": given})
    return json.dumps({"place": location, "temperature": None, "unit": unit})


def asking() -> dict[str, Any]:
    return {
        "model": MODEL,
        "messages": [{"role": "user", "content": QUESTION}],
        "tools": copy.deepcopy(TOOLS),
        "tool_choice": "auto",
    }


def run_tools(message: Any) -> list[Any]:
    """Call what the message asks for; gives the messages with the results."""
    results = []
    for call in message.tool_calls:
        arguments = json.loads(call.function.arguments)
        results.append(
            {
                "tool_call_id": call.id,
                "role": "tool",
                "name": call.function.name,
                "content": weather_in(**arguments),
            }
        )
    return results


def check_told(text: str | None) -> None:
    assert text is not None
    for city, (temperature, _) in WEATHER.items():
        assert city in text
        assert temperature in text


@covers(CHAT, both=BLOCK)
@pytest.mark.parametrize("stream", [False, True])
def test_three_calls_and_an_answer(upstream: Sandbox, stream: bool) -> None:
    os.environ["OPENAI_API_KEY"] = "sk-mine"
    request = asking()
    before = copy.deepcopy(request)
    response: Any = litellm.completion(**request, stream=stream)
    if stream:
        response = litellm.stream_chunk_builder(list(response))
    assert request == before, "what was given is not touched"
    assert str(response)
    asked.chat(
        upstream,
        {**request, **({"stream": True} if stream else {})},
        authorization="Bearer sk-mine",
    )

    response_message = response.choices[0].message
    tool_calls = response.choices[0].message.tool_calls
    assert response.choices[0].finish_reason == "tool_calls"
    assert [call.type for call in tool_calls] == ["function"] * 3
    assert len({call.id for call in tool_calls}) == 3
    places = [json.loads(call.function.arguments)["location"] for call in tool_calls]
    assert places == ["San Francisco", "Tokyo", "Paris"]

    # the message goes back as the object that it is, and each result after it
    messages = [*request["messages"], response_message, *run_tools(response_message)]
    second: Any = litellm.completion(model=MODEL, messages=messages, stream=stream)
    if stream:
        second = litellm.stream_chunk_builder(list(second))
    check_told(second.choices[0].message.content)
    assert second.choices[0].finish_reason == "stop"
    sent = upstream.last.json["messages"]
    assert sent[1] == response_message.to_dict()
    assert [one["tool_call_id"] for one in sent[2:]] == [call.id for call in tool_calls]
    asked.only(upstream, 2)


def test_asynchronously(upstream: Sandbox) -> None:
    async def run() -> Any:
        request = asking()
        first = await litellm.acompletion(**request)
        message = first.choices[0].message
        request["messages"] += [message, *run_tools(message)]
        return await litellm.acompletion(**request)

    check_told(asyncio.run(run()).choices[0].message.content)
    asked.only(upstream, 2)


def test_a_message_goes_back_as_a_dict_too(upstream: Sandbox) -> None:
    request = asking()
    message = litellm.completion(**request).choices[0].message
    request["messages"] += [message.to_dict(), *run_tools(message)]
    check_told(litellm.completion(**request).choices[0].message.content)
