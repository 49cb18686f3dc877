"""Whole calls over real sockets: every format, streams, names, headers, blocking and on asyncio."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import openai
import pytest

import jackfield
from jackfield.stream import AsyncStream, Stream
from jackfield.surfaces.speech import SpeechEvent
from jackfield.surfaces.transcription import Transcription, TranscriptionEvent, Translation
from jackfield_testing import Sandbox
from jackfield_testing.strategies.audio import wav

# Half a minute of silence, and a sample of three seconds.
LONG = wav(bytes(16_000 * 28))
SHORT = wav(bytes(16_000 * 3))
Make = Callable[..., Any]


@pytest.fixture(params=["sync", "async"])
def make(request: pytest.FixtureRequest, sandbox: Sandbox) -> Make:
    """Make one call: blocking, or on asyncio; streams are read to their end and folded."""
    settings = {"base_url": sandbox.base_url, "api_key": sandbox.api_key, "max_retries": 0}

    def sync(name: str, *args: Any, **params: Any) -> Any:
        with jackfield.Client(**{**settings, **params.pop("client", {})}) as client:
            found = getattr(client, name)(*args, **params)
            return (list(found), found.result()) if isinstance(found, Stream) else found

    def on_loop(name: str, *args: Any, **params: Any) -> Any:
        async def main() -> Any:
            client = jackfield.AsyncClient(**{**settings, **params.pop("client", {})})
            async with client:
                found = await getattr(client, name)(*args, **params)
                if isinstance(found, AsyncStream):
                    return [chunk async for chunk in found], await found.result()
                return found

        return asyncio.run(main())

    return sync if request.param == "sync" else on_loop


# Formats --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        ("whisper-1", {}),
        ("whisper-1", {"response_format": "json"}),
        ("whisper-1", {"response_format": "verbose_json"}),
        (
            "whisper-1",
            {"response_format": "verbose_json", "timestamp_granularities": ["word", "segment"]},
        ),
        ("gpt-4o-transcribe", {"include": ["logprobs"], "language": "de", "temperature": 0.5}),
        ("gpt-4o-transcribe-diarize", {"response_format": "diarized_json"}),
        (
            "gpt-4o-transcribe-diarize",
            {"response_format": "diarized_json", "chunking_strategy": {"type": "server_vad"}},
        ),
        ("gpt-transcribe", {"languages": ["de"], "keywords": ["Rhein"]}),
    ],
)
def test_every_json_format_is_what_the_official_sdk_gets(
    make: Make, sandbox: Sandbox, model: str, asked: dict[str, Any]
) -> None:
    found = make("transcription", model, ("speech.wav", LONG), **asked)
    assert type(found) is Transcription
    ours = sandbox.last.form
    with openai.OpenAI(base_url=sandbox.base_url, api_key=sandbox.api_key) as client:
        theirs = client.audio.transcriptions.with_raw_response.create(
            model=model, file=("speech.wav", LONG, "audio/wav"), **asked
        )
    assert found.to_dict() == theirs.http_response.json()
    assert sorted(map(repr, ours)) == sorted(map(repr, sandbox.last.form))
    assert found.request_id is not None
    assert found.warnings == []


@pytest.mark.parametrize("surface", ["transcription", "translation"])
@pytest.mark.parametrize("wanted", ["text", "srt", "vtt"])
def test_every_text_format_is_the_body(
    make: Make, sandbox: Sandbox, surface: str, wanted: str
) -> None:
    found = make(surface, "whisper-1", SHORT, response_format=wanted)
    body = httpx.post(
        f"{sandbox.base_url}/audio/{surface}s",
        headers={"Authorization": f"Bearer {sandbox.api_key}"},
        data={"model": "whisper-1", "response_format": wanted},
        files={"file": ("audio.wav", SHORT)},
    )
    assert body.headers["content-type"].startswith("text/plain")
    assert found.to_dict() == {"text": body.text}
    assert found.text.endswith("\n")


@pytest.mark.parametrize("asked", [{}, {"response_format": "verbose_json"}])
def test_translations(make: Make, sandbox: Sandbox, asked: dict[str, Any]) -> None:
    found = make("translation", "whisper-1", SHORT, prompt="Rivers", **asked)
    assert type(found) is Translation
    assert found.text
    assert (found.segments is not None) == bool(asked)
    assert sandbox.last.path == "/v1/audio/translations"


def test_a_translation_does_not_stream(make: Make, sandbox: Sandbox) -> None:
    with pytest.raises(jackfield.RequestError, match="does not stream"):
        make("translation", "whisper-1", SHORT, stream=True)
    assert sandbox.requests == []


# Streams --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("model", "asked"),
    [
        ("gpt-4o-transcribe", {}),
        ("gpt-4o-transcribe", {"include": ["logprobs"]}),
        ("gpt-4o-transcribe-diarize", {"chunking_strategy": "auto"}),
        ("whisper-1", {}),
        ("whisper-1", {"response_format": "verbose_json"}),
        ("whisper-1", {"response_format": "srt"}),
    ],
)
def test_a_folded_stream_is_the_answer_without_streaming(
    make: Make, model: str, asked: dict[str, Any]
) -> None:
    whole = make("transcription", model, LONG, **asked)
    events, folded = make("transcription", model, LONG, stream=True, **asked)
    assert {type(event) for event in events} == {TranscriptionEvent}
    assert events[-1].type == "transcript.text.done"
    assert "".join(event.delta or "" for event in events) == whole.text
    assert type(folded) is Transcription
    assert folded == whole
    assert folded.request_id is not None
    assert jackfield.stream_chunk_builder(events, surface="transcription") == whole
    assert [loss.path for loss in folded.warnings] == (["stream"] if model == "whisper-1" else [])


def test_a_folded_stream_has_the_languages(make: Make) -> None:
    whole = make("transcription", "gpt-transcribe", LONG)
    _, folded = make("transcription", "gpt-transcribe", LONG, stream=True)
    # Events carry a usage in tokens only, and this model is billed by the second.
    assert {"usage": whole.usage, **folded.to_dict()} == whole
    assert folded.languages[0].code == whole.languages[0].code


def test_a_folded_diarized_stream_has_the_segments(make: Make) -> None:
    asked = {"response_format": "diarized_json", "chunking_strategy": "auto"}
    whole = make("transcription", "gpt-4o-transcribe-diarize", LONG, **asked)
    events, folded = make("transcription", "gpt-4o-transcribe-diarize", LONG, stream=True, **asked)
    # The events carry neither the task nor the duration.
    assert {**folded.to_dict(), "task": "transcribe", "duration": whole.duration} == whole
    assert [event.speaker for event in events[:-1]] == [one.speaker for one in whole.segments]


def test_a_cut_stream_is_an_error_with_what_came(make: Make) -> None:
    with pytest.raises(jackfield.StreamInterruptedError) as caught:
        make("transcription", "gpt-4o-transcribe!cut-events=2", LONG, stream=True)
    error = caught.value
    assert error.chunks is not None
    assert len(error.chunks) == 2
    assert error.partial.text == "".join(event.delta for event in error.chunks)


def test_leaving_a_stream_closes_its_connection(sandbox: Sandbox) -> None:
    with (
        jackfield.Client(base_url=sandbox.base_url, api_key=sandbox.api_key) as client,
        client.transcription("gpt-4o-transcribe!chunk-delay=0.2", LONG, stream=True) as stream,
    ):
        next(stream)
    assert sandbox.last.wait()
    assert sandbox.last.disconnected


# Speech ---------------------------------------------------------------------------------------

SAY = ("Guten Tag, wie geht es dir?", "alloy")


@pytest.mark.parametrize("wanted", [None, "mp3", "opus", "aac", "flac", "wav", "pcm"])
def test_speech_in_every_format(
    make: Make, sandbox: Sandbox, tmp_path: Path, wanted: str | None
) -> None:
    asked = {} if wanted is None else {"response_format": wanted}
    found = make("speech", "gpt-4o-mini-tts", *SAY, **asked)
    assert isinstance(found, jackfield.Binary)
    with openai.OpenAI(base_url=sandbox.base_url, api_key=sandbox.api_key) as client:
        create: Any = client.audio.speech.create
        theirs = create(model="gpt-4o-mini-tts", input=SAY[0], voice=SAY[1], **asked)
    assert found.content == theirs.content
    assert found.content_type == theirs.response.headers["content-type"]
    told: list[jackfield.Progress] = []
    path = tmp_path / "speech"
    saved = make("speech", "gpt-4o-mini-tts", *SAY, save_to=path, on_progress=told.append, **asked)
    assert path.read_bytes() == saved.content == found.content
    assert (told[-1].stage, told[-1].done) == ("download", found.size)


@pytest.mark.parametrize("model", ["gpt-4o-mini-tts", "tts-1"])
@pytest.mark.parametrize("wanted", ["wav", "mp3"])
def test_folded_speech_is_the_speech_without_streaming(make: Make, model: str, wanted: str) -> None:
    whole = make("speech", model, *SAY, response_format=wanted)
    events, folded = make("speech", model, *SAY, response_format=wanted, stream=True)
    assert {type(event) for event in events} == {SpeechEvent}
    assert b"".join(event.data for event in events) == whole.content
    assert folded.content == whole.content
    assert [loss.path for loss in folded.warnings] == (["stream"] if model == "tts-1" else [])
    assert (events[-1].usage is not None) == (model != "tts-1")


def test_speech_is_understood(make: Make, tmp_path: Path) -> None:
    made = make("speech", "tts-1", *SAY, response_format="wav")
    made.write_to_file(tmp_path / "said.wav")
    heard = make("transcription", "whisper-1", tmp_path / "said.wav")
    assert make("transcription", "whisper-1", made.content) == heard
    assert make("transcription", "whisper-1", ("said.wav", io.BytesIO(made.content))) == heard


# Names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("whisper-1", "whisper-1"),
        ("openai/whisper-1", "whisper-1"),
        ("gpt-4o-mini-transcribe-2025-12-15", "gpt-4o-mini-transcribe-2025-12-15"),
        ("openai/my-own-whisper", "my-own-whisper"),
        ("openai/org/my-own:large", "org/my-own:large"),
    ],
)
def test_names(make: Make, sandbox: Sandbox, name: str, sent: str) -> None:
    make("transcription", name, SHORT)
    assert sandbox.last.model == sent
    assert sandbox.last.path == "/v1/audio/transcriptions"


def test_speech_of_ones_own(make: Make, sandbox: Sandbox) -> None:
    for name in ("openai/my-own-voice", "tts-9"):
        assert make("speech", name, *SAY).size
        assert sandbox.last.json["model"] == name.removeprefix("openai/")


def test_an_unknown_bare_name_leads_nowhere(make: Make, sandbox: Sandbox) -> None:
    with pytest.raises(jackfield.NoRouteError):
        make("transcription", "my-own-whisper", SHORT)
    assert sandbox.requests == []


@pytest.mark.parametrize("stream", [False, True])
def test_completion_on_a_transcriber(make: Make, sandbox: Sandbox, stream: bool) -> None:
    found = make("completion", "gpt-4o-transcribe", file=io.BytesIO(SHORT), stream=stream)
    assert sandbox.last.path == "/v1/audio/transcriptions"
    result = found[1] if stream else found
    assert type(result) is Transcription
    assert result == make("transcription", "gpt-4o-transcribe", SHORT)


# Settings of every call -----------------------------------------------------------------------


@pytest.mark.parametrize("surface", ["transcription", "translation", "speech"])
@pytest.mark.parametrize("stream", [False, True])
def test_settings_reach_the_request(
    make: Make, sandbox: Sandbox, surface: str, stream: bool
) -> None:
    if stream and surface == "translation":
        return
    model = "tts-1" if surface == "speech" else "whisper-1"
    make(
        surface,
        model,
        *(SAY if surface == "speech" else (SHORT,)),
        stream=stream or None,
        client={"headers": {"X-Client": "1"}, "project": "proj_1", "api_key": "sk-other"},
        api_key=sandbox.api_key,
        organization="org-1",
        extra_headers={"X-Call": "2"},
        extra_query={"trace": "3"},
        extra_body={"user": "me", "options": {"a": [1]}},
    )
    headers = sandbox.last.headers
    assert headers["authorization"] == f"Bearer {sandbox.api_key}"
    assert headers["openai-organization"] == "org-1"
    assert headers["openai-project"] == "proj_1"
    assert (headers["x-client"], headers["x-call"]) == ("1", "2")
    assert "trace=3" in sandbox.last.query
    if surface == "speech":
        assert sandbox.last.json["user"] == "me"
    else:
        assert dict(sandbox.last.form)["user"] == "me"


@pytest.mark.parametrize("surface", ["transcription", "translation", "speech"])
def test_the_apis_errors_are_raised(
    make: Make, surface: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("JACKFIELD_DOTENV", "0")
    given = SAY if surface == "speech" else (SHORT,)
    model = "tts-1" if surface == "speech" else "whisper-1"
    with pytest.raises(jackfield.RateLimitError) as caught:
        make(surface, f"{model}!status=429", *given)
    assert caught.value.status_code == 429
    with pytest.raises(jackfield.AuthenticationError):
        make(surface, model, *given, api_key="sk-invalid-1")
    with pytest.raises(jackfield.AuthenticationError) as caught_too:
        make(surface, model, *given, client={"api_key": ""})
    assert caught_too.value.status_code is None
