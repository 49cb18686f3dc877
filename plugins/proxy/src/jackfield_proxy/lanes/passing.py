"""Answers of the fast lane on their way to the client."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from jackfield.errors import APIError
from jackfield_proxy.lanes import usage
from jackfield_proxy.lanes.decoding import undoing
from jackfield_proxy.lanes.encodings import Reading, decoded
from jackfield_proxy.requests.headers import answered, measured
from jackfield_proxy.requests.incoming import Cut

if TYPE_CHECKING:
    from jackfield.config import Settings
    from jackfield.protocols import AsyncReply
    from jackfield_proxy.requests.incoming import Incoming


class Passed:
    """An answer that is to be passed on: its reply, and what of the body was read so far."""

    __slots__ = ("_reply", "_settings", "begun", "whole")

    def __init__(self, reply: AsyncReply, begun: bytes, whole: bool, settings: Settings) -> None:
        self._reply = reply
        self._settings = settings
        self.begun = begun
        self.whole = whole

    async def deliver(self, incoming: Incoming) -> None:
        """Send it to the client, no faster than the client takes it."""
        reply = self._reply
        decoder = undoing(reply.status, reply.headers, incoming.headers.get(b"accept-encoding"))
        headers = answered(reply.headers, raw=decoder is None)
        if self.whole and decoder is None:
            incoming.lane = "bytes"
            _count(incoming, decoded(self.begun, reply.headers)[-usage.TAIL :])
            await incoming.answer(reply.status, headers, self.begun)
            return
        try:
            if decoder is None:
                headers += measured(reply.headers)
                await incoming.start(reply.status, headers, self.begun)
            else:
                await incoming.start(reply.status, headers)
                for plain in decoder.pieces(self.begun):
                    await incoming.piece(plain)
            incoming.streamed = not self.whole
            tail, reading = usage.Tail(), Reading(reply.headers)
            tail.add(reading.piece(self.begun))
            idle = self._settings.timeouts.idle
            while not self.whole:
                deadline = None if idle is None else time.monotonic() + idle
                piece = await reply.piece(deadline)
                if not piece:
                    break
                tail.add(reading.piece(piece))
                for plain in (piece,) if decoder is None else decoder.pieces(piece):
                    await incoming.piece(plain)
            if decoder is not None:
                decoder.end()
            await incoming.end()
            _count(incoming, tail.bytes())
        except APIError as error:
            # What has left can't be taken back: the client is to see that it is not whole.
            raise Cut(error.message) from None
        finally:
            await reply.close(False)


class Split:
    """An answer that came whole where a stream was asked for, as the stream that it stands for."""

    __slots__ = ("_chunks", "_reply", "_surface")

    def __init__(self, reply: AsyncReply, surface: str, chunks: list[dict[str, Any]]) -> None:
        self._reply = reply
        self._surface = surface
        self._chunks = chunks

    async def deliver(self, incoming: Incoming) -> None:
        """Send it as events."""
        from jackfield_proxy.lanes.events import EVENTS, done, event

        await incoming.start(200, [EVENTS, *_but_type(answered(self._reply.headers, raw=False))])
        incoming.streamed = True
        surface = self._surface
        events = [event(surface, chunk) for chunk in self._chunks]
        await incoming.end(b"".join(events) + done(surface))


def _but_type(pairs: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in pairs if name != b"content-type"]


def _count(incoming: Incoming, tail: bytes) -> None:
    found = usage.last(tail)
    incoming.input_tokens, incoming.output_tokens = found.input, found.output
