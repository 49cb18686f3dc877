"""Opus in Ogg that decodes to silence (RFC 7845)."""

from __future__ import annotations

import struct

from jackfield_testing.sandbox.audio_bytes import RATE

_CLOCK = 48_000  # samples a second, whatever the input had
_SAMPLES = 960  # in a packet of 20 ms
_SKIP = 312  # samples that a decoder throws away at the start
_SILENCE = bytes([0xF8, 0xFF, 0xFE])  # one CELT frame of 20 ms, mono
_PACKETS = 50  # in a page: one second
_FIRST, _LAST = 2, 4  # flags of a page


def opus_file(samples: int, mark: str) -> bytes:
    """Give as many packets as the samples fill.

    Args:
        samples: how many there are, at 24 kHz.
        mark: text that becomes a comment.
    """
    end = _SKIP + samples * _CLOCK // RATE
    total = -(-end // _SAMPLES)
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, _SKIP, RATE, 0, 0)
    comment = f"COMMENT={mark}".encode()
    vendor = b"jackfield-testing"
    tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor
    tags += struct.pack("<II", 1, len(comment)) + comment
    pages = [_page([head], 0, 0, _FIRST), _page([tags], 1, 0, 0)]
    for start in range(0, total, _PACKETS):
        packets = [_SILENCE] * min(_PACKETS, total - start)
        last = start + len(packets) == total
        granule = end if last else (start + len(packets)) * _SAMPLES
        pages.append(_page(packets, len(pages), granule, _LAST if last else 0))
    return b"".join(pages)


def _page(packets: list[bytes], number: int, granule: int, flags: int) -> bytes:
    """Frame packets of less than 255 bytes each."""
    lengths = bytes(len(packet) for packet in packets)
    head = struct.pack("<4sBBqIIIB", b"OggS", 0, flags, granule, 1, number, 0, len(packets))
    page = head + lengths + b"".join(packets)
    return page[:22] + struct.pack("<I", _checksum(page)) + page[26:]


def _table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 ^ (0x04C11DB7 if value >> 31 else 0)) & 0xFFFFFFFF
        table.append(value)
    return table


_TABLE = _table()


def _checksum(page: bytes) -> int:
    value = 0
    for byte in page:
        value = (value << 8 & 0xFFFFFFFF) ^ _TABLE[value >> 24 ^ byte]
    return value
