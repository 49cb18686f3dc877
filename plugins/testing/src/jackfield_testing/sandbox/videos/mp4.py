"""A video file: MP4 boxes as players want them (ISO/IEC 14496-12), around frames of noise."""

from __future__ import annotations

import hashlib
import struct

_FRAMES_A_SECOND = 30
_FRAME = 2_185  # bytes; 64 KiB a second
_BASELINE = bytes([66, 0, 30])  # H.264 profile, constraints, level
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def mp4_file(seed: str, width: int, height: int, seconds: int) -> bytes:
    """Give a video of 30 frames a second; the same seed gives the same bytes.

    Args:
        seed: what the frames are made from.
        width: in pixels.
        height: in pixels.
        seconds: how long it lasts.
    """
    count = seconds * _FRAMES_A_SECOND
    frames = hashlib.shake_256(seed.encode()).digest(count * _FRAME)
    start = _box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso2avc1mp41")
    moov = _moov(width, height, count, 0)
    place = len(start) + len(moov) + 8  # of the first frame
    return start + _moov(width, height, count, place) + _box(b"mdat", frames)


def seconds_of(data: bytes) -> float:
    """Give how long a video lasts.

    Raises:
        ValueError: when it is no MP4 file, or does not say.
    """
    if data[4:8] != b"ftyp":
        raise ValueError("no MP4 file")
    header = _found(data, 0, len(data), [b"moov", b"mvhd"])
    try:
        if data[header] == 1:  # the version, with longer fields
            scale, duration = struct.unpack_from(">IQ", data, header + 20)
        else:
            scale, duration = struct.unpack_from(">II", data, header + 12)
        return float(duration / scale)
    except (IndexError, struct.error, ZeroDivisionError):
        raise ValueError("the MP4 file does not say how long it lasts") from None


def _found(data: bytes, place: int, end: int, names: list[bytes]) -> int:
    """Give where the content of a box begins; boxes are named from the outside in."""
    while place + 8 <= end:
        size, name = struct.unpack_from(">I4s", data, place)
        inside = place + 8
        if size == 1 and place + 16 <= end:
            size, inside = struct.unpack_from(">Q", data, inside)[0], place + 16
        elif size == 0:
            size = end - place
        if name == names[0]:
            if len(names) == 1:
                return inside
            return _found(data, inside, min(place + size, end), names[1:])
        place += max(size, 8)
    raise ValueError(f"there is no {names[0].decode()} in the MP4 file")


def _box(name: bytes, *content: bytes) -> bytes:
    inside = b"".join(content)
    return struct.pack(">I4s", 8 + len(inside), name) + inside


def _full(name: bytes, *content: bytes, flags: int = 0) -> bytes:
    return _box(name, struct.pack(">I", flags), *content)


def _moov(width: int, height: int, count: int, place: int) -> bytes:
    return _box(
        b"moov",
        # times; 1000 units a second; rate 1; volume 1
        _full(
            b"mvhd",
            struct.pack(">4I", 0, 0, 1000, count * 1000 // _FRAMES_A_SECOND),
            struct.pack(">IH10x", 0x10000, 0x100),
            _MATRIX,
            bytes(24),
            struct.pack(">I", 2),
        ),
        _trak(width, height, count, place),
    )


def _trak(width: int, height: int, count: int, place: int) -> bytes:
    head = _full(
        b"tkhd",
        struct.pack(">5I8x4H", 0, 0, 1, 0, count * 1000 // _FRAMES_A_SECOND, 0, 0, 0, 0),
        _MATRIX,
        struct.pack(">II", width << 16, height << 16),
        flags=3,  # enabled, and in the film
    )
    media = _box(
        b"mdia",
        _full(b"mdhd", struct.pack(">4IHH", 0, 0, _FRAMES_A_SECOND, count, 0x55C4, 0)),
        _full(b"hdlr", struct.pack(">I4s12x", 0, b"vide"), b"VideoHandler\0"),
        _box(
            b"minf",
            _full(b"vmhd", bytes(8), flags=1),
            _box(b"dinf", _full(b"dref", struct.pack(">I", 1), _full(b"url ", flags=1))),
            _samples(width, height, count, place),
        ),
    )
    return _box(b"trak", head, media)


def _samples(width: int, height: int, count: int, place: int) -> bytes:
    """Describe the frames: all of one size and length, in one chunk that begins at a place."""
    codec = _box(b"avcC", bytes([1]), _BASELINE, bytes([0xFF, 0xE0, 0]))
    entry = _box(
        b"avc1",
        struct.pack(">6xH16xHH", 1, width, height),
        struct.pack(">IIIH32xHh", 0x480000, 0x480000, 0, 1, 24, -1),
        codec,
    )
    return _box(
        b"stbl",
        _full(b"stsd", struct.pack(">I", 1), entry),
        _full(b"stts", struct.pack(">III", 1, count, 1)),
        _full(b"stsc", struct.pack(">4I", 1, 1, count, 1)),
        _full(b"stsz", struct.pack(">II", _FRAME, count)),
        _full(b"stco", struct.pack(">II", 1, place)),
    )
