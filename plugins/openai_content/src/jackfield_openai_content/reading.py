"""One pass over a call's parts: what has been read for it, and what has yet to be read."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Hashable
from typing import Any, Literal
from urllib.parse import unquote, urlsplit

import attrs

from jackfield.envelope import Call, Fetch, Loss
from jackfield.errors import SourceError
from jackfield.sources import Source

HEAD = 8192
"""Bytes from the beginning of a file that are enough to tell its type."""
_HEAD_OF_BASE64 = (HEAD + 2) // 3 * 4


@attrs.frozen
class Content:
    """What a part holds, ready to be sent.

    Attributes:
        encoded: all of it, as base64.
        head: its first bytes.
        origin: whether it was read here, downloaded, or given as base64.
        name: a file name, if it has one.
        stated: the media type that the caller says it has, if so.
        served: the media type that it came with: an answer's, or a data URL's.
    """

    encoded: str
    head: bytes
    origin: Literal["read", "downloaded", "base64"]
    name: str | None = None
    stated: str | None = None
    served: str | None = None

    @property
    def what(self) -> str:
        """How to call it in an error."""
        if self.origin == "base64":
            return "the string (base64, by its characters and its length)"
        return self.name or "the content"

    def typed(self, kind: str | None) -> Content:
        """The same, where the caller has said that it is of this media type."""
        return self if kind is None else attrs.evolve(self, stated=kind)


def of_base64(text: str, kind: str | None = None) -> Content:
    """The content that a string of base64 is, which may have come with a media type."""
    return Content(text, b64decode(text[:_HEAD_OF_BASE64]), "base64", served=kind)


def is_file(value: Any) -> bool:
    """Whether a value is a source, or a list of a name, a source and perhaps a media type."""
    if not isinstance(value, list):
        return isinstance(value, Source)
    return (
        len(value) in (2, 3)
        and isinstance(value[1], Source)
        and all(isinstance(text, str) for text in (value[0], *value[2:]))
    )


class Reading:
    """Gives the content of sources, and notes those that have to be read first.

    Attributes:
        local: whether the call was made in this process, so that its strings may name files.
        urls: whether the call's owner takes files by their URL, whatever the surface has.
        losses: what the caller had said and is not sent so.
    """

    def __init__(self, call: Call) -> None:
        self.local = call.origin == "local"
        self.urls = "file_url" in call.takes
        self.losses: list[Loss] = []
        self._there = {_identity(source): found for source, found in call.fetched.items()}
        self._lacking: dict[int, dict[Hashable, Source]] = {}

    def content(self, value: Any, path: str, limit: int) -> Content | None:
        """The content of a file, or None where something has to be read first.

        Args:
            value: what `is_file` holds of.
            path: where it stands in the call's parameters.
            limit: bytes that it may have.

        Raises:
            SourceError: it is empty.
        """
        name, source, stated = [*value, None][:3] if isinstance(value, list) else ("", value, None)
        found = self._there.get(_identity(source))
        if found is None:
            self._lacking.setdefault(limit, {})[_identity(source)] = source
        if found is None or self._lacking:
            return None  # nothing is encoded that would be thrown away
        downloaded = source.kind == "url"
        name = name or (_name_in(source.text) if downloaded else source.name)
        if not found.data:
            raise SourceError(f"{path}: {name or 'the content'} is empty", path=path)
        return Content(
            b64encode(found.data).decode("ascii"),
            found.data[:HEAD],
            "downloaded" if downloaded else "read",
            name,
            stated,
            found.content_type,
        )

    @property
    def wanted(self) -> Fetch | None:
        """What has to be read next: everything that has the same limit, at once."""
        for limit, sources in self._lacking.items():
            return Fetch(list(sources.values()), max_bytes=limit)
        return None


def _name_in(url: str) -> str | None:
    """The file name that a URL ends with, before its query; None where it has none."""
    last = urlsplit(url).path.rpartition("/")[2]
    return unquote(last).replace("/", "_") or None


def _identity(source: Source) -> Hashable:
    """Paths and URLs are the same by their text, other sources only by themselves."""
    return (source.kind, source.text) if source.kind in ("path", "url") else source
