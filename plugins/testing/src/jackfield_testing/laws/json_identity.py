"""When two JSON values are the same, and that JSON text reads back as what was written."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any


def identical(one: Any, other: Any, *, ordered: bool = True) -> bool:
    """Whether two values are the same JSON: ``1`` is not ``1.0`` or ``true``; keys in one order."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        if ordered and list(one) != list(other):
            return False
        return one.keys() == other.keys() and all(
            identical(one[key], other[key], ordered=ordered) for key in one
        )
    if isinstance(one, list):
        return len(one) == len(other) and all(
            identical(a, b, ordered=ordered) for a, b in zip(one, other, strict=True)
        )
    return repr(one) == repr(other)


def reads_back(encode: Callable[[Any], bytes], decode: Callable[[bytes], Any], value: Any) -> None:
    """What ``encode`` writes is JSON to the standard library and to ``decode``, and the same."""
    written = encode(value)
    assert identical(json.loads(written), value), f"{written!r} is not {value!r} to json.loads"
    assert identical(decode(written), value), f"{written!r} does not read back as {value!r}"
    written.decode("utf-8")
