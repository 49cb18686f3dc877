"""WAV files: the duration of any of them is exact."""

from __future__ import annotations

import contextlib
import io
import struct
import wave
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackfield_testing.sandbox.forms import FormFile
from jackfield_testing.sandbox.transcription.answer import verbose
from jackfield_testing.sandbox.transcription.sound import seconds_of
from jackfield_testing.sandbox.transcription.transcript import transcribe
from jackfield_testing.sandbox.transcription.validation import read_transcription
from jackfield_testing.sandbox.wave_files import read_wave

UNKNOWN = 0xFFFFFFFF
GUID = bytes.fromhex("000000001000800000aa00389b71")  # of a subformat, after its tag


@attrs.frozen
class Shape:
    rate: int
    channels: int
    width: int
    frames: int

    @property
    def sound(self) -> bytes:
        size = self.frames * self.channels * self.width
        return (b"\x01\x80\x33" * (size // 3 + 1))[:size]

    def form(self, tag: int) -> bytes:
        step = self.channels * self.width
        numbers = (tag, self.channels, self.rate, self.rate * step, step, 8 * self.width)
        return struct.pack("<HHIIHH", *numbers)


shapes = st.builds(
    Shape,
    rate=st.integers(1, 192_000),
    channels=st.integers(1, 6),
    width=st.integers(1, 4),
    frames=st.integers(0, 2000),
)


def chunk(name: bytes, content: bytes, size: int | None = None) -> bytes:
    head = name + struct.pack("<I", len(content) if size is None else size)
    return head + content + bytes(len(content) % 2)


def riff(*chunks: bytes, size: int | None = None, name: bytes = b"RIFF") -> bytes:
    content = b"WAVE" + b"".join(chunks)
    return name + struct.pack("<I", len(content) if size is None else size) + content


@given(shapes)
@settings(deadline=None)
def test_what_pythons_writer_writes(shape: Shape) -> None:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(shape.channels)
        file.setsampwidth(shape.width)
        file.setframerate(shape.rate)
        file.writeframes(shape.sound)
    found = read_wave(buffer.getvalue())
    assert (found.rate, found.channels, found.width, found.frames) == attrs.astuple(shape)
    assert found.seconds == shape.frames / shape.rate


@given(
    shapes, st.binary(max_size=9), st.sampled_from(["extensible", "streamed", "too long", "rf64"])
)
@settings(deadline=None)
def test_the_other_headers(shape: Shape, extra: bytes, kind: str) -> None:
    note = chunk(b"LIST", extra)
    if kind == "extensible":
        more = struct.pack("<HHIH", 22, 8 * shape.width, 0, 1) + GUID
        data = riff(
            note, chunk(b"fmt ", shape.form(0xFFFE) + more), chunk(b"data", shape.sound), note
        )
    elif kind == "rf64":
        sizes = struct.pack("<QQQI", 0, len(shape.sound), 0, 0)
        form = chunk(b"fmt ", shape.form(1))
        sound = chunk(b"data", shape.sound, UNKNOWN)
        data = riff(chunk(b"ds64", sizes), form, sound, note, size=UNKNOWN, name=b"RF64")
    else:
        size = UNKNOWN if kind == "streamed" else len(shape.sound) + 1000
        head = riff(chunk(b"fmt ", shape.form(1)), note, size=UNKNOWN)
        data = head + b"data" + struct.pack("<I", size) + shape.sound
    assert read_wave(data).seconds == shape.frames / shape.rate


@given(shapes.filter(lambda shape: shape.frames / shape.rate >= 0.1))
@settings(deadline=None)
def test_words_and_segments_tile_the_duration(shape: Shape) -> None:
    data = riff(chunk(b"fmt ", shape.form(1)), chunk(b"data", shape.sound))
    fields: dict[str, Any] = {
        "file": FormFile("a.wav", "audio/wav", data),
        "model": "whisper-1",
        "response_format": "verbose_json",
        "timestamp_granularities": ["word", "segment"],
    }
    task = read_transcription(fields)
    body = verbose(task, transcribe(task))
    assert body["duration"] == shape.frames / shape.rate
    for name in ("words", "segments"):
        times = [(each["start"], each["end"]) for each in body[name]]
        assert times[0][0] == 0
        assert times[-1][1] == body["duration"]
        assert all(start < end for start, end in times)
        assert [end for _, end in times[:-1]] == [start for start, _ in times[1:]]
    text = body["text"].replace(".", "").split()
    assert [word["word"] for word in body["words"]] == text
    assert "".join(segment["text"] for segment in body["segments"]) == f" {body['text']}"
    assert len(text) == max(1, round(2.5 * body["duration"]))


def test_laws_and_compressed_encodings() -> None:
    sound = chunk(b"data", bytes(4000))
    law = struct.pack("<HHIIHH", 7, 1, 8000, 8000, 1, 8)
    assert read_wave(riff(chunk(b"fmt ", law), sound)).seconds == 0.5
    packed = read_wave(
        riff(chunk(b"fmt ", struct.pack("<HHIIHH", 2, 1, 8000, 4000, 256, 4)), sound)
    )
    assert (packed.seconds, packed.width) == (1.0, 0)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"RIFF",
        riff(),
        riff(chunk(b"data", bytes(10))),
        riff(chunk(b"fmt ", bytes(16)), chunk(b"data", bytes(10))),
        riff(chunk(b"fmt ", bytes(15)), chunk(b"data", bytes(10))),
        riff(chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 0, 0, 2, 16)), chunk(b"data", bytes(10))),
    ],
)
def test_what_is_no_sound(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_wave(data)


@given(st.binary(max_size=60), st.integers(0, 12))
@settings(deadline=None)
def test_any_bytes_are_measured_or_refused(noise: bytes, kept: int) -> None:
    whole = riff(chunk(b"fmt ", Shape(8000, 1, 2, 0).form(1)), chunk(b"data", b"1234"))
    for data in (noise, whole[: 4 * kept] + noise):
        with contextlib.suppress(ValueError):
            assert seconds_of(data) >= 0
