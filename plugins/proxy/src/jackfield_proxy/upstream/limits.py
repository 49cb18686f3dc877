"""How long one attempt may take, where somebody has said so."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jackfield.config import Timeouts


def limit(timeouts: Timeouts) -> float | None:
    """Seconds; None where nobody has set a limit: then each read has the default for itself."""
    return None if timeouts.default else timeouts.total


def deadline(timeouts: Timeouts) -> float | None:
    """When an attempt that begins now is over, by the monotonic clock; None for never."""
    seconds = limit(timeouts)
    return None if seconds is None else time.monotonic() + seconds
