"""The OpenAI SDK: a reused client."""

from __future__ import annotations

import openai
from workload import API_KEY, MESSAGES, MODEL, STREAM_MESSAGES, STREAM_OPTIONS


class Sync:
    def __init__(self, base: str) -> None:
        self._client = openai.OpenAI(api_key=API_KEY, base_url=base)

    def call(self) -> int:
        completion = self._client.chat.completions.create(model=MODEL, messages=MESSAGES)
        return len(completion.choices[0].message.content or "")

    def stream(self) -> int:
        characters = 0
        for chunk in self._client.chat.completions.create(
            model=MODEL, messages=STREAM_MESSAGES, stream=True, stream_options=STREAM_OPTIONS
        ):
            if chunk.choices:
                content = chunk.choices[0].delta.content
                if content:
                    characters += len(content)
        return characters


class Async:
    def __init__(self, base: str) -> None:
        self._client = openai.AsyncOpenAI(api_key=API_KEY, base_url=base)

    async def call(self) -> int:
        completion = await self._client.chat.completions.create(model=MODEL, messages=MESSAGES)
        return len(completion.choices[0].message.content or "")

    async def stream(self) -> int:
        characters = 0
        async for chunk in await self._client.chat.completions.create(
            model=MODEL, messages=STREAM_MESSAGES, stream=True, stream_options=STREAM_OPTIONS
        ):
            if chunk.choices:
                content = chunk.choices[0].delta.content
                if content:
                    characters += len(content)
        return characters


def first(base: str) -> int:
    return Sync(base).call()


async def afirst(base: str) -> int:
    return await Async(base).call()
