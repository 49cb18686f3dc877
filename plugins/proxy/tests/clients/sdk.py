"""The official SDK, blocking or not, with results that can be compared."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable
from operator import attrgetter
from typing import Any

import openai
import pydantic

MASTER = "sk-1234"
UPSTREAM = "sk-upstream"


def plain(value: Any) -> Any:
    """A result as plain data; bytes and text as they are."""
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, pydantic.BaseModel):
        return value.model_dump(mode="json", exclude_unset=True, warnings=False)
    if hasattr(value, "iter_bytes"):  # a body of bytes
        return value.content
    return value


class Sdk:
    """A client of either kind; a context manager.

    Args:
        base_url: where it asks.
        key: its key.
        runner: the loop of an asynchronous client; None for a blocking one.
    """

    def __init__(self, base_url: str, key: str, runner: asyncio.Runner | None) -> None:
        options: Any = {"base_url": base_url, "api_key": key, "max_retries": 0, "timeout": 30}
        self._runner = runner
        self.client: Any = openai.OpenAI(**options) if runner is None else None
        if runner is not None:
            self.client = openai.AsyncOpenAI(**options)

    def __enter__(self) -> Sdk:
        return self

    def __exit__(self, *_: object) -> None:
        if self._runner is None:
            self.client.close()
        else:
            self._runner.run(self.client.close())

    def __call__(self, path: str, *args: Any, **fields: Any) -> Any:
        """Call a method by its path; streams and pages come as lists."""
        if self._runner is None:
            given = attrgetter(path)(self.client)(*args, **fields)
            if isinstance(given, openai.Stream) or hasattr(given, "iter_pages"):
                return list(given)
            return given
        return self._runner.run(self._later(path, args, fields))

    async def _later(self, path: str, args: Any, fields: Any) -> Any:
        given = attrgetter(path)(self.client)(*args, **fields)
        if not isinstance(given, AsyncIterable):  # of pages, else
            given = await given
        if isinstance(given, openai.AsyncStream) or hasattr(given, "_get_page"):
            return [item async for item in given]
        return given

    def run(self, work: Any) -> Any:
        """The result of a coroutine."""
        assert self._runner is not None
        return self._runner.run(work)
