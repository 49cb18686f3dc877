"""Send on a running asyncio event loop."""

from __future__ import annotations

import asyncio
import threading
import time
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jackfield.errors import ConfigError
from jackfield.forks import track
from jackfield.threads import to_the_end
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


class AsyncReply:
    """A response whose body is still to be read."""

    def __init__(
        self, response: Any, outgoing: Outgoing, deadline: float | None, loop: Any
    ) -> None:
        response.stream = _shielded(response.stream)
        self.status: int = response.status_code
        self.headers = header_map(response)
        self._response = response
        self._outgoing = outgoing
        self._deadline = deadline
        self._loop = loop
        self._pieces: AsyncIterator[bytes] | None = None

    async def read(self, limit: int | None) -> bytes:
        """The whole body; the reply is closed afterwards."""
        pieces: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout_at(_on_loop(self._loop, self._deadline, _GRACE)):
                async for piece in self._response.aiter_bytes():
                    pieces.append(piece)
                    size += len(piece)
                    if limit is not None and size > limit:
                        break
        except Exception as error:  # noqa: BLE001 - sorted out below
            fail(error, self._outgoing)
        finally:
            await self._response.aclose()
        return b"".join(pieces)

    async def piece(self, deadline: float | None) -> bytes:
        """What comes next of the body; empty at its end."""
        if self._pieces is None:
            self._pieces = self._response.aiter_bytes()
        try:
            async with asyncio.timeout_at(_on_loop(self._loop, deadline)):
                async for piece in self._pieces:
                    if piece:
                        return piece
        except TimeoutError:
            raise timed_out("read", self._outgoing) from None
        except Exception as error:  # noqa: BLE001 - sorted out below
            fail(error, self._outgoing)
        return b""

    async def close(self, drain: bool) -> None:
        """Let go of the connection; with ``drain``, keep it if the body's end is at hand."""
        try:
            if drain and self._pieces is not None:
                async with asyncio.timeout(DRAIN):
                    async for _ in self._pieces:
                        pass
        except Exception:  # noqa: BLE001 - then the connection is not kept
            pass
        finally:
            await self._response.aclose()

    def abandon(self) -> None:
        """Close from a finalizer: on the loop, when it gets to it."""
        if self._loop.is_closed():
            return
        self._loop.call_soon_threadsafe(_close_later, self._loop, self._response)


_closing: set[Any] = set()  # the loop itself holds tasks weakly


def _kept(task: Any) -> Any:
    _closing.add(task)
    task.add_done_callback(_closing.discard)
    return task


def _close_later(loop: Any, response: Any) -> None:
    _kept(loop.create_task(response.aclose()))


def _shielded(stream: Any) -> Any:
    """The response's stream, with a close that cancellation does not stop half-way.

    httpcore marks a body as closed before it gives the connection back; a task that is cancelled
    in between leaves the connection in the pool for ever.
    """
    base = next(cls for cls in type(stream).__mro__ if cls.__name__ == "AsyncByteStream")
    return _shield_for(base)(stream)


@lru_cache(maxsize=8)
def _shield_for(base: Any) -> Any:
    class Shielded(base):  # type: ignore[misc]  # httpx's or httpx2's
        def __init__(self, inner: Any) -> None:
            self._inner = inner

        def __aiter__(self) -> Any:
            return self._inner.__aiter__()

        async def aclose(self) -> None:
            await asyncio.shield(_kept(asyncio.ensure_future(self._inner.aclose())))

    return Shielded


_GRACE = 0.05  # seconds for httpx to say which phase it was, where that is as long as the whole


def _on_loop(loop: Any, deadline: float | None, grace: float = 0.0) -> float | None:
    return None if deadline is None else loop.time() + (deadline - time.monotonic()) + grace


class AsyncTransport:
    """Sends with the caller's session, or over one pool per running event loop."""

    def __init__(self) -> None:
        self._pools: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
        self._guards: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()
        self._closed = False
        track(self)

    async def pool(self) -> Pool:
        """The running loop's pool."""
        loop = asyncio.get_running_loop()
        pool: Pool | None = self._pools.get(loop)
        if pool is None:
            import httpx

            self._sweep()
            with self._lock:
                if self._closed:
                    raise ConfigError("this client is closed")
                pool = self._pools[loop] = Pool(httpx.AsyncClient, httpx.AsyncHTTPTransport)
            guard = self._close_with_loop(loop, pool.client)
            await guard.__anext__()
            self._guards[loop] = guard
        return pool

    async def send(self, outgoing: Outgoing) -> AsyncReply:
        """Send, and answer with the reply as soon as its head is there."""
        session = outgoing.session
        pool = await self.pool() if session is None else None
        build, send = session_sender(session) if pool is None else pool_sender(pool)
        loop = asyncio.get_running_loop()
        content: Any = outgoing.body
        if content is not None and not isinstance(content, bytes):
            content = _off_the_loop(content.pieces(), teller(outgoing))
        deadline = deadline_of(outgoing.timeouts)
        try:
            request = request_of(outgoing, content, build)
            async with asyncio.timeout_at(_on_loop(loop, deadline, _GRACE)):
                response = await send(request)
        except BaseException as error:
            if pool is not None:
                for unused in pool.take_unused():
                    _kept(asyncio.ensure_future(unused.aclose()))
            if not isinstance(error, Exception):
                raise
            fail(error, outgoing)
        finally:
            if content is not outgoing.body:
                await content.aclose()  # a file goes back to where it stood, after a failure too
        return AsyncReply(response, outgoing, deadline, loop)

    def _sweep(self) -> None:
        """Let go of loops that were closed without ending their async generators."""
        for loop in [loop for loop in self._pools if loop.is_closed()]:
            self._guards.pop(loop, None)
            self._pools.pop(loop, None)

    async def _close_with_loop(self, loop: Any, client: Any) -> AsyncIterator[None]:
        """Suspended for the loop's life: ``asyncio.run`` ends async generators, then closes it."""
        try:
            yield
        finally:
            # A suspended generator holds its loop, so that the weak keys alone would free nothing.
            self._guards.pop(loop, None)
            self._pools.pop(loop, None)
            await client.aclose()

    def _forget(self) -> None:
        """Drop the pools without closing their sockets: after a fork they are the parent's."""
        self._pools = weakref.WeakKeyDictionary()
        self._guards = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()

    async def aclose(self) -> None:
        """Close the running loop's pool; the caller's sessions are the caller's."""
        self._closed = True
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            await pool.client.aclose()


_PATIENCE = 5.0  # seconds for a read that nobody wants any more


async def _off_the_loop(
    pieces: Generator[bytes, None, None], tell: Callable[[int], object] | None
) -> AsyncGenerator[bytes, None]:
    """Read each piece in a worker thread: a slow disk does not stop the loop.

    Each is told of once it was taken, on the loop.
    """
    end, done = b"", 0
    try:
        while (piece := await to_the_end(next, pieces, end, patience=_PATIENCE)) is not end:
            yield piece
            done += len(piece)
            if tell is not None:
                tell(done)
    finally:
        with suppress(ValueError):  # a thread is still in it, and can't be waited for any longer
            pieces.close()
