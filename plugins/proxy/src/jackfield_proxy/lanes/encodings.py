"""Content encodings: copies of answers to look at, without theirs."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

_MOST = 16 * 1024 * 1024
_KNOWN = frozenset({"gzip", "x-gzip", "deflate"})


def encoding_of(headers: Mapping[str, str]) -> str:
    """The encoding of a body, in lower case; empty where it has none."""
    said = headers.get("content-encoding")
    if not said:
        return ""
    found = said.strip().lower()
    return "" if found == "identity" else found


def decoded(data: bytes, headers: Mapping[str, str]) -> bytes:
    """A copy to look at, without its encoding; as it is where the encoding is a rare one."""
    if encoding_of(headers) not in _KNOWN:
        return data
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        try:
            return zlib.decompressobj(window).decompress(data, _MOST)
        except zlib.error:
            continue
    return data


def unreadable(headers: Mapping[str, str]) -> bool:
    """Whether a body is in an encoding that was not asked for, and can't be looked into."""
    encoding = encoding_of(headers)
    return bool(encoding) and encoding not in _KNOWN


class Reading:
    """A body's content, read along while its pieces go by; what can't be read is left out."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        encoding = encoding_of(headers)
        self._plain = not encoding
        self._decoder = zlib.decompressobj(zlib.MAX_WBITS | 32) if encoding in _KNOWN else None

    def piece(self, data: bytes) -> bytes:
        """The content of one more piece."""
        if self._plain or self._decoder is None:
            return data if self._plain else b""
        try:
            return self._decoder.decompress(data, _MOST)
        except zlib.error:
            self._decoder = None
            return b""
