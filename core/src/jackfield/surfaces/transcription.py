"""The transcription and translation surfaces: results, stream events, and how they fold.

Fields are those of the API reference: ``json`` and ``verbose_json`` answers, diarized ones, and the
``transcript.text.*`` events. A ``text``, ``srt`` or ``vtt`` answer is a result whose ``text`` is
the body as it came.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from jackfield.views import ResultView, View, child, children

DELTA = "transcript.text.delta"
SEGMENT = "transcript.text.segment"
DONE = "transcript.text.done"


class Logprob(View):
    """A token of the transcript with its log probability."""

    token: str
    logprob: float
    bytes: list[int] | None


class InputTokenDetails(View):
    """What the input's tokens were."""

    text_tokens: int | None
    audio_tokens: int | None


class Usage(View):
    """What is billed: ``tokens``, or ``seconds`` of audio where ``type`` is ``duration``."""

    type: str
    input_tokens: int
    output_tokens: int
    total_tokens: int
    input_token_details: InputTokenDetails | None = child(InputTokenDetails)
    seconds: float


class Word(View):
    """A word with its time, in seconds."""

    word: str
    start: float
    end: float


class Segment(View):
    """A piece of the transcript with its time, in seconds.

    Of a verbose answer it has ``seek``, ``tokens`` and the measures; of a diarized one ``type`` and
    ``speaker``.
    """

    id: int | str
    start: float
    end: float
    text: str
    type: str
    speaker: str
    seek: int
    tokens: list[int]
    temperature: float
    avg_logprob: float
    compression_ratio: float
    no_speech_prob: float


class Language(View):
    """A language found in the audio."""

    code: str


class Transcript(ResultView):
    """What a transcription and a translation have in common; ``duration`` is in seconds."""

    text: str
    task: str | None
    language: str | None
    duration: float | None
    segments: list[Segment] | None = children(Segment)
    usage: Usage | None = child(Usage)


class Transcription(Transcript):
    """The result of a transcription."""

    words: list[Word] | None = children(Word)
    logprobs: list[Logprob] | None = children(Logprob)
    languages: list[Language] | None = children(Language)


class Translation(Transcript):
    """The result of a translation: ``text`` is English."""


class TranscriptionEvent(View):
    """One event of a streamed transcription, told by its ``type``.

    ``transcript.text.delta`` adds ``delta`` to the text, ``transcript.text.segment`` is a finished
    segment with its speaker, ``transcript.text.done`` has the whole ``text`` and the ``usage``.
    """

    type: str
    delta: str
    text: str
    id: str
    start: float
    end: float
    speaker: str
    segment_id: str | None
    logprobs: list[Logprob] | None = children(Logprob)
    languages: list[Language] | None = children(Language)
    usage: Usage | None = child(Usage)


# Events and results -----------------------------------------------------------------------------


def complete(events: Sequence[dict[str, Any]]) -> bool:
    """Whether the event that ends a transcript is there."""
    return any(event.get("type") == DONE for event in events)


def fold(events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The non-stream result of the same answer.

    Everything that the done event has but its ``type``, and the segment events as ``segments``.
    Without a done event (a stream that broke) it is what the deltas and segments say so far.
    """
    texts: list[str] = []
    logprobs: list[Any] = []
    segments: list[dict[str, Any]] = []
    done: dict[str, Any] = {}
    for event in events:
        kind = event.get("type")
        if kind == DELTA:
            texts.append(event.get("delta") or "")
            logprobs += event.get("logprobs") or ()
        elif kind == SEGMENT:
            segments.append(event)
        elif kind == DONE:
            done |= {key: value for key, value in event.items() if key != "type"}
    out = {"text": "".join(texts) or _said(segments), **done}
    for key, found in (("logprobs", logprobs), ("segments", segments)):
        if found and out.get(key) is None:
            out[key] = found
    return out


def _said(segments: Iterable[dict[str, Any]]) -> str:
    return "".join(segment.get("text") or "" for segment in segments).strip()


def split(result: dict[str, Any]) -> list[dict[str, Any]]:
    """A well-formed sequence of events of a result: its segments or its text, then the done event.

    The segments of a diarized result are segment events as they are; everything else is in the done
    event. So ``fold(split(result)) == result`` for every result that has a ``text`` and no ``type``
    of its own.
    """
    rest = {key: value for key, value in result.items() if key != "type"}
    events: list[dict[str, Any]] = []
    if _are_events(rest.get("segments")):
        events += rest.pop("segments")
    elif isinstance(rest.get("text"), str) and rest["text"]:
        delta = {"type": DELTA, "delta": rest["text"]}
        events.append(delta | {key: rest[key] for key in ("logprobs",) if rest.get(key)})
    return [*events, {"type": DONE, **rest}]


def _are_events(segments: Any) -> bool:
    if not isinstance(segments, list) or not segments:
        return False
    return all(isinstance(one, dict) and one.get("type") == SEGMENT for one in segments)
