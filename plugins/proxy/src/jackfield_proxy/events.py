"""Chunks as server-sent events, as the OpenAI API sends them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield import jsonio

EVENTS = (b"content-type", b"text/event-stream; charset=utf-8")


def event(chunk: Mapping[str, Any]) -> bytes:
    """One chunk. Those of surfaces whose events have a ``type`` are named by it."""
    data = b"data: " + jsonio.encode(chunk) + b"\n\n"
    kind = chunk.get("type")
    if type(kind) is str and kind.isascii() and kind.isprintable():
        return b"event: " + kind.encode("ascii") + b"\n" + data
    return data


def done(last: Mapping[str, Any]) -> bytes:
    """What ends a stream: ``[DONE]``, where its last event does not say so itself."""
    return b"" if type(last.get("type")) is str else b"data: [DONE]\n\n"
