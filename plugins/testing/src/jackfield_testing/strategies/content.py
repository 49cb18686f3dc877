"""Images, documents and sounds, small but real by their signatures, and where parts can stand."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any, Literal

import attrs
from hypothesis import strategies as st

from jackfield_testing.strategies.json_values import texts


@attrs.frozen
class Media:
    """A file.

    Attributes:
        kind: its media type.
        part: what sort of content part it belongs into.
        extension: the one that its name should have.
        content: its bytes.
    """

    kind: str
    part: Literal["image", "file", "audio"]
    extension: str
    content: bytes = attrs.field(repr=lambda content: f"{content[:16]!r}…")


def png(width: int = 1, height: int = 1, grey: int = 128) -> bytes:
    """A PNG of one shade of grey, which can be shown."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + bytes([grey]) * width) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def docx(text: str) -> bytes:
    """The beginnings of a Word document: an archive with the entries that make it one."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("[Content_Types].xml", "_rels/.rels", "word/document.xml"):
            archive.writestr(zipfile.ZipInfo(name), f"<x>{text}</x>")
    return file.getvalue()


_TAILS = st.binary(min_size=4, max_size=48)


def _begins(kind: str, part: Any, extension: str, head: bytes) -> st.SearchStrategy[Media]:
    return _TAILS.map(lambda tail: Media(kind, part, extension, head + tail))


def images() -> st.SearchStrategy[Media]:
    """PNG, JPEG, GIF and WebP."""
    real = st.builds(png, st.integers(1, 9), st.integers(1, 9), st.integers(0, 255))
    return (
        real.map(lambda content: Media("image/png", "image", "png", content))
        | _begins("image/jpeg", "image", "jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00")
        | _begins("image/gif", "image", "gif", b"GIF89a\x01\x00\x01\x00\x00")
        | _begins("image/webp", "image", "webp", b"RIFF\x20\x00\x00\x00WEBPVP8 ")
    )


def documents() -> st.SearchStrategy[Media]:
    """PDF (also one that is plain text) and Word."""
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    return (
        _begins("application/pdf", "file", "pdf", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        | st.just(Media("application/pdf", "file", "pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n"))
        | texts(max_size=8).map(lambda text: Media(kind, "file", "docx", docx(text)))
    )


def sounds() -> st.SearchStrategy[Media]:
    """WAV, MP3, FLAC and Ogg; ``extension`` is the name of the format."""
    return (
        _begins("audio/wav", "audio", "wav", b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00\x00\x00")
        | _begins("audio/mpeg", "audio", "mp3", b"ID3\x04\x00\x00\x00\x00\x00\x00")
        | _begins("audio/mpeg", "audio", "mp3", b"\xff\xfb\x90\x64\x00")
        | _begins("audio/flac", "audio", "flac", b"fLaC\x00\x00\x00\x22")
        | _begins("audio/ogg", "audio", "ogg", b"OggS\x00\x02\x00\x00")
    )


def media() -> st.SearchStrategy[Media]:
    """Any of them."""
    return images() | documents() | sounds()
