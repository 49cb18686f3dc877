"""Transcripts: every format comes back as it is, and a stream is the answer that it streams."""

from __future__ import annotations

import json
from typing import Any

import pytest
from asking import ask
from hypothesis import example, given
from hypothesis import strategies as st

from jackfield import surfaces
from jackfield.envelope import Call, WireResponse
from jackfield.errors import (
    APIResponseValidationError,
    BadRequestError,
    RateLimitError,
    RequestError,
    StreamInterruptedError,
)
from jackfield.surfaces import transcription
from jackfield_openai_audio import hooks
from jackfield_testing import laws, strategies
from jackfield_testing.strategies.audio import wav

FILE = wav(b"\0\0")
SRT = "1\r\n00:00:00,000 --> 00:00:01,500\r\nGuten Tag!\r\n\r\n"
BOTH = pytest.mark.parametrize("surface", ["transcription", "translation"])
TEXT = {"content-type": "text/plain; charset=utf-8"}
SSE = {"content-type": "text/event-stream; charset=utf-8"}


def heard(surface: str, reply: laws.Reply, **params: Any) -> laws.Outcome:
    return ask(surface, {"file": FILE, **params}, reply)


# Whole answers --------------------------------------------------------------------------------


@given(strategies.transcription_results(), st.sampled_from([None, "json", "verbose_json", "new"]))
def test_a_json_answer_comes_back_as_it_is(result: dict[str, Any], wanted: str | None) -> None:
    for surface in ("transcription", "translation"):
        reply = laws.Reply(body=json.dumps(result).encode())
        outcome = heard(surface, reply, **({"response_format": wanted} if wanted else {}))
        assert laws.identical(outcome.value, result)


@given(strategies.texts(max_size=60), st.sampled_from(["text", "srt", "vtt", "new"]))
@example(SRT, "srt")
@example("", "text")
@example('{"text": "quoted"}', "text")
def test_a_text_answer_is_the_text_as_it_came(body: str, wanted: str) -> None:
    for surface in ("transcription", "translation"):
        outcome = heard(
            surface, laws.Reply(headers=TEXT, body=body.encode()), response_format=wanted
        )
        assert outcome.value == {"text": body}


@given(strategies.transcription_results(), st.sampled_from(["text", "srt"]))
def test_a_server_that_answers_json_whatever_the_format(
    result: dict[str, Any], wanted: str
) -> None:
    reply = laws.Reply(body=json.dumps(result).encode())
    assert laws.identical(heard("transcription", reply, response_format=wanted).value, result)


@pytest.mark.parametrize("body", ['"only text"', "not json", "[1]", ""])
def test_json_that_is_no_object_is_text(body: str) -> None:
    outcome = heard("transcription", laws.Reply(body=body.encode()), response_format="text")
    assert outcome.value == {"text": body}


@given(strategies.transcription_results(), st.booleans())
def test_answers_are_read_purely(result: dict[str, Any], text: bool) -> None:
    body = json.dumps(result) if text else result
    response = WireResponse(200, {"content-type": "application/json"}, body)
    laws.response_is_pure(hooks, Call("transcription", "whisper-1", {}), response)


@BOTH
@pytest.mark.parametrize("wanted", ["json", "text"])
def test_an_error_in_a_success_is_raised(surface: str, wanted: str) -> None:
    body = {"error": {"message": "slow down", "code": "rate_limit_exceeded"}}
    reply = laws.Reply(body=json.dumps(body).encode())
    assert isinstance(heard(surface, reply, response_format=wanted).error, RateLimitError)


@BOTH
@pytest.mark.parametrize("body", [b"", b"<html>", b'{"text": "a', b"[]"])
def test_what_is_no_json_is_no_transcript(surface: str, body: bytes) -> None:
    assert isinstance(heard(surface, laws.Reply(body=body)).error, APIResponseValidationError)


@BOTH
def test_a_page_is_no_transcript(surface: str) -> None:
    reply = laws.Reply(headers={"content-type": "text/html"}, body=b"<html>Sign in</html>")
    error = heard(surface, reply, response_format="text").error
    assert isinstance(error, APIResponseValidationError)
    assert "Sign in" in error.message


def test_the_apis_errors_are_raised() -> None:
    body = {"error": {"message": "Audio file might be corrupted", "param": "file", "code": None}}
    outcome = heard("transcription", laws.Reply(400, body=json.dumps(body).encode()))
    assert isinstance(outcome.error, BadRequestError)
    assert outcome.error.param == "file"
    assert outcome.error.model == "gpt-4o-transcribe"
    assert outcome.error.provider == "openai-audio"


# Views ----------------------------------------------------------------------------------------


@given(strategies.transcription_results())
def test_results_show_what_they_hold(result: dict[str, Any]) -> None:
    laws.shows(transcription.Transcription, result)
    laws.shows(transcription.TranscriptionEvent, transcription.split(result)[-1])
    assert transcription.Translation(result).text == result["text"]


def test_verbose_and_diarized_segments() -> None:
    view = transcription.Transcription(
        {
            "text": "Hi",
            "segments": [{"id": 0, "seek": 0, "start": 0.0, "end": 1.5, "text": " Hi"}],
            "words": [{"word": "Hi", "start": 0.0, "end": 0.5}],
            "usage": {"type": "duration", "seconds": 2},
            "languages": [{"code": "en"}],
            "logprobs": [{"token": "Hi", "logprob": -0.5, "bytes": [72, 105]}],
        }
    )
    assert view.segments is not None
    assert view.words is not None
    assert view.usage is not None
    assert view.languages is not None
    assert view.logprobs is not None
    assert view.segments[0].end == 1.5
    assert "speaker" not in view.segments[0]
    assert (view.words[0].word, view.usage.seconds, view.languages[0].code) == ("Hi", 2, "en")
    assert (view.logprobs[0].token, view.task, view.duration) == ("Hi", None, None)
    segment = {"type": "transcript.text.segment", "id": "seg_0", "speaker": "A", "text": "Hi"}
    event = transcription.TranscriptionEvent(segment)
    assert (event.type, event.speaker, event.id, event.usage) == (
        segment["type"],
        "A",
        "seg_0",
        None,
    )
    tokens = {"type": "tokens", "input_token_details": {"audio_tokens": 3}}
    done = transcription.TranscriptionEvent({"type": "transcript.text.done", "usage": tokens})
    assert done.usage is not None
    assert done.usage.input_token_details is not None
    assert done.usage.input_token_details.audio_tokens == 3


# Streams --------------------------------------------------------------------------------------


@given(strategies.transcription_streams())
def test_a_stream_folds_to_its_answer(case: tuple[dict[str, Any], list[dict[str, Any]]]) -> None:
    result, events = case
    laws.folds_back(surfaces.TRANSCRIPTION, events, result)
    assert transcription.complete(events)
    assert not any(transcription.complete(events[:end]) for end in range(len(events)))


@given(strategies.transcription_results())
@example({"text": ""})
def test_a_whole_answer_splits_into_events(result: dict[str, Any]) -> None:
    events = laws.splits_whole(surfaces.TRANSCRIPTION, result)
    deltas = "".join(event.get("delta", "") for event in events)
    segments = [e for e in events if e["type"] == "transcript.text.segment"]
    assert deltas == result["text"] or segments == result["segments"]


def test_a_type_of_its_own_is_what_events_cannot_carry() -> None:
    result = {"text": "a", "type": "x"}
    assert transcription.fold(transcription.split(result)) == {"text": "a"}


@given(strategies.transcription_streams(), st.data())
def test_a_broken_stream_folds_to_what_was_said(
    case: tuple[dict[str, Any], list[dict[str, Any]]], data: st.DataObject
) -> None:
    events = case[1][: data.draw(st.integers(0, len(case[1]) - 1))]
    said = "".join(event.get("delta", "") for event in events)
    segments = [event for event in events if event["type"] == "transcript.text.segment"]
    folded = transcription.fold(events)
    assert folded["text"] == (said or "".join(s["text"] for s in segments).strip())
    assert folded.get("segments", []) == segments


@given(strategies.transcription_streams(), strategies.encodings(), st.booleans(), st.data())
def test_any_bytes_of_a_stream_give_its_events(
    case: tuple[dict[str, Any], list[dict[str, Any]]],
    encoding: strategies.Encoding,
    marked: bool,
    data: st.DataObject,
) -> None:
    result, events = case
    last = [b"[DONE]"] if marked else []
    stream = encoding.encode([*(json.dumps(event).encode() for event in events), *last])
    reply = laws.Reply(headers=SSE, body=data.draw(strategies.cuts(stream)))
    outcome = heard("transcription", reply, stream=True)
    assert outcome.error is None
    assert laws.identical(outcome.value, events)
    laws.folds_back(surfaces.TRANSCRIPTION, outcome.value, result)


@given(strategies.transcription_streams(), st.data())
def test_a_stream_that_ends_early_is_an_error(
    case: tuple[dict[str, Any], list[dict[str, Any]]], data: st.DataObject
) -> None:
    events = case[1][: data.draw(st.integers(0, len(case[1]) - 1))]
    stream = strategies.Encoding().encode(json.dumps(event).encode() for event in events)
    stream += data.draw(st.sampled_from([b"", b"data: [DONE]\n\n"]))
    outcome = heard("transcription", laws.Reply(headers=SSE, body=stream), stream=True)
    assert isinstance(outcome.error, StreamInterruptedError)
    assert laws.identical(outcome.value, events)
    if events:
        assert outcome.error.partial == transcription.fold(events)


@pytest.mark.parametrize("wanted", [None, "json", "text", "srt"])
def test_an_answer_that_came_whole_becomes_events(wanted: str | None) -> None:
    asked = {"response_format": wanted} if wanted else {}
    body = {"text": "Guten Tag!", "usage": {"type": "duration", "seconds": 1}}
    reply = laws.Reply(body=json.dumps(body).encode())
    outcome = heard("transcription", reply, stream=True, **asked)
    assert outcome.value == transcription.split(body)


def test_subtitles_that_came_whole_become_events() -> None:
    reply = laws.Reply(headers=TEXT, body=SRT.encode())
    outcome = heard("transcription", reply, stream=True, response_format="srt")
    assert [event["type"] for event in outcome.value] == [
        "transcript.text.delta",
        "transcript.text.done",
    ]
    assert transcription.fold(outcome.value) == {"text": SRT}


def test_an_error_event_is_raised_with_what_came_before() -> None:
    delta = {"type": "transcript.text.delta", "delta": "Gu"}
    error = {"type": "error", "error": {"message": "gone", "code": "server_error"}}
    stream = strategies.Encoding().encode([json.dumps(e).encode() for e in (delta, error)])
    outcome = heard("transcription", laws.Reply(headers=SSE, body=stream), stream=True)
    assert outcome.value == [delta]
    assert getattr(outcome.error, "code", None) == "server_error"
    assert getattr(outcome.error, "partial", None) == {"text": "Gu"}


# Models that can't stream -----------------------------------------------------------------------


@pytest.mark.parametrize("model", ["whisper-1", "openai/whisper-1"])
def test_whisper_is_not_asked_to_stream(model: str) -> None:
    reply = laws.Reply(body=b'{"text": "Hi"}')
    outcome = ask("transcription", {"file": FILE, "stream": True}, reply, model=model)
    assert "stream" not in dict(laws.sent_form(outcome.sent[0]))
    assert [event["type"] for event in outcome.value][-1] == "transcript.text.done"
    assert [(loss.path, loss.kind) for loss in outcome.losses] == [("stream", "mapped")]


def test_under_pass_whisper_is_asked_to_stream() -> None:
    reply = laws.Reply(body=b'{"text": "Hi"}')
    params = {"file": FILE, "stream": True}
    outcome = ask("transcription", params, reply, model="whisper-1", unsupported="pass")
    assert dict(laws.sent_form(outcome.sent[0]))["stream"] == "true"
    assert outcome.losses == ()


# Chat on a model that transcribes ---------------------------------------------------------------


@pytest.mark.parametrize("model", ["whisper-1", "openai/gpt-4o-transcribe", "gpt-4o-transcribe"])
@pytest.mark.parametrize("messages", [{}, {"messages": []}])
def test_chat_on_a_transcriber_is_a_transcription(model: str, messages: dict[str, Any]) -> None:
    reply = laws.Reply(body=b'{"text": "Hi"}')
    outcome = ask("chat", {"file": FILE, "language": "de", **messages}, reply, model=model)
    assert outcome.value == {"text": "Hi"}
    assert outcome.sent[0].url.endswith("/v1/audio/transcriptions")
    laws.form_says(
        laws.sent_form(outcome.sent[0]), model.removeprefix("openai/"), {"language": "de"}
    )


def test_chat_on_a_transcriber_streams_its_events() -> None:
    events = [{"type": "transcript.text.done", "text": "Hi"}]
    stream = strategies.Encoding().encode(json.dumps(event).encode() for event in events)
    params = {"file": FILE, "stream": True}
    outcome = ask("chat", params, laws.Reply(headers=SSE, body=stream), model="gpt-4o-transcribe")
    assert outcome.value == events
    assert dict(laws.sent_form(outcome.sent[0]))["stream"] == "true"


def test_chat_with_messages_is_refused_by_a_transcriber() -> None:
    params = {"file": FILE, "messages": [{"role": "user", "content": "Hi"}]}
    outcome = ask("chat", params, model="whisper-1")
    assert isinstance(outcome.error, RequestError)
    assert outcome.error.path == "messages"
    assert "prompt=" in outcome.error.message
    assert outcome.sent == []


def test_chat_without_a_file_says_what_is_missing() -> None:
    outcome = ask("chat", {}, model="whisper-1")
    assert isinstance(outcome.error, RequestError)
    assert outcome.error.path == "file"
