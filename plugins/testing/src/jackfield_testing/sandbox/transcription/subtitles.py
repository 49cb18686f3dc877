"""Transcript to SRT and WebVTT."""

from __future__ import annotations

from jackfield_testing.sandbox.transcription.transcript import Transcript


def srt(transcript: Transcript) -> str:
    """Give SRT: numbered cues, each followed by an empty line."""
    cues = (
        f"{segment.number + 1}\n{_time(segment.start, ',')} --> {_time(segment.end, ',')}\n"
        f"{segment.text}\n\n"
        for segment in transcript.segments
    )
    return "".join(cues)


def vtt(transcript: Transcript) -> str:
    """Give WebVTT."""
    cues = (
        f"{_time(segment.start, '.')} --> {_time(segment.end, '.')}\n{segment.text}\n\n"
        for segment in transcript.segments
    )
    return "WEBVTT\n\n" + "".join(cues)


def _time(seconds: float, point: str) -> str:
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1000:02}{point}{milliseconds % 1000:03}"
