"""Which type of media some bytes are, under the names that OpenAI's endpoints take.

The bytes decide, by their signatures (the ``filetype`` library); a file's name only where they say
nothing, as with text.
"""

from __future__ import annotations

import filetype

from jackfield_openai_catalogue.extensions import extension, named, registered

__all__ = ["HEAD", "extension", "media_type", "named", "sniffed"]

HEAD = 8192
"""Bytes from the beginning of a file that are enough to tell."""


def sniffed(head: bytes) -> str | None:
    """The media type that the first `HEAD` bytes show, or None where they show none."""
    found = filetype.guess_mime(head) if head else None
    return None if found is None else registered(found)


def media_type(head: bytes, name: str | None = None) -> str | None:
    """The media type of a file: by its first bytes, else by its name, else None."""
    return sniffed(head) or named(name)
