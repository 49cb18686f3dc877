"""One request on its way from one surface to the other: what is passed, and what was lost."""

from __future__ import annotations

from typing import Any

from jackfield.envelope import Loss
from jackfield_openai_responses.losses import Direction, Kind, Row, find, row


class Crossing:
    """The direction, whether what the other side has no place for is sent, and the losses so far.

    Args:
        direction: which way it goes.
        passing: send even what the other side has no place for, as it was given
            (``unsupported="pass"``).

    Attributes:
        lost: what was lost so far.
        refused: those of them that the table leaves to the call's policy.
    """

    __slots__ = ("direction", "lost", "passing", "refused")

    def __init__(self, direction: Direction, *, passing: bool) -> None:
        self.direction = direction
        self.passing = passing
        self.lost: list[Loss] = []
        self.refused: list[Loss] = []

    def row(self, kind: Kind, name: Any) -> Row | None:
        """The request's row of that name, if there is one."""
        return find(self.direction, "request", kind, name) if isinstance(name, str) else None

    def lose(self, path: str, kind: Kind, name: str, became: str = "dropped") -> None:
        """Say what becomes of the thing at ``path``, for the reason that its row gives."""
        found = row(self.direction, "request", kind, name)
        loss = Loss(path, became, found.reason)
        self.lost.append(loss)
        if found.outcome == "unsupported":
            self.refused.append(loss)

    def leaves_out(self, path: str, kind: Kind, name: str) -> bool:
        """Whether the thing at ``path`` is left out, which is said then; it is sent if passing."""
        if not self.passing:
            self.lose(path, kind, name)
        return not self.passing
