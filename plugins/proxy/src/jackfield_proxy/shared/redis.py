"""The state that replicas share through Redis or Valkey.

Under ``jackfield:`` lie ``rest:KEY`` (the reason; it lives as long as the cooldown), ``resting`` (a
sorted set of the keys that rest, by their end) and ``failures:KEY`` (a sorted set of failures, by
when each is forgotten). Everything has an expiry. Time is the server's, so that replicas' clocks
need not agree.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from typing import Any

import redis.asyncio

from jackfield_proxy.shared.interface import COUNTED, REASON, Rest, milliseconds
from jackfield_proxy.shared.line import Line, Unreachable
from jackfield_proxy.shared.memory import Memory

PREFIX = "jackfield:"
QUIET = 60.0
"""Seconds between two warnings about the same Redis."""

_NOW = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local span = tonumber(ARGV[1])
local ends = string.format('%.0f', now + span)
"""

_COOL = (
    _NOW
    + """
if redis.call('PTTL', KEYS[1]) >= span then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now))
redis.call('ZADD', KEYS[2], ends, ARGV[3])
if redis.call('PTTL', KEYS[2]) < span then redis.call('PEXPIRE', KEYS[2], ARGV[1]) end
return 1
"""
)

_FAILED = (
    _NOW
    + """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
redis.call('ZADD', KEYS[1], ends, ARGV[2])
redis.call('ZREMRANGEBYRANK', KEYS[1], 0, -ARGV[3] - 1)
if redis.call('PTTL', KEYS[1]) < span then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return redis.call('ZCARD', KEYS[1])
"""
)


class RedisState:
    """A `State` in Redis. What Redis does not answer in time this process answers for itself.

    ``own`` remembers what this process did, and what it learnt from Redis about others, for the
    time when Redis is away; what Redis missed is told to it once it is back. ``warn`` gets one
    line when Redis cannot be used, at most once a minute.
    """

    def __init__(
        self,
        client: redis.asyncio.Redis,
        warn: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        line: Line | None = None,
    ) -> None:
        self._clock = clock
        self._wall = wall
        self._own = Memory(clock, wall)
        self._line = Line(client, clock) if line is None else line
        self._warn = warn
        self._quiet_until = float("-inf")
        self._place = _place(client.connection_pool.connection_kwargs)
        self._owing = False
        # Failures of two replicas in the same millisecond are two.
        self._ids = (f"{secrets.token_hex(8)}:{number}" for number in count())

    async def cooled(self, keys: Sequence[str]) -> frozenset[str]:
        """See `State`."""
        if not keys:
            return frozenset()
        answer = await self._ask(("MGET", *[_named("rest:", key) for key in keys]))
        if answer is None:
            return self._own.now_cooled(keys)
        pairs = zip(keys, answer[0], strict=True)
        return frozenset(key for key, reason in pairs if reason is not None)

    async def cool(self, key: str, seconds: float, reason: str) -> None:
        """See `State`."""
        self._own.now_cool(key, seconds, reason)
        if (span := milliseconds(seconds)) and not await self._ask(_cool(key, span, reason)):
            self._owing = True

    async def failed(self, key: str, window: float) -> int:
        """See `State`; while Redis is away, what this process counted."""
        own = await self._own.failed(key, window)
        span = max(1, milliseconds(window))
        name = _named("failures:", key)
        answer = await self._ask(("EVAL", _FAILED, 1, name, span, next(self._ids), COUNTED))
        return own if answer is None else int(answer[0])

    async def resting(self) -> Mapping[str, Rest]:
        """See `State`."""
        answer = await self._ask(("ZRANGE", f"{PREFIX}resting", 0, -1))
        if answer is None:
            return await self._own.resting()
        if not (keys := [_text(key) for key in answer[0]]):
            return {}
        names = [_named("rest:", key) for key in keys]
        answer = await self._ask(*[(verb, name) for name in names for verb in ("PTTL", "GET")])
        if answer is None:
            return await self._own.resting()
        wall, rests = self._wall(), {}
        for key, left, reason in zip(keys, answer[::2], answer[1::2], strict=True):
            if left > 0 and reason is not None:
                rests[key] = rest = Rest(wall + left / 1000, left / 1000, _text(reason))
                self._own.now_cool(key, rest.seconds, rest.reason)
        return rests

    async def aclose(self) -> None:
        """See `State`."""
        self._quiet_until = float("inf")
        await self._line.aclose()

    async def _ask(self, *commands: Sequence[str | bytes | int]) -> list[Any] | None:
        """The replies, or None where there are none."""
        try:
            if self._owing:
                rests = await self._own.resting()
                debts = [_cool(k, milliseconds(r.seconds), r.reason) for k, r in rests.items()]
                answer = (await self._line.ask(*debts, *commands))[len(debts) :]
                self._owing = False
                return answer
            return await self._line.ask(*commands)
        except Unreachable as error:
            if (now := self._clock()) >= self._quiet_until:
                self._quiet_until = now + QUIET
                self._warn(
                    f"Redis at {self._place} cannot be used ({error}); until it can, this process "
                    "knows only its own cooldowns and failures."
                )
            return None


def _cool(key: str, span: int, reason: str) -> Sequence[str | bytes | int]:
    name = _named("rest:", key)
    return ("EVAL", _COOL, 2, name, f"{PREFIX}resting", span, _bytes(reason[:REASON]), _bytes(key))


def _named(kind: str, key: str) -> bytes:
    return _bytes(PREFIX + kind + key)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _text(value: bytes | str) -> str:
    # The address may ask redis-py for decoded replies.
    return value if isinstance(value, str) else value.decode("utf-8", "surrogatepass")


def _place(settings: Mapping[str, Any]) -> str:
    """Where a Redis is, without user and password."""
    path = settings.get("path")
    return path or f"{settings.get('host', 'localhost')}:{settings.get('port', 6379)}"
