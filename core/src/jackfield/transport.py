"""The one place that touches httpx: clients and pools, requests, replies, and its exceptions.

The rest of the core sees two small protocols: a transport's ``send(outgoing)``, which answers with
a reply as soon as the head is there, and the reply's ``read``, ``piece`` and ``close``. A caller's
own session is used as it is, whether it comes from httpx or from httpx2, which is why exceptions
are told apart by the names of their classes.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
import weakref
from collections.abc import AsyncIterator, Callable, Iterator
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from jackfield import __version__
from jackfield.config import merge_headers
from jackfield.deadlines import bound, watch
from jackfield.errors import APIConnectionError, APIError, APITimeoutError, ConfigError

if TYPE_CHECKING:
    from jackfield.config import Timeouts
    from jackfield.effects import Outgoing

_PHASES = {
    "ConnectTimeout": "connect",
    "ReadTimeout": "read",
    "WriteTimeout": "write",
    "PoolTimeout": "pool",
}
_MAX_CONNECTIONS = 1000
_KEEPALIVE_CONNECTIONS = 100
_DRAIN = 0.1  # seconds to wait for the end of a body that is complete already


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _translate(error: Exception, outgoing: Outgoing, late: bool = False) -> BaseException:
    """Our error for one of httpx's; any other exception as it is."""
    names = [cls.__name__ for cls in type(error).__mro__]
    where = _origin(outgoing.url)
    if isinstance(error, RuntimeError) and "closed" in str(error):
        return ConfigError("the session given as client_session is closed; open another")
    phase = next((_PHASES[name] for name in names if name in _PHASES), None)
    if phase is not None or late or isinstance(error, TimeoutError):
        return _timeout("total" if late else phase or "total", outgoing)
    if "InvalidURL" in names or "UnsupportedProtocol" in names:
        return ConfigError(f"not a URL that can be requested: {where}")
    if "LocalProtocolError" in names:
        # Its text quotes header values, and those can be secrets.
        return APIConnectionError(f"the request to {where} breaks HTTP's rules", retryable=False)
    if "TransportError" in names or "HTTPError" in names or "StreamError" in names:
        return APIConnectionError(f"the connection to {where} failed: {type(error).__name__}")
    return error


def _timeout(phase: str, outgoing: Outgoing) -> APITimeoutError:
    error = APITimeoutError(f"{_origin(outgoing.url)} took too long (timeout phase: {phase})")
    error.phase = phase
    return error


def _raise(error: Exception, outgoing: Outgoing, late: bool = False) -> None:
    ours = _translate(error, outgoing, late)
    if ours is error:
        raise error
    # Below is httpx's own request, headers and all: only a name of it goes on.
    raise ours from (error if isinstance(ours, APIError) and ours.retryable else None)


def _headers(response: Any) -> dict[str, str]:
    merged: dict[str, str] = {}
    for name, value in response.headers.raw:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        merged[key] = f"{merged[key]}, {text}" if key in merged else text
    return merged


def _extensions(outgoing: Outgoing, session: Any) -> dict[str, Any] | None:
    """httpx's own form of the timeouts; None where the session's are to be used."""
    given = outgoing.timeouts
    if given.default and session is not None and not _is_default(session.timeout):
        return None
    timeouts = {
        "connect": given.connect,
        "read": given.read,
        "write": given.write,
        "pool": given.pool,
    }
    return {"timeout": timeouts}


def _is_default(timeout: Any) -> bool:
    # httpx's five seconds are meant for web pages; whoever left them alone gets ours.
    return (timeout.connect, timeout.read, timeout.write, timeout.pool) == (5.0, 5.0, 5.0, 5.0)


def _request(outgoing: Outgoing, content: Any, build: Callable[..., Any]) -> Any:
    """The request as httpx has it, by ``build``: a session's, or the pool's."""
    headers = outgoing.headers
    body = outgoing.body
    if body is not None and not isinstance(body, bytes) and body.length is not None:
        headers = {**headers, "Content-Length": str(body.length)}
    extensions = _extensions(outgoing, outgoing.session) or {}
    url = outgoing.url
    if outgoing.address is not None:
        url, host = _pinned(url, outgoing.address)
        headers = {**headers, "Host": host}
        extensions["sni_hostname"] = urlsplit(outgoing.url).hostname
    return build(outgoing.method, url, headers=headers, content=content, extensions=extensions)


def _pinned(url: str, address: str) -> tuple[str, str]:
    """The URL with the address in place of the host, and what the Host header then says."""
    parts = urlsplit(url)
    shown = f"[{address}]" if ":" in address else address
    netloc = shown if parts.port is None else f"{shown}:{parts.port}"
    return parts._replace(netloc=netloc).geturl(), parts.netloc.rpartition("@")[2]


class _Pool:
    """Connections of our own, with httpx's defaults.

    Requests go straight to httpx's transport: what `httpx.Client` does around it (cookies, auth
    flows, redirects, event hooks) is for sessions, and core does its own part. Where the
    environment names proxies, it is a whole client after all, for that is where httpx reads them.
    """

    def __init__(self, client: Callable[..., Any], transport: Callable[..., Any]) -> None:
        import httpx

        limits = httpx.Limits(
            max_connections=_MAX_CONNECTIONS, max_keepalive_connections=_KEEPALIVE_CONNECTIONS
        )
        self._new = httpx.Request
        self._url = lru_cache(maxsize=256)(httpx.URL)
        if getproxies():
            self.client = client(limits=limits, follow_redirects=False)
            self.send = partial(self.client.send, stream=True)
        else:
            inner = transport(limits=limits)
            self.client = client(transport=inner)
            self.send = getattr(inner, "handle_async_request", None) or inner.handle_request
        usual = self.client.headers
        self._headers = {
            "Accept-Encoding": usual["Accept-Encoding"],
            "Connection": "keep-alive",
            "User-Agent": f"jackfield/{__version__}",
        }

    def build(self, method: str, url: str, headers: dict[str, str], **rest: Any) -> Any:
        """A request; the URL is parsed once for many."""
        merged = merge_headers(self._headers, headers)
        return self._new(method, self._url(url), headers=merged, **rest)


class SyncReply:
    """A response whose body is still to be read."""

    def __init__(
        self, response: Any, outgoing: Outgoing, deadline: float | None, timeouts: Any
    ) -> None:
        self._timeouts = timeouts
        self.status: int = response.status_code
        self.headers = _headers(response)
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
                        raise _timeout("total", self._outgoing)
        except Exception as error:  # noqa: BLE001 - sorted out below
            _raise(error, self._outgoing, _late(self._deadline))
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
                            raise _timeout("read", self._outgoing)
                        return piece
        except Exception as error:  # noqa: BLE001 - sorted out below
            _raise(error, self._outgoing)
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
                with bound(time.monotonic() + _DRAIN):
                    for _ in self._pieces:
                        pass
        except Exception:  # noqa: BLE001 - then the connection is not kept
            pass
        finally:
            self._response.close()


def _late(deadline: float | None) -> bool:
    return deadline is not None and time.monotonic() >= deadline


class SyncTransport:
    """Sends with the caller's session, or over a pool of its own."""

    def __init__(self) -> None:
        self._pool: _Pool | None = None
        self._lock = threading.Lock()
        self._closed = False
        _transports.add(self)

    def pool(self) -> _Pool:
        """The pool, made on first use and again after a fork."""
        pool = self._pool
        if pool is None:
            import httpx

            with self._lock:
                if self._closed:
                    raise ConfigError("this client is closed")
                if self._pool is None:
                    self._pool = _Pool(httpx.Client, httpx.HTTPTransport)
                    watch(self._pool.client)
                pool = self._pool
        return pool

    def send(self, outgoing: Outgoing) -> SyncReply:
        """Send, and answer with the reply as soon as its head is there."""
        session = outgoing.session
        build, send = _sender(session) if session is not None else _sender_of(self.pool())
        content: Any = outgoing.body
        if content is not None and not isinstance(content, bytes):
            content = content.pieces()
        deadline = _deadline(outgoing.timeouts)
        try:
            request = _request(outgoing, content, build)
            with bound(deadline):
                response = send(request)
        except Exception as error:  # noqa: BLE001 - sorted out below
            _raise(error, outgoing, _late(deadline))
            raise AssertionError from None
        return SyncReply(response, outgoing, deadline, request.extensions.get("timeout"))

    def forget(self) -> None:
        """Drop the pool without closing its sockets: after a fork they are the parent's."""
        self._pool = None
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the pool; the caller's sessions are the caller's."""
        pool, self._pool, self._closed = self._pool, None, True
        if pool is not None:
            pool.client.close()


def _deadline(timeouts: Timeouts) -> float | None:
    return None if timeouts.total is None else time.monotonic() + timeouts.total


def _sender(session: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """How a caller's session builds and sends; core follows redirects itself."""
    return session.build_request, partial(session.send, stream=True, follow_redirects=False)


def _sender_of(pool: _Pool) -> tuple[Callable[..., Any], Callable[..., Any]]:
    return pool.build, pool.send


class AsyncReply:
    """A response whose body is still to be read."""

    def __init__(
        self, response: Any, outgoing: Outgoing, deadline: float | None, loop: Any
    ) -> None:
        self.status: int = response.status_code
        self.headers = _headers(response)
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
            async with asyncio.timeout_at(_on_loop(self._loop, self._deadline)):
                async for piece in self._response.aiter_bytes():
                    pieces.append(piece)
                    size += len(piece)
                    if limit is not None and size > limit:
                        break
        except Exception as error:  # noqa: BLE001 - sorted out below
            _raise(error, self._outgoing, _late(self._deadline))
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
            raise _timeout("read", self._outgoing) from None
        except Exception as error:  # noqa: BLE001 - sorted out below
            _raise(error, self._outgoing)
        return b""

    async def close(self, drain: bool) -> None:
        """Let go of the connection; with ``drain``, keep it if the body's end is at hand."""
        try:
            if drain and self._pieces is not None:
                async with asyncio.timeout(_DRAIN):
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


_closing: set[Any] = set()


def _close_later(loop: Any, response: Any) -> None:
    task = loop.create_task(response.aclose())
    _closing.add(task)
    task.add_done_callback(_closing.discard)


def _on_loop(loop: Any, deadline: float | None) -> float | None:
    return None if deadline is None else loop.time() + (deadline - time.monotonic())


class AsyncTransport:
    """Sends with the caller's session, or over one pool per running event loop."""

    def __init__(self) -> None:
        self._pools: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
        self._guards: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()
        self._closed = False
        _transports.add(self)

    async def pool(self) -> _Pool:
        """The running loop's pool."""
        loop = asyncio.get_running_loop()
        pool: _Pool | None = self._pools.get(loop)
        if pool is None:
            import httpx

            with self._lock:
                if self._closed:
                    raise ConfigError("this client is closed")
                pool = self._pools[loop] = _Pool(httpx.AsyncClient, httpx.AsyncHTTPTransport)
            guard = _close_with_loop(pool.client)
            await guard.__anext__()
            self._guards[loop] = guard
        return pool

    async def send(self, outgoing: Outgoing) -> AsyncReply:
        """Send, and answer with the reply as soon as its head is there."""
        session = outgoing.session
        build, send = _sender(session) if session is not None else _sender_of(await self.pool())
        loop = asyncio.get_running_loop()
        content: Any = outgoing.body
        if content is not None and not isinstance(content, bytes):
            content = _off_the_loop(content.pieces())
        deadline = _deadline(outgoing.timeouts)
        try:
            request = _request(outgoing, content, build)
            async with asyncio.timeout_at(_on_loop(loop, deadline)):
                response = await send(request)
        except Exception as error:  # noqa: BLE001 - sorted out below
            _raise(error, outgoing, _late(deadline))
            raise AssertionError from None
        return AsyncReply(response, outgoing, deadline, loop)

    def forget(self) -> None:
        """Drop the pools without closing their sockets: after a fork they are the parent's."""
        self._pools = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()

    async def aclose(self) -> None:
        """Close the running loop's pool; the caller's sessions are the caller's."""
        self._closed = True
        pool = self._pools.pop(asyncio.get_running_loop(), None)
        if pool is not None:
            await pool.client.aclose()


async def _close_with_loop(client: Any) -> AsyncIterator[None]:
    """Suspended for the loop's life: ``asyncio.run`` ends async generators before it closes it."""
    try:
        yield
    finally:
        await client.aclose()


async def _off_the_loop(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    """Read each piece in a worker thread: a slow disk does not stop the loop."""
    end = b""
    while (piece := await asyncio.to_thread(next, pieces, end)) is not end:
        yield piece


_transports: weakref.WeakSet[Any] = weakref.WeakSet()


def _after_fork() -> None:
    for transport in list(_transports):
        transport.forget()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
