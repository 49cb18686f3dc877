"""The official SDK completes text and embeds it at the sandbox as at the real API."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from jackfield_testing import Sandbox

INSTRUCT = "gpt-3.5-turbo-instruct"
SMALL = "text-embedding-3-small"


@pytest.fixture
def client(sandbox_env: Sandbox) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(max_retries=0, timeout=5) as client:
        yield client


def test_a_completion(client: openai.OpenAI, sandbox: Sandbox) -> None:
    made = client.completions.create(
        model=INSTRUCT, prompt="Say hi", max_tokens=100, echo=True, logprobs=2, user="me"
    )
    (choice,) = made.choices
    assert choice.text.startswith("Say hi")
    assert choice.finish_reason == "stop"
    assert choice.logprobs is not None
    assert "".join(choice.logprobs.tokens or ()) == choice.text
    assert made.usage is not None
    assert made.usage.total_tokens == len(choice.logprobs.tokens or ())
    assert made.id.startswith("cmpl-")
    assert sandbox.last.path == "/v1/completions"


@pytest.mark.parametrize("prompt", ["One", ["One", "Two"], [1, 2, 3], [[1, 2], [3]]])
def test_a_stream_of_several_choices_is_the_answer(client: openai.OpenAI, prompt: Any) -> None:
    request: Any = {"model": INSTRUCT, "prompt": prompt, "n": 2, "max_tokens": 9, "logprobs": 1}
    whole = client.completions.create(**request)
    texts = [""] * len(whole.choices)
    usage = None
    options: Any = {"include_usage": True}
    for chunk in client.completions.create(**request, stream=True, stream_options=options):
        usage = chunk.usage or usage
        for choice in chunk.choices:
            texts[choice.index] += choice.text
    assert texts == [choice.text for choice in whole.choices]
    assert usage == whole.usage


def test_a_chat_model_is_not_found_among_the_completions(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError, match="Did you mean to use v1/chat/completions"):
        client.completions.create(model="gpt-4o", prompt="Hi")


def test_embeddings_are_decoded_to_the_same_floats(client: openai.OpenAI, sandbox: Sandbox) -> None:
    # the SDK asks for base64 and decodes it where the caller asks for nothing
    quietly = client.embeddings.create(model=SMALL, input=["hello", "world"])
    assert sandbox.last.json["encoding_format"] == "base64"
    openly = client.embeddings.create(
        model=SMALL, input=["hello", "world"], encoding_format="float"
    )
    assert sandbox.last.json["encoding_format"] == "float"
    assert [one.embedding for one in quietly.data] == [one.embedding for one in openly.data]
    assert len(quietly.data[0].embedding) == 1536
    encoded = client.embeddings.create(model=SMALL, input="hello", encoding_format="base64")
    assert isinstance(encoded.data[0].embedding, str)


def test_embeddings_take_dimensions_and_tokens(client: openai.OpenAI) -> None:
    made = client.embeddings.create(model=SMALL, input=[[1, 2], [3]], dimensions=64)
    assert [len(one.embedding) for one in made.data] == [64, 64]
    assert made.usage.prompt_tokens == 3
    with pytest.raises(openai.BadRequestError, match="does not support specifying dimensions"):
        client.embeddings.create(model="text-embedding-ada-002", input="x", dimensions=64)


def test_a_full_batch(client: openai.OpenAI) -> None:
    made = client.embeddings.create(model=SMALL, input=[f"{n}" for n in range(2048)], dimensions=8)
    assert [one.index for one in made.data] == list(range(2048))


def test_the_models_are_listed(client: openai.OpenAI) -> None:
    listed = {model.id for model in client.models.list()}
    assert {INSTRUCT, "davinci-002", "babbage-002", SMALL, "text-embedding-ada-002"} <= listed
    assert not any(":" in name for name in listed)


def test_asynchronously(sandbox: Sandbox) -> None:
    async def run() -> tuple[str, str, int]:
        async with openai.AsyncOpenAI(
            api_key=sandbox.api_key, base_url=sandbox.base_url, max_retries=0
        ) as client:
            whole = await client.completions.create(model=INSTRUCT, prompt="Hi")
            stream = await client.completions.create(model=INSTRUCT, prompt="Hi", stream=True)
            text = "".join([chunk.choices[0].text async for chunk in stream])
            made = await client.embeddings.create(model=SMALL, input="Hi")
        return whole.choices[0].text, text, len(made.data[0].embedding)

    whole, streamed, size = asyncio.run(run())
    assert whole == streamed
    assert size == 1536


def test_faults_strike_these_routes_too(client: openai.OpenAI, sandbox: Sandbox) -> None:
    patient = client.with_options(max_retries=2)
    fault = "!status=503,retry-after-ms=1,times=1"
    assert patient.embeddings.create(model=SMALL + fault, input="x").model == SMALL
    assert patient.completions.create(model=INSTRUCT + fault, prompt="x").choices
    assert len(sandbox.requests) == 4
    with pytest.raises(openai.APIConnectionError):
        for _ in client.completions.create(
            model=f"{INSTRUCT}!cut-events=2", prompt="x", stream=True
        ):
            pass
