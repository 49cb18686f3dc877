"""What both transports share: requests and headers as httpx has them, its errors as ours."""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit
from urllib.request import getproxies

from jackfield import __version__
from jackfield.config import merge_headers
from jackfield.deadlines import watch
from jackfield.errors import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    ConfigError,
    JackfieldError,
)

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
DRAIN = 0.1
"""Seconds to wait for the end of a body that is complete already."""


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def _translate(error: Exception, outgoing: Outgoing) -> BaseException:
    """Our error for one of httpx's; any other exception as it is."""
    if isinstance(error, JackfieldError):
        return error  # raised on the way, and a TransportError by name too
    names = [cls.__name__ for cls in type(error).__mro__]
    where = _origin(outgoing.url)
    if isinstance(error, RuntimeError) and getattr(outgoing.session, "is_closed", False):
        return ConfigError("the session given for this call is closed; open another")
    phase = next((_PHASES[name] for name in names if name in _PHASES), None)
    if phase is not None or isinstance(error, TimeoutError):
        # A deadline of ours has no phase: what takes long while no single read does, is reading.
        return timed_out(phase or "read", outgoing)
    if "InvalidURL" in names or "UnsupportedProtocol" in names or isinstance(error, UnicodeError):
        return ConfigError(f"not a URL that can be requested: {where}")
    if "LocalProtocolError" in names:
        # Its text quotes header values, and those can be secrets.
        return APIConnectionError(f"the request to {where} breaks HTTP's rules", retryable=False)
    if "TransportError" in names or "HTTPError" in names or "StreamError" in names:
        # Only a refusal's text is the system's own; others may quote what was sent or received.
        why = f" ({error})" if "ConnectError" in names else ""
        what = f"{type(error).__name__}{why}"
        return APIConnectionError(f"the connection to {where} failed: {what}")
    return error


def timed_out(phase: str, outgoing: Outgoing) -> APITimeoutError:
    """The error for a phase that took too long."""
    error = APITimeoutError(f"{_origin(outgoing.url)} took too long (timeout phase: {phase})")
    error.phase = phase
    return error


def fail(error: Exception, outgoing: Outgoing) -> NoReturn:
    """Raise our error for one of httpx's; any other exception as it is."""
    ours = _translate(error, outgoing)
    if ours is error:
        raise error
    # Below is httpx's own request, headers and all: only a name of it goes on.
    raise ours from (error if isinstance(ours, APIError) and ours.retryable else None)


def header_map(response: Any) -> dict[str, str]:
    """Response headers by lower-case name, repeats joined by a comma."""
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


def request_of(outgoing: Outgoing, content: Any, build: Callable[..., Any]) -> Any:
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


class Pool:
    """Connections of our own, with httpx's defaults.

    Requests go straight to httpx's transport: what `httpx.Client` does around it (cookies, auth
    flows, redirects, event hooks) is for sessions, and core does its own part. Plain HTTP has a
    transport of its own, so that the certificates are read when the first HTTPS request needs
    them. Where the environment names proxies, it is a whole client after all, for that is where
    httpx reads them.
    """

    def __init__(self, client: Callable[..., Any], transport: Callable[..., Any]) -> None:
        import httpx

        limits = httpx.Limits(
            max_connections=_MAX_CONNECTIONS, max_keepalive_connections=_KEEPALIVE_CONNECTIONS
        )
        self._new = httpx.Request
        self._url = lru_cache(maxsize=256)(httpx.URL)
        self._transports: _ByScheme | None = None
        if getproxies():
            self.client = client(limits=limits, follow_redirects=False)
            self.send: Callable[[Any], Any] = partial(self.client.send, stream=True)
            for inner in (self.client._transport, *self.client._mounts.values()):
                watch(inner)
        else:
            self._transports = _ByScheme(partial(transport, limits=limits))
            self.client = client(transport=self._transports)
            self.send = self._transports.send
        self._headers = {
            "Accept-Encoding": self.client.headers["Accept-Encoding"],
            "Connection": "keep-alive",
            "User-Agent": f"jackfield/{__version__}",
        }

    def take_unused(self) -> list[Any]:
        """Take connections out of the pools that were meant for a request that is gone.

        httpcore leaves them there when a task is cancelled between being given a connection and
        using it: they are never reused, and hold a place for ever. They are the caller's to close.
        """
        taken: list[Any] = []
        for transport in self._transports.made.values() if self._transports else ():
            pool = getattr(transport, "_pool", None)
            connections = getattr(pool, "_connections", None)
            waiting = getattr(pool, "_requests", None)
            if isinstance(connections, list) and isinstance(waiting, list):
                wanted = {id(getattr(request, "connection", None)) for request in waiting}
                unused = [c for c in connections if id(c) not in wanted and _is_unused(c)]
                connections[:] = [c for c in connections if c not in unused]
                taken += unused
        return taken

    def build(self, method: str, url: str, headers: dict[str, str], **rest: Any) -> Any:
        """A request; the URL is parsed once for many."""
        merged = merge_headers(self._headers, headers)
        return self._new(method, self._url(url), headers=merged, **rest)


def _is_unused(connection: Any) -> bool:
    inner = getattr(connection, "_connection", connection)
    return inner is None or getattr(getattr(inner, "_state", None), "name", "") == "NEW"


class _ByScheme:
    """httpx transports by scheme, each made when it is first needed."""

    def __init__(self, make: Callable[..., Any]) -> None:
        self._make = make
        self.made: dict[str, Any] = {}
        self._lock = threading.Lock()

    def _of(self, scheme: str) -> Any:
        with self._lock:
            if scheme not in self.made:
                # A context without certificates: should it ever meet TLS, it trusts nobody.
                bare = {"verify": ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)}
                self.made[scheme] = watch(self._make(**(bare if scheme == "http" else {})))
            return self.made[scheme]

    def send(self, request: Any) -> Any:
        """Answer with the response, or with what is to be awaited for it."""
        scheme = request.url.scheme
        transport = self.made.get(scheme) or self._of(scheme)
        handle = getattr(transport, "handle_async_request", None) or transport.handle_request
        return handle(request)

    def close(self) -> None:
        """Close those that were made."""
        for transport in self.made.values():
            transport.close()

    async def aclose(self) -> None:
        """Close those that were made."""
        for transport in self.made.values():
            await transport.aclose()


def teller(outgoing: Outgoing) -> Callable[[int], object] | None:
    """What is told how many bytes of a body that goes in pieces are sent; None: nobody asked."""
    report = outgoing.report
    if report is None:
        return None
    from jackfield.progress import Progress

    body: Any = outgoing.body
    total = body.length
    return lambda done: report(Progress("upload", done, total))


def deadline_of(timeouts: Timeouts) -> float | None:
    """When an attempt that starts now has to be over."""
    return None if timeouts.total is None else time.monotonic() + timeouts.total


def session_sender(session: Any) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """How a caller's session builds and sends; core follows redirects itself."""
    for inner in (getattr(session, "_transport", None), *getattr(session, "_mounts", {}).values()):
        watch(inner)
    return session.build_request, partial(session.send, stream=True, follow_redirects=False)


def pool_sender(pool: Pool) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """How a pool of ours builds and sends."""
    return pool.build, pool.send
