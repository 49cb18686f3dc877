"""What each kind of setting takes. A check gives the value to keep, or raises `Unfit`.

Numbers and booleans are those of YAML; where a value came from a variable, and so is text, it is
read as one. Messages show no values.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Annotated, Any, get_args

from jackfield import config
from jackfield.config import Secret
from jackfield.envelope import Policy
from jackfield.errors import ConfigError
from jackfield_proxy.config import modes
from jackfield_proxy.config.environment import Held
from jackfield_proxy.config.problems import Unfit

_INTEGER = re.compile(r"[+-]?[0-9]{1,18}\Z")
_NUMBER = re.compile(r"[+-]?([0-9]{1,18}(\.[0-9]{0,18})?|\.[0-9]{1,18})\Z")
_SIZE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,9})?)\s*(?:([kmgt])(i)?b|b)?\Z", re.IGNORECASE)
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/?#@\\]+\Z", re.IGNORECASE)
_POLICIES = get_args(Policy)


class FileSecret(Secret):
    """A secret of the configuration; ``variable`` is where it came from, None for the file.

    Those of one value are equal, so that a file that is read again can be compared.
    """

    __slots__ = ("variable",)

    def __init__(self, value: str, variable: str | None = None) -> None:
        super().__init__(value)
        self.variable = variable

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return self.reveal() == other.reveal()

    def __hash__(self) -> int:
        return hash(self.reveal())


def kind(value: Any) -> str:
    """A value's kind, in words."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return f"the text that {value.variable} holds" if isinstance(value, Held) else "text"
    if isinstance(value, (int, float)):
        return "a number"
    return "a mapping" if isinstance(value, dict) else "a list"


# Text ---------------------------------------------------------------------------------------------


def text(value: Any) -> str:
    """Text that is not empty and has no control characters."""
    if not isinstance(value, str):
        quote = ": put it in quotes" if isinstance(value, (bool, int, float)) else ""
        raise Unfit(f"must be text, not {kind(value)}{quote}")
    if not value.strip():
        raise Unfit("is empty")
    if not value.isprintable():
        raise Unfit("has line breaks or other characters that can't be shown")
    return str(value)


def name(value: Any) -> str:
    """A model's name: text without spaces around it."""
    found = text(value)
    if found != found.strip():
        raise Unfit("has spaces around it")
    return found


def url(value: Any) -> str:
    """The address of an API."""
    found = text(value)
    try:
        return config._base(found)  # the rules that calls have
    except ConfigError:
        raise Unfit("must be a URL that begins with http:// or https:// and a host") from None


def origin(value: Any) -> str:
    """``*``, or what a browser sends as ``Origin``; in lower case, as browsers do."""
    found = text(value)
    if found != "*" and not _ORIGIN.match(found):
        raise Unfit('must be "*" or an origin like https://example.com, without a path')
    return found.lower()


def policy(value: Any) -> Policy:
    """What happens to parameters that a model does not have."""
    found = text(value)
    if found not in _POLICIES:
        raise Unfit(f"must be one of {', '.join(_POLICIES)}")
    return found  # type: ignore[return-value]  # checked just above


def mode(value: Any) -> str:
    """What a model is for."""
    found = text(value)
    if not modes.is_known(found):
        shown = kind(value) if isinstance(value, Held) else ascii(found[:40])
        raise Unfit(f"{shown} is no known mode; {modes.suggestion(found)}")
    return found


# Secrets ------------------------------------------------------------------------------------------


def key(value: Any) -> FileSecret:
    """A key that can be sent in a header."""
    found = text(value)
    if not found.isascii() or " " in found:
        raise Unfit("can't be sent in a header: it has spaces or characters outside ASCII")
    return _secret(found, value)


def redis_url(value: Any) -> FileSecret:
    """The address of a Redis server, which may hold a password."""
    found = text(value)
    if not found.startswith(("redis://", "rediss://", "unix://")):
        raise Unfit("must be a URL that begins with redis://, rediss:// or unix://")
    return _secret(found, value)


def _secret(found: str, value: Any) -> FileSecret:
    return FileSecret(found, value.variable if isinstance(value, Held) else None)


def header(name: str, value: Any) -> str:
    """A header's value; errors don't show it."""
    if value is None:
        raise Unfit("has no value")
    try:
        return config.check_headers({name: value}, "the configuration")[name]
    except ConfigError as error:
        raise Unfit(f"can't be sent: {error}") from None


# Numbers ------------------------------------------------------------------------------------------


def flag(value: Any) -> bool:
    """True or false."""
    if isinstance(value, Held) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    if not isinstance(value, bool):
        quotes = isinstance(value, str) and value.lower() in ("true", "false")
        hint = ": take the quotes off" if quotes else ""
        raise Unfit(f"must be true or false, not {kind(value)}{hint}")
    return value


def integer(value: Any) -> int:
    """A whole number."""
    if isinstance(value, Held) and _INTEGER.match(value.strip()):
        return int(value.strip())
    if isinstance(value, bool) or not isinstance(value, int):
        fraction = isinstance(value, float)
        hint = "a fraction" if fraction else kind(value) + _unquote(value)
        raise Unfit(f"must be a whole number, not {hint}")
    return value


def number(value: Any) -> float:
    """Any number but NaN."""
    if isinstance(value, Held) and _NUMBER.match(value.strip()):
        return float(value.strip())
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise Unfit(f"must be a number, not {kind(value)}{_unquote(value)}")
    if math.isnan(value):
        raise Unfit("must be a number")
    return float(value)


def _unquote(value: Any) -> str:
    quoted = isinstance(value, str) and not isinstance(value, Held) and _NUMBER.match(value)
    return ": take the quotes off" if quoted else ""


def count(value: Any) -> int:
    """A whole number from 0."""
    found = integer(value)
    if found < 0:
        raise Unfit("must not be below 0")
    return found


def seconds(value: Any) -> float:
    """A number of seconds above 0; infinity for no limit."""
    found = number(value)
    if found <= 0:
        raise Unfit("must be a number of seconds above 0")
    return found


def delay(value: Any) -> float:
    """A number of seconds, possibly none."""
    found = number(value)
    if found < 0 or math.isinf(found):
        raise Unfit("must be a number of seconds, 0 or more")
    return found


def weight(value: Any) -> float:
    """A share, above 0."""
    found = number(value)
    if found <= 0 or math.isinf(found):
        raise Unfit("must be a number above 0")
    return found


def size(value: Any) -> int:
    """Bytes: a whole number, or text with a unit (``100MB``, ``1 GiB``)."""
    if isinstance(value, str):
        found = _SIZE.match(value.strip())
        if found is None:
            raise Unfit('must be a number of bytes, or a size like "100MB" or "1 GiB"')
        digits, unit, binary = found.groups()
        scale: int = (1024 if binary else 1000) ** (" kmgt".index(unit.lower()) if unit else 0)
        whole, _, fraction = digits.partition(".")
        parts: int = 10 ** len(fraction)
        amount = int(whole + fraction) * scale // parts
    else:
        amount = integer(value)
    if amount < 1:
        raise Unfit("must be at least one byte")
    return amount


Text = Annotated[str, text]
Name = Annotated[str, name]
Url = Annotated[str, url]
Origin = Annotated[str, origin]
OnUnsupported = Annotated[Policy, policy]
Mode = Annotated[str, mode]
Key = Annotated[Secret, key]
RedisUrl = Annotated[Secret, redis_url]
Headers = Annotated[Mapping[str, str], "headers"]
Fallbacks = Annotated[Mapping[str, tuple[str, ...]], "fallbacks"]
Flag = Annotated[bool, flag]
Count = Annotated[int, count]
Seconds = Annotated[float, seconds]
Delay = Annotated[float, delay]
Weight = Annotated[float, weight]
Size = Annotated[int, size]
