"""A valid request for a transcription or a translation."""

from __future__ import annotations

import attrs

from jackfield_testing.sandbox.forms import FormFile
from jackfield_testing.sandbox.transcription.kinds import Kind


@attrs.frozen
class Task:
    """A valid request.

    Args:
        model: the model's name.
        kind: what it can do.
        file: the sound.
        seconds: how long it lasts.
        format: of the response.
        language: the code that the request gives, or an empty string.
        prompt: of the request, or an empty string.
        temperature: of the request, or 0.
        granularities: what has times in ``verbose_json``.
        logprobs: whether they are asked for.
        stream: whether the answer is a stream.
        speakers: the names of known ones.
    """

    model: str
    kind: Kind
    file: FormFile
    seconds: float
    format: str
    language: str = ""
    prompt: str = ""
    temperature: float = 0.0
    granularities: tuple[str, ...] = ("segment",)
    logprobs: bool = False
    stream: bool = False
    speakers: tuple[str, ...] = ()
