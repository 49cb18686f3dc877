"""The audio files that are made without an encoder are what their formats say, byte for byte."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jackfield_testing.sandbox.speech.aac import aac_file
from jackfield_testing.sandbox.speech.flac import flac_file
from jackfield_testing.sandbox.speech.mp3 import mp3_file
from jackfield_testing.sandbox.speech.opus import opus_file

SAMPLES = st.integers(0, 60_000)


def remainder(data: bytes, polynomial: int, width: int) -> int:
    """Divide bit by bit, unlike the tables of the code under test."""
    value, top = 0, 1 << (width - 1)
    for byte in data:
        for place in range(7, -1, -1):
            carry = bool(value & top) ^ (byte >> place & 1)
            value = (value << 1) & ((1 << width) - 1) ^ (polynomial if carry else 0)
    return value


@given(st.binary(max_size=3000).map(lambda data: data[: len(data) // 2 * 2]))
@settings(deadline=None, max_examples=20)
@example(bytes(range(256)) * 40)
def test_flac_keeps_every_sample(pcm: bytes) -> None:
    data = flac_file(pcm)
    assert data[:4] == b"fLaC"
    assert data[4:8] == bytes([0x80, 0, 0, 34])  # one metadata block: stream info
    facts = int.from_bytes(data[18:26], "big")
    assert facts >> 44 == 24_000
    assert (facts >> 41 & 7, facts >> 36 & 31) == (0, 15)  # one channel of 16 bits
    assert facts & (1 << 36) - 1 == len(pcm) // 2
    assert data[26:42] == hashlib.md5(pcm, usedforsecurity=False).digest()
    place, found, number = 42, b"", 0
    while place < len(data):
        head = data[place : place + 7]
        assert head[:4] == bytes([0xFF, 0xF8, 0x77, 0x08])
        assert head[4] == number
        size = int.from_bytes(head[5:7], "big") + 1
        assert data[place + 7] == remainder(head, 0x07, 8)
        assert data[place + 8] == 0x02  # a verbatim subframe
        samples = data[place + 9 : place + 9 + 2 * size]
        end = place + 9 + len(samples)
        assert int.from_bytes(data[end : end + 2], "big") == remainder(data[place:end], 0x8005, 16)
        found += struct.pack(f"<{size}h", *struct.unpack(f">{size}h", samples))
        place, number = end + 2, number + 1
    assert found == pcm


@given(SAMPLES, st.text("0123456789abcdef", max_size=64))
@settings(deadline=None)
def test_mp3_is_silent_frames(samples: int, mark: str) -> None:
    data = mp3_file(samples, mark)
    assert len(data) == -(-samples // 576) * 384
    for start in range(0, len(data), 384):
        head = int.from_bytes(data[start : start + 4], "big")
        assert head >> 21 == 0x7FF
        assert (head >> 19 & 3, head >> 17 & 3, head >> 16 & 1) == (2, 1, 1)  # MPEG-2, layer III
        assert (head >> 12 & 15, head >> 10 & 3, head >> 9 & 1) == (12, 1, 0)  # 128k, 24 kHz
        assert data[start + 4 : start + 13] == bytes(9)  # no audio data


@given(SAMPLES)
@settings(deadline=None)
def test_aac_is_silent_frames(samples: int) -> None:
    data = aac_file(samples)
    assert len(data) == -(-samples // 1024) * 11
    for start in range(0, len(data), 11):
        head = int.from_bytes(data[start : start + 7], "big")
        assert head >> 44 == 0xFFF
        assert head >> 40 & 15 == 1  # MPEG-4, without a checksum
        assert (head >> 38 & 3, head >> 34 & 15, head >> 30 & 7) == (1, 6, 1)  # LC, 24 kHz, mono
        assert head >> 13 & 0x1FFF == 11
        assert head & 3 == 0
        assert int.from_bytes(data[start + 7 : start + 11], "big") == 7  # ends the block


def pages(data: bytes) -> Iterator[tuple[int, int, list[bytes]]]:
    """Give the flags, the granule position and the packets of each Ogg page."""
    place, number = 0, 0
    while place < len(data):
        magic, version, flags, granule, serial, sequence, checksum, count = struct.unpack_from(
            "<4sBBqIIIB", data, place
        )
        assert (magic, version, serial, sequence) == (b"OggS", 0, 1, number)
        lengths = data[place + 27 : place + 27 + count]
        end = place + 27 + count + sum(lengths)
        page = data[place : place + 22] + bytes(4) + data[place + 26 : end]
        assert remainder(page, 0x04C11DB7, 32) == checksum
        start, packets = place + 27 + count, []
        for length in lengths:
            assert length < 255
            packets.append(data[start : start + length])
            start += length
        yield flags, granule, packets
        place, number = end, number + 1


@given(SAMPLES)
@settings(deadline=None, max_examples=30)
def test_opus_in_ogg_lasts_as_long_as_the_samples(samples: int) -> None:
    found = list(pages(opus_file(samples, "a mark")))
    assert found[0][0] == 2
    (head,), (tags,) = found[0][2], found[1][2]
    assert head[:8] == b"OpusHead"
    version, channels, skip, rate = struct.unpack_from("<BBHI", head, 8)
    assert (version, channels, rate) == (1, 1, 24_000)
    assert tags[:8] == b"OpusTags"
    assert b"a mark" in tags
    flags, granule, _ = found[-1]
    assert flags == 4
    assert granule - skip == samples * 2  # at 48 kHz
    packets = sum(len(page[2]) for page in found[2:])
    assert (packets - 1) * 960 < granule <= packets * 960


@pytest.mark.parametrize("samples", [0, 1])
def test_hardly_any_samples(samples: int) -> None:
    assert flac_file(bytes(2 * samples))
    assert len(mp3_file(samples, "")) == 384 * samples
