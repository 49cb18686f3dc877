"""The official SDK, sync and async, makes and reads audio, videos and files with the sandbox."""

from __future__ import annotations

import asyncio
import base64
import io
import wave
from collections.abc import AsyncIterable, Callable
from operator import attrgetter
from pathlib import Path
from typing import Any

import openai
import pytest
from openai.types import Video
from openai.types.audio import (
    Transcription,
    TranscriptionDiarized,
    TranscriptionVerbose,
    Translation,
    TranslationVerbose,
)

from jackfield_testing import Sandbox
from jackfield_testing.sandbox.forms import FormFile
from jackfield_testing.sandbox.videos.mp4 import mp4_file, seconds_of

# The SDK says of its whole video part, and of some overloads, that they will go.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

Wav = Callable[..., bytes]
Official = Callable[..., None]
Ask = Callable[..., Any]
OPTIONS: Any = {"max_retries": 0, "timeout": 30}


@pytest.fixture(params=["sync", "async"])
def ask(request: pytest.FixtureRequest, sandbox_env: Sandbox) -> Ask:
    """Call a method of the SDK by its path; streams and pages come as lists."""

    def plainly(path: str, *args: Any, **fields: Any) -> Any:
        with openai.OpenAI(**OPTIONS) as client:
            given = attrgetter(path)(client)(*args, **fields)
            if isinstance(given, openai.Stream) or hasattr(given, "iter_pages"):
                return list(given)
            return given

    async def later(path: str, *args: Any, **fields: Any) -> Any:
        async with openai.AsyncOpenAI(**OPTIONS) as client:
            given = attrgetter(path)(client)(*args, **fields)
            if not isinstance(given, AsyncIterable):  # of pages, else
                given = await given
            if isinstance(given, openai.AsyncStream) or hasattr(given, "_get_page"):
                return [item async for item in given]
            return given

    if request.param == "sync":
        return plainly
    return lambda path, *args, **fields: asyncio.run(later(path, *args, **fields))


TRANSCRIBE = "audio.transcriptions.create"


def test_transcriptions_in_every_format(ask: Ask, wav: Wav, official: Official) -> None:
    file = ("a.wav", wav(6))
    plain = ask(TRANSCRIBE, file=file, model="whisper-1")
    assert isinstance(plain, Transcription)
    official("CreateTranscriptionResponseJson", plain.to_dict(mode="json"))
    for form in ("text", "srt", "vtt"):
        text = ask(TRANSCRIBE, file=file, model="whisper-1", response_format=form)
        assert isinstance(text, str)
        assert plain.text.split()[-1] in text
    verbose = ask(
        TRANSCRIBE,
        file=file,
        model="whisper-1",
        response_format="verbose_json",
        timestamp_granularities=["word", "segment"],
        language="en",
        temperature=0.2,
        prompt="A boat",
    )
    assert isinstance(verbose, TranscriptionVerbose)
    official("CreateTranscriptionResponseVerboseJson", verbose.to_dict(mode="json"))
    assert (verbose.duration, verbose.text) == (6, plain.text)
    assert verbose.words is not None
    assert verbose.segments is not None
    assert verbose.words[-1].end == verbose.segments[-1].end == 6
    assert verbose.segments[0].temperature == 0.2


def test_logprobs_and_speakers(ask: Ask, wav: Wav, sandbox: Sandbox) -> None:
    file = ("a.wav", wav(40))
    sure = ask(TRANSCRIBE, file=file, model="gpt-4o-transcribe", include=["logprobs"])
    assert sure.logprobs is not None
    assert "".join(entry.token for entry in sure.logprobs) == sure.text
    assert sure.usage.input_token_details.audio_tokens == 400
    sample = "data:audio/wav;base64," + base64.b64encode(wav(2)).decode()
    told = ask(
        TRANSCRIBE,
        file=file,
        model="gpt-4o-transcribe-diarize",
        response_format="diarized_json",
        chunking_strategy={"type": "server_vad", "threshold": 0.5},
        known_speaker_names=["agent", "customer"],
        known_speaker_references=[sample, sample],
    )
    assert isinstance(told, TranscriptionDiarized)
    assert [segment.speaker for segment in told.segments[:2]] == ["agent", "customer"]
    assert told.segments[-1].end == told.duration == 40
    assert ("chunking_strategy[type]", "server_vad") in sandbox.last.form


@pytest.mark.parametrize("model", ["gpt-4o-mini-transcribe", "gpt-4o-transcribe-diarize"])
def test_transcription_streams(ask: Ask, wav: Wav, official: Official, model: str) -> None:
    file = ("a.wav", wav())
    whole = ask(TRANSCRIBE, file=file, model=model)
    *deltas, done = ask(TRANSCRIBE, file=file, model=model, stream=True)
    for event in (*deltas, done):
        official("CreateTranscriptionResponseStreamEvent", event.to_dict(mode="json"))
    assert "".join(event.delta for event in deltas) == done.text == whole.text
    assert done.usage.to_dict() == whole.usage.to_dict()


def test_a_stream_of_segments(ask: Ask, wav: Wav) -> None:
    asked: Any = {"file": ("a.wav", wav()), "model": "gpt-4o-transcribe-diarize"}
    asked["response_format"] = "diarized_json"
    whole = ask(TRANSCRIBE, **asked)
    *segments, done = ask(TRANSCRIBE, **asked, stream=True)
    assert [s.to_dict() for s in segments] == [s.to_dict() for s in whole.segments]
    assert done.text == whole.text


def test_translations(ask: Ask, wav: Wav) -> None:
    asked: Any = {"file": ("a.wav", wav()), "model": "whisper-1"}
    create = "audio.translations.create"
    plain = ask(create, **asked)
    assert isinstance(plain, Translation)
    assert ask(create, **asked, response_format="text") == plain.text + "\n"
    assert ask(create, **asked, response_format="vtt").startswith("WEBVTT\n\n00:00:00.000 --> ")
    assert ask(create, **asked, response_format="srt").startswith("1\n00:00:00,000 --> ")
    verbose = ask(create, **asked, response_format="verbose_json")
    assert isinstance(verbose, TranslationVerbose)
    assert (verbose.language, verbose.duration, verbose.text) == ("english", 6, plain.text)


def test_errors_of_forms(ask: Ask, wav: Wav) -> None:
    with pytest.raises(openai.BadRequestError, match="Unrecognized file format"):
        ask(TRANSCRIBE, file=wav(), model="whisper-1")  # bytes have no name
    with pytest.raises(openai.NotFoundError):
        ask(TRANSCRIBE, file=("a.wav", wav()), model="does-not-exist")
    with pytest.raises(openai.APIStatusError) as caught:
        ask(TRANSCRIBE, file=("a.wav", bytes(26_214_400)), model="whisper-1")
    assert caught.value.status_code == 413


SPEECH: Any = {"model": "gpt-4o-mini-tts", "voice": "marin", "input": "Hello there, you three."}


@pytest.mark.parametrize("form", ["mp3", "opus", "aac", "flac", "wav", "pcm"])
def test_speech(ask: Ask, form: str) -> None:
    given = ask("audio.speech.create", **SPEECH, response_format=form, speed=2)
    assert given.response.headers["content-type"] == f"audio/{'mpeg' if form == 'mp3' else form}"
    assert len(given.content) > 100


def test_speech_to_a_file(sandbox_env: Sandbox, tmp_path: Path) -> None:
    async def later() -> None:
        async with (
            openai.AsyncOpenAI(**OPTIONS) as client,
            client.audio.speech.with_streaming_response.create(
                **SPEECH, response_format="wav"
            ) as response,
        ):
            await response.stream_to_file(tmp_path / "async.wav")

    asyncio.run(later())
    with openai.OpenAI(**OPTIONS) as client:
        create = client.audio.speech.with_streaming_response.create
        with create(**SPEECH, response_format="wav") as response:
            response.stream_to_file(tmp_path / "sync.wav")
        with create(**SPEECH, stream_format="sse") as response:
            lines = list(response.iter_lines())
        heard = client.audio.transcriptions.create(
            file=tmp_path / "sync.wav", model="whisper-1", response_format="verbose_json"
        )
    assert (tmp_path / "async.wav").read_bytes() == (tmp_path / "sync.wav").read_bytes()
    with wave.open(str(tmp_path / "sync.wav")) as file:
        assert file.getnframes() == 4 * 9600
    assert heard.duration == 1.6
    assert len(heard.text.split()) == 4
    assert lines[0].startswith('data: {"type":"speech.audio.delta","audio":"')
    assert lines[-2] == "data: [DONE]"


def test_the_life_of_a_video(ask: Ask, official: Official) -> None:
    made = ask("videos.create", prompt="A cat", model="sora-2-pro", seconds="8", size="1280x720")
    official("VideoResource", made.to_dict(mode="json"))
    assert (made.status, made.progress) == ("queued", 0)
    assert ask("videos.retrieve", made.id).progress == 33
    assert [job.id for job in ask("videos.list")] == [made.id]
    with pytest.raises(openai.NotFoundError, match="not ready yet"):
        ask("videos.download_content", made.id)
    ended = ask("videos.poll", made.id)
    assert ended.status == "completed"
    video = ask("videos.download_content", made.id)
    assert video.response.headers["content-type"] == "video/mp4"
    assert seconds_of(video.content) == 8
    still = ask("videos.download_content", made.id, variant="thumbnail")
    assert still.content[8:12] == b"WEBP"
    remix = ask("videos.remix", made.id, prompt="A hat")
    assert (remix.remixed_from_video_id, remix.size) == (made.id, "1280x720")
    assert ask("videos.delete", made.id).deleted is True
    with pytest.raises(openai.NotFoundError):
        ask("videos.retrieve", made.id)


def test_create_and_poll(ask: Ask, sandbox: Sandbox) -> None:
    picture = ("a.png", b"\x89PNG", "image/png")
    ended = ask("videos.create_and_poll", prompt="A cat", input_reference=picture)
    assert isinstance(ended, Video)
    assert (ended.status, ended.progress) == ("completed", 100)
    assert [request.method for request in sandbox.requests] == ["POST", "GET", "GET", "GET"]
    sent = dict(sandbox.requests[0].form)["input_reference"]
    assert isinstance(sent, FormFile)
    assert (sent.filename, sent.content_type, sent.data) == picture[:1] + picture[2:] + picture[1:2]
    failed = ask("videos.create_and_poll", prompt="[fail=moderation_blocked]")
    assert failed.status == "failed"
    assert failed.error.code == "moderation_blocked"


def test_edits_and_extensions_of_an_upload(ask: Ask) -> None:
    video = ("v.mp4", io.BytesIO(mp4_file("seed", 720, 1280, 4)), "video/mp4")
    assert ask("videos.edit", prompt="A hat", video=video).seconds == "4"
    video[1].seek(0)
    assert ask("videos.extend", prompt="A hat", video=video, seconds="12").seconds == "16"


def test_pages_of_videos(ask: Ask) -> None:
    ids = [ask("videos.create", prompt=f"Cat {number}").id for number in range(5)]
    assert [job.id for job in ask("videos.list", limit=2, order="asc")] == ids


def test_errors_of_videos(ask: Ask) -> None:
    with pytest.raises(openai.BadRequestError, match="Supported values are: '4', '8', and '12'"):
        ask("videos.create", prompt="A cat", seconds="5")
    with pytest.raises(openai.NotFoundError):
        ask("videos.create", prompt="A cat", model="sora-does-not-exist")
    with pytest.raises(openai.RateLimitError):
        ask("videos.create", prompt="A cat", model="sora-2!status=429")


def test_files(ask: Ask, official: Official) -> None:
    made = ask(
        "files.create",
        file=("a.jsonl", b'{"a": 1}\n'),
        purpose="batch",
        expires_after={"anchor": "created_at", "seconds": 3600},
    )
    official("OpenAIFile", made.to_dict(mode="json"), relaxed=True)
    assert made.expires_at == made.created_at + 3600
    assert ask("files.retrieve", made.id) == made
    assert ask("files.content", made.id).content == b'{"a": 1}\n'
    assert ask("files.wait_for_processing", made.id).status == "processed"
    more = [ask("files.create", file=("a.png", b"x"), purpose="vision").id for _ in range(3)]
    assert [file.id for file in ask("files.list", limit=2, purpose="vision")] == more[::-1]
    assert ask("files.delete", made.id).deleted is True
    with pytest.raises(openai.NotFoundError, match="No such File object"):
        ask("files.retrieve", made.id)


def test_media_models_are_listed(ask: Ask) -> None:
    listed = {model.id for model in ask("models.list")}
    assert {
        "whisper-1",
        "gpt-4o-transcribe",
        "gpt-4o-mini-transcribe",
        "gpt-4o-transcribe-diarize",
        "tts-1",
        "tts-1-hd",
        "gpt-4o-mini-tts",
        "sora-2",
        "sora-2-pro",
        "sora-2-2025-12-08",
    } <= listed


def test_the_sdk_retries_an_upload(wav: Wav, sandbox_env: Sandbox) -> None:
    model = "whisper-1!status=503,retry-after-ms=1,times=2"
    with openai.OpenAI(max_retries=2) as client:
        heard = client.audio.transcriptions.create(file=("a.wav", wav()), model=model)
    assert heard.text
    assert [request.status for request in sandbox_env.requests] == [503, 503, 200]
    sizes = {request.form[-1][1].size for request in sandbox_env.requests}  # type: ignore[union-attr]  # a file
    assert sizes == {len(wav())}


def test_many_at_once(wav: Wav, sandbox_env: Sandbox) -> None:
    async def run() -> list[Any]:
        async with openai.AsyncOpenAI(**OPTIONS) as client:
            create = client.audio.transcriptions.create
            sounds = [("a.wav", wav(seconds)) for seconds in range(1, 6)]
            return list(
                await asyncio.gather(
                    *(create(file=sound, model="whisper-1") for sound in sounds),
                    *(client.videos.create_and_poll(prompt=f"Cat {n}") for n in range(5)),
                )
            )

    given = asyncio.run(run())
    assert [one.usage.seconds for one in given[:5]] == [1, 2, 3, 4, 5]
    assert {job.status for job in given[5:]} == {"completed"}
    assert len({job.id for job in given[5:]}) == 5
