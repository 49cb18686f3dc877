"""Pictures of one colour: WebP, lossless, and JPEG, in shades of grey."""

from __future__ import annotations

import struct


def webp_file(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """Give a WebP picture (RFC 9649): five codes of one symbol each, so that pixels take no bits.

    Args:
        width: in pixels, up to 16384.
        height: in pixels, up to 16384.
        colour: red, green and blue.
    """
    red, green, blue = colour
    bits = _Bits()
    bits.put(width - 1, 14)
    bits.put(height - 1, 14)
    bits.put(0, 1 + 3)  # no alpha; version 0
    bits.put(0, 1 + 1 + 1)  # no transform, no cache of colours, no groups of codes
    for symbol in (green, red, blue, 255, 0):  # the last two: alpha, distance
        bits.put(0b1, 1)  # a simple code
        bits.put(0, 1)  # of one symbol
        bits.put(1, 1)  # which takes eight bits
        bits.put(symbol, 8)
    data = b"\x2f" + bits.to_bytes()
    chunk = b"VP8L" + struct.pack("<I", len(data)) + data + bytes(len(data) % 2)
    return b"RIFF" + struct.pack("<I", 4 + len(chunk)) + b"WEBP" + chunk


class _Bits:
    """Bits from the least significant one of each byte on."""

    def __init__(self) -> None:
        self._value = self._size = 0

    def put(self, value: int, size: int) -> None:
        self._value |= value << self._size
        self._size += size

    def to_bytes(self) -> bytes:
        return self._value.to_bytes(-(-self._size // 8), "little")


def jpeg_file(width: int, height: int, shade: int) -> bytes:
    """Give a baseline JPEG picture (ITU-T T.81).

    Args:
        width: in pixels.
        height: in pixels.
        shade: from 0, black, to 255, white.
    """
    level = shade - 128  # with quantiser 8, the first coefficient of the first block
    length = abs(level).bit_length()
    lengths = bytes([1, 1 if length else 0, *bytes(14)])  # how many codes of each length
    categories = bytes([0, length] if length else [0])  # "0" no change, "10" a change
    blocks = -(-width // 8) * -(-height // 8)
    if length:  # negative numbers are written one less, in as many bits
        first = "10" + f"{level if level > 0 else level + (1 << length) - 1:0{length}b}" + "0"
        bits = first + "00" * (blocks - 1)
    else:
        bits = "00" * blocks
    bits += "1" * (-len(bits) % 8)
    scan = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\x00")
    return b"".join(
        (
            b"\xff\xd8",
            _segment(0xE0, b"JFIF\0" + struct.pack(">HBHHBB", 0x101, 0, 1, 1, 0, 0)),
            _segment(0xDB, bytes([0]) + bytes([8]) * 64),
            _segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + bytes([1, 0x11, 0])),
            _segment(0xC4, bytes([0x00]) + lengths + categories),
            _segment(0xC4, bytes([0x10, 1, *bytes(15), 0])),  # "0" ends a block
            _segment(0xDA, bytes([1, 1, 0x00, 0, 63, 0])),
            scan,
            b"\xff\xd9",
        )
    )


def _segment(marker: int, content: bytes) -> bytes:
    return bytes([0xFF, marker]) + struct.pack(">H", 2 + len(content)) + content
