"""What a bare string in a content field is: a URL, a data URL, base64, or a local path.

The first of these rules that fits decides:

1. ``data:`` at its beginning makes it a data URL.
2. A scheme and ``://`` make it a URL.
3. Nothing but letters and digits of ASCII, ``+`` and ``/``, up to two ``=`` at the end, and a
   length that is a multiple of four, make it base64. With line breaks in it, it is an error.
4. Up to 512 characters make it a path, unless no file can have that name.
5. Everything else is nothing that is known here, and is left to the API to judge.

A file whose name reads as base64 (``Makefile``) is given as a `pathlib.Path`.
"""

from __future__ import annotations

import os
import re
from typing import Literal

from jackfield.errors import RequestError

Notation = Literal["data_url", "url", "base64", "path", "other"]

LONGEST_PATH = 512
"""Characters that a string may have to be read as a path."""

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_BREAKS = ("\n", "\r", "\t")


def notation(text: str, path: str) -> Notation:
    """Which of the rules above fits.

    Args:
        text: the string.
        path: where it stands in the call's parameters.

    Raises:
        RequestError: it is base64 with whitespace in it.
    """
    if text[:5].lower() == "data:":
        return "data_url"
    if _SCHEME.match(text):
        return "url"
    if is_base64(text):
        return "base64"
    if any(space in text for space in (*_BREAKS, " ")):
        # A path may have spaces, hardly a line break; only long strings are worth more doubt.
        broken = len(text) > LONGEST_PATH or any(space in text for space in _BREAKS)
        if broken and is_base64("".join(text.split())):
            raise whitespace(path)
    return "path" if _nameable(text) else "other"


def is_base64(text: str) -> bool:
    """Whether a string can be decoded as base64, and has a character at least."""
    if not text or len(text) % 4 or not text.isascii():
        return False
    digits = text.rstrip("=")
    return len(text) - len(digits) <= 2 and not digits.encode("ascii").translate(None, _ALPHABET)


def has_whitespace(text: str) -> bool:
    """Whether a text that should be base64 has whitespace in it."""
    return any(space in text for space in (*_BREAKS, " "))


def whitespace(path: str) -> RequestError:
    """The error for base64 with whitespace in it."""
    return RequestError(
        f"{path} is base64 with whitespace in it, which the API does not take: base64.encodebytes "
        "and command-line tools break it into lines; use base64.b64encode",
        path=path,
    )


def is_web(text: str) -> bool:
    """Whether a string is an http(s) URL."""
    return text[:8].lower().startswith(("http://", "https://"))


def _nameable(text: str) -> bool:
    if not text or len(text) > LONGEST_PATH or "\0" in text:
        return False
    try:
        os.fsencode(text)
    except UnicodeEncodeError:
        return False
    return True
