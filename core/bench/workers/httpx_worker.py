"""Bare httpx: the reference. A reused client, the standard library's JSON, nothing else."""

from __future__ import annotations

import json

import httpx
from workload import API_KEY, MESSAGES, MODEL, STREAM_MESSAGES, STREAM_OPTIONS

HEADERS = {"Authorization": f"Bearer {API_KEY}"}
CALL = {"model": MODEL, "messages": MESSAGES}
STREAM = {
    "model": MODEL,
    "messages": STREAM_MESSAGES,
    "stream": True,
    "stream_options": STREAM_OPTIONS,
}


def content_of(line: str) -> str | None:
    """Return the content in one line of the stream, if it has any."""
    if not line.startswith("data: "):
        return None
    data = line[6:]
    if data == "[DONE]":
        return None
    choices = json.loads(data)["choices"]
    if not choices:
        return None
    content: str | None = choices[0]["delta"].get("content")
    return content


class Sync:
    def __init__(self, base: str) -> None:
        self._client = httpx.Client()
        self._url = f"{base}/chat/completions"

    def call(self) -> int:
        response = self._client.post(self._url, json=CALL, headers=HEADERS)
        response.raise_for_status()
        return len(response.json()["choices"][0]["message"]["content"])

    def stream(self) -> int:
        characters = 0
        with self._client.stream("POST", self._url, json=STREAM, headers=HEADERS) as response:
            response.raise_for_status()
            for line in response.iter_lines():
                content = content_of(line)
                if content:
                    characters += len(content)
        return characters


class Async:
    def __init__(self, base: str) -> None:
        self._client = httpx.AsyncClient()
        self._url = f"{base}/chat/completions"

    async def call(self) -> int:
        response = await self._client.post(self._url, json=CALL, headers=HEADERS)
        response.raise_for_status()
        return len(response.json()["choices"][0]["message"]["content"])

    async def stream(self) -> int:
        characters = 0
        async with self._client.stream("POST", self._url, json=STREAM, headers=HEADERS) as response:
            response.raise_for_status()
            async for line in response.aiter_lines():
                content = content_of(line)
                if content:
                    characters += len(content)
        return characters


def first(base: str) -> int:
    return Sync(base).call()


async def afirst(base: str) -> int:
    return await Async(base).call()
