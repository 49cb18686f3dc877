"""Which type of media some bytes are, under the names that OpenAI's endpoints take.

The bytes decide, by their signatures (the ``filetype`` library); a file's name only where they say
nothing, as with text.
"""

from __future__ import annotations

import mimetypes

import filetype  # type: ignore[import-untyped]  # it has no types

HEAD = 8192
"""Bytes from the beginning of a file that are enough to tell."""

# The library's names where the registered one is another.
_REGISTERED = {
    "audio/x-wav": "audio/wav",
    "audio/x-flac": "audio/flac",
    "audio/x-aiff": "audio/aiff",
    "video/x-m4v": "video/mp4",
}
_EXTENSIONS = {
    "application/pdf": "pdf",
    "audio/aac": "aac",
    "audio/flac": "flac",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/wav": "wav",
    "audio/webm": "webm",
    "image/gif": "gif",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "video/mp4": "mp4",
    "video/mpeg": "mpeg",
    "video/webm": "webm",
}


def sniffed(head: bytes) -> str | None:
    """The media type that the first `HEAD` bytes show, or None where they show none."""
    found = filetype.guess_mime(head) if head else None
    return None if found is None else _REGISTERED.get(found, found)


def named(name: str | None) -> str | None:
    """The media type that a file name's extension stands for, or None."""
    found, encoding = mimetypes.guess_type(name or "")
    if found is None or encoding is not None:
        return None
    return _REGISTERED.get(found, found)


def media_type(head: bytes, name: str | None = None) -> str | None:
    """The media type of a file: by its first bytes, else by its name, else None."""
    return sniffed(head) or named(name)


def extension(kind: str) -> str | None:
    """The usual file name extension for a media type, without the dot, or None."""
    known = _EXTENSIONS.get(kind)
    if known is not None:
        return known
    guessed = mimetypes.guess_extension(kind)
    return guessed[1:] if guessed else None
