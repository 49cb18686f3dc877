"""What a completed job gives: a video, a thumbnail and a spritesheet, each of its kind."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Any

import filetype
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackfield_testing.sandbox.videos.mp4 import mp4_file, seconds_of
from jackfield_testing.sandbox.videos.stills import jpeg_file, webp_file

SIDES = st.integers(1, 300)
SHADES = st.integers(0, 255)


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[str, int, int]]:
    """Give the boxes of a part of an MP4 file, which they fill exactly."""
    end = len(data) if end is None else end
    while start < end:
        size, name = struct.unpack_from(">I4s", data, start)
        assert 8 <= size <= end - start
        yield name.decode("ascii"), start + 8, start + size
        start += size


def box(data: bytes, *path: str) -> tuple[int, int]:
    """Give where the content of a box begins and ends."""
    start, end = 0, len(data)
    for name in path:
        (found,) = [(s, e) for kind, s, e in boxes(data, start, end) if kind == name]
        start, end = found
    return start, end


@given(st.sampled_from([4, 8, 12, 28]), SIDES, SIDES)
@settings(deadline=None, max_examples=20)
def test_an_mp4_file_is_consistent(seconds: int, width: int, height: int) -> None:
    data = mp4_file("seed", width, height, seconds)
    assert [name for name, _, _ in boxes(data)] == ["ftyp", "moov", "mdat"]
    assert filetype.guess_mime(data) == "video/mp4"
    assert seconds_of(data) == seconds
    track = ("moov", "trak")
    start, _ = box(data, *track, "tkhd")
    assert struct.unpack_from(">II", data, start + 76) == (width << 16, height << 16)
    media = (*track, "mdia")
    names = [name for name, _, _ in boxes(data, *box(data, *media))]
    assert names == ["mdhd", "hdlr", "minf"]
    start, _ = box(data, *media, "mdhd")
    scale, duration = struct.unpack_from(">II", data, start + 12)
    assert duration / scale == seconds
    table = (*media, "minf", "stbl")
    assert [name for name, _, _ in boxes(data, *box(data, *table))] == [
        "stsd",
        "stts",
        "stsc",
        "stsz",
        "stco",
    ]
    start, _ = box(data, *table, "stsz")
    size, count = struct.unpack_from(">II", data, start + 4)
    frames = box(data, "mdat")
    assert size * count == frames[1] - frames[0]
    start, _ = box(data, *table, "stts")
    assert struct.unpack_from(">III", data, start + 4) == (1, count, 1)
    assert count == duration
    start, _ = box(data, *table, "stco")
    assert struct.unpack_from(">II", data, start + 4) == (1, frames[0])
    start, end = box(data, *table, "stsd")
    ((name, inside, after),) = boxes(data, start + 8, end)
    assert name == "avc1"
    assert struct.unpack_from(">HH", data, inside + 24) == (width, height)
    assert [kind for kind, _, _ in boxes(data, inside + 78, after)] == ["avcC"]


@given(st.binary(max_size=40))
@settings(deadline=None)
def test_any_bytes_are_measured_or_refused(noise: bytes) -> None:
    for data in (noise, b"\0\0\0\x08ftyp" + noise, b"\0\0\0\x08ftyp\0\0\0\x28moov" + noise):
        with pytest.raises(ValueError, match=r"\w"):
            seconds_of(data)


def test_the_longer_header_of_a_video() -> None:
    header = struct.pack(">I4sIQQIQ", 40, b"mvhd", 1 << 24, 0, 0, 30, 150)
    data = struct.pack(">I4s", 8, b"ftyp") + struct.pack(">I4s", 0, b"moov") + header
    assert seconds_of(data) == 5


def bits(data: bytes) -> Iterator[int]:
    """Give bits, the least significant one of each byte first."""
    for byte in data:
        for place in range(8):
            yield byte >> place & 1


@given(SIDES, SIDES, st.tuples(SHADES, SHADES, SHADES))
@settings(deadline=None)
def test_a_webp_picture_is_of_one_colour(
    width: int, height: int, colour: tuple[int, int, int]
) -> None:
    data = webp_file(width, height, colour)
    assert filetype.guess_mime(data) == "image/webp"
    head = struct.unpack_from("<4sI4s4sI", data)
    assert head[:4] == (b"RIFF", len(data) - 8, b"WEBP", b"VP8L")
    assert head[4] + head[4] % 2 == len(data) - 20
    stream = bits(data[21:])

    def read(count: int) -> int:
        return sum(next(stream) << place for place in range(count))

    assert data[20] == 0x2F
    assert (read(14) + 1, read(14) + 1) == (width, height)
    assert read(4) == 0  # no alpha, version 0
    assert read(3) == 0  # no transform, no cache, no groups
    symbols = []
    for _ in range(5):
        assert (read(1), read(1), read(1)) == (1, 0, 1)
        symbols.append(read(8))
    green, red, blue, alpha, distance = symbols
    assert (red, green, blue) == colour
    assert (alpha, distance) == (255, 0)


@given(SIDES, SIDES, SHADES)
@settings(deadline=None)
def test_a_jpeg_picture_is_of_one_shade(width: int, height: int, shade: int) -> None:
    data = jpeg_file(width, height, shade)
    assert filetype.guess_mime(data) == "image/jpeg"
    segments, place = {}, 2
    while data[place + 1] != 0xDA:
        (size,) = struct.unpack_from(">H", data, place + 2)
        segments[data[place + 1], data[place + 4]] = data[place + 4 : place + 2 + size]
        place += 2 + size
    quantiser = segments[0xDB, 0][1]
    assert struct.unpack_from(">BHHB", segments[0xC0, 8]) == (8, height, width, 1)
    (size,) = struct.unpack_from(">H", data, place + 2)
    scan = data[place + 2 + size : -2].replace(b"\xff\x00", b"\xff")
    assert data[-2:] == b"\xff\xd9"
    stream = iter("".join(f"{byte:08b}" for byte in scan))

    def read(table: bytes) -> int:
        """Read a symbol by the canonical code that a table of lengths stands for."""
        code, first, at, length = 0, 0, 17, 0
        while True:
            length += 1
            code = code << 1 | int(next(stream))
            count = table[length]
            if code - first < count:
                return table[at + code - first]
            at += count
            first = (first + count) << 1

    level = 0
    for _ in range(-(-width // 8) * -(-height // 8)):
        category = read(segments[0xC4, 0x00])
        if category:
            value = int("".join(next(stream) for _ in range(category)), 2)
            level += value if value >> (category - 1) else value - (1 << category) + 1
        assert level * quantiser / 8 + 128 == shade
        assert read(segments[0xC4, 0x10]) == 0  # no other coefficients
    assert set(stream) <= {"1"}


def finished(client: httpx.Client, **fields: Any) -> str:
    response = client.post("/videos", json={"prompt": "A cat [looks=0]", **fields})
    id: str = response.json()["id"]
    return id


def test_downloads(client: httpx.Client) -> None:
    id = finished(client, seconds="12", size="1280x720")
    video = client.get(f"/videos/{id}/content")
    assert video.headers["content-type"] == "video/mp4"
    assert int(video.headers["content-length"]) == len(video.content) > 500_000
    assert seconds_of(video.content) == 12
    assert video.content == client.get(f"/videos/{id}/content?variant=video").content
    for variant, kind in (("thumbnail", "image/webp"), ("spritesheet", "image/jpeg")):
        picture = client.get(f"/videos/{id}/content", params={"variant": variant})
        assert picture.headers["content-type"] == kind
        assert filetype.guess_mime(picture.content) == kind
    other = client.get(f"/videos/{finished(client, seconds='12', size='1280x720')}/content")
    assert other.content != video.content
    assert len(other.content) == len(video.content)


def test_what_is_not_there_yet_or_never(client: httpx.Client) -> None:
    id = client.post("/videos", json={"prompt": "A cat"}).json()["id"]
    early = client.get(f"/videos/{id}/content")
    assert early.status_code == 404
    assert "not ready yet" in early.json()["error"]["message"]
    odd = client.get(f"/videos/{id}/content", params={"variant": "poster"})
    assert (odd.status_code, odd.json()["error"]["param"]) == (400, "variant")
    assert client.get("/videos/video_0/content").status_code == 404


def test_a_download_that_breaks_off(client: httpx.Client) -> None:
    prompt = "A cat [looks=0] [content!cut=100000,times=1]"
    id = client.post("/videos", json={"prompt": prompt}).json()["id"]
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(f"/videos/{id}/content")
    assert len(client.get(f"/videos/{id}/content").content) > 200_000
