"""WAV files: how long the sound in one lasts."""

from __future__ import annotations

import struct
from collections.abc import Iterator

import attrs

_PCM, _FLOAT, _A_LAW, _MU_LAW, _EXTENSIBLE = 1, 3, 6, 7, 0xFFFE
_UNKNOWN = 0xFFFFFFFF  # the size that a header has when it is written before the sound


@attrs.frozen
class Wave:
    """What a WAV file holds.

    Args:
        rate: frames a second.
        channels: samples in a frame.
        width: bytes in a sample; 0 for a compressed encoding.
        frames: how many there are, in the file itself.
        seconds: how long it lasts.
    """

    rate: int
    channels: int
    width: int
    frames: int
    seconds: float


def is_wave(data: bytes) -> bool:
    """Whether a file says that it is a WAV file."""
    return data[:4] in (b"RIFF", b"RF64") and data[8:12] == b"WAVE"


def read_wave(data: bytes) -> Wave:
    """Read the header, and measure what follows it.

    Sizes that were never filled in, or that promise more than there is, mean the rest of the file.

    Raises:
        ValueError: when it is no WAV file, or has no sound in it.
    """
    if not is_wave(data):
        raise ValueError("no WAV file")
    form, long_size = None, None
    for name, start, size in _chunks(data):
        if name == b"fmt " and size >= 16:
            form = data[start : start + size]
        elif name == b"ds64" and size >= 16:
            long_size = struct.unpack_from("<Q", data, start + 8)[0]
        elif name == b"data" and form is not None:
            if long_size is not None and data[:4] == b"RF64":
                size = min(long_size, len(data) - start)
            return _measured(form, size)
    raise ValueError("no sound in the WAV file")


def _chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    place = 12
    while place + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, place)
        start = place + 8
        if size == _UNKNOWN or start + size > len(data):
            size = len(data) - start
        yield name, start, size
        place = start + size + size % 2


def _measured(form: bytes, size: int) -> Wave:
    tag, channels, rate, byte_rate, _, bits = struct.unpack_from("<HHIIHH", form)
    if tag == _EXTENSIBLE and len(form) >= 26:
        tag = struct.unpack_from("<H", form, 24)[0]
    if tag in (_PCM, _FLOAT, _A_LAW, _MU_LAW):
        width = (bits + 7) // 8
        if not (channels and rate and width):
            raise ValueError("the WAV file's format is empty")
        frames = size // (channels * width)
        return Wave(rate, channels, width, frames, frames / rate)
    if not byte_rate:
        raise ValueError("the WAV file's format is not known")
    return Wave(rate, channels, 0, round(size / byte_rate * rate), size / byte_rate)
