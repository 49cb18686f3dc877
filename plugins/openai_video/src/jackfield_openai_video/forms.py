"""Parameters as a body: JSON, or a form where a file is among them.

What is nested in a form gets the names that OpenAI's own libraries give it: ``object[key]`` and
``list[]``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jackfield.answers import Fetched, FilePart, Multipart
from jackfield.errors import SourceError
from jackfield.forms import flattened
from jackfield.sources import Source
from jackfield_openai_catalogue.media import extension, media_type


def body(params: Mapping[str, Any], fetched: Mapping[Source, Fetched]) -> Any:
    """JSON, or a `Multipart` where there are files.

    Args:
        params: what is sent.
        fetched: the beginning of every file, by source.

    Raises:
        SourceError: a file is empty.
    """
    if not files(params):
        return dict(params)
    return Multipart(
        [
            (name, value if isinstance(value, str) else _part(name, *value, fetched))
            for name, value in _fields(params)
        ]
    )


def files(params: Mapping[str, Any]) -> list[Source]:
    """The files among parameters, in their order."""
    return [value[0] for _, value in _fields(params) if not isinstance(value, str)]


_File = tuple[Source, str | None, str | None]


def _fields(params: Mapping[str, Any]) -> Iterator[tuple[str, str | _File]]:
    for name, value in flattened(params, lambda value: _file(value) is not None):
        if value is None or isinstance(value, str):
            yield name, value or ""
        elif (file := _file(value)) is not None:
            yield name, file


def _file(value: Any) -> _File | None:
    """A file with its name and type, where these are given: ``[name, file]``, or a type more."""
    match value:
        case Source():
            return value, None, None
        case [str() as name, Source() as source]:
            return source, name, None
        case [str() as name, Source() as source, str() | None as kind]:
            return source, name, kind
    return None


def _part(
    field: str,
    source: Source,
    name: str | None,
    kind: str | None,
    fetched: Mapping[Source, Fetched],
) -> FilePart:
    head = fetched[source].data
    shown = name or source.name
    if not head:
        raise SourceError(f"{field}: {shown or f'the {source.kind}'} is empty", path=field)
    kind = kind or media_type(head, shown)
    ending = extension(kind) if kind else None
    if shown is None:
        shown = field if ending is None else f"{field}.{ending}"
    elif name is None and ending is not None and "." not in shown:
        shown = f"{shown}.{ending}"
    return FilePart(source, shown, kind)
