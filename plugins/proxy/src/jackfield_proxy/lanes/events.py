"""Chunks as server-sent events, as the OpenAI API sends them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield import jsonio

EVENTS = (b"content-type", b"text/event-stream; charset=utf-8")

_NAMED = frozenset({"responses"})
"""Surfaces whose events are named by their type, and whose last one says that it is the last."""


def event(surface: str, chunk: Mapping[str, Any]) -> bytes:
    """One chunk of a surface."""
    data = b"data: " + jsonio.encode(chunk) + b"\n\n"
    kind = chunk.get("type")
    if surface in _NAMED and type(kind) is str and kind.isascii() and kind.isprintable():
        return b"event: " + kind.encode("ascii") + b"\n" + data
    return data


def done(surface: str) -> bytes:
    """What ends a stream of a surface."""
    return b"" if surface in _NAMED else b"data: [DONE]\n\n"
