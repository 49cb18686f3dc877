"""Write a download where it is to go: whole, or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from jackfield.effects import Save
from jackfield.progress import Progress
from jackfield.sources import Saved


def save(effect: Save) -> Saved:
    """Write a reply's body to a sink, in the calling thread.

    Raises:
        SourceError: it can't be written.
        APIConnectionError, APITimeoutError: the body did not arrive.
    """
    reply, sink = effect.reply, effect.sink
    tell = _teller(effect)
    try:
        if effect.content is not None:
            sink.write(effect.content)
        while effect.content is None and (piece := reply.piece(_deadline(effect))):
            sink.write(piece)
            tell(sink.written)
        saved: Saved = sink.finish()
    except BaseException:
        sink.abandon()
        raise
    finally:
        reply.close(False)
    return saved


async def asave(effect: Save) -> Saved:
    """As `save`, on the running loop; the writing is done in worker threads."""
    reply, sink = effect.reply, effect.sink
    tell = _teller(effect)
    try:
        if effect.content is not None:
            await _in_thread(sink.write, effect.content)
        while effect.content is None and (piece := await reply.piece(_deadline(effect))):
            await _in_thread(sink.write, piece)
            tell(sink.written)
        saved: Saved = await _in_thread(sink.finish)
    except BaseException:
        sink.abandon()
        raise
    finally:
        await reply.close(False)
    return saved


async def _in_thread(work: Callable[..., Any], *arguments: Any) -> Any:
    """Run it in a thread, and be done with it also when the task is cancelled meanwhile.

    Otherwise the thread would go on writing to what is being taken back.
    """
    import asyncio  # a program without a loop never comes here

    task = asyncio.ensure_future(asyncio.to_thread(work, *arguments))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # it was looked at: nobody else will
        raise


def _deadline(effect: Save) -> float | None:
    """Until when the next piece has to be there: a download is bounded by piece, not in all."""
    timeouts = effect.timeouts
    patience = timeouts.read if timeouts.idle is None else timeouts.idle
    return None if patience is None else time.monotonic() + patience


def _teller(effect: Save) -> Callable[[int], object]:
    report = effect.report
    if report is None:
        return lambda done: None
    headers = effect.reply.headers
    length = headers.get("content-length", "")
    # A compressed body has another length than its content.
    total = int(length) if length.isdecimal() and "content-encoding" not in headers else None
    return lambda done: report(Progress("download", done, total))
