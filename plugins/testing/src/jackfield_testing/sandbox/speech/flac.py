"""FLAC with verbatim subframes: every sample is kept as it is (RFC 9639)."""

from __future__ import annotations

import hashlib
import sys
from array import array
from functools import cache

from jackfield_testing.sandbox.audio_bytes import RATE

_BLOCK = 4096  # samples in a frame
_RATE_CODE = 0b0111  # 24 kHz


def flac_file(pcm: bytes) -> bytes:
    """Put 16-bit little-endian samples, mono, 24 kHz, into a FLAC file."""
    samples = array("H", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    frames = [
        _frame(number, samples[start : start + _BLOCK])
        for number, start in enumerate(range(0, len(samples), _BLOCK))
    ]
    return b"".join((b"fLaC", _stream_info(pcm), *frames))


def _stream_info(pcm: bytes) -> bytes:
    head = bytes([0x80]) + (34).to_bytes(3, "big")  # the last metadata block, of type 0
    sizes = _BLOCK.to_bytes(2, "big") * 2 + bytes(6)  # frame sizes: not known
    # rate: 20 bits; channels - 1: 3; bits - 1: 5; samples: 36
    facts = RATE << 44 | 0 << 41 | 15 << 36 | len(pcm) // 2
    digest = hashlib.md5(pcm, usedforsecurity=False).digest()
    return head + sizes + facts.to_bytes(8, "big") + digest


def _frame(number: int, samples: array[int]) -> bytes:
    head = bytes([0xFF, 0xF8, 0b0111 << 4 | _RATE_CODE, 0b0000_100_0])  # mono, 16 bit
    head += chr(number).encode("utf-8", "surrogatepass")  # the coding is UTF-8's
    head += (len(samples) - 1).to_bytes(2, "big")
    head += bytes([_checksum(head, _TABLE_8, 8), 0b0_000001_0])  # a verbatim subframe
    checksum, words = _checksum(head, _TABLE_16, 16), _words()
    for sample in samples:
        checksum = words[checksum ^ sample]
    if sys.byteorder == "little":
        samples.byteswap()  # FLAC's are big-endian
    return head + samples.tobytes() + checksum.to_bytes(2, "big")


def _table(polynomial: int, width: int) -> list[int]:
    table = []
    for byte in range(256):
        value = byte << width - 8
        for _ in range(8):
            value = value << 1 ^ (polynomial if value >> width - 1 else 0)
            value &= (1 << width) - 1
        table.append(value)
    return table


_TABLE_8 = _table(0x07, 8)
_TABLE_16 = _table(0x8005, 16)


def _checksum(data: bytes, table: list[int], width: int) -> int:
    value, shift, mask = 0, width - 8, (1 << width) - 1
    for byte in data:
        value = (value << 8 & mask) ^ table[value >> shift ^ byte]
    return value


@cache
def _words() -> array[int]:
    """Give the table for sixteen bits at once, which makes long files bearable."""
    return array("H", (_checksum(word.to_bytes(2, "big"), _TABLE_16, 16) for word in range(65_536)))
