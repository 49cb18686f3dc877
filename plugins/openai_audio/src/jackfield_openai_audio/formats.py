"""The audio formats that OpenAI transcribes: how their content looks, how their files are named.

The API goes by the extension of the file's name: the right bytes under a name that it does not
know, or under that of another format, are refused.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from jackfield.value import Value
from jackfield_openai_catalogue import media


@attrs.frozen(eq=False, repr=False)
class Format(Value):
    """One format.

    ``extensions`` are the API's names for its files, each with the media type to send; the first is
    the usual one. ``types`` are other names of its media type.
    """

    name: str
    extensions: Mapping[str, str]
    types: tuple[str, ...] = ()

    def extension(self, media_type: str = "") -> str:
        """The extension of such a file: the usual one, or the one that goes with the type."""
        plain = plain_type(media_type)
        fitting = (ext for ext, kind in self.extensions.items() if kind == plain)
        return next(fitting, next(iter(self.extensions)))


MP3 = Format(
    "MP3",
    {"mp3": "audio/mpeg", "mpga": "audio/mpeg", "mpeg": "audio/mpeg"},
    ("audio/mp3", "audio/mpga", "audio/mpeg3", "audio/x-mp3", "audio/x-mpeg", "audio/x-mpeg-3"),
)
MPEG = Format("MPEG", {"mpeg": "video/mpeg"})
M4A = Format(
    "MPEG-4 audio",
    {"m4a": "audio/mp4", "mp4": "video/mp4"},
    ("audio/m4a", "audio/x-m4a", "audio/mp4a-latm", "video/x-m4v", "audio/3gpp", "video/3gpp"),
)
MP4 = Format("MPEG-4", {"mp4": "video/mp4", "m4a": "audio/mp4"}, M4A.types)
WAV = Format(
    "WAV",
    {"wav": "audio/wav"},
    ("audio/x-wav", "audio/wave", "audio/vnd.wave", "audio/x-pn-wav"),
)
FLAC = Format("FLAC", {"flac": "audio/flac"}, ("audio/x-flac",))
OGG = Format(
    "Ogg",
    {"ogg": "audio/ogg", "oga": "audio/ogg"},
    ("application/ogg", "video/ogg", "audio/opus", "audio/vorbis", "audio/x-vorbis+ogg"),
)
WEBM = Format("WebM", {"webm": "audio/webm"}, ("video/webm",))

FORMATS = (MP3, M4A, MP4, WAV, FLAC, OGG, WEBM, MPEG)
EXTENSIONS = {ext: kind for format in reversed(FORMATS) for ext, kind in format.extensions.items()}
"""The extensions that the API knows, each with the media type of such a file."""
TAGGED = Format("MP3", {**MP3.extensions, **EXTENSIONS})
"""A file of which only an ID3 tag is seen: MP3 mostly, but any other may begin with one."""

_SNIFFED = {
    "audio/flac": FLAC,
    "audio/mp4": M4A,
    "audio/mpeg": MP3,
    "audio/ogg": OGG,
    "audio/wav": WAV,
    "video/mp4": MP4,
    "video/mpeg": MPEG,
    "video/webm": WEBM,
}


def of_content(head: bytes) -> Format | None:
    """The format of a file by its first bytes (`media.HEAD` are enough); None for any other."""
    rest = _after_tags(head)
    kind = media.sniffed(rest)
    found = _SNIFFED.get(kind) if kind is not None else _rarer(rest)
    return TAGGED if kind is None and found is None and rest is not head else found


def _after_tags(head: bytes) -> bytes:
    """What comes after ID3 tags; nothing where they are longer than ``head``."""
    while head[:3] == b"ID3" and len(head) >= 10:
        size = 0
        for byte in head[6:10]:
            size = size << 7 | byte & 0x7F
        head = head[10 + size :]
    return head


def _rarer(head: bytes) -> Format | None:
    """What the library of signatures does not know."""
    if head[4:8] == b"ftyp":  # under a brand that is none of the common ones
        return MP4
    if head[:4] == b"\x1aE\xdf\xa3" and b"webm" in head[:64]:
        return WEBM
    return MP3 if _is_mpeg_frame(head) else None


def _is_mpeg_frame(head: bytes) -> bool:
    """Whether an MPEG audio frame of layer 2 or 3 begins: with any version, with a checksum too."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return False
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    bitrate, rate = head[2] >> 4, head[2] >> 2 & 3
    return version != 1 and layer in (1, 2) and bitrate != 15 and rate != 3


def of_type(media_type: str) -> Format | None:
    """The format of a media type, with parameters or without; None for one of no format."""
    plain = plain_type(media_type)
    for format in FORMATS:
        if plain in format.types or plain in format.extensions.values():
            return format
    return None


def plain_type(media_type: str) -> str:
    """A media type without its parameters, in lower case."""
    return media_type.partition(";")[0].strip().lower()


def extension(name: str) -> str:
    """The extension of a file name, in lower case and without its dot; empty where it has none."""
    base = name.replace("\\", "/").rpartition("/")[2]
    stem, dot, found = base.rpartition(".")
    return found.lower() if dot and stem else ""
