"""Speech: the parameters as they are, the audio as it is, whole or as events."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from asking import ask
from hypothesis import given
from hypothesis import strategies as st

from jackfield import surfaces
from jackfield.envelope import Call, WireRequest
from jackfield.errors import APIResponseValidationError, RequestError, StreamInterruptedError
from jackfield.surfaces import speech
from jackfield_openai_audio import hooks
from jackfield_openai_audio.manifest import MANIFEST
from jackfield_openai_catalogue.rows import ROWS
from jackfield_testing import laws, strategies

MP3 = {"content-type": "audio/mpeg"}
SSE = {"content-type": "text/event-stream; charset=utf-8"}
SAY = {"input": "Guten Tag!", "voice": "alloy"}
# What the tests below are about; everything else a call may hold is generated.
NAMES = ("model", "stream", "stream_format", "error")
PARAMS = strategies.json_objects(max_leaves=5).map(
    lambda more: {**SAY, **{key: value for key, value in more.items() if key not in NAMES}}
)
AUDIO = st.binary(min_size=1, max_size=200)


def say(*replies: Any, model: str = "gpt-4o-mini-tts", **params: Any) -> laws.Outcome:
    return ask("speech", {**SAY, **params}, *replies, model=f"openai/{model}")


# Requests and whole answers -------------------------------------------------------------------


@given(PARAMS, st.sampled_from(["tts-1", "gpt-4o-mini-tts", "tts-9"]), AUDIO)
def test_parameters_and_audio_pass_as_they_are(
    params: dict[str, Any], model: str, audio: bytes
) -> None:
    reply = laws.Reply(headers=MP3, body=audio)
    outcome = ask("speech", params, reply, model=f"openai/{model}")
    assert outcome.error is None
    laws.request_survives(outcome.body(), model, params)
    assert outcome.sent[0].url == "https://upstream.invalid/v1/audio/speech"
    assert outcome.value == audio
    assert outcome.losses == ()


@given(PARAMS, st.sampled_from([True, False]), st.sampled_from([None, "audio", "sse"]))
def test_requests_are_built_purely(params: dict[str, Any], stream: bool, wanted: Any) -> None:
    asked = {**params, "stream": stream, **({"stream_format": wanted} if wanted else {})}
    if not stream and wanted == "sse":
        return
    call = Call("speech", "gpt-4o-mini-tts", asked, stream=stream)
    assert isinstance(laws.transform_is_pure(hooks, call), WireRequest)


@pytest.mark.parametrize(
    ("body", "kind"),
    [(b"", "audio/mpeg"), (b"<html>", "text/html"), (b'{"error": {}}', "application/json")],
)
def test_what_is_no_audio_is_an_error_or_comes_as_it_is(body: bytes, kind: str) -> None:
    outcome = say(laws.Reply(headers={"content-type": kind}, body=body))
    if kind == "application/json":
        assert outcome.value == body
    else:
        assert isinstance(outcome.error, APIResponseValidationError)


@pytest.mark.parametrize("missing", ["input", "voice"])
def test_what_is_missing_is_said_before_anything_is_sent(missing: str) -> None:
    outcome = ask("speech", {k: v for k, v in SAY.items() if k != missing}, model="tts-1")
    assert isinstance(outcome.error, RequestError)
    assert outcome.error.path == missing
    assert outcome.sent == []


# Events ---------------------------------------------------------------------------------------


@given(strategies.speech_streams())
def test_a_stream_folds_to_its_audio(case: tuple[bytes, list[dict[str, Any]]]) -> None:
    audio, events = case
    laws.folds_back(surfaces.SPEECH, events, audio)
    assert speech.complete(events)
    assert not speech.complete(events[:-1])


@given(st.binary(max_size=200))
def test_whole_audio_splits_into_events(audio: bytes) -> None:
    delta, done = laws.splits_whole(surfaces.SPEECH, audio)
    assert (delta["type"], done) == ("speech.audio.delta", {"type": "speech.audio.done"})
    assert speech.SpeechEvent(delta).data == audio
    assert speech.SpeechEvent(done).data == b""


def test_an_event_shows_its_audio_and_usage() -> None:
    usage = {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}
    done = speech.SpeechEvent({"type": "speech.audio.done", "usage": usage})
    assert done.usage is not None
    assert done.usage.total_tokens == 7
    for wrong in ("***", "A", 7):
        with pytest.raises(APIResponseValidationError):
            _ = speech.SpeechEvent({"type": "speech.audio.delta", "audio": wrong}).data
    with pytest.raises(APIResponseValidationError):
        speech.fold([{"type": "speech.audio.delta", "audio": "AAA"}])


@given(strategies.speech_streams(), strategies.encodings(), st.booleans(), st.data())
def test_any_bytes_of_a_stream_give_its_events(
    case: tuple[bytes, list[dict[str, Any]]],
    encoding: strategies.Encoding,
    marked: bool,
    data: st.DataObject,
) -> None:
    audio, events = case
    last = [b"[DONE]"] if marked else []
    stream = encoding.encode([*(json.dumps(event).encode() for event in events), *last])
    reply = laws.Reply(headers=SSE, body=data.draw(strategies.cuts(stream)))
    outcome = say(reply, stream=True)
    assert outcome.error is None
    assert laws.identical(outcome.value, events)
    assert speech.fold(outcome.value) == audio


def test_a_stream_that_ends_early_is_an_error_with_the_audio_so_far() -> None:
    event = {"type": "speech.audio.delta", "audio": base64.b64encode(b"Gu").decode()}
    stream = strategies.Encoding().encode([json.dumps(event).encode()])
    outcome = say(laws.Reply(headers=SSE, body=stream), stream=True)
    assert isinstance(outcome.error, StreamInterruptedError)
    assert outcome.error.partial.content == b"Gu"


def test_a_stream_is_asked_for_in_the_apis_words() -> None:
    reply = laws.Reply(headers=MP3, body=b"abc")
    sent = json.loads(say(reply, stream=True, speed=1.5).body())
    assert sent == {"model": "gpt-4o-mini-tts", **SAY, "stream_format": "sse", "speed": 1.5}
    sent = json.loads(say(reply, stream=True, stream_format="sse").body())
    assert sent == {"model": "gpt-4o-mini-tts", **SAY, "stream_format": "sse"}


def test_whole_audio_becomes_events_where_a_stream_was_asked_for() -> None:
    reply = laws.Reply(headers=MP3, body=b"abc")
    outcome = say(reply, stream=True, stream_format="audio")
    assert json.loads(outcome.body())["stream_format"] == "audio"
    assert outcome.value == speech.split(b"abc")


@pytest.mark.parametrize("model", ["tts-1", "gpt-4o-mini-tts"])
def test_events_are_asked_for_by_stream(model: str) -> None:
    outcome = say(model=model, stream_format="sse")
    assert isinstance(outcome.error, RequestError)
    assert outcome.error.path == "stream_format"
    assert "stream=True" in outcome.error.message
    assert outcome.sent == []


@pytest.mark.parametrize("model", ["tts-1", "tts-1-hd", "tts-1-1106"])
@pytest.mark.parametrize("given_format", [{}, {"stream_format": "sse"}, {"stream_format": "audio"}])
def test_a_model_without_events_answers_whole(model: str, given_format: dict[str, str]) -> None:
    reply = laws.Reply(headers=MP3, body=b"abc")
    outcome = say(reply, model=model, stream=True, **given_format)
    sent = json.loads(outcome.body())
    assert "stream" not in sent
    assert sent.get("stream_format", "audio") == "audio"
    assert outcome.value == speech.split(b"abc")
    paths = {loss.path for loss in outcome.losses}
    wanted = (
        {"stream", "stream_format"} if given_format.get("stream_format") == "sse" else {"stream"}
    )
    assert paths == wanted
    assert {loss.kind for loss in outcome.losses} == {"mapped"}


# The catalogue's facts ------------------------------------------------------------------------


def test_the_manifest_looks_at_every_model_that_cannot_stream() -> None:
    from jackfield.manifest import starts_with

    for name, row in ROWS.items():
        for surface in {"transcription", "speech"} & set(row["surfaces"]):
            looked_at = any(
                rule.surface == surface and any(starts_with(m, name) for m in rule.models)
                for rule in MANIFEST.rules
            )
            assert looked_at or row.get("streaming") is not False, name
            rows = hooks.supported_params(surface=surface, model=name, params=None).rows
            assert ("stream" in rows) == (row.get("streaming") is False), name


@given(PARAMS, st.sampled_from(["tts-1", "tts-9"]))
def test_rows_are_made_purely(params: dict[str, Any], model: str) -> None:
    laws.params_are_pure(hooks, "speech", model, {**params, "stream": True})
