"""Generated pictures: one colour, in the format, size and quality that the tool is set to."""

from __future__ import annotations

import base64
import hashlib
import struct
import zlib
from collections.abc import Mapping
from typing import Any

from jackfield_testing.sandbox.videos.stills import jpeg_file, webp_file

_SIZE = "1024x1024"


def picture(tool: Mapping[str, Any], seed: str) -> str:
    """Give a picture in base64.

    Args:
        tool: the definition of the tool, with ``output_format`` and ``size``.
        seed: what the colour is made of.
    """
    width, _, height = size_of(tool).partition("x")
    red, green, blue, *_ = hashlib.sha256(seed.encode()).digest()
    make = {"jpeg": _jpeg, "webp": webp_file}.get(str(tool.get("output_format")), png_file)
    return base64.b64encode(make(int(width), int(height), (red, green, blue))).decode()


def size_of(tool: Mapping[str, Any]) -> str:
    """Give width and height in pixels, ``1024x1024`` and its like."""
    size = tool.get("size") or "auto"
    return _SIZE if size == "auto" else str(size)


def png_file(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """Give a PNG picture of one pixel value, which is looked up in a palette of one colour.

    Args:
        width: in pixels.
        height: in pixels.
        colour: red, green and blue.
    """
    rows = bytes(1 + -(-width // 8)) * height  # per row a filter, 0, and a bit per pixel
    return b"".join(
        (
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 3, 0, 0, 0)),
            _chunk(b"PLTE", bytes(colour)),
            _chunk(b"IDAT", zlib.compress(rows, 9)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def _jpeg(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    return jpeg_file(width, height, sum(colour) // 3)
