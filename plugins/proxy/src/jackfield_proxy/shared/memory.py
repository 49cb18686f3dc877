"""The state of a proxy that is alone: in this process."""

from __future__ import annotations

import time
from bisect import bisect_right, insort
from collections.abc import Callable, Mapping, Sequence

from jackfield_proxy.shared.expiring import LIMIT, Expiring
from jackfield_proxy.shared.interface import COUNTED, REASON, Rest, milliseconds

_NOTHING: frozenset[str] = frozenset()


class Memory:
    """A `State` in this process, with at most ``limit`` cooldowns and as many failing keys.

    ``clock`` gives monotonic seconds and decides; ``wall`` gives Unix seconds and is only shown.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        limit: int = LIMIT,
    ) -> None:
        self._clock = clock
        self._wall = wall
        self._rests: Expiring[str] = Expiring(limit)
        self._failures: Expiring[list[float]] = Expiring(limit)

    async def cooled(self, keys: Sequence[str]) -> frozenset[str]:
        """See `State`."""
        return self.now_cooled(keys)

    def now_cooled(self, keys: Sequence[str]) -> frozenset[str]:
        """The same without waiting."""
        rests = self._rests
        if not rests.entries:
            return _NOTHING
        now = self._clock()
        if rests.over(now):
            return _NOTHING
        entries = rests.entries
        found = [key for key in keys if key in entries and entries[key][0] > now]
        return frozenset(found) if found else _NOTHING

    async def cool(self, key: str, seconds: float, reason: str) -> None:
        """See `State`."""
        self.now_cool(key, seconds, reason)

    def now_cool(self, key: str, seconds: float, reason: str) -> None:
        """The same without waiting."""
        duration = milliseconds(seconds) / 1000
        if not duration:
            return
        now = self._clock()
        entry = self._rests.entries.get(key)
        if entry is None or entry[0] < now + duration:
            self._rests.put(key, reason[:REASON], now + duration, now)

    async def failed(self, key: str, window: float) -> int:
        """See `State`."""
        now = self._clock()
        ends = self._failures.get(key, now) or []
        del ends[: bisect_right(ends, now)]
        insort(ends, now + max(1, milliseconds(window)) / 1000)
        del ends[:-COUNTED]
        self._failures.put(key, ends, ends[-1], now)
        return len(ends)

    async def resting(self) -> Mapping[str, Rest]:
        """See `State`."""
        now, wall = self._clock(), self._wall()
        return {
            key: Rest(wall + end - now, end - now, reason)
            for key, end, reason in self._rests.items(now)
        }

    async def aclose(self) -> None:
        """See `State`; there is nothing to let go of."""
