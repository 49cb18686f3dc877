"""Read the sources that hooks ask for: local ones, and URLs under the rules for addresses.

A URL is resolved once and the connection is made to the address that was checked, so a name that
changes its mind between the check and the connection (DNS rebinding) gains nothing. Every redirect
is checked in the same way.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Generator
from typing import Any
from urllib.parse import urljoin, urlsplit

from jackfield import retry
from jackfield.answers import Fetch, Fetched
from jackfield.effects import Close, Outgoing, Read, ReadSource, Resolve, Send, Sleep
from jackfield.envelope import Call
from jackfield.errors import APIError, SourceError, error_class
from jackfield.sources import FetchRules, Source, too_large

MAX_DOWNLOAD = 64 * 1024 * 1024
"""Bytes that a URL may hold where the hook sets no limit of its own."""
MAX_REDIRECTS = 5


def gather(
    fetch: Fetch, call: Call, rules: FetchRules
) -> Generator[Any, Any, dict[Source, Fetched]]:
    """Read every source of a `Fetch`, each once.

    Raises:
        SourceError: one can't be read, is too large, or may not be read.
    """
    found: dict[Source, Fetched] = {}
    head = fetch.mode == "head"
    limit = fetch.max_bytes if head else rules.limit(fetch.max_bytes)
    for source in dict.fromkeys(fetch.refs):
        if source.kind == "url":
            most = MAX_DOWNLOAD if limit is None else limit
            found[source] = yield from _download(source, most, head, rules)
            continue
        if source.kind == "path":
            if call.origin == "remote":
                raise SourceError("a call that came over a network can't name a local file")
            if not rules.local_files:
                raise SourceError(
                    f"local files are turned off (Client(local_files=False)): {source.text}"
                )
        data = yield ReadSource(source, fetch.mode, limit)
        found[source] = Fetched(data, name=source.name, size=source.size)
    return found


def public(address: str) -> bool:
    """Whether an IP address is one that anybody on the internet may reach.

    Addresses that carry an IPv4 address inside (mapped, 6to4, NAT64, Teredo) are judged by it.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = [ip.ipv4_mapped, ip.sixtofour]
        if ip.teredo:
            inner += list(ip.teredo)
        if ip in _NAT64:
            inner.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        for found in inner:
            if found is not None and not public(str(found)):
                return False
        if ip.ipv4_mapped is not None:
            return True
    return ip.is_global and not ip.is_multicast


_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def _download(
    source: Source, limit: int, head: bool, rules: FetchRules
) -> Generator[Any, Any, Fetched]:
    """Download a URL; what breaks on the way is tried again, as a request to an API is."""
    attempt = 0
    while True:
        attempt += 1
        try:
            return (yield from _downloaded(source, limit, head, rules))
        except APIError as error:
            pause = retry.delay(error, attempt, rules.max_retries, rules.jitter(), rules.now())
            if pause is None:
                raise SourceError(f"{_shown(source.text)}: {error.message}") from error
        yield Sleep(pause)


def _downloaded(
    source: Source, limit: int, head: bool, rules: FetchRules
) -> Generator[Any, Any, Fetched]:
    url = source.text
    for _ in range(MAX_REDIRECTS + 1):
        address = yield from _checked_address(url, rules)
        outgoing = Outgoing("GET", url, {"Accept": "*/*"}, None, rules.timeouts, address=address)
        reply = yield Send(outgoing)
        if reply.status in (301, 302, 303, 307, 308) and "location" in reply.headers:
            yield Close(reply)
            url = urljoin(url, reply.headers["location"])
            continue
        if reply.status >= 400:
            yield Close(reply)
            raise error_class(reply.status, None, None)(
                f"it answered with status {reply.status}",
                status_code=reply.status,
                headers=reply.headers,
            )
        data = yield Read(reply, limit)
        if len(data) > limit:
            if not head:
                raise too_large(_shown(url), limit)
            data = data[:limit]
        content_type = reply.headers.get("content-type", "").partition(";")[0].strip() or None
        return Fetched(data, name=source.name, content_type=content_type, size=len(data))
    raise SourceError(f"{_shown(source.text)} redirects more than {MAX_REDIRECTS} times")


def _checked_address(url: str, rules: FetchRules) -> Generator[Any, Any, str | None]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise SourceError(f"not a URL: {_shown(url)} ({error})") from None
    if parts.scheme not in ("http", "https") or not host:
        raise SourceError(f"only http and https URLs are downloaded: {_shown(url)}")
    if rules.private_urls:
        return None
    addresses = yield Resolve(host, port or (443 if parts.scheme == "https" else 80))
    for address in addresses:
        if not public(address):
            raise SourceError(
                f"{_shown(url)} leads to the private address {address}, which is not downloaded "
                "(Client(private_urls=True) allows it)"
            )
    if not addresses:
        raise SourceError(f"{_shown(url)}: the host has no address")
    return str(addresses[0])


def _shown(url: str) -> str:
    """A URL for people: without query and user, where secrets live."""
    return url.split("?", 1)[0].split("#", 1)[0].rpartition("@")[2][:200]
