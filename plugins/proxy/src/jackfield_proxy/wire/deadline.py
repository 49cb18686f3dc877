"""A time limit that is set and lifted for every request, and next to never reached.

A timer of the event loop for each would cost more than it guards: made, started, cancelled and
thrown away a few times a request. One is kept here, and left running; when it rings it looks
whether the limit is really over.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Deadline:
    """One limit on one connection.

    Args:
        loop: the event loop; its clock is gone by.
        late: what is called when a limit is reached; the limit is lifted by then.
    """

    __slots__ = ("_due", "_late", "_loop", "_rings", "_timer")

    def __init__(self, loop: asyncio.AbstractEventLoop, late: Callable[[], object]) -> None:
        self._loop = loop
        self._late: Callable[[], object] | None = late
        self._due: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._rings = 0.0

    def set(self, seconds: float) -> None:
        """From now on so long; replaces the limit that was set before."""
        if self._late is None:
            return
        self._due = due = self._loop.time() + seconds
        if self._timer is None or due < self._rings:
            self._start(due)

    def lift(self) -> None:
        """No limit, until one is set."""
        self._due = None

    def end(self) -> None:
        """No limit ever again: neither the timer nor what it would call is kept."""
        self._due = self._late = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    @property
    def running(self) -> bool:
        """Whether a limit is set."""
        return self._due is not None

    def _start(self, due: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._rings = due
        self._timer = self._loop.call_at(due, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._due is None:
            return
        if self._loop.time() < self._due:
            self._start(self._due)
            return
        self._due = None
        assert self._late is not None  # the end has lifted the limit
        self._late()
