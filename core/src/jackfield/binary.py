"""Results that are bytes: audio, video, images."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jackfield.sources import PIECE, Saved, Sink

if TYPE_CHECKING:
    from jackfield.envelope import Loss


class Binary:
    """A result that is bytes: in memory, or in the file that ``save_to`` named.

    Attributes:
        path: the file that it was saved to; None where it is in memory or went to a file object.
        size: in bytes.
    """

    __slots__ = ("_content", "_losses", "_raw", "_response_headers", "path", "size")

    def __init__(
        self,
        raw: bytes | Saved,
        headers: Mapping[str, str] | None = None,
        losses: Iterable[Loss] = (),
    ) -> None:
        self._raw = raw
        self._response_headers = dict(headers or {})
        self._losses = tuple(losses)
        self._content: bytes | None = None if isinstance(raw, Saved) else bytes(raw)
        self.path: str | None = raw.path if isinstance(raw, Saved) else None
        self.size: int = raw.size if isinstance(raw, Saved) else len(raw)

    @property
    def content(self) -> bytes:
        """The bytes; read from ``path`` where they were saved to one.

        Raises:
            ValueError: they went to a file object, which is the caller's.
        """
        if self._content is not None:
            return self._content
        if self.path is None:
            raise ValueError("the content went to the file object given as save_to")
        with open(self.path, "rb") as file:
            return file.read()

    @property
    def content_type(self) -> str | None:
        """The media type that the upstream gave, without parameters."""
        return self._response_headers.get("content-type", "").partition(";")[0].strip() or None

    @property
    def request_id(self) -> str | None:
        """The upstream's ``x-request-id``."""
        return self._response_headers.get("x-request-id")

    @property
    def warnings(self) -> list[Loss]:
        """What was mapped, dropped or passed on the way; empty if the call went as given."""
        return list(self._losses)

    def read(self) -> bytes:
        """`content`, under the name that files have."""
        return self.content

    def iter_bytes(self, chunk_size: int = PIECE) -> Iterator[bytes]:
        """`content` in pieces."""
        view = memoryview(self.content)
        for start in range(0, len(view), chunk_size):
            yield bytes(view[start : start + chunk_size])

    def write_to_file(self, file: str | os.PathLike[str]) -> None:
        """Write it to a path: whole, or not at all.

        Raises:
            SourceError: it can't be written.
        """
        sink = Sink(file)
        sink.check()
        try:
            for piece in self.iter_bytes():
                sink.write(piece)
            sink.finish()
        except BaseException:
            sink.abandon()
            raise

    stream_to_file = write_to_file

    def _as_source(self) -> Any:
        """What it is as a file in another call: its path, where it has one, or its bytes."""
        return Path(self.path) if self.path is not None else self.content

    def __bytes__(self) -> bytes:
        return self.content

    def __len__(self) -> int:
        return self.size

    def __bool__(self) -> bool:
        return True

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Binary):
            return self._raw == other._raw
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # as other results

    def __repr__(self) -> str:
        kind = self.content_type or "bytes of an unknown type"
        where = f" in {self.path}" if self.path is not None else ""
        return f"<Binary {kind}, {self.size} bytes{where}>"

    def __reduce__(self) -> Any:
        return type(self), (self._raw, self._response_headers, self._losses)
