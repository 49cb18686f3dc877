"""Text to an audio file: a tone per word, of the pitch that the voice and the word give it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from jackfield_testing.sandbox.audio_bytes import RATE, tone, wav_file
from jackfield_testing.sandbox.speech.aac import aac_file
from jackfield_testing.sandbox.speech.flac import flac_file
from jackfield_testing.sandbox.speech.mp3 import mp3_file
from jackfield_testing.sandbox.speech.opus import opus_file

#: Seconds that a word takes at speed 1.
WORD_SECONDS = 0.4
_PITCHES = 24


@attrs.frozen
class Format:
    """An audio format.

    Args:
        content_type: of its files.
        render: samples, and a mark that tells equal lengths apart, to a file.
    """

    content_type: str
    render: Callable[[bytes, str], bytes]


FORMATS = {
    "mp3": Format("audio/mpeg", lambda pcm, mark: mp3_file(len(pcm) // 2, mark)),
    "opus": Format("audio/opus", lambda pcm, mark: opus_file(len(pcm) // 2, mark)),
    "aac": Format("audio/aac", lambda pcm, mark: aac_file(len(pcm) // 2)),
    "flac": Format("audio/flac", lambda pcm, mark: flac_file(pcm)),
    "wav": Format("audio/wav", lambda pcm, mark: wav_file(pcm)),
    "pcm": Format("audio/pcm", lambda pcm, mark: pcm),
}


def format_of(request: Mapping[str, Any]) -> Format:
    """Give the format that a valid request asks for."""
    return FORMATS[request.get("response_format") or "mp3"]


def samples_of(request: Mapping[str, Any]) -> bytes:
    """Give the samples of a valid request: 24 kHz, 16 bit, mono, little-endian."""
    words = request["input"].split() or ["silence"]
    length = round(RATE * WORD_SECONDS / (request.get("speed") or 1.0))
    base = 160 + 20 * (_digest(json.dumps(request["voice"], sort_keys=True)) % 12)
    pitches = [base + 10 * (_digest(word) % _PITCHES) for word in words]
    return b"".join(tone(pitch, length) for pitch in pitches)


def seconds_of(pcm: bytes) -> float:
    """Give how long samples last."""
    return len(pcm) / 2 / RATE


def rendered(request: Mapping[str, Any]) -> bytes:
    """Give the audio file of a valid request."""
    said = [request["input"], request["voice"]]
    mark = hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
    return format_of(request).render(samples_of(request), mark)


def _digest(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:4], "big")
