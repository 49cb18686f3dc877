"""LiteLLM: its module-level functions, which keep and reuse clients of their own."""

from __future__ import annotations

from typing import Any

import litellm  # type: ignore[import-not-found, unused-ignore]  # installed for peers only
from workload import API_KEY, MESSAGES, MODEL, STREAM_MESSAGES, STREAM_OPTIONS

NAME = f"openai/{MODEL}"


class Sync:
    def __init__(self, base: str) -> None:
        self._settings: dict[str, Any] = {"api_key": API_KEY, "api_base": base}

    def call(self) -> int:
        completion: Any = litellm.completion(NAME, MESSAGES, **self._settings)
        return len(completion.choices[0].message.content or "")

    def stream(self) -> int:
        characters = 0
        chunks: Any = litellm.completion(
            NAME, STREAM_MESSAGES, stream=True, stream_options=STREAM_OPTIONS, **self._settings
        )
        for chunk in chunks:
            if chunk.choices:
                content = chunk.choices[0].delta.content
                if content:
                    characters += len(content)
        return characters


class Async:
    def __init__(self, base: str) -> None:
        self._settings: dict[str, Any] = {"api_key": API_KEY, "api_base": base}

    async def call(self) -> int:
        completion: Any = await litellm.acompletion(NAME, MESSAGES, **self._settings)
        return len(completion.choices[0].message.content or "")

    async def stream(self) -> int:
        characters = 0
        chunks: Any = await litellm.acompletion(
            NAME, STREAM_MESSAGES, stream=True, stream_options=STREAM_OPTIONS, **self._settings
        )
        async for chunk in chunks:
            if chunk.choices:
                content = chunk.choices[0].delta.content
                if content:
                    characters += len(content)
        return characters


def first(base: str) -> int:
    return Sync(base).call()


async def afirst(base: str) -> int:
    return await Async(base).call()
