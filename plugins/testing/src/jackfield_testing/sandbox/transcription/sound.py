"""Which audio a file is, and how long it lasts: measured in WAV files, estimated in all others."""

from __future__ import annotations

import re

from jackfield_testing.sandbox.wave_files import is_wave, read_wave

#: File name extensions that are taken.
EXTENSIONS = ("flac", "m4a", "mp3", "mp4", "mpeg", "mpga", "oga", "ogg", "wav", "webm")

#: What a file begins with, and the bytes a second that it is taken to have.
_SIGNATURES = (
    (rb"fLaC", 48_000),
    (rb"ID3|\xff[\xe0-\xff]", 16_000),  # MP3 at 128 kbit/s
    (rb"\x00\x00\x01[\xb3\xba]", 16_000),  # an MPEG stream
    (rb"....ftyp", 16_000),
    (rb"OggS|\x1aE\xdf\xa3", 6_000),  # Ogg and WebM: Opus at 48 kbit/s
)
#: No estimate is shorter, so that a stub of a file will do for a test.
_LEAST_ESTIMATE = 1.0


def extension_of(filename: str) -> str:
    """Give a file name's extension in lower case, or an empty string."""
    return filename.rpartition(".")[2].lower() if "." in filename else ""


def seconds_of(data: bytes) -> float:
    """Give how long a sound lasts.

    Raises:
        ValueError: for what is no audio file of a known kind.
    """
    if is_wave(data):
        return read_wave(data).seconds
    for signature, rate in _SIGNATURES:
        if re.match(signature, data[:16], re.DOTALL):
            return max(len(data) / rate, _LEAST_ESTIMATE)
    raise ValueError("no audio file")
