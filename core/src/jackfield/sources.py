"""Files given in a call: what they are, how they are read, and where downloads go.

To hooks a `Source` is opaque: a name, a size, whether it can be read twice. Only the drivers read.
Nothing of the caller's is changed: a file object is read from where it stands and put back there.
"""

from __future__ import annotations

import contextlib
import io
import os
import stat
from collections.abc import Callable, Generator, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

from jackfield import config
from jackfield.errors import SourceError

if TYPE_CHECKING:
    from jackfield.config import Timeouts

PIECE = 64 * 1024
"""Bytes read at a time."""


class FetchRules:
    """What may be read: paths (``local_files``), private addresses (``private_urls``), how much.

    How patiently, how often and how much is the call's settings' to say; they are looked up when
    something is read, which few calls do.
    """

    __slots__ = ("_client", "_given", "jitter", "local_files", "now", "private_urls")

    def __init__(
        self,
        local_files: bool = True,
        private_urls: bool = False,
        given: Mapping[str, Any] = MappingProxyType({}),
        client: Mapping[str, Any] = MappingProxyType({}),
        jitter: Callable[[], float] = float,
        now: Callable[[], float] = float,
    ) -> None:
        self.local_files = local_files
        self.private_urls = private_urls
        self.jitter = jitter
        self.now = now
        self._given = given
        self._client = client

    @property
    def timeouts(self) -> Timeouts:
        """The call's timeouts."""
        return config.timeouts(self._given, self._client)

    @property
    def max_retries(self) -> int:
        """How often a download is tried again."""
        return config.retries(self._given, self._client)

    def limit(self, of_plugin: int | None) -> int | None:
        """Bytes that a file may have: the caller's limit, else the plugin's, else None."""
        own = config.file_limit(self._given, self._client)
        return of_plugin if own is None else own


class Source:
    """Something to read: a path, bytes, a binary file object, or a URL.

    Attributes:
        kind: ``path``, ``bytes``, ``file`` or ``url``.
        name: a file name, if there is one.
        size: in bytes, if known.
        replayable: whether it can be read more than once.
    """

    __slots__ = ("_head", "_position", "_spent", "_value", "kind", "name", "replayable", "size")

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
        self._head = b""  # what was read of a file that can't be read twice, only to look at it

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
        own = getattr(type(value), "_as_source", None)
        if own is not None:  # a result of ours that is bytes
            return cls.of(own(value))
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
        if _is_async(file.read):
            raise SourceError("the file object is read with await; give what is behind it (.file)")
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
            except ValueError as error:  # a null byte, or a surrogate that stands for nothing
                raise SourceError(f"{self._value!r} can't be the name of a file") from error
            if not stat.S_ISREG(found.st_mode):
                raise SourceError(f"{self._value} is not a regular file")
            self.size = found.st_size
        return self.size

    def pieces(self, limit: int | None = None) -> Generator[bytes, None, None]:
        """The content in pieces, from the caller's position, which is put back at the end.

        Args:
            limit: bytes to read at most; None for all. Of a file whose size is known, that many
                are read, however it grows meanwhile.

        Raises:
            SourceError: it can't be read, can't be read again, or has become shorter.
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
                yield from self._as_measured(file, limit)
        elif self.kind == "file":
            if self._position is None:
                head, self._head = self._head, b""
                for start in range(0, len(head), PIECE):
                    yield head[start : start + PIECE]
                yield from _read(self._value, None if limit is None else limit - len(head))
                return
            try:
                self._value.seek(self._position)
            except (OSError, ValueError) as error:  # closed meanwhile
                raise SourceError(f"reading the file failed: {error}") from error
            try:
                yield from self._as_measured(self._value, limit)
            finally:
                with contextlib.suppress(OSError, ValueError):
                    self._value.seek(self._position)
        else:
            raise SourceError(f"a URL is downloaded, not read: {self.text}")

    def _as_measured(self, file: Any, limit: int | None) -> Iterator[bytes]:
        """As much as there was when it was measured, which is what was announced."""
        if limit is not None or self.size is None:
            yield from _read(file, limit)
            return
        done = 0
        for piece in _read(file, self.size):
            done += len(piece)
            yield piece
        if done < self.size:
            raise SourceError(
                f"{self.name or _WORDS[self.kind]} changed while it was read: it had {self.size} "
                f"bytes, and {done} were there"
            )

    def read(self, mode: Literal["all", "head"], max_bytes: int | None) -> bytes:
        """The whole content, or its first ``max_bytes``.

        Raises:
            SourceError: it can't be read, or is larger than ``max_bytes`` under ``all``.
        """
        if mode == "head":
            wanted = PIECE if max_bytes is None else max_bytes
            if not self.replayable and not self._spent:
                self._head += b"".join(_read(self._value, wanted - len(self._head)))
                return self._head[:wanted]
            return b"".join(self.pieces(wanted))
        size = self.measure()
        if max_bytes is not None and size is not None and size > max_bytes:
            raise too_large(self, max_bytes)
        content = b"".join(self.pieces(None if max_bytes is None else max_bytes + 1))
        if max_bytes is not None and len(content) > max_bytes:
            raise too_large(self, max_bytes)
        return content


_WORDS = {"bytes": "the content", "file": "the file", "path": "the file", "url": "the download"}


def too_large(source: Source | str, limit: int) -> SourceError:
    """The error for content over a limit; a source's size is in it, where that is known."""
    what, size = source, None
    if isinstance(source, Source):
        what, size = source.name or _WORDS[source.kind], source.size
    has = "is larger than" if size is None else f"has {size} bytes, more than"
    return SourceError(
        f"{what} {has} the limit of {limit} bytes (max_file_bytes= sets another limit)"
    )


def _is_async(method: Any) -> bool:
    code = getattr(getattr(method, "__func__", method), "__code__", None)
    return code is not None and bool(code.co_flags & 0x80)  # inspect.CO_COROUTINE


def _read(file: Any, limit: int | None) -> Iterator[bytes]:
    left = limit
    while left is None or left > 0:
        try:
            piece = file.read(PIECE if left is None else min(PIECE, left))
        except (OSError, ValueError) as error:
            raise SourceError(f"reading the file failed: {error}") from error
        if piece is None:
            raise SourceError("the file object does not block, and has nothing to read now")
        if not piece:
            return
        if not isinstance(piece, bytes):
            raise SourceError(
                f"the file object gives {type(piece).__name__}, not bytes; open it with mode 'rb'"
            )
        if left is not None:
            left -= len(piece)
        yield piece


class Saved:
    """What became of a download: its size in bytes, and the path it was saved to, if to one."""

    __slots__ = ("path", "size")

    def __init__(self, path: str | None, size: int) -> None:
        self.path = path
        self.size = size

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Saved) and (other.path, other.size) == (self.path, self.size)

    __hash__ = None  # type: ignore[assignment]  # as the results that hold it


class Sink:
    """Where a download goes: a path or a file object.

    A path gets its content whole or not at all: it is written to a temporary file beside it, which
    is then given its name. A link is followed, the rights of a file that is there are kept, and
    what is no ordinary file (a pipe, a device) is written to as it is.

    Attributes:
        written: bytes so far.
    """

    def __init__(self, target: str | os.PathLike[str] | Any) -> None:
        self._file: Any = None
        self._part: str | None = None
        self._path: str | None = None
        self._special = False
        self._start: int | None = None
        self._at_end = False
        if isinstance(target, (str, os.PathLike)):
            self._path = os.fspath(target)
        elif hasattr(target, "write") and not isinstance(target, type):
            self._file = target
        else:
            raise SourceError(f"can't write to a {type(target).__name__}; give a path or a file")
        self.written = 0

    @property
    def _where(self) -> str:
        return "the file object" if self._path is None else self._path

    @property
    def _target(self) -> str:
        """The path itself, or what it is a link to."""
        return os.path.realpath(self._where)

    def check(self) -> None:
        """Find what is wrong before anything is asked for. Nothing is made yet.

        Raises:
            SourceError: it can't be written to.
        """
        if self._path is None:
            self._check_file()
            return
        folder = os.path.dirname(self._target)
        if not os.path.basename(self._path) or os.path.isdir(self._target):
            raise SourceError(f"can't write {self._path or repr('')}: it is a directory")
        if not os.path.isdir(folder):
            raise SourceError(f"can't write {self._path}: there is no directory {folder}")
        self._special = os.path.exists(self._target) and not os.path.isfile(self._target)
        if not os.access(self._target if self._special else folder, os.W_OK):
            raise SourceError(f"can't write {self._path}: no permission to write in {folder}")

    def _check_file(self) -> None:
        if isinstance(self._file, io.TextIOBase):
            raise SourceError("the file object is in text mode; open it with mode 'wb'")
        if getattr(self._file, "closed", False):
            raise SourceError("the file object is closed")
        if _is_async(self._file.write):
            raise SourceError("the file object is written with await; give what is behind it")
        writable = getattr(self._file, "writable", None)
        if callable(writable) and not writable():
            raise SourceError("the file object is not open for writing; open it with mode 'wb'")
        try:
            if self._file.seekable():
                self._start = self._file.tell()
                self._at_end = self._file.seek(0, os.SEEK_END) == self._start
                self._file.seek(self._start)
        except (AttributeError, OSError, ValueError):
            self._start = None

    @property
    def replayable(self) -> bool:
        """Whether the content could be written again after `abandon`."""
        by_name = self._path is not None and not self._special
        return by_name or self._start is not None or not self.written

    def _open(self) -> Any:
        if self._special:
            return open(self._target, "wb", buffering=0)
        folder = os.path.dirname(self._target)
        self._part = os.path.join(folder, f".{os.urandom(8).hex()}.part")
        return open(self._part, "xb")

    def write(self, piece: bytes) -> None:
        """Add a piece.

        Raises:
            SourceError: it can't be written.
        """
        try:
            if self._file is None:
                self._file = self._open()
            rest = memoryview(piece)
            while rest:
                taken = self._file.write(rest)
                if taken is None and isinstance(self._file, io.RawIOBase):
                    raise SourceError(f"can't write {self._where}: it takes nothing now")
                rest = rest[len(rest) if taken is None else taken :]
        except (OSError, ValueError) as error:
            raise SourceError(f"can't write {self._where}: {error}") from error
        self.written += len(piece)

    def finish(self) -> Saved:
        """Everything is there: give the file its name. Of nothing, nothing is made.

        Raises:
            SourceError: it can't be written.
        """
        if not self.written:
            self.abandon()
            return Saved(self._path, 0)
        try:
            if self._path is None:
                if hasattr(self._file, "flush"):
                    self._file.flush()
            else:
                self._file.close()
            if self._part is not None:
                if os.path.isfile(self._target):
                    os.chmod(self._part, stat.S_IMODE(os.stat(self._target).st_mode))
                os.replace(self._part, self._target)
                self._part = None
        except (OSError, ValueError) as error:
            raise SourceError(f"can't write {self._where}: {error}") from error
        return Saved(self._path, self.written)

    def abandon(self) -> None:
        """Take back what was written: no half of a file stays behind."""
        if self._path is not None:
            if self._file is not None:
                with contextlib.suppress(OSError):
                    self._file.close()
                self._file = None
            if self._part is not None:
                with contextlib.suppress(OSError):
                    os.unlink(self._part)
                self._part = None
            if not self._special:
                self.written = 0
        elif self.written and self._start is not None:
            with contextlib.suppress(OSError, ValueError):
                self._file.seek(self._start)
                if self._at_end:  # what came after it otherwise was the caller's
                    self._file.truncate()
                self.written = 0
