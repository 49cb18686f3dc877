"""Files given in a call: what they are, how they are read, and where downloads go.

To hooks a `Source` is opaque: a name, a size, whether it can be read twice. Only the drivers read.
Nothing of the caller's is changed: a file object is read from where it stands and put back there.
"""

from __future__ import annotations

import contextlib
import io
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from jackfield.errors import SourceError

if TYPE_CHECKING:
    from jackfield.config import Timeouts

PIECE = 64 * 1024
"""Bytes read at a time."""


class FetchRules:
    """What may be read: paths (``local_files``), private addresses (``private_urls``)."""

    __slots__ = ("local_files", "private_urls", "timeouts")

    def __init__(
        self,
        local_files: bool = True,
        private_urls: bool = False,
        timeouts: Timeouts | None = None,
    ) -> None:
        self.local_files = local_files
        self.private_urls = private_urls
        self.timeouts = timeouts


class Source:
    """Something to read: a path, bytes, a binary file object, or a URL.

    Attributes:
        kind: ``path``, ``bytes``, ``file`` or ``url``.
        name: a file name, if there is one.
        size: in bytes, if known.
        replayable: whether it can be read more than once.
    """

    __slots__ = ("_position", "_spent", "_value", "kind", "name", "replayable", "size")

    def __init__(
        self,
        kind: Literal["path", "bytes", "file", "url"],
        value: Any,
        *,
        name: str | None = None,
        size: int | None = None,
        replayable: bool = True,
        position: int | None = None,
    ) -> None:
        self.kind = kind
        self.name = name
        self.size = size
        self.replayable = replayable
        self._value = value
        self._position = position
        self._spent = False

    @classmethod
    def path(cls, path: str | os.PathLike[str]) -> Source:
        """A file by its path; nothing is read or looked up yet."""
        text = os.fspath(path)
        return cls("path", text, name=os.path.basename(text) or None)

    @classmethod
    def url(cls, url: str) -> Source:
        """A file by its http(s) URL; core downloads it under the rules for addresses."""
        name = os.path.basename(url.split("?", 1)[0].split("#", 1)[0].rstrip("/"))
        return cls("url", url, name=name or None)

    @classmethod
    def of(cls, value: Any) -> Source | None:
        """The source for a path object, bytes or a binary file object; None for anything else.

        Raises:
            SourceError: a file object in text mode, or a closed one.
        """
        if isinstance(value, Source):
            return value
        if isinstance(value, (bytes, bytearray, memoryview)):
            content = bytes(value)
            return cls("bytes", content, size=len(content))
        if isinstance(value, os.PathLike):
            return cls.path(value)
        if hasattr(value, "read") and not isinstance(value, type):
            return cls._file(value)
        return None

    @classmethod
    def _file(cls, file: Any) -> Source:
        if isinstance(file, io.TextIOBase):
            raise SourceError("the file object is in text mode; open it with mode 'rb'")
        if getattr(file, "closed", False):
            raise SourceError("the file object is closed")
        name = getattr(file, "name", None)
        name = os.path.basename(name) if isinstance(name, str) and name[:1] != "<" else None
        try:
            position = file.tell()
            size = file.seek(0, os.SEEK_END) - position
            file.seek(position)
        except (AttributeError, OSError, ValueError):
            return cls("file", file, name=name, replayable=False)
        return cls("file", file, name=name, size=size, position=position)

    @property
    def text(self) -> str:
        """The path or URL; for people and for hooks that send a URL on as it is."""
        return str(self._value) if self.kind in ("path", "url") else f"<{self.kind}>"

    def __repr__(self) -> str:
        return f"<Source {self.kind} {self.name or ''} {self.size if self.size else '?'} bytes>"

    # Reading: only drivers call these ------------------------------------------------------------

    def measure(self) -> int | None:
        """Look a path's size up, and make sure that it is a readable file.

        Raises:
            SourceError: it is missing, no regular file, or not readable.
        """
        if self.kind == "path" and self.size is None:
            try:
                found = os.stat(self._value)
            except OSError as error:
                raise SourceError(f"can't read {self._value}: {error.strerror}") from error
            if not stat.S_ISREG(found.st_mode):
                raise SourceError(f"{self._value} is not a regular file")
            self.size = found.st_size
        return self.size

    def pieces(self, limit: int | None = None) -> Iterator[bytes]:
        """The content in pieces, from the caller's position, which is put back at the end.

        Raises:
            SourceError: it can't be read, or can't be read again.
        """
        if self._spent:
            raise SourceError(
                f"{self!r} can be read only once and has been sent already; "
                "give bytes, a path or a seekable file so that the request can be repeated"
            )
        self._spent = not self.replayable
        if self.kind == "bytes":
            view = memoryview(self._value)
            end = len(view) if limit is None else min(limit, len(view))
            for start in range(0, end, PIECE):
                yield bytes(view[start : min(start + PIECE, end)])
        elif self.kind == "path":
            self.measure()
            try:
                file = open(self._value, "rb", buffering=0)  # noqa: SIM115 - closed below
            except OSError as error:
                raise SourceError(f"can't read {self._value}: {error.strerror}") from error
            with file:
                yield from _read(file, limit)
        elif self.kind == "file":
            if self._position is None:
                yield from _read(self._value, limit)
                return
            try:
                self._value.seek(self._position)
            except (OSError, ValueError) as error:  # closed meanwhile
                raise SourceError(f"reading the file failed: {error}") from error
            try:
                yield from _read(self._value, limit)
            finally:
                with contextlib.suppress(OSError, ValueError):
                    self._value.seek(self._position)
        else:
            raise SourceError(f"a URL is downloaded, not read: {self.text}")

    def read(self, mode: Literal["all", "head"], max_bytes: int | None) -> bytes:
        """The whole content, or its first ``max_bytes``.

        Raises:
            SourceError: it can't be read, or is larger than ``max_bytes`` under ``all``.
        """
        if mode == "head":
            return b"".join(self.pieces(max_bytes if max_bytes is not None else PIECE))
        size = self.measure()
        if max_bytes is not None and size is not None and size > max_bytes:
            raise too_large(self.name or self.kind, max_bytes)
        content = b"".join(self.pieces(None if max_bytes is None else max_bytes + 1))
        if max_bytes is not None and len(content) > max_bytes:
            raise too_large(self.name or self.kind, max_bytes)
        return content


def too_large(what: str, limit: int) -> SourceError:
    """The error for content over a limit."""
    return SourceError(f"{what} is larger than the limit of {limit} bytes")


def _read(file: Any, limit: int | None) -> Iterator[bytes]:
    left = limit
    while left is None or left > 0:
        try:
            piece = file.read(PIECE if left is None else min(PIECE, left))
        except (OSError, ValueError) as error:
            raise SourceError(f"reading the file failed: {error}") from error
        if not piece:
            return
        if not isinstance(piece, bytes):
            raise SourceError("the file object gives text; open it with mode 'rb'")
        if left is not None:
            left -= len(piece)
        yield piece


class Sink:
    """Where a download goes: a path (a temporary file, renamed when whole) or a file object."""

    def __init__(self, target: str | os.PathLike[str] | Any) -> None:
        self._file: Any = None
        self._part: Path | None = None
        self._path: Path | None = None
        if isinstance(target, (str, os.PathLike)):
            self._path = Path(target)
        elif hasattr(target, "write"):
            self._file = target
        else:
            raise SourceError(f"can't write to a {type(target).__name__}; give a path or a file")
        self.written = 0

    def write(self, piece: bytes) -> None:
        """Add a piece.

        Raises:
            SourceError: it can't be written.
        """
        try:
            if self._file is None:
                assert self._path is not None
                self._part = self._path.with_name(f".{self._path.name}.{os.getpid()}.part")
                self._file = self._part.open("wb")
            self._file.write(piece)
        except OSError as error:
            raise SourceError(f"can't write {self._path or 'the file'}: {error}") from error
        self.written += len(piece)

    def finish(self) -> None:
        """Everything is there: give the file its name."""
        if self._path is not None:
            self.write(b"")
            self._file.close()
            assert self._part is not None
            os.replace(self._part, self._path)

    def abandon(self) -> None:
        """Leave nothing half-written behind a path."""
        if self._part is not None:
            self._file.close()
            self._part.unlink(missing_ok=True)
