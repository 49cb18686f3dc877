"""One connection to Redis for everything that is asked at the same time.

What is asked while an answer is awaited goes out together in the next pipeline, so that a thousand
failures at once cost a few round trips. The connection belongs to a task of its own: a request that
is cancelled does not break it, and connecting may take longer than a request may wait.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

import redis.asyncio

from jackfield.config import Secret

Command = Sequence[str | bytes | int]

PATIENCE = 0.05
"""Seconds that whoever asks waits at most."""
GIVING_UP = 1.0
"""Seconds without an answer after which a connection counts as lost."""
CONNECTING = 3.0
"""Seconds that connecting may take."""
PAUSE, LONGEST_PAUSE = 1.0, 10.0
"""Seconds before connecting is tried again; they double up to the second."""


class Unreachable(Exception):
    """No answer; the text says why and holds no password."""


class Line:
    """Commands in, replies out, or `Unreachable` after ``patience`` seconds at most.

    Nothing is tried while nobody asks. While Redis is known to be lost or late nobody waits for it,
    but for the one who finds that it is time to connect again.
    """

    def __init__(
        self,
        client: redis.asyncio.Redis,
        clock: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE,
        giving_up: float = GIVING_UP,
        connecting: float = CONNECTING,
    ) -> None:
        self._client: Any = client  # its types differ from version to version
        self._clock = clock
        self._patience = patience
        self._giving_up = giving_up
        self._connecting = connecting
        self._waiting: list[tuple[Sequence[Command], asyncio.Future[list[Any]]]] = []
        self._sender: asyncio.Task[None] | None = None
        self._connector: asyncio.Task[None] | None = None
        self._up = self._late = self._closed = False
        self._why = "not connected yet"
        self._again = float("-inf")
        self._pause = PAUSE
        password = client.connection_pool.connection_kwargs.get("password")
        self._password = Secret(password) if password else None

    async def ask(self, *commands: Command) -> list[Any]:
        """One reply per command, as redis-py decodes them; never an error among them."""
        if self._late:
            raise Unreachable(self._overdue())
        if not self._up and not await self._connected():
            raise Unreachable(self._why)
        answer: asyncio.Future[list[Any]] = asyncio.get_running_loop().create_future()
        self._waiting.append((commands, answer))
        if self._sender is None:
            self._sender = asyncio.create_task(self._send())
        try:
            async with asyncio.timeout(self._patience):
                return await answer
        except TimeoutError:
            self._late = self._sender is not None
            raise Unreachable(self._overdue()) from None

    async def aclose(self) -> None:
        """Disconnect; whoever still waits or asks gets `Unreachable`."""
        self._closed, self._why = True, "closed"
        self._up = self._late = False
        tasks = [task for task in (self._sender, self._connector) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._refuse(self._waiting)
        await self._client.aclose()

    async def _connected(self) -> bool:
        if self._connector is None and not self._closed and self._clock() >= self._again:
            self._connector = asyncio.create_task(self._connect())
            await asyncio.wait([self._connector], timeout=self._patience)
        return self._up

    async def _connect(self) -> None:
        try:
            async with asyncio.timeout(self._connecting):
                await self._client.connection_pool.disconnect()
                await self._client.execute_command("PING")
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, requests go on
            self._lost(error)
        else:
            self._up, self._pause = True, PAUSE
        finally:
            self._connector = None

    async def _send(self) -> None:
        batch: list[tuple[Sequence[Command], asyncio.Future[list[Any]]]] = []
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                async with asyncio.timeout(self._giving_up):
                    replies = await self._together([c for commands, _ in batch for c in commands])
                self._late = False
                for commands, answer in batch:
                    if not answer.done():
                        answer.set_result(replies[: len(commands)])
                    del replies[: len(commands)]
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, requests go on
            self._lost(error)
        finally:
            self._sender = None
            self._refuse(batch)
            self._refuse(self._waiting)

    async def _together(self, commands: list[Command]) -> list[Any]:
        pipeline = self._client.pipeline(transaction=False)
        for command in commands:
            pipeline.execute_command(*command)
        replies: list[Any] = await pipeline.execute(raise_on_error=False)
        for reply in replies:
            # A server that answers with an error (read-only, full, loading) is as good as none.
            if isinstance(reply, Exception):
                raise reply
        return replies

    def _lost(self, error: Exception) -> None:
        """Say why, and leave Redis alone for a while."""
        self._up = self._late = False
        text = "no answer in time" if isinstance(error, TimeoutError) else str(error)
        text = text or type(error).__name__
        self._why = self._password.hide_in(text) if self._password else text
        self._again = self._clock() + self._pause
        self._pause = min(LONGEST_PAUSE, 2 * self._pause)

    def _refuse(self, batch: list[tuple[Sequence[Command], asyncio.Future[list[Any]]]]) -> None:
        for _, answer in batch:
            if not answer.done():
                answer.set_exception(Unreachable(self._why))
        batch.clear()

    def _overdue(self) -> str:
        return f"no answer within {self._patience * 1000:.0f} ms"
