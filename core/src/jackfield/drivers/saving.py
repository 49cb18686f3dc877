"""Write a download where it is to go: whole, or not at all."""

from __future__ import annotations

import time
from collections.abc import Callable

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
    from jackfield.threads import to_the_end  # a program without a loop never comes here

    reply, sink = effect.reply, effect.sink
    tell = _teller(effect)
    try:
        if effect.content is not None:
            await to_the_end(sink.write, effect.content)
        while effect.content is None and (piece := await reply.piece(_deadline(effect))):
            await to_the_end(sink.write, piece)
            tell(sink.written)
        saved: Saved = await to_the_end(sink.finish)
    except BaseException:
        sink.abandon()
        raise
    finally:
        await reply.close(False)
    return saved


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
