"""Settings: what a call, a client, a module attribute and the environment say, in that order.

An empty variable counts as unset. A ``.env`` file in the working directory is read once, when the
first call resolves its settings, and fills only what is unset or empty; ``JACKFIELD_DOTENV=0``
turns that off.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import urlsplit

from jackfield.envelope import Policy
from jackfield.errors import AuthenticationError, ConfigError

if TYPE_CHECKING:
    from jackfield.manifest import Endpoint

CALL_SETTINGS = (
    "api_key",
    "api_base",
    "base_url",
    "organization",
    "project",
    "headers",
    "extra_headers",
    "extra_query",
    "extra_body",
    "timeout",
    "stream_idle_timeout",
    "max_retries",
    "client_session",
    "aclient_session",
    "drop_params",
    "unsupported",
    "return_response_headers",
    "save_to",
    "on_progress",
    "max_file_bytes",
)
"""Keyword arguments of every call that are settings, not request parameters."""

DEFAULT_TIMEOUT = 600.0
DEFAULT_CONNECT = 10.0
DEFAULT_RETRIES = 2
FOREVER = 2_147_483.0
"""Seconds from which on a timeout is no limit: sockets count milliseconds in 31 bits."""

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_POLICIES = get_args(Policy)


class Secret:
    """A key: usable, never shown."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The key itself."""
        return self._value

    def hide_in(self, text: str) -> str:
        """``text`` with the key blotted out, should it be there."""
        return text.replace(self._value, "[redacted]") if len(self._value) > 3 else text

    def __repr__(self) -> str:
        return "Secret('…')"

    __str__ = __repr__

    def __reduce__(self) -> Any:
        raise TypeError("a secret is not pickled")


class Timeouts:
    """Seconds per phase, None for no limit.

    ``total`` bounds one attempt (for streams: until the first byte).
    """

    __slots__ = ("connect", "default", "idle", "pool", "read", "total", "write")

    def __init__(
        self,
        connect: float | None,
        read: float | None,
        write: float | None,
        pool: float | None,
        total: float | None,
        idle: float | None = None,
    ) -> None:
        self.connect = connect
        self.read = read
        self.write = write
        self.pool = pool
        self.total = total
        self.idle = idle
        self.default = False

    @classmethod
    def of(cls, value: Any, idle: float | None = None) -> Timeouts:
        """From a number of seconds, an ``httpx.Timeout`` (by its attributes), or None (defaults).

        Raises:
            ConfigError: anything else, or a number that is no duration.
        """
        if idle is not None:  # without one it would be the read timeout
            idle = _seconds(idle, "stream_idle_timeout") or FOREVER
        if value is None:
            t = DEFAULT_TIMEOUT
            usual = cls(DEFAULT_CONNECT, t, t, t, t, idle)
            usual.default = True
            return usual
        if hasattr(value, "connect") and hasattr(value, "read"):
            connect, read, write, pool = (
                _seconds(part, "timeout")
                for part in (value.connect, value.read, value.write, value.pool)
            )
            return cls(connect, read, write, pool, None, idle)
        seconds = _seconds(value, "timeout")
        return cls(seconds, seconds, seconds, seconds, seconds, idle)


def _seconds(value: Any, name: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value > 0:
        raise ConfigError(f"{name} is a number of seconds above 0 or an httpx.Timeout: {value!r}")
    return float(value) if value < FOREVER else None


_DEFAULT_TIMEOUTS = Timeouts.of(None)


@cache
def dotenv() -> Mapping[str, str]:
    """The variables of ``.env`` in the working directory, read once; empty where there is none.

    Raises:
        ConfigError: it can't be read.
    """
    path = os.path.join(os.getcwd(), ".env")
    if os.environ.get("JACKFIELD_DOTENV") == "0" or not os.path.isfile(path):
        return {}
    try:
        from dotenv import dotenv_values
    except ImportError:
        return {}
    try:
        return {key: value for key, value in dotenv_values(path).items() if value}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} can't be read as UTF-8 text: {error}") from None


def environment(names: Iterable[str]) -> str | None:
    """The first of these variables that is set and not empty, from the process or ``.env``."""
    for name in names:
        value = os.environ.get(name) or dotenv().get(name)
        if value:
            return value
    return None


def check_headers(headers: Mapping[str, Any], origin: str) -> dict[str, str]:
    """The headers as text, or an error that names the first illegal one; no value is shown.

    Raises:
        ConfigError: a name that is no HTTP token, or a value with control characters or characters
            outside ASCII.
    """
    if not isinstance(headers, Mapping):
        raise ConfigError(f"{origin} is a mapping of names to values, not {type(headers).__name__}")
    checked: dict[str, str] = {}
    for name, value in headers.items():
        if not isinstance(name, str) or not _TOKEN.match(name):
            raise ConfigError(
                f"illegal header name {name!r} in {origin}: a name is letters, digits and "
                "!#$%&'*+-.^_`|~, without spaces"
            )
        if value is None:
            continue
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        if isinstance(text, (int, float)) and not isinstance(text, bool):
            text = str(text)
        if not isinstance(text, str) or not _legal_value(text):
            raise ConfigError(
                f"illegal value of header {name!r} in {origin}: it is text without line breaks, "
                "other control characters, or characters outside ASCII"
            )
        checked[name] = text.strip(" \t")
    return checked


def _legal_value(text: str) -> bool:
    return text.isascii() and text.replace("\t", " ").isprintable()


def merge_headers(*layers: Mapping[str, str]) -> dict[str, str]:
    """Headers in one mapping; later layers win, whatever the case of the names."""
    merged: dict[str, tuple[str, str]] = {}
    for layer in layers:
        for name, value in layer.items():
            merged[name.lower()] = (name, value)
    return dict(merged.values())


class Settings:
    """Everything that one call needs to know besides its parameters. It has no repr of secrets."""

    __slots__ = (
        "base_url",
        "extra_body",
        "headers",
        "key",
        "max_retries",
        "query",
        "session",
        "timeouts",
    )

    base_url: str
    key: Secret | None
    headers: dict[str, str]
    query: Mapping[str, Any]
    extra_body: Mapping[str, Any]
    timeouts: Timeouts
    max_retries: int
    session: Any


def policy(given: Mapping[str, Any], client: Mapping[str, Any]) -> Policy:
    """The parameter policy: the call's ``unsupported`` or ``drop_params``, else the client's.

    Raises:
        ConfigError: an unknown policy.
    """
    for layer in (given, client):
        chosen = layer.get("unsupported")
        if chosen is not None:
            if chosen not in _POLICIES:
                known = ", ".join(map(repr, _POLICIES))
                raise ConfigError(f"unsupported is one of {known}, not {chosen!r}")
            return chosen  # type: ignore[no-any-return]  # checked just above
        if layer.get("drop_params") is not None:
            return "drop" if layer["drop_params"] else "raise"
    return "raise"


def _pick(given: Mapping[str, Any], client: Mapping[str, Any], *names: str) -> Any:
    for layer in (given, client):
        for name in names:
            value = layer.get(name)
            if value is not None and value != "":
                return value
    return None


def base_url(given: Mapping[str, Any], client: Mapping[str, Any], endpoint: Endpoint) -> str | None:
    """The base URL that somebody set, or None where the endpoint's own is used."""
    found = _pick(given, client, "base_url", "api_base") or environment(endpoint.base_env)
    return None if found is None else str(found)


def resolve(
    given: Mapping[str, Any],
    client: Mapping[str, Any],
    endpoint: Endpoint,
    provider: str,
    *,
    is_async: bool,
) -> Settings:
    """The settings of one call.

    Args:
        given: the call's own settings.
        client: the client's, or the module attributes.
        endpoint: the route's.
        provider: the plugin's name, for errors.
        is_async: which of the two sessions is used.

    Raises:
        ConfigError: a setting that can't be used; nothing was sent.
        AuthenticationError: no key where one is needed.
    """
    settings = Settings()

    def pick(*names: str) -> Any:
        return _pick(given, client, *names)

    base = base_url(given, client, endpoint)
    settings.base_url = _base(base) if base is not None else endpoint.base_url
    session_name = "aclient_session" if is_async else "client_session"
    settings.session = pick(session_name)
    settings.timeouts = timeouts(given, client)
    settings.max_retries = retries(given, client)
    settings.query = _mapping(given, "extra_query")
    settings.extra_body = _mapping(given, "extra_body")
    settings.headers = _headers(given, client, endpoint, pick)
    settings.key = _key(pick("api_key"), settings, endpoint, provider)
    return settings


def _headers(
    given: Mapping[str, Any], client: Mapping[str, Any], endpoint: Endpoint, pick: Any
) -> dict[str, str]:
    layers: list[Mapping[str, str]] = []
    for header, variables, name in (
        (endpoint.organization_header, endpoint.organization_env, "organization"),
        (endpoint.project_header, endpoint.project_env, "project"),
    ):
        if header is not None:
            value = pick(name) or environment(variables)
            if value:
                layers.append(check_headers({header: value}, name))
    for layer, origin in ((client, "the client's headers"), (given, "headers")):
        for name in ("headers", "extra_headers"):
            if layer.get(name):
                layers.append(check_headers(layer[name], name if layer is given else origin))
    return merge_headers(*layers) if layers else {}


def _key(given: Any, settings: Settings, endpoint: Endpoint, provider: str) -> Secret | None:
    if given is None and _brings_auth(settings, endpoint):
        return None  # what the caller's own headers or session say goes before the environment
    key = given or environment(endpoint.key_env)
    if key is not None:
        if not isinstance(key, str) or not key.isprintable() or not key.isascii() or " " in key:
            raise ConfigError(
                "the API key can't be sent in a header: it has spaces, line breaks or characters "
                "outside ASCII"
            )
        return Secret(key)
    if not endpoint.needs_key:
        return None
    variables = " or ".join(endpoint.key_env) or "(no variable is known)"
    extra = ""
    if not dotenv() and os.path.isfile(".env") and os.environ.get("JACKFIELD_DOTENV") != "0":
        extra = " There is a .env file here; install python-dotenv to have it read."
    raise AuthenticationError(
        f"no API key for {provider}: set the environment variable {variables}, or give api_key= "
        f"to the call or the client.{extra}",
        provider=provider,
        retryable=False,
    )


def _brings_auth(settings: Settings, endpoint: Endpoint) -> bool:
    names = {name.lower() for name in settings.headers}
    session = settings.session
    if session is not None:
        if getattr(session, "auth", None) is not None:
            return True
        names |= {str(name).lower() for name in getattr(session, "headers", ())}
    return any(name in names for name in endpoint.auth_headers)


@lru_cache(maxsize=64)
def _base(url: str) -> str:
    url = url.strip()
    head = url.lower()
    if not head.startswith(("http://", "https://")) or not url.split("://", 1)[1].strip("/"):
        raise ConfigError(
            f"the base URL must begin with http:// or https:// and a host: {_without_user(url)!r}"
        )
    try:
        parts = urlsplit(url)
        usable = _is_host(parts.hostname or "") and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable or any(char.isspace() or not char.isprintable() for char in url):
        raise ConfigError(f"the base URL is no URL: {_without_user(url)!r}")
    return url


def _is_host(host: str) -> bool:
    """Whether a name has the shape of a host: no empty label, none over 63 characters.

    Whether an internationalised name stands for one, the transport finds out.
    """
    if ":" in host:  # an IPv6 address
        return True
    return all(0 < len(label) < 64 for label in host.removesuffix(".").split("."))


def _without_user(url: str) -> str:
    """A URL for people: the user's part and the query can be secrets."""
    head, slashes, rest = url.split("?", 1)[0].partition("://")
    return head + slashes + rest.rpartition("@")[2]


def _timeouts(value: Any, idle: Any) -> Timeouts:
    return _DEFAULT_TIMEOUTS if value is None and idle is None else Timeouts.of(value, idle)


def _retries(value: Any) -> int:
    if value is None:
        return DEFAULT_RETRIES
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ConfigError(f"max_retries is a whole number from 0, not {value!r}")
    return value


def timeouts(given: Mapping[str, Any], client: Mapping[str, Any]) -> Timeouts:
    """The timeouts of a call.

    Raises:
        ConfigError: they are none.
    """
    return _timeouts(_pick(given, client, "timeout"), _pick(given, client, "stream_idle_timeout"))


def retries(given: Mapping[str, Any], client: Mapping[str, Any]) -> int:
    """``max_retries`` of a call.

    Raises:
        ConfigError: it is no number of retries.
    """
    return _retries(_pick(given, client, "max_retries"))


def file_limit(given: Mapping[str, Any], client: Mapping[str, Any]) -> int | None:
    """``max_file_bytes``: how large a file in the call may be; None for what plugins allow.

    Raises:
        ConfigError: it is no number of bytes.
    """
    limit = _pick(given, client, "max_file_bytes")
    if limit is None or (isinstance(limit, int) and not isinstance(limit, bool) and limit > 0):
        return limit
    raise ConfigError(f"max_file_bytes is a whole number of bytes above 0, not {limit!r}")


def _mapping(given: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = given.get(name)
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ConfigError(f"{name} is a mapping, not {type(value).__name__}")
    return value
