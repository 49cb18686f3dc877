"""``/audio/speech``: what comes back, and what is turned down."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import wave
from collections.abc import Callable
from typing import Any

import filetype
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.speech.rendering import FORMATS, rendered
from jackfield_testing.sandbox.speech.validation import validate

URL = "/audio/speech"
HELLO = {"model": "tts-1", "voice": "alloy", "input": "Hello there, you three."}
TYPES = {
    "mp3": "audio/mpeg",
    "opus": "audio/opus",
    "aac": "audio/aac",
    "flac": "audio/flac",
    "wav": "audio/wav",
    "pcm": "audio/pcm",
}
SNIFFED = {"mp3": "mp3", "opus": "ogg", "aac": "aac", "flac": "flac", "wav": "wav"}


@pytest.mark.parametrize("form", TYPES)
def test_every_format(client: httpx.Client, form: str) -> None:
    body = {**HELLO, "response_format": form}
    with client.stream("POST", URL, json=body) as response:
        assert response.headers["content-type"] == TYPES[form]
        assert response.headers["transfer-encoding"] == "chunked"
        assert "content-length" not in response.headers
        audio = response.read()
    assert audio == client.post(URL, json=body).content
    if form != "pcm":
        assert filetype.guess_extension(audio) == SNIFFED[form]


def test_mp3_is_what_comes_without_a_format(client: httpx.Client) -> None:
    assert client.post(URL, json=HELLO).headers["content-type"] == "audio/mpeg"


def test_a_wav_is_the_pcm_with_a_header(client: httpx.Client) -> None:
    pcm = client.post(URL, json={**HELLO, "response_format": "pcm"}).content
    file = client.post(URL, json={**HELLO, "response_format": "wav"}).content
    with wave.open(io.BytesIO(file)) as opened:
        assert opened.getparams()[:4] == (1, 2, 24_000, len(pcm) // 2)
        assert opened.readframes(10**9) == pcm
    assert max(pcm) > 0


@given(st.lists(st.text("abc", min_size=1), min_size=1, max_size=12), st.floats(0.25, 4))
@settings(deadline=None)
def test_it_lasts_as_long_as_its_words_at_their_speed(words: list[str], speed: float) -> None:
    request = {**HELLO, "input": " ".join(words), "response_format": "pcm", "speed": speed}
    validate(request)
    assert len(rendered(request)) // 2 == len(words) * round(9600 / speed)


def test_the_voice_and_the_words_are_heard(client: httpx.Client) -> None:
    asked = [
        HELLO,
        {**HELLO, "voice": "nova"},
        {**HELLO, "input": "Hello there, you four."},
    ]
    for form in ("mp3", "opus", "wav"):
        made = {client.post(URL, json={**body, "response_format": form}).content for body in asked}
        assert len(made) == 3


@pytest.mark.parametrize("form", TYPES)
def test_events(client: httpx.Client, official: Callable[..., None], form: str) -> None:
    body = {**HELLO, "model": "gpt-4o-mini-tts", "response_format": form}
    response = client.post(URL, json={**body, "stream_format": "sse"})
    assert response.headers["content-type"] == "text/event-stream; charset=utf-8"
    frames = response.text.split("\r\n\r\n")
    assert frames[-2:] == ["data: [DONE]", ""]
    *deltas, done = (json.loads(frame.removeprefix("data: ")) for frame in frames[:-2])
    for event in (*deltas, done):
        official("CreateSpeechResponseStreamEvent", event)
    audio = b"".join(base64.b64decode(event["audio"]) for event in deltas)
    assert audio == client.post(URL, json={**body, "stream_format": "audio"}).content
    assert done["type"] == "speech.audio.done"
    assert done["usage"]["output_tokens"] == 32  # of 1.6 seconds
    assert done["usage"]["total_tokens"] == 32 + done["usage"]["input_tokens"]


def test_what_the_newer_models_take(client: httpx.Client) -> None:
    for fields in (
        {"voice": "marin"},
        {"voice": {"id": "voice_1234"}},
        {"instructions": "Speak slowly."},
        {"speed": 4},
        {"speed": None, "response_format": None},
        {"input": "x" * 4096},
        {"input": " "},
    ):
        assert client.post(URL, json={**HELLO, "model": "gpt-4o-mini-tts", **fields}).is_success


def test_the_older_models_ignore_instructions(client: httpx.Client) -> None:
    told = client.post(URL, json={**HELLO, "instructions": "Speak slowly."})
    assert told.content == client.post(URL, json=HELLO).content


@pytest.mark.parametrize(
    ("fields", "status", "kind"),
    [
        ({"model": None}, 400, "you must provide a model parameter"),
        ({"model": "tts-does-not-exist"}, 404, "does not exist"),
        ({"model": "gpt-4o"}, 404, "does not exist"),
        ({"input": None}, 400, "'missing', 'loc': ('body', 'input')"),
        ({"input": ["a"]}, 400, "'string_type', 'loc': ('body', 'input')"),
        ({"input": ""}, 400, "String should have at least 1 character"),
        ({"input": "é" * 4097}, 400, "String should have at most 4096 characters"),
        ({"instructions": "x" * 4097}, 400, "'string_too_long', 'loc': ('body', 'instructions')"),
        ({"voice": None}, 400, "'missing', 'loc': ('body', 'voice')"),
        ({"voice": "robot"}, 400, "Input should be 'nova', 'shimmer', 'echo', 'onyx', 'fable', "),
        ({"voice": "cedar"}, 400, "'alloy', 'ash', 'sage' or 'coral'"),
        ({"voice": {"id": "voice_1"}}, 400, "'enum', 'loc': ('body', 'voice')"),
        ({"model": "gpt-4o-mini-tts", "voice": {}}, 400, "Field required: id"),
        ({"response_format": "ogg"}, 400, "'enum', 'loc': ('body', 'response_format')"),
        ({"speed": 0.2}, 400, "greater than or equal to 0.25"),
        ({"speed": 5}, 400, "less than or equal to 4"),
        ({"speed": "fast"}, 400, "'float_type', 'loc': ('body', 'speed')"),
        ({"speed": True}, 400, "'float_type', 'loc': ('body', 'speed')"),
        ({"stream_format": "chunks"}, 400, "'enum', 'loc': ('body', 'stream_format')"),
        ({"stream_format": "sse"}, 400, "does not support 'sse' with 'tts-1'"),
    ],
)
def test_rejected(client: httpx.Client, fields: dict[str, Any], status: int, kind: str) -> None:
    response = client.post(URL, json={**HELLO, **fields})
    assert response.status_code == status
    assert kind in response.json()["error"]["message"]
    assert response.json()["error"]["type"] == "invalid_request_error"


@given(
    st.dictionaries(
        st.sampled_from(["input", "voice", "speed", "instructions", *("response", "stream")]).map(
            lambda name: name + "_format" if name in ("response", "stream") else name
        ),
        st.none()
        | st.booleans()
        | st.floats(-1, 5)
        | st.sampled_from(["", "alloy", "marin", "sse", "audio", *FORMATS])
        | st.lists(st.none(), max_size=1)
        | st.dictionaries(st.just("id"), st.sampled_from(["", "voice_1", 3]), max_size=1),
    )
)
@settings(deadline=None)
def test_a_request_is_answered_or_rejected(fields: dict[str, Any]) -> None:
    request = {**HELLO, "model": "gpt-4o-mini-tts", **fields}
    with contextlib.suppress(APIFault):
        validate(request)
        assert rendered(request)


def test_faults(client: httpx.Client) -> None:
    assert client.post(URL, json={**HELLO, "model": "tts-1!status=429"}).status_code == 429
    whole = client.post(URL, json=HELLO).content
    got = b""
    with (
        contextlib.suppress(httpx.RemoteProtocolError),
        client.stream("POST", URL, json={**HELLO, "model": "tts-1!cut=5000"}) as response,
    ):
        for piece in response.iter_raw():
            got += piece
    assert got == whole[:5000]
    short = client.post(URL, json={**HELLO, "model": "tts-1!malformed"}).content
    assert short == whole[:-3]
    assert client.post(URL, json={**HELLO, "model": "tts-1!empty"}).content == b""
    page = client.post(URL, json={**HELLO, "model": "tts-1!html"})
    assert page.headers["content-type"] == "text/html"
    assert "error" in client.post(URL, json={**HELLO, "model": "tts-1!error-in-200"}).json()
