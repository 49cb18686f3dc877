"""Transcript to response body."""

from __future__ import annotations

from typing import Any

from jackfield_testing.sandbox import tokens
from jackfield_testing.sandbox.identity import Identity
from jackfield_testing.sandbox.transcription.task import Task
from jackfield_testing.sandbox.transcription.transcript import Segment, Transcript
from jackfield_testing.sandbox.transcription.usage import usage

_WINDOW = 30  # seconds that whisper looks at
_FIRST_TIME_TOKEN = 50_364  # of whisper's vocabulary: 0 seconds
_TIME_STEP = 0.02  # seconds from one such token to the next


def plain(task: Task, transcript: Transcript) -> dict[str, Any]:
    """Give the body for ``json``."""
    body: dict[str, Any] = {"text": transcript.text}
    if task.kind.languages:
        body["languages"] = [{"code": transcript.language}]
    if task.logprobs:
        body["logprobs"] = logprobs(transcript)
    return {**body, "usage": usage(task, transcript)}


def translated(transcript: Transcript) -> dict[str, Any]:
    """Give the body for ``json`` of a translation, which has no usage."""
    return {"text": transcript.text}


def verbose(task: Task, transcript: Transcript, *, translate: bool = False) -> dict[str, Any]:
    """Give the body for ``verbose_json``."""
    body: dict[str, Any] = {
        "task": "translate" if translate else "transcribe",
        "language": transcript.language_name,
        "duration": transcript.seconds,
        "text": transcript.text,
    }
    if "segment" in task.granularities:
        body["segments"] = [
            _segment(segment, transcript.identity, task.temperature)
            for segment in transcript.segments
        ]
    if "word" in task.granularities:
        body["words"] = [
            {"word": word.text, "start": word.start, "end": word.end} for word in transcript.words
        ]
    return body if translate else {**body, "usage": usage(task, transcript)}


def diarized(task: Task, transcript: Transcript) -> dict[str, Any]:
    """Give the body for ``diarized_json``."""
    return {
        "text": transcript.text,
        "task": "transcribe",
        "duration": transcript.seconds,
        "segments": turns(task, transcript),
        "usage": usage(task, transcript),
    }


def turns(task: Task, transcript: Transcript) -> list[dict[str, Any]]:
    """Give the segments with their speakers, who take turns: the known ones, or else A and B."""
    names = task.speakers or ("A", "B")
    return [
        {
            "type": "transcript.text.segment",
            "text": f" {segment.text}",
            "speaker": names[segment.number % len(names)],
            "start": segment.start,
            "end": segment.end,
            "id": f"seg_{segment.number}",
        }
        for segment in transcript.segments
    ]


def logprobs(transcript: Transcript) -> list[dict[str, Any]]:
    """Give an entry per token of the text."""
    entries = tokens.logprobs(tokens.split(transcript.text), 0, transcript.identity, "")
    return [{key: entry[key] for key in ("token", "logprob", "bytes")} for entry in entries]


def _segment(segment: Segment, identity: Identity, temperature: float) -> dict[str, Any]:
    spoken = tokens.split(segment.text)
    said = [identity.number(f"token {piece}", 50_000) for piece in spoken]
    seek = int(segment.start // _WINDOW) * _WINDOW
    start, end = (round((time - seek) / _TIME_STEP) for time in (segment.start, segment.end))
    return {
        "id": segment.number,
        "seek": seek * 100,
        "start": segment.start,
        "end": segment.end,
        "text": f" {segment.text}",
        "tokens": [_FIRST_TIME_TOKEN + start, *said, _FIRST_TIME_TOKEN + end],
        "temperature": temperature,
        "avg_logprob": -(100 + identity.number(f"logprob {segment.number}", 400)) / 1000,
        "compression_ratio": (900 + identity.number(f"ratio {segment.number}", 700)) / 1000,
        "no_speech_prob": identity.number(f"silence {segment.number}", 50) / 1000,
    }
