"""A body on its way upstream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any


class Sending:
    """A body in pieces, which can be ended while somebody waits for one of them.

    An upstream may answer before it has the whole body. A generator cannot be closed from outside
    while it runs; this can: it is closed as soon as the piece is there, or its reader is cancelled.
    """

    __slots__ = ("_one", "_pieces")

    def __init__(self, pieces: AsyncGenerator[bytes, None]) -> None:
        self._pieces = pieces
        self._one = asyncio.Lock()

    def __aiter__(self) -> Sending:
        return self

    async def __anext__(self) -> bytes:
        async with self._one:
            return await anext(self._pieces)

    async def aclose(self) -> None:
        """End it: a file goes back to where it stood."""
        async with self._one:
            await self._pieces.aclose()


async def read_ahead(body: Any) -> AsyncGenerator[bytes, None]:
    """A body's pieces; each is read in a worker thread, for disks can be slow.

    They are read one ahead: with the last of them the upstream may answer, and by then nothing is
    left to wait for.
    """
    from jackfield.threads import to_the_end

    source = body.pieces()
    end = object()
    try:
        piece = await to_the_end(next, source, end)
        while piece is not end:
            following = await to_the_end(next, source, end)
            yield piece
            piece = following
    finally:
        source.close()
