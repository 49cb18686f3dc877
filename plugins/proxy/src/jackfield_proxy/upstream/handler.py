"""aiohttp's end of a connection, with what it keeps to itself.

A fault inside a body, or a reset, is an error for who reads that body: aiohttp itself would let
them wait for ever, or take the body for whole. And a connection that was kept and turns out to be
closed is told from one that fails while it is answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection

from jackfield_proxy.wire.deadline import Deadline

_new = ContextVar("_new", default=False)
_STALE = "_jackfield_stale"
_E = TypeVar("_E", bound=BaseException)


class Handler(ResponseHandler):
    """A connection to an upstream; ``kept`` once it has served a request."""

    kept = False
    _heard = False
    _again = False

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(loop)
        self._silence = Deadline(loop, self._on_read_timeout)

    def set_response_params(self, **params: Any) -> None:
        """A request begins."""
        self._again, self.kept, self._heard = self.kept, True, False
        self._payload = None  # the one before is over
        super().set_response_params(**params)

    def data_received(self, data: bytes) -> None:
        """Something came."""
        self._heard = True
        super().data_received(data)

    def set_exception(self, exc: Any, *cause: Any) -> None:
        """The connection has failed."""
        if self._again and not self._heard and isinstance(exc, BaseException):
            stale(exc)
        if not isinstance(exc, TimeoutError):  # those reach the body by themselves
            self._tell(exc)
        super().set_exception(exc, *cause)

    def connection_lost(self, exc: BaseException | None) -> None:
        """The connection is closed, or with an error reset."""
        self._silence.end()
        if exc is not None:
            self._tell(exc)
        super().connection_lost(exc)

    def is_connected(self) -> bool:
        """Whether requests can be made on it."""
        return super().is_connected() and self._exception is None

    def close(self) -> None:
        """Close, and don't wait for an upstream that takes nothing any more."""
        if self.transport is not None and self.transport.get_write_buffer_size():
            self.transport.abort()
        super().close()

    # aiohttp makes a timer for the head of each answer, and another for its body.

    def _reschedule_timeout(self) -> None:
        seconds, body = self._read_timeout, self._payload
        # aiohttp comes here after a body's end as well, when reading goes on. A connection that
        # waits in the pool has no limit, or whoever takes it would be told that it is over.
        if seconds and (body is None or not body.is_eof()):
            self._silence.set(seconds)
        else:
            self._silence.lift()

    def _drop_timeout(self) -> None:
        self._silence.lift()

    def _tell(self, error: object) -> None:
        body = self._payload
        if body is not None and not body.is_eof() and body.exception() is None:
            body.set_exception(aiohttp.ClientPayloadError(f"the body broke off: {error!r}"))


def stale(error: _E) -> _E:
    """The error, marked as that of a kept connection on which nothing at all came back."""
    setattr(error, _STALE, True)
    return error


def was_stale(error: BaseException) -> bool:
    """Whether a request failed on a connection that was kept, and nothing at all came back.

    The upstream has closed it, most likely before it saw the request.
    """
    return getattr(error, _STALE, False) or getattr(error.__cause__, _STALE, False)


class Connector(aiohttp.TCPConnector):
    """Connections of this kind."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        factory = self._factory
        self._factory = lambda: Handler(*factory.args, **factory.keywords)  # type: ignore[assignment]  # ours

    def connect(self, *request: Any, **more: Any) -> Any:
        """A connection; within `only_new` none that was kept, and those are closed."""
        return self._made(*request, **more) if _new.get() else super().connect(*request, **more)

    async def _made(self, *request: Any, **more: Any) -> Connection:
        connection = await super().connect(*request, **more)
        while getattr(connection.protocol, "kept", False):
            connection.close()
            connection = await super().connect(*request, **more)
        return connection


@contextmanager
def only_new() -> Iterator[None]:
    """Requests within go on connections that are made for them."""
    before = _new.set(True)
    try:
        yield
    finally:
        _new.reset(before)
