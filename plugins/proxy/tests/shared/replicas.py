"""Clocks, replicas and what they leave in Redis, for the tests of shared state."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import redis
from rawserver import PATIENCE
from servers import RedisServer

from jackfield_proxy.shared.address import client_at
from jackfield_proxy.shared.line import Line
from jackfield_proxy.shared.redis import RedisState

T = TypeVar("T")

EPOCH = 1_700_000_000.0


class Clock:
    """Seconds that pass when the test says so; ``wall`` is what a calendar would show."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now

    def wall(self) -> float:
        return EPOCH + self.now


class Replica:
    """One process's state in a Redis: ``state``, its ``clock``, and the ``warnings`` it gave."""

    def __init__(self, url: str, clock: Clock | None = None, **line: Any) -> None:
        self.clock = clock or Clock()
        self.warnings: list[str] = []
        client = client_at(url)
        # Answers are given all the time that a busy machine may need.
        settings = {"patience": PATIENCE, "giving_up": PATIENCE, **line}
        self.line = Line(client, self.clock, **settings)
        self.state = RedisState(
            client, self.warnings.append, self.clock, self.clock.wall, line=self.line
        )

    async def __aenter__(self) -> Replica:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.state.aclose()


def emptied(server: RedisServer) -> None:
    """Forget all that lies in a server."""
    with redis.Redis.from_url(server.url) as client:
        client.flushall()


def aged(server: RedisServer, seconds: int) -> None:
    """Make everything in a server older, as if so many seconds had passed."""
    with redis.Redis.from_url(server.url) as client:
        for name in client.keys("jackfield:*"):
            left = client.pttl(name)
            assert left > 0, f"{name!r} has no expiry"
            if client.type(name) == b"zset":
                for member, end in client.zrange(name, 0, -1, withscores=True):
                    client.zadd(name, {member: end - 1000 * seconds})
            client.pexpire(name, left - 1000 * seconds)


def names(server: RedisServer) -> set[str]:
    """What lies in a server."""
    with redis.Redis.from_url(server.url) as client:
        return {name.decode() for name in client.keys("*")}


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine, with a limit on how long a hanging one may take."""

    async def limited() -> T:
        async with asyncio.timeout(3 * PATIENCE):
            return await main

    return asyncio.run(limited())


async def connected(replica: Replica) -> None:
    """Let time pass until a replica has its connection, however impatient it is."""
    while not replica.line._up:
        await replica.state.cooled(["a"])
        replica.clock.now += 10
        await asyncio.sleep(0.001)  # it does not wait itself while it is being connected


async def until(happened: Callable[[], bool]) -> None:
    """Let others run until something has happened."""
    while not happened():  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0.001)


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives that must not wait for anything."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        given: T = end.value
        return given
    coroutine.close()
    raise AssertionError("it waits")
