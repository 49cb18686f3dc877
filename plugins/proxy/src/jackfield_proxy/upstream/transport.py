"""Core's transport over aiohttp: one pool of connections, read decoded or as the bytes came."""

from __future__ import annotations

import asyncio
import time
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from aiohttp.hdrs import USER_AGENT
from yarl import URL

from jackfield import __version__
from jackfield.errors import (
    APIConnectionError,
    APIError,
    APITimeoutError,
    ConfigError,
    JackfieldError,
)
from jackfield_proxy.upstream import limits
from jackfield_proxy.upstream.direct import AnotherProtocol, Response, available, exchange
from jackfield_proxy.upstream.handler import Connector, stale, was_stale
from jackfield_proxy.upstream.sending import Sending, read_ahead
from jackfield_proxy.upstream.trust import authorities

if TYPE_CHECKING:
    from jackfield.config import Timeouts
    from jackfield.effects import Outgoing

_DRAIN = 0.1
_AT_ONCE = 64 * 1024
"""Bytes that are read ahead of a client that is slower than its upstream."""


class Upstream:
    """Connections to upstreams, and two ways to read what comes.

    Attributes:
        decoded: a transport whose replies are decoded as ``Content-Encoding`` says.
        raw: a transport whose replies are the bytes that came.
    """

    def __init__(self, max_connections: int = 0) -> None:
        self._connector = Connector(
            limit=max_connections,
            ttl_dns_cache=30,
            enable_cleanup_closed=False,
            ssl=authorities(),
        )
        self.decoded = AiohttpTransport(self._session(auto_decompress=True), self._connector)
        self.raw = AiohttpTransport(
            self._session(auto_decompress=False), self._connector, direct=not _PROXIES
        )

    def _session(self, *, auto_decompress: bool) -> aiohttp.ClientSession:
        session = aiohttp.ClientSession(
            connector=self._connector,
            connector_owner=False,
            auto_decompress=auto_decompress,
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=() if auto_decompress else ("Accept-Encoding", "Content-Type"),
            headers={USER_AGENT: f"jackfield/{__version__}"},
            read_bufsize=_AT_ONCE,
            max_line_size=64 * 1024,
            max_field_size=64 * 1024,
        )
        session._retry_connection = False  # who asks decides whether to ask again, and counts it
        return session

    async def aclose(self) -> None:
        """Close every connection."""
        await self.decoded.session.close()
        await self.raw.session.close()
        await self._connector.close()


class AiohttpTransport:
    """Sends with a session of aiohttp's; see `jackfield.protocols.Transport`."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        connector: aiohttp.BaseConnector,
        *,
        direct: bool = False,
    ) -> None:
        """Make one.

        Args:
            session: of aiohttp.
            connector: the session's.
            direct: whether bodies that are at hand go past the session.
        """
        self.session = session
        self._connector = connector
        self._direct = direct and available()

    async def send(self, outgoing: Outgoing) -> AiohttpReply:
        """Send, and answer as soon as the head of the response is there.

        Raises:
            APIConnectionError, APITimeoutError: there is no response.
            ConfigError: the URL is none.
        """
        body: Any = outgoing.body
        headers = outgoing.headers
        limit, deadline = limits.limit(outgoing.timeouts), limits.deadline(outgoing.timeouts)
        if self._direct and type(body) is bytes and outgoing.address is None:
            answer = await self._at_once(outgoing, body, limit)
            return AiohttpReply(answer, outgoing, None, deadline)
        sending: Sending | None = None
        response: aiohttp.ClientResponse
        if body is not None and not isinstance(body, bytes):
            if body.length is not None:
                headers = {**headers, "Content-Length": str(body.length)}
            arriving = getattr(body, "arriving", None)
            body = sending = Sending(read_ahead(body) if arriving is None else arriving())
        try:
            async with asyncio.timeout(limit):
                response = await self._ask(outgoing, headers, body)
        except BaseException as error:
            if sending is not None:
                await sending.aclose()
            if not isinstance(error, Exception):
                raise
            raise _ours(error, outgoing) from None
        # The answer may be there before the whole body has left; the reply ends what is left of it.
        return AiohttpReply(response, outgoing, sending, deadline)

    async def _at_once(self, outgoing: Outgoing, body: bytes, limit: float | None) -> Response:
        """As `_ask`, past aiohttp's session."""
        try:
            url, timeouts = _url(outgoing.url), _timeout(outgoing.timeouts)
            where = (outgoing.method, url, outgoing.headers, body, timeouts, _AT_ONCE)
            if limit is None:
                return await exchange(self.session, self._connector, *where)
            async with asyncio.timeout(limit):
                return await exchange(self.session, self._connector, *where)
        except Exception as error:  # noqa: BLE001 - sorted out there
            raise _ours(error, outgoing) from None

    async def _ask(self, outgoing: Outgoing, headers: Any, body: Any) -> aiohttp.ClientResponse:
        url = _url(outgoing.url)
        if outgoing.address is not None:  # one that was looked up and allowed
            url, headers = url.with_host(outgoing.address), {**headers, "Host": url.authority}
        response = await self.session._request(
            outgoing.method,
            url,
            data=body,
            headers=headers,
            allow_redirects=False,
            timeout=_timeout(outgoing.timeouts),
            proxy=_proxy(url.scheme, url.host or "") if _PROXIES else None,
            server_hostname=_url(outgoing.url).host if outgoing.address is not None else None,
        )
        if response.status == 101:
            response.close()
            raise AnotherProtocol
        return response


_PROXIES = {
    scheme: proxy if "://" in proxy else f"http://{proxy}"
    for scheme, proxy in getproxies().items()
    if scheme in ("http", "https", "all")
}
"""What the environment says, read once: aiohttp would look for each request."""


@lru_cache(maxsize=512)
def _proxy(scheme: str, host: str) -> str | None:
    """The proxy that requests to a host go through."""
    return None if proxy_bypass(host) else _PROXIES.get(scheme) or _PROXIES.get("all")


@lru_cache(maxsize=512)
def _url(url: str) -> URL:
    try:
        found = URL(url, encoded=True)
        _ = found.port  # which may be none
    except ValueError:  # it may quote the URL, and a password in it
        raise ConfigError("not a URL that can be requested") from None
    return found


@lru_cache(maxsize=64)
def _limits(connect: float | None, read: float | None, pool: float | None) -> aiohttp.ClientTimeout:
    waiting = None if connect is None or pool is None else connect + pool
    return aiohttp.ClientTimeout(total=None, connect=waiting, sock_connect=connect, sock_read=read)


def _timeout(timeouts: Timeouts) -> aiohttp.ClientTimeout:
    return _limits(timeouts.connect, timeouts.read, timeouts.pool)


@lru_cache(maxsize=512)
def _named(name: bytes) -> str:
    return name.decode("latin-1").lower()


class AiohttpReply:
    """A response whose body is still to be read."""

    __slots__ = ("_deadline", "_outgoing", "_response", "_sending", "headers", "status")

    def __init__(
        self,
        response: aiohttp.ClientResponse | Response,
        outgoing: Outgoing,
        sending: Sending | None,
        deadline: float | None,
    ) -> None:
        self._response = response
        self._outgoing = outgoing
        self._sending = sending
        self._deadline = deadline
        self.status = response.status
        headers: dict[str, str] = {}
        for name, value in response.raw_headers:
            key, text = _named(name), value.decode("latin-1")
            headers[key] = f"{headers[key]}, {text}" if key in headers else text
        self.headers = headers

    async def read(self, limit: int | None) -> bytes:
        """The whole body; the reply is closed afterwards."""
        try:
            if self._deadline is None or self._response.content.is_eof():
                return await self._all(limit)
            async with asyncio.timeout(max(0.0, self._deadline - time.monotonic())):
                return await self._all(limit)
        except Exception as error:  # noqa: BLE001 - sorted out below
            raise _ours(error, self._outgoing) from None
        finally:
            if not self._response.closed:
                self._finish()
            if self._sending is not None:
                await self._sending.aclose()

    async def _all(self, limit: int | None) -> bytes:
        if limit is None:
            return await self._response.read()
        content, parts, size = self._response.content, [], 0
        while size <= limit and (piece := await content.readany()):
            parts.append(piece)
            size += len(piece)
        return b"".join(parts)

    async def piece(self, deadline: float | None = None) -> bytes:
        """What comes next of the body; empty at its end."""
        content = self._response.content
        try:
            if deadline is None:
                return await content.readany()
            async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                return await content.readany()
        except Exception as error:  # noqa: BLE001 - sorted out below
            raise _ours(error, self._outgoing) from None

    async def close(self, drain: bool) -> None:
        """Let go of the connection; with ``drain``, keep it if the body's end is at hand."""
        if drain and not self._response.closed:
            try:
                async with asyncio.timeout(_DRAIN):
                    while await self._response.content.readany():
                        pass
            except Exception:  # noqa: BLE001 - then the connection is not kept
                pass
        self._finish()
        if self._sending is not None:
            await self._sending.aclose()

    def _finish(self) -> None:
        if self._response.content.at_eof():
            self._response.release()
        else:
            self._response.close()

    def abandon(self) -> None:
        """Close from a finalizer."""
        loop = self._response._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._response.close)


def _ours(error: Exception, outgoing: Outgoing) -> Exception:
    """Our error for one of aiohttp's; any other exception as it is."""
    if isinstance(error, JackfieldError):
        return error
    where = _origin(outgoing.url)
    if isinstance(error, TimeoutError):
        phase = "read"
        if isinstance(error, aiohttp.ConnectionTimeoutError):
            phase = "connect"
        late = APITimeoutError(f"{where} took too long (timeout phase: {phase})")
        late.phase = phase
        return late
    if isinstance(error, aiohttp.InvalidURL) or type(error) is UnicodeError:
        return ConfigError(f"not a URL that can be requested: {where}")
    if isinstance(error, aiohttp.ClientConnectorError):
        why = getattr(error, "certificate_error", None) or error.strerror or "refused"
        return APIConnectionError(f"the connection to {where} failed: {why}")
    if isinstance(error, (aiohttp.ClientError, aiohttp.http.HttpProcessingError, OSError)):
        failed: APIError = APIConnectionError(
            f"the connection to {where} failed: {type(error).__name__}"
        )
        return stale(failed) if was_stale(error) else failed
    return error


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
