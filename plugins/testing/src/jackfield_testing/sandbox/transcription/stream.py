"""Transcript to events."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from jackfield_testing.sandbox import tokens
from jackfield_testing.sandbox.transcription.answer import logprobs, plain, turns
from jackfield_testing.sandbox.transcription.task import Task
from jackfield_testing.sandbox.transcription.transcript import Transcript


def events(task: Task, transcript: Transcript) -> Iterator[dict[str, Any]]:
    """Give the events of a stream; joined, the deltas are the text.

    ``diarized_json`` has whole segments, and no deltas. In the other formats, a model that tells
    speakers apart says which segment a delta belongs to.
    """
    if task.format == "diarized_json":
        yield from turns(task, transcript)
    else:
        yield from _deltas(task, transcript)
    whole = plain(task, transcript)
    if not task.kind.by_tokens:
        del whole["usage"]  # that of a stream is in tokens
    yield {"type": "transcript.text.done", **whole}


def _deltas(task: Task, transcript: Transcript) -> Iterator[dict[str, Any]]:
    entries = iter(logprobs(transcript) if task.logprobs else ())
    for segment in transcript.segments:
        text = f" {segment.text}" if segment.number else segment.text
        for piece in tokens.split(text):
            event: dict[str, Any] = {"type": "transcript.text.delta", "delta": piece}
            if task.logprobs:
                event["logprobs"] = [next(entries)]
            if task.kind.speakers:
                event["segment_id"] = f"seg_{segment.number}"
            yield event
