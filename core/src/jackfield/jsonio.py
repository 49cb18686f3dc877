"""JSON in and out: orjson first, the standard library where orjson would lose something.

orjson refuses integers over 64 bits and lone surrogates when it writes, and turns such integers
into floats when it reads; the standard library keeps both.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import orjson

# Maps digits to "0" and everything else to a space, to find long runs of digits at C speed.
_DIGITS = bytes(48 if 48 <= byte <= 57 else 32 for byte in range(256))
_LONG_NUMBER = b"0" * 19
_INFINITY = float("inf")

loads = orjson.loads
"""For JSON without long numbers; raises ValueError for what `decode_exact` may yet read."""


def encode(value: Any, default: Callable[[Any], Any] | None = None) -> bytes:
    """Write plain JSON compactly, as UTF-8.

    Integers of any size, lone surrogates (as ``\\udXXX`` escapes) and non-string keys survive.
    NaN and infinities are the caller's to find beforehand (`jackfield.canonical`).

    Raises:
        TypeError: for a value that is no JSON, and that ``default`` does not turn into any.
    """
    try:
        return orjson.dumps(value, default)
    except TypeError:
        text = json.dumps(value, default=default, ensure_ascii=True, separators=(",", ":"))
        return text.encode("ascii")


def has_long_number(data: bytes) -> bool:
    """Whether a run of 19 digits occurs, which may be an integer that orjson would round."""
    return _LONG_NUMBER in data.translate(_DIGITS)


def decode(data: bytes) -> Any:
    """Read JSON.

    Raises:
        ValueError: for anything that is not JSON; NaN and infinities are not.
    """
    if len(data) > 18 and has_long_number(data):
        return decode_exact(data)
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        return decode_exact(data)


def decode_exact(data: bytes) -> Any:
    """Read JSON with the standard library: slower, and exact for any integer and any surrogate."""
    try:
        return json.loads(data, parse_constant=_refuse, parse_float=_finite)
    except RecursionError:
        raise ValueError("JSON nested too deeply") from None


def _finite(text: str) -> float:
    number = float(text)
    if number in (_INFINITY, -_INFINITY):
        raise ValueError(f"{text} is beyond what a number can hold")
    return number


def _refuse(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")
