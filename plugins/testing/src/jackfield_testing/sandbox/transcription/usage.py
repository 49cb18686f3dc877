"""What a transcription costs: tokens, or seconds."""

from __future__ import annotations

import math
from typing import Any

from jackfield_testing.sandbox import tokens
from jackfield_testing.sandbox.transcription.task import Task
from jackfield_testing.sandbox.transcription.transcript import Transcript

_TOKENS_A_SECOND = 10


def usage(task: Task, transcript: Transcript) -> dict[str, Any]:
    """Give the ``usage`` of an answer: ten tokens for a second, or the seconds begun."""
    if not task.kind.by_tokens:
        return {"type": "duration", "seconds": math.ceil(task.seconds)}
    heard = math.ceil(task.seconds * _TOKENS_A_SECOND)
    asked = tokens.count(task.prompt)
    said = tokens.count(transcript.text)
    return {
        "type": "tokens",
        "total_tokens": heard + asked + said,
        "input_tokens": heard + asked,
        "input_token_details": {"text_tokens": asked, "audio_tokens": heard},
        "output_tokens": said,
    }
