"""Send by blocking calls."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

from jackfield.deadlines import bound
from jackfield.errors import ConfigError
from jackfield.forks import track
from jackfield.transport.wire import (
    DRAIN,
    Pool,
    deadline_of,
    fail,
    header_map,
    pool_sender,
    request_of,
    session_sender,
    teller,
    timed_out,
)

if TYPE_CHECKING:
    from jackfield.effects import Outgoing


class SyncReply:
    """A response whose body is still to be read."""

    def __init__(
        self, response: Any, outgoing: Outgoing, deadline: float | None, timeouts: Any
    ) -> None:
        self._timeouts = timeouts
        self.status: int = response.status_code
        self.headers = header_map(response)
        self._response = response
        self._outgoing = outgoing
        self._deadline = deadline
        self._pieces: Iterator[bytes] | None = None

    def read(self, limit: int | None) -> bytes:
        """The whole body; the reply is closed afterwards."""
        pieces: list[bytes] = []
        size = 0
        try:
            with bound(self._deadline):
                for piece in self._response.iter_bytes():
                    pieces.append(piece)
                    size += len(piece)
                    if limit is not None and size > limit:
                        break
                    if self._deadline is not None and time.monotonic() > self._deadline:
                        raise timed_out("read", self._outgoing)
        except Exception as error:  # noqa: BLE001 - sorted out below
            fail(error, self._outgoing)
        finally:
            self._response.close()
        return b"".join(pieces)

    def piece(self, deadline: float | None) -> bytes:
        """What comes next of the body; empty at its end."""
        try:
            if self._pieces is None:
                self._patience()
                self._pieces = self._response.iter_bytes()
            with bound(deadline):
                for piece in self._pieces:
                    if piece:
                        if deadline is not None and time.monotonic() > deadline:
                            raise timed_out("read", self._outgoing)
                        return piece
        except Exception as error:  # noqa: BLE001 - sorted out below
            fail(error, self._outgoing)
        return b""

    def _patience(self) -> None:
        # httpcore looks the read timeout up once more when it starts on the body.
        idle = self._outgoing.timeouts.idle
        known = self._timeouts
        if idle is not None and isinstance(known, dict):
            known["read"] = min(known.get("read") or idle, idle)

    def close(self, drain: bool) -> None:
        """Let go of the connection; with ``drain``, keep it if the body's end is at hand."""
        try:
            if drain and self._pieces is not None and self._outgoing.session is None:
                with bound(time.monotonic() + DRAIN):
                    for _ in self._pieces:
                        pass
        except Exception:  # noqa: BLE001 - then the connection is not kept
            pass
        finally:
            self._response.close()


def _told(
    pieces: Generator[bytes, None, None], tell: Callable[[int], object] | None
) -> Generator[bytes, None, None]:
    """The pieces; each is told of once it was taken."""
    done = 0
    with closing(pieces):
        for piece in pieces:
            yield piece
            done += len(piece)
            if tell is not None:
                tell(done)


class SyncTransport:
    """Sends with the caller's session, or over a pool of its own."""

    def __init__(self) -> None:
        self._pool: Pool | None = None
        self._lock = threading.Lock()
        self._closed = False
        track(self)

    def pool(self) -> Pool:
        """The pool, made on first use and again after a fork."""
        pool = self._pool
        if pool is None:
            import httpx

            with self._lock:
                if self._closed:
                    raise ConfigError("this client is closed")
                if self._pool is None:
                    self._pool = Pool(httpx.Client, httpx.HTTPTransport)
                pool = self._pool
        return pool

    def send(self, outgoing: Outgoing) -> SyncReply:
        """Send, and answer with the reply as soon as its head is there."""
        session = outgoing.session
        build, send = session_sender(session) if session is not None else pool_sender(self.pool())
        content: Any = outgoing.body
        if content is not None and not isinstance(content, bytes):
            content = _told(content.pieces(), teller(outgoing))
        deadline = deadline_of(outgoing.timeouts)
        try:
            request = request_of(outgoing, content, build)
            with bound(deadline):
                response = send(request)
        except Exception as error:  # noqa: BLE001 - sorted out below
            fail(error, outgoing)
        finally:
            if content is not outgoing.body:
                content.close()  # a file goes back to where it stood, after a failure too
        return SyncReply(response, outgoing, deadline, request.extensions.get("timeout"))

    def _forget(self) -> None:
        """Drop the pool without closing its sockets: after a fork they are the parent's."""
        self._pool = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the pool; the caller's sessions are the caller's."""
        pool, self._pool, self._closed = self._pool, None, True
        if pool is not None:
            pool.client.close()
