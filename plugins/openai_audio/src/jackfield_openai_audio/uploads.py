"""The file of a call: the forms a caller may give it in, and the name and type it is sent under."""

from __future__ import annotations

import re
from typing import Any, Literal
from urllib.parse import unquote

import attrs

from jackfield.answers import Fetched, FilePart
from jackfield.envelope import Loss
from jackfield.errors import RequestError, SourceError
from jackfield.sources import Source
from jackfield.value import Value
from jackfield_openai_audio import formats

LIMIT = 26_214_400
"""Bytes of a file that the API takes; the caller's ``max_file_bytes`` stands in its place."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|data:", re.ASCII)
_FORMS = "a path, bytes, a binary file object, (name, content), (name, content, type) or a URL"


@attrs.frozen(eq=False, repr=False)
class Upload(Value):
    """A file as the caller gave it: its content, and the name and type where they gave those."""

    source: Source
    name: str | None = None
    content_type: str | None = None


def resolved(file: Any, origin: Literal["local", "remote"]) -> Any:
    """``file`` with a `Source` where it has a path or URL as text; the same object if it has none.

    Raises:
        RequestError: text that is no address to read from, or a path in a call from elsewhere.
    """
    if isinstance(file, str):
        return _named(file, origin)
    if isinstance(file, list) and len(file) > 1 and isinstance(file[1], str):
        return [file[0], _named(file[1], origin), *file[2:]]
    return file


def _named(text: str, origin: Literal["local", "remote"]) -> Source:
    scheme = _SCHEME.match(text)
    if scheme is None:
        if origin == "remote":
            raise RequestError("file is text where the file's content has to be", path="file")
        return Source.path(text)
    if scheme[0].lower() in ("http://", "https://"):
        return Source.url(text)
    raise RequestError(
        f"file is a {scheme[0]} URL, and only http and https ones are read; give {_FORMS}",
        path="file",
    )


def upload(file: Any) -> Upload:
    """What `resolved` made of a caller's file, taken apart.

    Raises:
        RequestError: it is none of the forms that a file may have.
    """
    if isinstance(file, Source):
        return Upload(file)
    if isinstance(file, list) and len(file) in (2, 3) and isinstance(file[1], Source):
        name, content_type = file[0], file[2] if len(file) == 3 else None
        if all(part is None or isinstance(part, str) for part in (name, content_type)):
            return Upload(file[1], name or None, content_type or None)
    raise RequestError(f"file is {_FORMS}", path="file")


def part(given: Upload, fetched: Fetched, *, as_given: bool) -> tuple[FilePart, tuple[Loss, ...]]:
    """The form's part for a file, and what was changed of what the caller said about it.

    Args:
        given: the caller's file.
        fetched: its beginning, or all of it where it is a URL's.
        as_given: send what the caller said, and any format.

    Raises:
        SourceError: it is empty, or neither content, name nor type show a format of the API's.
    """
    if not fetched.data:
        at_end = " from where it stands on" if given.source.kind == "file" else ""
        raise SourceError(f"{_shown(given)} is empty{at_end}", path="file")
    name, content_type, changed = _labels(given, fetched, as_given)
    content = fetched.data if given.source.kind == "url" else given.source
    return FilePart(content, name, content_type, max_bytes=LIMIT), changed


def _shown(given: Upload) -> str:
    return given.name or given.source.name or "the file"


def _labels(given: Upload, fetched: Fetched, as_given: bool) -> tuple[str, str, tuple[Loss, ...]]:
    """The name and type to send."""
    name = given.name or _own_name(given.source)
    ext = formats.extension(name)
    content_type = given.content_type
    found = formats.of_content(fetched.data)
    if as_given and (ext or found is None):
        kind = content_type or fetched.content_type or formats.EXTENSIONS.get(ext)
        return name or "audio", kind or "application/octet-stream", ()
    if found is None:
        return _unknown(given, name, ext, content_type or fetched.content_type)
    changes = []
    if ext not in found.extensions:
        new = found.extension()
        if ext:
            changes.append(f"named .{new}, not .{ext}")
        name, ext = _renamed(name, ext, new), new
    if content_type is None or _says_nothing(content_type):
        content_type = found.extensions[ext]
    elif _contradicts(content_type, found):
        changes.append(f"sent as {found.extensions[ext]}, not {content_type}")
        content_type = found.extensions[ext]
    losses = (Loss("file", "mapped", f"it is {found.name}: {' and '.join(changes)}"),)
    return name, content_type, losses if changes else ()


def _own_name(source: Source) -> str:
    name = source.name or ""
    return unquote(name) if source.kind == "url" else name


def _renamed(name: str, ext: str, new: str) -> str:
    stem = name[: -len(ext)] if ext else name
    return f"{stem.rstrip('.') or 'audio'}.{new}"


def _says_nothing(content_type: str) -> bool:
    return formats.plain_type(content_type) == "application/octet-stream"


def _contradicts(content_type: str, found: formats.Format) -> bool:
    other = formats.of_type(content_type)
    if other is None:
        return not content_type.lower().startswith(("audio/", "video/"))
    return not set(other.extensions) & set(found.extensions)


def _unknown(
    given: Upload, name: str, ext: str, content_type: str | None
) -> tuple[str, str, tuple[Loss, ...]]:
    """Labels for content that shows no format: the name's word is taken, then the type's."""
    if ext in formats.EXTENSIONS:
        return name, given.content_type or formats.EXTENSIONS[ext], ()
    said = formats.of_type(content_type) if content_type else None
    if content_type and said is not None and not ext:
        return _renamed(name, ext, said.extension(content_type)), content_type, ()
    raise SourceError(
        f"{_shown(given)} is in none of the formats that can be transcribed: "
        f"{', '.join(sorted(formats.EXTENSIONS))}. If it is in one of them, give its name with "
        'the extension: file=("speech.mp3", content)',
        path="file",
    )
