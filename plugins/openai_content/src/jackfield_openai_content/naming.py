"""The ``filename`` of a file part: the given one, the source's own, or one made of its type.

The API looks at its extension. One that contradicts the bytes is replaced; a source's own name that
has none gets one.
"""

from __future__ import annotations

from jackfield_openai_catalogue.extensions import extension, extension_of, named


def filename(given: str | None, own: str | None, kind: str, shown: bool) -> str:
    """The name to send.

    Args:
        given: the ``filename`` of the part, if it has one.
        own: the name of the source, if it has one.
        kind: the media type of the content.
        shown: whether the bytes have shown that type, so that it counts for more than the name.
    """
    name = given or own
    if not name:
        return made(kind) or "file"
    ending = extension(kind)
    by_name = named(name)
    if by_name is None and ending is not None and not given:
        return f"{name}.{ending}"
    if by_name in (None, kind) or ending is None or not shown:
        return name
    return f"{name[: -len(extension_of(name))]}{ending}"


def made(kind: str) -> str | None:
    """A name for content that has none (``file.pdf``), or None where the type has no extension."""
    ending = extension(kind)
    return None if ending is None else f"file.{ending}"
