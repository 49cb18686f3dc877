"""The WHATWG rules for event streams, line by line, to compare a quick decoder with."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

_NEWLINE = re.compile(rb"\r\n|\n|\r")


def reference_events(stream: bytes) -> tuple[list[tuple[bytes, str | None]], Any]:
    """The events of a whole stream as ``(data, name)``, and what is pending at its end or None.

    After https://html.spec.whatwg.org/multipage/server-sent-events.html, section 9.2.6. A browser
    would forget the pending event.
    """
    text = stream.removeprefix(b"\xef\xbb\xbf")
    data: list[bytes] = []
    name: str | None = None
    events: list[tuple[bytes, str | None]] = []

    def field(line: bytes) -> None:
        nonlocal name
        key, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if key == b"data":
            data.append(value)
        elif key == b"event":
            name = value.decode("utf-8", "replace") or None

    *whole, rest = _NEWLINE.split(text)
    for line in whole:
        if line:
            field(line)
            continue
        if data:
            events.append((b"\n".join(data), name))
        data.clear()
        name = None
    if rest:
        field(rest)
    return events, ((b"\n".join(data), name) if data else None)


def decodes_by_the_rules(decoder: Any, pieces: Iterable[bytes]) -> None:
    """A decoder with ``feed`` and ``flush`` gives the reference's events, however it is fed."""
    pieces = list(pieces)
    found = [pair(event) for piece in pieces for event in decoder.feed(piece)]
    pending = decoder.flush()
    events, left = reference_events(b"".join(pieces))
    assert found == events
    assert (None if pending is None else pair(pending)) == left


def pair(event: Any) -> tuple[bytes, str | None]:
    """A decoder's event as data and name."""
    return (event, None) if isinstance(event, bytes) else event
