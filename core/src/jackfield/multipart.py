"""Encode ``multipart/form-data`` in pieces, with the length known beforehand where it can be."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import closing

from jackfield.envelope import FilePart, Multipart
from jackfield.errors import RequestError
from jackfield.sources import PIECE, Source, too_large

_ESCAPES = {'"': "%22", "\r": "%0D", "\n": "%0A"}


def _quoted(text: str, field: str) -> bytes:
    # The escapes that browsers use, and that servers expect.
    return _written("".join(_ESCAPES.get(char, char) for char in text), field)


def _written(text: str, field: str) -> bytes:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        raise RequestError(
            f"the form field {field!r} holds a lone surrogate, which UTF-8 cannot", path=field
        ) from None


def _type(text: str, field: str) -> bytes:
    if not text.isprintable() or not text.isascii():
        raise RequestError(f"{text!r} is no content type for the form field {field!r}", path=field)
    return text.encode("ascii")


class MultipartBody:
    """A body ready to be sent: its content type, its length if known, and its pieces."""

    def __init__(
        self,
        multipart: Multipart,
        limit: Callable[[int | None], int | None] = lambda of_plugin: of_plugin,
        boundary: str | None = None,
    ) -> None:
        self._boundary = (boundary or os.urandom(16).hex()).encode("ascii")
        self.content_type = f"multipart/form-data; boundary={self._boundary.decode()}"
        self._fields = [(self._head(n, v), *_content(n, v, limit)) for n, v in multipart.fields]
        self.sources = [c for _, c, _ in self._fields if isinstance(c, Source)]
        self.replayable = all(source.replayable for source in self.sources)

    def _head(self, name: str, value: str | FilePart) -> bytes:
        lines = [b"--" + self._boundary]
        disposition = b'Content-Disposition: form-data; name="' + _quoted(name, name) + b'"'
        if isinstance(value, FilePart):
            shown = value.name or getattr(value.source, "name", None) or "upload"
            disposition += b'; filename="' + _quoted(shown, name) + b'"'
            content_type = value.content_type or "application/octet-stream"
            lines += [disposition, b"Content-Type: " + _type(content_type, name)]
        else:
            lines.append(disposition)
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def measure(self) -> None:
        """Look at every file, before anything is sent.

        Raises:
            SourceError: one can't be read, or is larger than its limit.
        """
        for _, content, most in self._fields:
            size = content.measure() if isinstance(content, Source) else len(content)
            if most is not None and size is not None and size > most:
                raise too_large(content if isinstance(content, Source) else "the file", most)

    @property
    def length(self) -> int | None:
        """The body's length in bytes; None where a file's size is unknown."""
        total = len(self._boundary) + 6
        for head, content, _ in self._fields:
            size = content.measure() if isinstance(content, Source) else len(content)
            if size is None:
                return None
            total += len(head) + size + 2
        return total

    def pieces(self) -> Generator[bytes, None, None]:
        """The body, a piece at a time."""
        for head, content, most in self._fields:
            yield head
            if isinstance(content, Source):
                yield from _bounded(content, most)
            else:
                for start in range(0, len(content), PIECE):
                    yield content[start : start + PIECE]
            yield b"\r\n"
        yield b"--" + self._boundary + b"--\r\n"


def _content(
    name: str, value: str | FilePart, limit: Callable[[int | None], int | None]
) -> tuple[bytes | Source, int | None]:
    """What a field holds, and how many bytes it may have."""
    if isinstance(value, str):
        return _written(value, name), None
    return value.source, limit(value.max_bytes)


def _bounded(source: Source, most: int | None) -> Generator[bytes, None, None]:
    """A file's pieces; one whose size nobody knew is stopped where it passes its limit."""
    done = 0
    with closing(source.pieces()) as pieces:
        for piece in pieces:
            done += len(piece)
            if most is not None and done > most:
                raise too_large(source, most)
            yield piece


class SourceBody:
    """A file as the whole body."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.replayable = source.replayable

    @property
    def length(self) -> int | None:
        """The file's size, if known."""
        return self._source.measure()

    def pieces(self) -> Generator[bytes, None, None]:
        """The file, a piece at a time."""
        return self._source.pieces()
