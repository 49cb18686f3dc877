"""Real audio: 24 kHz, mono, 16-bit tones, one per word."""

from __future__ import annotations

import io
import math
import struct
import wave
from functools import lru_cache

RATE = 24_000
_TONE_SECONDS = 0.02
_MOST_TONES = 12


def pcm16(text: str) -> bytes:
    """Give little-endian samples of a short tone per word, and of no more than twelve."""
    words = text.split()[:_MOST_TONES] or ["silence"]
    return b"".join(tone(220 + 20 * (len(word) % 12), int(RATE * _TONE_SECONDS)) for word in words)


@lru_cache(maxsize=256)
def tone(pitch: int, samples: int) -> bytes:
    """Give little-endian samples of a sine wave.

    Args:
        pitch: in hertz.
        samples: how many there are.
    """
    step = 2 * math.pi * pitch / RATE
    return struct.pack(f"<{samples}h", *(int(8_000 * math.sin(step * i)) for i in range(samples)))


def wav(text: str) -> bytes:
    """Give a WAV file with the samples of ``pcm16``."""
    return wav_file(pcm16(text))


def wav_file(pcm: bytes) -> bytes:
    """Put samples into a WAV file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(pcm)
    return buffer.getvalue()
