"""``/audio/transcriptions`` and ``/audio/translations``, as a plain HTTP client sees them."""

from __future__ import annotations

import base64
import json
import re
import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from jackfield_testing import Sandbox

URL = "/audio/transcriptions"
Wav = Callable[..., bytes]
Official = Callable[..., None]


def post(
    client: httpx.Client, sound: bytes, url: str = URL, name: str = "a.wav", **fields: Any
) -> httpx.Response:
    fields = {"model": "whisper-1", **fields}
    return client.post(url, data=fields, files={"file": (name, sound, "audio/wav")})


def events(response: httpx.Response) -> list[Any]:
    """Read a stream, whose lines end with CRLF."""
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    frames = response.text.split("\r\n\r\n")
    assert frames[-2:] == ["data: [DONE]", ""]
    return [json.loads(frame.removeprefix("data: ")) for frame in frames[:-2]]


def test_json(client: httpx.Client, wav: Wav, official: Official) -> None:
    body = post(client, wav(6)).json()
    official("CreateTranscriptionResponseJson", body)
    assert body["usage"] == {"type": "duration", "seconds": 6}
    assert len(body["text"].split()) == 15
    rounded = post(client, wav(3.7)).json()["usage"]
    assert rounded == {"type": "duration", "seconds": 4}


@pytest.mark.parametrize("model", ["gpt-4o-transcribe", "gpt-4o-mini-transcribe-2025-12-15"])
def test_tokens_and_logprobs(
    client: httpx.Client, wav: Wav, official: Official, model: str
) -> None:
    asked = {"model": model, "include[]": "logprobs", "prompt": "Two words"}
    body = post(client, wav(3.7), **asked).json()
    official("CreateTranscriptionResponseJson", body)
    assert "".join(entry["token"] for entry in body["logprobs"]) == body["text"]
    assert all(bytes(e["bytes"]).decode() == e["token"] for e in body["logprobs"])
    assert all(e["logprob"] <= 0 for e in body["logprobs"])
    assert body["usage"]["input_token_details"] == {"text_tokens": 2, "audio_tokens": 37}
    assert body["usage"]["input_tokens"] == 39
    assert body["usage"]["total_tokens"] == 39 + body["usage"]["output_tokens"]
    assert "logprobs" not in post(client, wav(), model=model).json()


def test_gpt_transcribe_says_which_language_it_heard(
    client: httpx.Client, wav: Wav, official: Official
) -> None:
    body = post(client, wav(), model="gpt-transcribe", language="fr").json()
    official("CreateTranscriptionResponseJson", body)
    assert body["languages"] == [{"code": "fr"}]


@pytest.mark.parametrize(
    ("asked", "there"),
    [([], {"segments"}), (["word"], {"words"}), (["segment", "word"], {"segments", "words"})],
)
def test_verbose_json(
    client: httpx.Client, wav: Wav, official: Official, asked: list[str], there: set[str]
) -> None:
    fields: Any = {"timestamp_granularities[]": asked, "language": "de", "temperature": "0.5"}
    body = post(client, wav(40), response_format="verbose_json", **fields).json()
    official("CreateTranscriptionResponseVerboseJson", body)
    assert body.keys() & {"segments", "words"} == there
    assert (body["task"], body["language"], body["duration"]) == ("transcribe", "german", 40)
    assert body["usage"] == {"type": "duration", "seconds": 40}
    for segment in body.get("segments", []):
        assert segment["temperature"] == 0.5
        assert segment["seek"] == (3000 if segment["start"] >= 30 else 0)
        assert segment["tokens"][-1] > segment["tokens"][0] >= 50_364


def test_a_plain_name_for_granularities_is_not_looked_at(client: httpx.Client, wav: Wav) -> None:
    fields = {"response_format": "verbose_json", "timestamp_granularities": "word"}
    assert "words" not in post(client, wav(), **fields).json()


def test_text_and_subtitles(client: httpx.Client, wav: Wav) -> None:
    sound = wav(3700, 1000)
    text = post(client, sound).json()["text"]
    whole = post(client, sound, response_format="verbose_json").json()
    plain = post(client, sound, response_format="text")
    assert plain.headers["content-type"] == "text/plain; charset=utf-8"
    assert plain.text == text + "\n"
    srt = post(client, sound, response_format="srt").text
    time = r"(\d\d):([0-5]\d):([0-5]\d)[,.](\d{3})"
    cues = re.findall(rf"(\d+)\n{time} --> {time}\n(.+)\n\n", srt)
    assert [int(cue[0]) for cue in cues] == list(range(1, len(whole["segments"]) + 1))
    assert " ".join(cue[-1] for cue in cues) == text
    for cue, segment in zip(cues, whole["segments"], strict=True):
        hours, minutes, seconds, thousandths = map(int, cue[1:5])
        said = 3600 * hours + 60 * minutes + seconds + thousandths / 1000
        assert said == pytest.approx(segment["start"], abs=0.001)
    assert "".join(cues[-1][5:9]) == "010140000"  # 3700 seconds
    vtt = post(client, sound, response_format="vtt").text
    head, _, rest = vtt.partition("\n\n")
    assert head == "WEBVTT"
    assert rest == re.sub(r"(?m)^\d+\n", "", re.sub(r"(\d\d),(\d{3})", r"\1.\2", srt))


@pytest.mark.parametrize("speakers", [(), ("agent", "customer")])
def test_diarized(
    client: httpx.Client, wav: Wav, official: Official, speakers: tuple[str, ...]
) -> None:
    sample = "data:audio/wav;base64," + base64.b64encode(wav(3)).decode()
    asked: Any = {
        "model": "gpt-4o-transcribe-diarize",
        "response_format": "diarized_json",
        "known_speaker_names[]": speakers,
        "known_speaker_references[]": [sample for _ in speakers],
    }
    body = post(client, wav(20), **asked).json()
    official("CreateTranscriptionResponseDiarizedJson", body)
    assert (body["task"], body["duration"]) == ("transcribe", 20)
    assert {segment["speaker"] for segment in body["segments"]} == set(speakers or ("A", "B"))
    assert [segment["id"] for segment in body["segments"]][:2] == ["seg_0", "seg_1"]
    assert "".join(segment["text"] for segment in body["segments"]) == f" {body['text']}"
    assert body["usage"]["input_token_details"]["audio_tokens"] == 200


@pytest.mark.parametrize(
    "strategy",
    [
        {"chunking_strategy": "auto"},
        {"chunking_strategy": '{"type": "server_vad", "threshold": 0.3}'},
        {"chunking_strategy[type]": "server_vad", "chunking_strategy[threshold]": "0.3"},
    ],
)
def test_long_sounds_with_speakers_are_cut(
    client: httpx.Client, wav: Wav, strategy: dict[str, str]
) -> None:
    asked = {"model": "gpt-4o-transcribe-diarize"}
    refused = post(client, wav(30.1), **asked)
    assert refused.status_code == 400
    assert refused.json()["error"]["param"] == "chunking_strategy"
    assert post(client, wav(30), **asked).status_code == 200
    assert post(client, wav(30.1), **asked, **strategy).status_code == 200


@pytest.mark.parametrize(
    "model", ["gpt-4o-transcribe", "gpt-4o-transcribe-diarize", "gpt-transcribe"]
)
def test_streams(client: httpx.Client, wav: Wav, official: Official, model: str) -> None:
    asked: dict[str, Any] = {"model": model}
    if model == "gpt-4o-transcribe":
        asked["include[]"] = "logprobs"
    whole = post(client, wav(), **asked).json()
    *deltas, done = events(post(client, wav(), stream="true", **asked))
    for event in (*deltas, done):
        official("CreateTranscriptionResponseStreamEvent", event)
    assert {event["type"] for event in deltas} == {"transcript.text.delta"}
    assert "".join(event["delta"] for event in deltas) == whole["text"]
    entries = [entry for event in deltas for entry in event.get("logprobs", ())]
    assert entries == whole.get("logprobs", [])
    assert all(("segment_id" in event) is ("diarize" in model) for event in deltas)
    if model == "gpt-transcribe":
        del whole["usage"]
    assert done == {"type": "transcript.text.done", **whole}


def test_a_stream_of_segments(client: httpx.Client, wav: Wav, official: Official) -> None:
    asked = {"model": "gpt-4o-transcribe-diarize", "response_format": "diarized_json"}
    whole = post(client, wav(), **asked).json()
    *segments, done = events(post(client, wav(), stream="true", **asked))
    assert segments == whole["segments"]
    assert (done["text"], done["usage"]) == (whole["text"], whole["usage"])
    for event in (*segments, done):
        official("CreateTranscriptionResponseStreamEvent", event)


def test_whisper_does_not_stream(client: httpx.Client, wav: Wav) -> None:
    assert post(client, wav(), stream="true").json() == post(client, wav()).json()


def test_translations_are_english(client: httpx.Client, wav: Wav, official: Official) -> None:
    german = post(client, wav(), language="de").json()["text"]
    url = "/audio/translations"
    body = post(client, wav(), url).json()
    official("CreateTranslationResponseJson", body)
    assert set(body) == {"text"}
    assert body["text"] != german
    assert body["text"] == post(client, wav(), language="en").json()["text"]
    whole = post(client, wav(), url, response_format="verbose_json").json()
    official("CreateTranslationResponseVerboseJson", whole)
    assert (whole["task"], whole["language"]) == ("translate", "english")
    for form in ("text", "srt", "vtt"):
        english = post(client, wav(), language="en", response_format=form).text
        assert post(client, wav(), url, response_format=form).text == english
    assert post(client, wav(), url, model="gpt-4o-transcribe").json()["error"]["param"] == "model"


def test_the_text_comes_from_the_sound_alone(client: httpx.Client, wav: Wav) -> None:
    first = post(client, wav(), prompt="Say hello").json()["text"]
    assert post(client, wav(), name="other.wav", temperature="1").json()["text"] == first
    assert post(client, wav(6, 16_000)).json()["text"] != first


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("a.mp3", b"ID3"),
        ("a.mpga", b"\xff\xfb\x90\x00"),
        ("a.mpeg", b"\x00\x00\x01\xba"),
        ("a.mp4", b"\x00\x00\x00\x18ftypmp42"),
        ("A.M4A", b"\x00\x00\x00\x18ftypM4A "),
        ("a.flac", b"fLaC"),
        ("a.ogg", b"OggS"),
        ("a.webm", b"\x1aE\xdf\xa3"),
    ],
)
def test_other_formats_are_estimated(client: httpx.Client, name: str, head: bytes) -> None:
    asked = {"name": name, "response_format": "verbose_json"}
    assert post(client, head, **asked).json()["duration"] == 1.0
    assert 10 < post(client, head + bytes(500_000), **asked).json()["duration"] < 100


@pytest.mark.parametrize(
    ("fields", "status", "param", "code"),
    [
        ({"model": ""}, 400, "model", "missing_required_parameter"),
        ({"model": "does-not-exist"}, 404, None, "model_not_found"),
        ({"model": "gpt-4o"}, 404, None, "model_not_found"),
        ({"response_format": "xml"}, 400, "response_format", "invalid_value"),
        ({"response_format": "diarized_json"}, 400, "response_format", "unsupported_value"),
        (
            {"model": "gpt-4o-transcribe", "response_format": "verbose_json"},
            400,
            "response_format",
            "unsupported_value",
        ),
        (
            {"model": "gpt-4o-transcribe-diarize", "response_format": "srt"},
            400,
            "response_format",
            "unsupported_value",
        ),
        ({"timestamp_granularities[]": "word"}, 400, "timestamp_granularities", "invalid_value"),
        (
            {"timestamp_granularities[]": "line", "response_format": "verbose_json"},
            400,
            "timestamp_granularities",
            "invalid_value",
        ),
        ({"include[]": "logprobs"}, 400, "include", "invalid_value"),
        ({"model": "gpt-4o-transcribe", "include[]": "words"}, 400, "include", "invalid_value"),
        (
            {"model": "gpt-4o-transcribe", "include[]": "logprobs", "response_format": "text"},
            400,
            "include",
            "invalid_value",
        ),
        ({"temperature": "hot"}, 400, "temperature", "invalid_type"),
        ({"temperature": "1.5"}, 400, "temperature", "decimal_above_max_value"),
        ({"language": "english"}, 400, "language", "invalid_language_format"),
        ({"stream": "perhaps"}, 400, "stream", "invalid_type"),
        ({"known_speaker_names[]": "me"}, 400, "known_speaker_names", "invalid_value"),
        (
            {"model": "gpt-4o-transcribe-diarize", "known_speaker_names[]": "me"},
            400,
            "known_speaker_references",
            "invalid_value",
        ),
        (
            {
                "model": "gpt-4o-transcribe-diarize",
                "known_speaker_names[]": ["me"],
                "known_speaker_references[]": ["data:audio/wav;base64,AAAA"],
            },
            400,
            "known_speaker_references",
            "invalid_value",
        ),
        (
            {"model": "gpt-4o-transcribe-diarize", "known_speaker_names[]": list("abcde")},
            400,
            "known_speaker_names",
            "array_above_max_length",
        ),
        (
            {"model": "gpt-4o-transcribe-diarize", "chunking_strategy": "often"},
            400,
            "chunking_strategy",
            "invalid_value",
        ),
        ({"model": "gpt-4o-transcribe-diarize", "prompt": "x"}, 400, "prompt", "invalid_value"),
    ],
)
def test_rejected(
    client: httpx.Client,
    wav: Wav,
    fields: dict[str, Any],
    status: int,
    param: str | None,
    code: str,
) -> None:
    response = post(client, wav(), **fields)
    error = response.json()["error"]
    assert (response.status_code, error["param"], error["code"]) == (status, param, code)
    assert error["message"]


@pytest.mark.parametrize(
    ("model", "name", "data", "message", "code"),
    [
        (
            "whisper-1",
            "a.txt",
            b"RIFF",
            "Unrecognized file format. Supported formats: [",
            None,
        ),
        ("whisper-1", "audio", b"RIFF", "Unrecognized file format.", None),
        ("gpt-4o-transcribe", "a.bin", b"ID3", "Unsupported file format bin", "unsupported_value"),
        ("whisper-1", "a.wav", b"junk", "could not be decoded", None),
        ("gpt-4o-transcribe", "a.mp3", b"junk", "might be corrupted", "invalid_value"),
        ("whisper-1", "a.wav", b"", "too short", "audio_too_short"),
    ],
)
def test_files_that_are_no_audio(
    client: httpx.Client, model: str, name: str, data: bytes, message: str, code: str | None
) -> None:
    response = post(client, data, name=name, model=model)
    assert response.status_code == 400
    assert message in response.json()["error"]["message"]
    assert response.json()["error"]["code"] == code


def test_sounds_that_are_too_short_or_too_long(client: httpx.Client, wav: Wav) -> None:
    assert post(client, wav(0.09)).json()["error"]["code"] == "audio_too_short"
    assert post(client, wav(0.1)).status_code == 200
    long = wav(1401, 1000)
    assert (
        "1400 seconds" in post(client, long, model="gpt-4o-transcribe").json()["error"]["message"]
    )
    assert post(client, long, model="whisper-1").status_code == 200


def test_a_body_over_25_mib_is_too_large(client: httpx.Client, wav: Wav, sandbox: Sandbox) -> None:
    most = 26_214_400
    post(client, wav(1))
    room = most - len(sandbox.last.body)
    fits = post(client, wav(1) + bytes(room))
    assert len(sandbox.last.body) == most
    assert fits.status_code == 200
    over = post(client, wav(1) + bytes(room + 1))
    assert over.status_code == 413
    error = over.json()["error"]
    assert error["type"] == "server_error"
    message = f"Maximum content size limit ({most}) exceeded ({most + 1} bytes read)"
    assert error["message"] == message


@pytest.mark.parametrize("url", [URL, "/audio/translations"])
def test_what_is_no_form(client: httpx.Client, url: str) -> None:
    assert client.post(url, json={}).json()["error"]["code"] == "unsupported_content_type"
    assert client.post(url, files={"model": (None, "whisper-1")}).json()["error"]["param"] == "file"
    text = client.post(url, files={"file": (None, "path.wav"), "model": (None, "whisper-1")})
    assert text.json()["error"]["code"] == "invalid_type"
    key = {"authorization": "Bearer sk-invalid-1"}
    assert client.post(url, json={}, headers=key).status_code == 401


def test_many_at_once_get_the_answers_of_one(client: httpx.Client, wav: Wav) -> None:
    sounds = [wav(seconds) for seconds in range(1, 9)]
    alone = [post(client, sound).json() for sound in sounds]
    answers: dict[int, Any] = {}

    def ask(number: int) -> None:
        answers[number] = post(client, sounds[number % 8]).json()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answers[number] for number in range(24)] == alone * 3


def test_faults_of_a_form_s_model(client: httpx.Client, wav: Wav, sandbox: Sandbox) -> None:
    asked = {"model": "whisper-1!status=503,times=2"}
    assert [post(client, wav(), **asked).status_code for _ in range(3)] == [503, 503, 200]
    boundaries = {request.headers["content-type"] for request in sandbox.requests}
    assert len(boundaries) == 3  # the same form is counted, whatever its boundary
    assert post(client, wav(), model="whisper-1!malformed").text[-1] != "}"
    cut = post(client, wav(), model="whisper-1!malformed", response_format="text").text
    assert cut == post(client, wav(), response_format="text").text[:-3]
    asked = {"model": "gpt-4o-transcribe!error-event=2,code=overloaded", "stream": "true"}
    frames = post(client, wav(), **asked).text.split("\r\n\r\n")
    assert len(frames) == 4
    assert json.loads(frames[2].removeprefix("data: "))["error"]["code"] == "overloaded"
    silent = post(client, wav(), model="gpt-4o-transcribe!no-done", stream="true").text
    assert "[DONE]" not in silent
    assert "transcript.text.done" in silent
    broken = post(client, wav(), model="gpt-4o-transcribe!malformed", stream="true").text
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        json.loads(broken.split("\r\n\r\n")[1].removeprefix("data: "))
