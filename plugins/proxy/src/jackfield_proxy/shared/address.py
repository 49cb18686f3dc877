"""From the URL of a Redis to a client that is not connected yet."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import redis.asyncio
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from jackfield.errors import ConfigError
from jackfield_proxy.shared.line import CONNECTING

_SCHEMES = ("redis", "rediss", "unix")


def client_at(url: str) -> redis.asyncio.Redis:
    """A client for ``redis://``, ``rediss://`` or ``unix://``; its options are redis-py's.

    Raises `ConfigError`, which never quotes the URL: it may hold a password.
    """
    try:
        parts = urlsplit(url)
        scheme, usable = parts.scheme, parts.port != 0
        if scheme == "unix":
            usable = bool(parts.path)
    except ValueError:
        scheme, usable = "", False
    if not usable or scheme not in _SCHEMES:
        raise ConfigError(
            "redis_url is not the URL of a Redis: redis://[user:password@]host[:port][/database], "
            "the same with rediss:// for TLS, or unix:///path/to/socket. "
            "Special characters in a password are percent-encoded."
        )
    database = parts.path.strip("/")
    if scheme != "unix" and database and not (database.isascii() and database.isdecimal()):
        raise ConfigError("redis_url names its database by a number, as in redis://host:6379/0.")
    try:
        client = redis.asyncio.Redis.from_url(
            url,
            protocol=2,
            retry=Retry(NoBackoff(), 0),
            socket_connect_timeout=CONNECTING,
            socket_timeout=CONNECTING,
        )
        pool: Any = client.connection_pool
        pool.make_connection()  # which does not connect, but reads the options
    except Exception as error:  # noqa: BLE001 - redis-py has no error of its own for this
        # Its text may quote what stands in the URL.
        raise ConfigError(
            f"redis_url has an option that redis-py does not take ({type(error).__name__})."
        ) from None
    return client
