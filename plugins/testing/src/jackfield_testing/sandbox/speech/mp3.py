"""MP3 that decodes to silence: frames without audio data, at 128 kbit/s."""

from __future__ import annotations

_HEAD = bytes([0xFF, 0xF3, 0xC4, 0xC4])  # MPEG-2, layer III, 128 kbit/s, 24 kHz, mono
_FRAME = 384  # bytes: 72 * 128000 / 24000
_SAMPLES = 576  # in a frame
_SIDE = 9  # bytes of side information; all zero means that no audio data follows


def mp3_file(samples: int, mark: str) -> bytes:
    """Give as many frames as the samples fill.

    Args:
        samples: how many there are, at 24 kHz.
        mark: ASCII text that is repeated where a decoder looks for nothing.
    """
    room = _FRAME - len(_HEAD) - _SIDE
    filling = (mark.encode("ascii") * (room // max(len(mark), 1) + 1))[:room].ljust(room, b"\0")
    return (_HEAD + bytes(_SIDE) + filling) * -(-samples // _SAMPLES)
