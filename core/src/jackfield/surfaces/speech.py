"""The speech surface: the events of streamed speech, and the bytes that they carry."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from typing import Any

from jackfield.errors import APIResponseValidationError
from jackfield.views import View, child

DELTA = "speech.audio.delta"
DONE = "speech.audio.done"


class Usage(View):
    """Token counts."""

    input_tokens: int
    output_tokens: int
    total_tokens: int


class SpeechEvent(View):
    """One event of streamed speech, told by its ``type``.

    ``speech.audio.delta`` has ``audio``, a piece in base64; ``speech.audio.done`` has the
    ``usage``.
    """

    type: str
    audio: str
    usage: Usage | None = child(Usage)

    @property
    def data(self) -> bytes:
        """The piece of audio that the event carries; empty where it carries none.

        Raises:
            APIResponseValidationError: it is no base64.
        """
        return _decoded([self.audio or ""])


def complete(events: Sequence[dict[str, Any]]) -> bool:
    """Whether the event that ends the speech is there."""
    return any(event.get("type") == DONE for event in events)


def fold(events: Sequence[dict[str, Any]]) -> bytes:
    """The audio that the events carry, as the same answer has it without streaming.

    Raises:
        APIResponseValidationError: a piece is no base64.
    """
    return _decoded(event.get("audio") or "" for event in events if event.get("type") == DELTA)


def _decoded(pieces: Iterable[str]) -> bytes:
    """Decode base64 that was cut anywhere, or encoded piece by piece."""
    out, pending = bytearray(), ""
    try:
        for piece in pieces:
            pending += piece
            if len(pending) % 4 == 0:
                out += base64.b64decode(pending, validate=True)
                pending = ""
        out += base64.b64decode(pending, validate=True)
    except (binascii.Error, TypeError, ValueError):
        raise APIResponseValidationError("the stream holds audio that is no base64") from None
    return bytes(out)


def split(audio: bytes) -> list[dict[str, Any]]:
    """Whole audio as events: one delta, one done.

    ``fold(split(audio)) == audio``. The done event has no ``usage``: bytes don't tell.
    """
    return [
        {"type": DELTA, "audio": base64.b64encode(audio).decode("ascii")},
        {"type": DONE},
    ]
