"""Ids, times and figures derived from a request: the same request is answered alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import attrs

_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_EPOCH = 1_735_689_600  # 2025-01-01T00:00:00Z
_SPAN = 31_536_000  # one year in seconds

#: Fields that say how an answer travels, not what it is.
TRANSPORT_FIELDS = frozenset({"stream", "stream_options"})


def _digest(*parts: str) -> int:
    text = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(text).digest(), "big")


@attrs.frozen
class Identity:
    """The source of everything in an answer that looks random.

    Args:
        key: the canonical text of the request.
    """

    key: str

    def number(self, purpose: str, below: int) -> int:
        """Give a number from 0 up to, but not including, ``below``."""
        return _digest(self.key, purpose) % below

    def text(self, purpose: str, length: int) -> str:
        """Give letters and digits."""
        rest, letters = _digest(self.key, purpose), []
        for _ in range(length):
            rest, letter = divmod(rest, len(_ALPHABET))
            letters.append(_ALPHABET[letter])
        return "".join(letters)

    def hex(self, purpose: str, length: int) -> str:
        """Give hexadecimal digits, at most 64 of them."""
        return f"{_digest(self.key, purpose):064x}"[:length]

    @property
    def created(self) -> int:
        """A plausible time, in epoch seconds."""
        return _EPOCH + self.number("created", _SPAN)


def identify(surface: str, request: Mapping[str, Any]) -> Identity:
    """Derive the identity of a request; how its answer travels plays no part."""
    content = {name: value for name, value in request.items() if name not in TRANSPORT_FIELDS}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return Identity(hashlib.sha256(f"{surface} {canonical}".encode()).hexdigest())
