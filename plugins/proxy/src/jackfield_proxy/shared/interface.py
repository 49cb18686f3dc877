"""What replicas of the proxy know together: which deployments rest, and how often they failed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Protocol

from attrs import frozen

COUNTED = 1_000
"""`State.failed` counts no further than this, so that a flood of failures needs no memory."""
LONGEST = 86_400.0
"""Seconds; a longer cooldown or window is taken for a day."""
REASON = 200
"""Characters of a reason that are kept."""


@frozen
class Rest:
    """A cooldown that is not over: ``until`` in Unix seconds, ``seconds`` that were left."""

    until: float
    seconds: float
    reason: str


class State(Protocol):
    """Cooldowns and failure counts by deployment key. No method raises because of a lost server.

    Any text is a key. Cooldowns never get shorter: of two for one key, that which ends later holds,
    with its reason.
    """

    async def cooled(self, keys: Sequence[str]) -> frozenset[str]:
        """Those of ``keys`` that rest now."""
        ...

    async def cool(self, key: str, seconds: float, reason: str) -> None:
        """Let a deployment rest for ``seconds``; nothing happens where they are not above 0."""
        ...

    async def failed(self, key: str, window: float) -> int:
        """Count a failure, which is remembered for ``window`` seconds.

        Gives how many are remembered, this one included: 1 to `COUNTED`.
        """
        ...

    async def resting(self) -> Mapping[str, Rest]:
        """Everything that rests now."""
        ...

    async def aclose(self) -> None:
        """Let go of connections and tasks; the state may still be asked, and remembers locally."""
        ...


def milliseconds(seconds: float) -> int:
    """A duration in whole milliseconds: upwards, none where it is not above 0, at most a day."""
    return ceil(min(seconds, LONGEST) * 1000) if seconds > 0 else 0
