"""Run blocking work in a thread, and know when it is over, also when nobody waits any more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any


async def to_the_end(
    work: Callable[..., Any], *arguments: Any, patience: float | None = None
) -> Any:
    """Run ``work`` in a thread; a task that is cancelled meanwhile waits until the thread is done.

    Otherwise the thread would go on with what others believe to be theirs again: a file that is
    put back to its position, one that is removed.

    Args:
        work: what is run.
        *arguments: what it is given.
        patience: seconds to wait at most; None for as long as it takes.
    """
    task = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task], timeout=patience)
        if task.done() and not task.cancelled():
            task.exception()  # it was looked at: nobody else will
        raise
