"""Which media type content is sent under: by its bytes, and where they say nothing, by its name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jackfield.errors import RequestError, SourceError
from jackfield_openai_catalogue import media
from jackfield_openai_catalogue.extensions import named
from jackfield_openai_content.reading import Content

# Formats that are text themselves; other signatures in text are words ("GIFTS", "BMI").
_TEXTUAL = frozenset({"application/pdf", "application/postscript", "application/rtf"})
# What many formats are inside; a name that knows better is believed.
_WRAPPINGS = frozenset({"application/zip", "application/gzip", "application/x-ole-storage"})
# Containers that are sound alone as often as not.
_SOUND_TOO = frozenset({"video/mp4", "video/mpeg", "video/ogg", "video/webm"})
_GENERIC = frozenset({"", "application/octet-stream", "binary/octet-stream"})


def stated(format: Any, path: str) -> str:
    """The media type that a ``format`` names: itself, or that of an extension (``png``).

    Raises:
        RequestError: it names none.
    """
    kind = format if isinstance(format, str) and "/" in format else None
    if kind is None and isinstance(format, str):
        kind = named(f"file.{format.removeprefix('.')}")
    if kind is None:
        raise RequestError(
            f"{path} is {format!r}, but has to be a media type, as image/png", path=path
        )
    return kind


def is_generic(kind: str) -> bool:
    """Whether a media type says nothing."""
    return kind in _GENERIC


def sniffed(head: bytes) -> str | None:
    """The media type that the first bytes show, or None."""
    if head[:64].lstrip().startswith(b"%PDF-"):  # some producers begin with an empty line
        return "application/pdf"
    return media.sniffed(head)


def of_image(content: Content, path: str, parts: Parts) -> str:
    """The media type of an image.

    Raises:
        RequestError: it is none.
    """
    if content.stated is not None:
        return content.stated
    kind = sniffed(content.head)
    if kind is None:
        raise SourceError(
            f"{path}: {content.what} is no image that is known by its bytes. The API takes PNG, "
            f"JPEG, WebP and GIF; format= names the type of another{_doubt(content)}",
            path=path,
        )
    if not kind.startswith("image/"):
        raise _elsewhere(content, path, kind, "not an image", parts)
    return kind


def of_audio(content: Content, path: str) -> str:
    """The media type of a sound.

    Raises:
        RequestError: it is none.
    """
    if content.stated is not None:
        return content.stated
    kind = sniffed(content.head) or content.served
    if kind is None or is_generic(kind):
        raise SourceError(
            f"{path}: {content.what} is no audio that is known by its bytes. The API takes WAV and "
            f"MP3; format= names the type of another{_doubt(content)}",
            path=path,
        )
    if not kind.startswith("audio/") and kind not in _SOUND_TOO:
        raise _elsewhere(content, path, kind, "not audio", CHAT)
    return kind


def of_file(content: Content, names: Sequence[str], path: str, parts: Parts) -> tuple[str, bool]:
    """The media type of a document or other file, and whether its bytes have shown it.

    Args:
        content: the file.
        names: those that it has, the one that counts most first.
        path: where it stands in the call's parameters.
        parts: the types of parts there.

    Raises:
        RequestError: it has none that is known, or belongs into a part of another type.
    """
    if content.stated is not None:
        return content.stated, False
    by_name = next((kind for name in names if (kind := named(name)) is not None), None)
    shown = sniffed(content.head)
    if shown not in _TEXTUAL and is_text(content.head):
        shown = None
    if shown in _WRAPPINGS and by_name is not None:
        return by_name, False
    if shown is not None:
        if shown.startswith(("image/", "audio/")):
            raise _elsewhere(content, path, shown, "not a document", parts)
        return shown, True
    served = content.served.lower() if content.served else ""
    if served == "text/html" and by_name not in (None, served):
        raise SourceError(
            f"{path}: {content.what} was answered with a web page (text/html), not with {by_name}",
            path=path,
        )
    kind = by_name if is_generic(served) else served
    if kind is None:
        raise SourceError(
            f"{path}: the type of {content.what} is known neither by its bytes nor by its name; "
            f"filename= or format= can tell it{_doubt(content)}",
            path=path,
        )
    return kind, False


def is_text(head: bytes) -> bool:
    """Whether these bytes are the beginning of a text in UTF-8."""
    try:
        text = head.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.reason != "unexpected end of data":  # which is a character cut in two
            return False
        text = head[: error.start].decode("utf-8")
    return all(character >= " " or character in "\t\n\r\f\x1b" for character in text)


class Parts:
    """The types of parts that hold images, files and audio in one shape of messages."""

    __slots__ = ("audio", "file", "image")

    def __init__(self, image: str, file: str, audio: str = "input_audio") -> None:
        self.image = image
        self.file = file
        self.audio = audio


CHAT = Parts("image_url", "file")
RESPONSES = Parts("input_image", "input_file")


def _elsewhere(content: Content, path: str, kind: str, what: str, parts: Parts) -> SourceError:
    right = parts.file
    if kind.startswith("image/"):
        right = parts.image
    elif kind.startswith("audio/"):
        right = parts.audio
    return SourceError(
        f"{path}: {content.what} is {kind}, {what}; give it in a part of type {right!r}", path=path
    )


def _doubt(content: Content) -> str:
    if content.origin != "base64":
        return ""
    return ". Give a file whose name can be read as base64 as a pathlib.Path"
