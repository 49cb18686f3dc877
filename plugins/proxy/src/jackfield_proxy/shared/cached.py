"""A remote state with a copy of its cooldowns in this process, for the path of every request."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence

from jackfield_proxy.shared.interface import Rest, State
from jackfield_proxy.shared.memory import Memory

EVERY = 0.25
"""Seconds between two questions to the remote state."""
OLD = 1.0
"""Seconds after which a copy is not answered from before it is renewed."""


class Cached:
    """A `State` that answers `cooled` from a copy and asks ``remote`` once in ``every`` seconds.

    A copy that is due is renewed beside the request that found it so; only one that is ``old`` is
    waited for. What this process cools is seen by it at once. Cooldowns end by themselves and never
    get shorter, so the copy only ever lacks what others cooled since it was renewed.
    """

    def __init__(
        self,
        remote: State,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        every: float = EVERY,
        old: float = OLD,
    ) -> None:
        self._remote = remote
        self._clock = clock
        self._every = every
        self._old = old
        self._copy = Memory(clock, wall)
        self._renewed = float("-inf")
        self._renewing: asyncio.Task[None] | None = None

    async def cooled(self, keys: Sequence[str]) -> frozenset[str]:
        """See `State`."""
        age = self._clock() - self._renewed
        if age >= self._every:
            if self._renewing is None:
                self._renewing = asyncio.create_task(self._renew())
            if age >= self._old:
                # A request that is cancelled leaves the task to the others who wait.
                await asyncio.wait([self._renewing])
        return self._copy.now_cooled(keys)

    async def cool(self, key: str, seconds: float, reason: str) -> None:
        """See `State`."""
        self._copy.now_cool(key, seconds, reason)
        await self._remote.cool(key, seconds, reason)

    async def failed(self, key: str, window: float) -> int:
        """See `State`."""
        return await self._remote.failed(key, window)

    async def resting(self) -> Mapping[str, Rest]:
        """See `State`; what ``remote`` knows and what this process cooled."""
        rests = {**await self._copy.resting()}
        for key, rest in (await self._remote.resting()).items():
            self._copy.now_cool(key, rest.seconds, rest.reason)
            rests[key] = rest
        return rests

    async def aclose(self) -> None:
        """See `State`."""
        self._renewed = float("inf")
        if (task := self._renewing) is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        await self._remote.aclose()

    async def _renew(self) -> None:
        started = self._clock()
        try:
            for key, rest in (await self._remote.resting()).items():
                self._copy.now_cool(key, rest.seconds, rest.reason)
        finally:
            self._renewed = max(self._renewed, started)
            self._renewing = None
