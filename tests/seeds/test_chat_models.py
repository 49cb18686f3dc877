"""Every row of the tables of chat, vision and fine-tuned models."""

from __future__ import annotations

import asyncio
from typing import Any

import asked
import pytest
from marks import CHAT, covers

import jackfield
from jackfield import completion
from jackfield_testing import Sandbox

TABLE = "openai-chat-completion-models"
VISION = "openai-vision-models"
TUNED = "openai-fine-tuned-models"

# Row to the model that its call names, where that is another.
LATER = (
    "gpt-5",
    "gpt-5-mini",
    "gpt-5-nano",
    "gpt-5-chat",
    "gpt-5-chat-latest",
    "gpt-5-2025-08-07",
    "gpt-5-mini-2025-08-07",
    "gpt-5-nano-2025-08-07",
    "gpt-5.1",
    "gpt-4.1",
    "gpt-4.1-mini",
    "gpt-4.1-nano",
    "o4-mini",
    "o3-mini",
    "o3",
)
BOTH = (
    "o1-mini",
    "o1-preview",
    "gpt-4o-mini",
    "gpt-4o-mini-2024-07-18",
    "gpt-4o",
    "gpt-4o-2024-08-06",
    "gpt-4o-2024-05-13",
    "gpt-4-turbo",
    "gpt-4-turbo-preview",
    "gpt-4-0125-preview",
    "gpt-4-1106-preview",
    "gpt-3.5-turbo-1106",
    "gpt-3.5-turbo",
    "gpt-3.5-turbo-0301",
    "gpt-3.5-turbo-0613",
    "gpt-3.5-turbo-16k",
    "gpt-3.5-turbo-16k-0613",
    "gpt-4",
    "gpt-4-0314",
    "gpt-4-0613",
    "gpt-4-32k",
    "gpt-4-32k-0314",
    "gpt-4-32k-0613",
)
CALLED = {"gpt-4-turbo-preview": "gpt-4-0125-preview"}
SEEING = ("gpt-4o", "gpt-4-turbo", "gpt-4-vision-preview")
BASES = (
    "gpt-4-0613",
    "gpt-4o-2024-05-13",
    "gpt-3.5-turbo-0125",
    "gpt-3.5-turbo-1106",
    "gpt-3.5-turbo-0613",
)


def rows() -> list[Any]:
    made = [pytest.param(row, marks=covers(CHAT, later=f"{TABLE}#row:{row}")) for row in LATER]
    made += [pytest.param(row, marks=covers(CHAT, both=f"{TABLE}#row:{row}")) for row in BOTH]
    return made


@pytest.mark.parametrize("row", rows())
def test_a_chat_model(upstream: Sandbox, messages: list, row: str) -> None:
    model = CALLED.get(row, row)
    body = {"model": model, "messages": messages}
    response = completion(model=model, messages=messages)
    assert "Hello, how are you?" in (response.choices[0].message.content or "")
    asked.chat(upstream, body)

    chunks = list(completion(model=model, messages=messages, stream=True))
    asked.chat(upstream, {**body, "stream": True})
    folded = jackfield.stream_chunk_builder(chunks)
    assert folded.choices[0].message.content == response.choices[0].message.content

    again = asyncio.run(jackfield.acompletion(model="openai/" + model, messages=messages))
    assert again == response
    asked.chat(upstream, body)
    asked.only(upstream, 3)


@pytest.mark.parametrize("row", ["gpt-4-turbo-preview"])
def test_a_name_that_its_row_replaces_works_as_well(
    upstream: Sandbox, messages: list, row: str
) -> None:
    completion(model=row, messages=messages)
    asked.chat(upstream, {"model": row, "messages": messages})


@pytest.mark.parametrize(
    "row", [pytest.param(row, marks=covers(CHAT, both=f"{VISION}#row:{row}")) for row in SEEING]
)
def test_a_vision_model(upstream: Sandbox, row: str) -> None:
    image = {"type": "image_url", "image_url": {"url": "https://example.com/boardwalk.jpg"}}
    asking = {"type": "text", "text": "What is to be seen here?"}
    messages: list[Any] = [{"role": "user", "content": [asking, image]}]
    response = completion(model=row, messages=messages)
    assert "an image (https://example.com/boardwalk.jpg)" in (
        response.choices[0].message.content or ""
    )
    asked.chat(upstream, {"model": row, "messages": messages})


@pytest.mark.parametrize(
    "base",
    [
        pytest.param(base, marks=covers(CHAT, both=f"{TUNED}#row:fine tuned {base}"))
        for base in BASES
    ],
)
def test_a_fine_tuned_model(upstream: Sandbox, messages: list, base: str) -> None:
    response = completion(model=f"ft:{base}", messages=messages)
    assert response.choices[0].message.content
    asked.chat(upstream, {"model": f"ft:{base}", "messages": messages})
    # as OpenAI names them in full
    full = f"ft:{base}:acme:support:9AbCdEf"
    completion(model=full, messages=messages)
    asked.chat(upstream, {"model": full, "messages": messages})
    asked.only(upstream, 2)
