"""Another model's name in the bytes of a JSON body, where that can be done without doubt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jackfield import jsonio

_KEY = b'"model"'
_NAMED = re.compile(rb'"model"[ \t\r\n]*:[ \t\r\n]*("(?:[^"\\\x00-\x1f]|\\.)*")')
# The letters of "model" can be written as escapes of these beginnings; so can a second key.
_ESCAPED = re.compile(rb"\\u00[2-7]")


def with_model(data: bytes, body: Mapping[str, Any], model: str) -> bytes:
    """The body with ``model`` as its model's name; every other byte as it was, if that is sure.

    It is sure where ``"model"`` occurs once, and not as an escape: then that is the key at the top,
    where the parsed body has one. Otherwise the body is written anew, in the same order.

    Args:
        data: the bytes as they came.
        body: what they say.
        model: the name to send.
    """
    if "model" in body and data.count(_KEY) == 1 and _ESCAPED.search(data) is None:
        found = _NAMED.search(data)
        if found is not None:
            start, end = found.span(1)
            name = jsonio.encode(model)
            return data if data[start:end] == name else data[:start] + name + data[end:]
    return jsonio.encode({**body, "model": model})
