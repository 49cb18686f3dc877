"""SIGHUP before there is a handler for it: it waits, where by itself it would end the process."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

_CAN_WAIT = hasattr(signal, "SIGHUP") and hasattr(signal, "pthread_sigmask")


def hold_back() -> None:
    """Let it wait from now on, here and in processes that are started from here."""
    if _CAN_WAIT:
        signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})


def let_through() -> None:
    """Let it come, the one that waits too."""
    if _CAN_WAIT:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})


@contextmanager
def held_back() -> Iterator[None]:
    """Let it wait within the block."""
    hold_back()
    try:
        yield
    finally:
        let_through()
