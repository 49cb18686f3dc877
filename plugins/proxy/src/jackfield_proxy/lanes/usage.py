"""The tokens that an answer reports, found in its bytes without reading all of them."""

from __future__ import annotations

import re
from json import JSONDecoder
from typing import Any

TAIL = 64 * 1024
"""How much of an answer's end is looked at: usage is the last thing that answers say."""

LONGEST = 4096
"""A usage object is no longer, in bytes."""
LOOKS = 8
"""Objects of that name that are read before it is given up: an answer has one or two."""

_USAGE = b'"usage"'
_OPENING = re.compile(rb'"usage"[ \t\r\n]{0,64}:[ \t\r\n]{0,64}(?=\{)')
_read = JSONDecoder().raw_decode


_USUAL = re.compile(
    rb'"usage"[ \t\r\n]*:[ \t\r\n]*\{[ \t\r\n]*"(?:prompt|input)_tokens"[ \t\r\n]*:[ \t\r\n]*'
    rb'(\d{1,15})[ \t\r\n]*,[ \t\r\n]*"(?:completion|output)_tokens"[ \t\r\n]*:[ \t\r\n]*'
    rb'(\d{1,15})[ \t\r\n]*,[ \t\r\n]*"total_tokens"[ \t\r\n]*:'
)
"""How nearly all answers begin to say it: then the object need not be read."""


class Usage:
    """Input and output tokens; None where the answer does not say."""

    __slots__ = ("input", "output")

    def __init__(self, input: int | None = None, output: int | None = None) -> None:
        self.input = input
        self.output = output

    def __repr__(self) -> str:
        return f"Usage({self.input}, {self.output})"


_NONE = Usage()


def of(counts: Any) -> Usage:
    """From a ``usage`` object: chat's names or the Responses API's."""
    if not isinstance(counts, dict):
        return _NONE
    return Usage(
        _count(counts, "prompt_tokens", "input_tokens"),
        _count(counts, "completion_tokens", "output_tokens"),
    )


def _count(counts: dict[str, Any], *names: str) -> int | None:
    for name in names:
        value = counts.get(name)
        if type(value) is int and 0 <= value < 1 << 53:
            return value
    return None


def last(tail: bytes) -> Usage:
    """The counts of the last ``usage`` object in the bytes; nothing where there is none.

    Args:
        tail: the end of an answer, of a body or a stream.
    """
    end, looks = len(tail), 0
    while looks < LOOKS and (at := tail.rfind(_USAGE, 0, end)) >= 0:
        opening = _OPENING.match(tail, at)
        if opening is not None:
            looks += 1
            usual = _USUAL.match(tail, at)
            if usual is not None:
                return Usage(int(usual[1]), int(usual[2]))
            start = opening.end()
            try:
                counts, _ = _read(tail[start : start + LONGEST].decode("utf-8", "replace"))
            except (ValueError, RecursionError):
                counts = None
            found = of(counts)
            if found.input is not None or found.output is not None:
                return found
        end = at
    return _NONE


class Tail:
    """The end of a stream, kept while its pieces go by."""

    __slots__ = ("_pieces", "_size")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0

    def add(self, piece: bytes) -> None:
        """One more piece."""
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > 4 * TAIL:
            kept = b"".join(self._pieces)[-TAIL:]
            self._pieces, self._size = [kept], len(kept)

    def bytes(self) -> bytes:
        """What is kept."""
        return b"".join(self._pieces)[-TAIL:]
