"""Jackfield: a reused client; the module-level functions for the first call."""

from __future__ import annotations

from workload import API_KEY, MESSAGES, MODEL, STREAM_MESSAGES, STREAM_OPTIONS

import jackfield

NAME = f"openai/{MODEL}"


class Sync:
    def __init__(self, base: str) -> None:
        self._client = jackfield.Client(api_key=API_KEY, api_base=base)

    def call(self) -> int:
        completion = self._client.completion(NAME, MESSAGES)
        return len(completion.choices[0].message.content or "")

    def stream(self) -> int:
        characters = 0
        for chunk in self._client.completion(
            NAME, STREAM_MESSAGES, stream=True, stream_options=STREAM_OPTIONS
        ):
            if chunk.choices:
                content = chunk.choices[0].delta.content
                if content:
                    characters += len(content)
        return characters


class Async:
    def __init__(self, base: str) -> None:
        self._client = jackfield.AsyncClient(api_key=API_KEY, api_base=base)

    async def call(self) -> int:
        completion = await self._client.completion(NAME, MESSAGES)
        return len(completion.choices[0].message.content or "")

    async def stream(self) -> int:
        characters = 0
        async for chunk in await self._client.completion(
            NAME, STREAM_MESSAGES, stream=True, stream_options=STREAM_OPTIONS
        ):
            if chunk.choices:
                content = chunk.choices[0].delta.content
                if content:
                    characters += len(content)
        return characters


def first(base: str) -> int:
    completion = jackfield.completion(NAME, MESSAGES, api_key=API_KEY, api_base=base)
    return len(completion.choices[0].message.content or "")


async def afirst(base: str) -> int:
    completion = await jackfield.acompletion(NAME, MESSAGES, api_key=API_KEY, api_base=base)
    return len(completion.choices[0].message.content or "")
