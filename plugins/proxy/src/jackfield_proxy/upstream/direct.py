"""A request whose body is at hand, written at once on one of aiohttp's connections.

aiohttp keeps the connections, resolves names, speaks TLS and parses what comes; only what its
session does around each request (payload objects, a writer's task, cookies, redirects) is left out,
for that is more than half of what a small request costs. It needs parts of aiohttp that its manual
does not describe: where one of them is missing, `available` is False and the session is used.
"""

from __future__ import annotations

import inspect
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest
from aiohttp.helpers import TimerNoop

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yarl import URL

_NO_TIMER = TimerNoop()
_LONGEST_LINE = 64 * 1024


def _has(function: Any, *names: str) -> bool:
    return set(names) <= set(inspect.signature(function).parameters)


def available() -> bool:
    """Whether this aiohttp has what is needed."""
    try:
        return (
            _has(aiohttp.BaseConnector.connect, "req", "traces", "timeout")
            and _has(
                ResponseHandler.set_response_params,
                *("timer", "skip_payload", "read_until_eof", "auto_decompress", "read_timeout"),
                *("read_bufsize", "max_line_size", "max_field_size"),
            )
            and _has(ClientRequest.__init__, "method", "url", "loop", "session", "timer", "traces")
            and hasattr(ResponseHandler, "start_timeout")
            and hasattr(ClientRequest, "session")
            and isinstance(inspect.getattr_static(ClientRequest, "connection_key"), property)
        )
    except (AttributeError, TypeError, ValueError):
        return False


class AnotherProtocol(aiohttp.ClientConnectionError):
    """The upstream wants to go on in another protocol, which nobody asked for."""


class Response:
    """What came back; as `aiohttp.ClientResponse`, as far as that is used here."""

    __slots__ = ("_connection", "_loop", "closed", "content", "raw_headers", "status")

    def __init__(self, connection: Any, message: Any, payload: Any, loop: Any) -> None:
        self._connection = connection
        self._loop = loop
        self.closed = False
        self.status: int = message.code
        self.raw_headers = message.raw_headers
        self.content = payload
        payload.on_eof(self.release)

    async def read(self) -> bytes:
        """The whole body."""
        content = self.content
        try:
            # It often came with the head.
            data: bytes = content.read_nowait() if content.is_eof() else await content.read()
        except BaseException:
            self.close()
            raise
        self.release()
        return data

    def release(self) -> None:
        """Give the connection back; it is kept if it can be."""
        if not self.closed:
            self.closed = True
            self._connection.release()

    def close(self) -> None:
        """Close the connection."""
        if not self.closed:
            self.closed = True
            self._connection.close()


async def exchange(
    session: aiohttp.ClientSession,
    connector: aiohttp.BaseConnector,
    method: str,
    url: URL,
    headers: Mapping[str, str],
    body: bytes,
    timeouts: aiohttp.ClientTimeout,
    read_ahead: int,
) -> Response:
    """Send a request, and answer as soon as the head of the response is there.

    Raises:
        aiohttp.ClientError, TimeoutError: there is no response.
        ValueError: a header that would be two.
    """
    pattern = _pattern(session, url)
    head = "".join(
        [
            f"{method} {url.raw_path_qs} HTTP/1.1\r\n",
            "" if "Host" in headers else _host(url),
            *[f"{name}: {value}\r\n" for name, value in headers.items()],
            f"Content-Length: {len(body)}\r\n\r\n",
        ]
    ).encode("latin-1")
    lines = len(headers) + (3 if "Host" in headers else 4)
    if head.count(b"\n") != lines or head.count(b"\r") != lines:
        raise ValueError("a header holds a line break")
    connection = await connector.connect(pattern, traces=[], timeout=timeouts)
    try:
        protocol = connection.protocol
        if protocol is None or protocol.transport is None:
            raise aiohttp.ClientConnectionError("the connection was lost")
        protocol.set_response_params(
            timer=_NO_TIMER,
            skip_payload=method == "HEAD",
            read_until_eof=True,
            auto_decompress=False,
            read_timeout=timeouts.sock_read,
            read_bufsize=read_ahead,
            max_line_size=_LONGEST_LINE,
            max_field_size=_LONGEST_LINE,
        )
        protocol.start_timeout()
        protocol.transport.write(head + body)
        while True:
            message, payload = await protocol.read()
            if message.code == 101:
                raise AnotherProtocol
            if not 100 <= message.code < 200:
                break
    except BaseException:
        connection.close()
        raise
    return Response(connection, message, payload, session._loop)


@lru_cache(maxsize=256)
def _host(url: URL) -> str:
    host = url.raw_host or ""
    host = f"[{host}]" if ":" in host else host
    named = host if url.is_default_port() else f"{host}:{url.port}"
    return f"Host: {named}\r\n"


class _Pattern(ClientRequest):
    """A request that is never sent: the connector reads from it where to connect to."""

    @cached_property
    def connection_key(self) -> Any:  # aiohttp makes one for each request
        return super().connection_key


_patterns: dict[tuple[int, str, str], _Pattern] = {}


def _pattern(session: aiohttp.ClientSession, url: URL) -> _Pattern:
    key = (id(session), url.scheme, url.raw_authority)
    found = _patterns.get(key)
    if found is None or found.session is not session:
        if len(_patterns) >= 256:
            _patterns.clear()
        from yarl import URL

        found = _Pattern(
            "POST",
            URL.build(scheme=url.scheme, authority=url.raw_authority, path="/", encoded=True),
            loop=session._loop,
            session=session,
            timer=_NO_TIMER,
            traces=[],
        )
        _patterns[key] = found
    return found
