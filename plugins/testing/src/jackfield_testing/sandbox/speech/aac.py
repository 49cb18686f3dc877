"""AAC in ADTS frames that decodes to silence."""

from __future__ import annotations

_SAMPLES = 1024  # in a frame
_RATE_INDEX = 6  # 24 kHz
# One channel with no spectral data, then the end of the block: 29 zero bits and 111.
_SILENCE = bytes([0, 0, 0, 0b111])


def aac_file(samples: int) -> bytes:
    """Give as many frames as the samples, at 24 kHz, fill."""
    size = 7 + len(_SILENCE)
    # syncword: 12 bits; MPEG-4, no CRC: 4; AAC-LC: 2; rate: 4; private: 1; channels: 3; flags: 4
    head = 0xFFF << 44 | 0b0001 << 40 | 0b01 << 38 | _RATE_INDEX << 34 | 0 << 33 | 1 << 30 | 0 << 26
    # frame length: 13 bits; buffer fullness, variable rate: 11; blocks - 1: 2
    head |= size << 13 | 0x7FF << 2 | 0
    return (head.to_bytes(7, "big") + _SILENCE) * -(-samples // _SAMPLES)
