"""Bound a whole read, not only each single one, for blocking sockets.

httpx bounds every read by itself, so a peer that sends a byte now and then holds a blocking call
for ever. The pools of our own clients, and those of a caller's blocking session, get a network
backend that also looks at the deadline of the call that runs in this thread. On asyncio a cancelled
task does the same.
"""

from __future__ import annotations

import threading
import time
from typing import Any, TypeVar

_T = TypeVar("_T")
_here = threading.local()


class bound:
    """For the body of a ``with``: no read in this thread lasts beyond ``deadline`` (monotonic)."""

    __slots__ = ("_before", "_deadline")

    def __init__(self, deadline: float | None) -> None:
        self._deadline = deadline

    def __enter__(self) -> None:
        self._before = getattr(_here, "deadline", None)
        _here.deadline = self._deadline

    def __exit__(self, *_: object) -> None:
        _here.deadline = self._before


def _left(timeout: float | None) -> float | None:
    deadline: float | None = getattr(_here, "deadline", None)
    if deadline is None:
        return timeout
    left = max(deadline - time.monotonic(), 0.001)
    return left if timeout is None else min(timeout, left)


class _Stream:
    """A network stream whose reads and writes end at the deadline."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        found: bytes = self._inner.read(max_bytes, _left(timeout))
        return found

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> _Stream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend:
    """A network backend that makes such streams."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> _Stream:
        return _Stream(
            self._inner.connect_tcp(host, port, _left(timeout), local_address, socket_options)
        )

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Any = None
    ) -> _Stream:
        return _Stream(self._inner.connect_unix_socket(path, _left(timeout), socket_options))

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


def watch(transport: _T) -> _T:
    """Give an httpx transport's pool such a backend; one for asyncio is left as it is.

    It changes nothing for calls that have no deadline in their thread, so a caller's session can
    have one too. httpx has no public way to set it. Where its insides look different, the transport
    is left alone, and only the timeouts of single reads hold.
    """
    pool = getattr(transport, "_pool", None)
    backend = getattr(pool, "_network_backend", None)
    if isinstance(backend, _Backend):
        return transport
    if pool is not None and hasattr(backend, "connect_tcp") and hasattr(transport, "close"):
        pool._network_backend = _Backend(backend)
    return transport
