"""What a forked child must not inherit: pools whose sockets are the parent's, locks in use."""

from __future__ import annotations

import os
import weakref
from typing import Any

_tracked: weakref.WeakSet[Any] = weakref.WeakSet()


def track(thing: Any) -> None:
    """Call ``thing._forget()`` in every child that is forked while ``thing`` lives."""
    _tracked.add(thing)


def _after_fork() -> None:
    for thing in list(_tracked):
        thing._forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
