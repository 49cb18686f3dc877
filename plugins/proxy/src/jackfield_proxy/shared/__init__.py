"""What replicas of the proxy share: in this process, or through Redis."""

from __future__ import annotations

from collections.abc import Callable

from jackfield.config import Secret
from jackfield.errors import ConfigError
from jackfield_proxy.shared.interface import Rest, State

__all__ = ["Rest", "State", "open_state"]


def open_state(redis_url: Secret | str | None, warn: Callable[[str], None]) -> State:
    """The state at a ``redis://``, ``rediss://`` or ``unix://`` URL; without one, in this process.

    Nothing is connected yet: a Redis that is down now may come later. ``warn`` gets a line when it
    cannot be used. Raises `ConfigError` for a URL that cannot be one, or where the ``redis``
    package is missing.
    """
    url = redis_url.reveal() if isinstance(redis_url, Secret) else redis_url
    if not url:
        from jackfield_proxy.shared.memory import Memory

        return Memory()
    try:
        import redis.asyncio  # noqa: F401 - is it there?
    except ImportError:
        raise ConfigError(
            'redis_url is set, which needs the redis package: pip install "jackfield-proxy[redis]"'
        ) from None
    from jackfield_proxy.shared.address import client_at
    from jackfield_proxy.shared.cached import Cached
    from jackfield_proxy.shared.redis import RedisState

    return Cached(RedisState(client_at(url), warn))
