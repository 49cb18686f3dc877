"""The routes of transcriptions and translations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_testing.sandbox.bodies import form_body
from jackfield_testing.sandbox.journal import RecordedRequest
from jackfield_testing.sandbox.reply import (
    CRLF,
    NO_STORE,
    Reply,
    json_reply,
    stream_reply,
    text_reply,
)
from jackfield_testing.sandbox.surface import Endpoint
from jackfield_testing.sandbox.transcription.answer import diarized, plain, translated, verbose
from jackfield_testing.sandbox.transcription.stream import events
from jackfield_testing.sandbox.transcription.subtitles import srt, vtt
from jackfield_testing.sandbox.transcription.transcript import Transcript, transcribe
from jackfield_testing.sandbox.transcription.validation import (
    check_size,
    read_transcription,
    read_translation,
)
from jackfield_testing.sandbox.world import World


def _transcribe(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    check_size(len(record.body))
    task = read_transcription(form_body(record))
    transcript = transcribe(task)
    if task.stream:
        return stream_reply(events(task, transcript), newline=CRLF, headers=NO_STORE)
    if task.format == "json":
        return json_reply(plain(task, transcript))
    if task.format == "verbose_json":
        return json_reply(verbose(task, transcript))
    if task.format == "diarized_json":
        return json_reply(diarized(task, transcript))
    return _text(task.format, transcript)


def _translate(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    check_size(len(record.body))
    task = read_translation(form_body(record))
    transcript = transcribe(task, translate=True)
    if task.format == "json":
        return json_reply(translated(transcript))
    if task.format == "verbose_json":
        return json_reply(verbose(task, transcript, translate=True))
    return _text(task.format, transcript)


def _text(form: str, transcript: Transcript) -> Reply:
    if form == "srt":
        return text_reply(srt(transcript))
    return text_reply(vtt(transcript) if form == "vtt" else transcript.text + "\n")


ENDPOINTS = (
    Endpoint("POST", "/audio/transcriptions", _transcribe),
    Endpoint("POST", "/audio/translations", _translate),
)
