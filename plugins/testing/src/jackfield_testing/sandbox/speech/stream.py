"""An audio file to the events of a stream."""

from __future__ import annotations

import base64
import math
from collections.abc import Iterator, Mapping
from typing import Any

from jackfield_testing.sandbox import tokens
from jackfield_testing.sandbox.speech.rendering import rendered, samples_of, seconds_of

_PIECE = 12_288  # bytes of audio in an event
_TOKENS_A_SECOND = 20


def events(request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give the events of a valid request; joined, their audio is the file."""
    audio = rendered(request)
    for start in range(0, len(audio), _PIECE):
        piece = base64.b64encode(audio[start : start + _PIECE]).decode("ascii")
        yield {"type": "speech.audio.delta", "audio": piece}
    yield {"type": "speech.audio.done", "usage": usage(request)}


def usage(request: Mapping[str, Any]) -> dict[str, int]:
    """Give the token figures: 20 tokens for a second of audio."""
    text = request["input"] + (request.get("instructions") or "")
    asked = tokens.count(text)
    made = math.ceil(seconds_of(samples_of(request)) * _TOKENS_A_SECOND)
    return {"input_tokens": asked, "output_tokens": made, "total_tokens": asked + made}
