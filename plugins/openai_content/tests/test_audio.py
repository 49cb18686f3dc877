"""Audio, case by case."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest

from jackfield.envelope import Call, Fetch, Fetched
from jackfield.errors import RequestError
from jackfield_openai_content import hooks
from jackfield_testing.strategies.audio import wav

WAV = wav(bytes(20))
BASE64 = base64.b64encode(WAV).decode()
PLAIN = base64.b64encode(b"plain").decode()
Send = Callable[..., Any]


def part_with(value: Any) -> dict[str, Any]:
    return {"type": "input_audio", "input_audio": value}


@pytest.mark.parametrize(
    "sound",
    [
        {"data": BASE64, "format": "wav"},
        {"format": "mp3", "data": BASE64},
        {"data": PLAIN, "format": "pcm16"},
        {"data": PLAIN},
        {"data": BASE64, "format": None},
        {"data": "", "format": "wav"},
        {"data": "AAAA...(cut)" * 50, "format": "wav"},
    ],
)
def test_official_fields_go_as_they_are(sent_part: Send, sound: dict[str, Any]) -> None:
    assert list(sent_part(part_with(sound))["input_audio"].items()) == list(sound.items())


@pytest.mark.parametrize("value", [None, 5, "", [], {}, {"data": None}, {"format": "wav"}])
def test_what_is_no_form_of_audio_is_left_to_the_api(sent_part: Send, value: Any) -> None:
    assert sent_part(part_with(value)) == part_with(value)
    assert sent_part({"type": "input_audio"}) == {"type": "input_audio"}


def test_a_missing_format_is_derived(sent_part: Send) -> None:
    wanted = part_with({"data": BASE64, "format": "wav"})
    assert sent_part(part_with({"data": BASE64})) == wanted
    assert sent_part(part_with({"data": WAV, "format": None})) == wanted
    assert sent_part(part_with({"data": f"data:audio/mp3;base64,{BASE64}"})) == wanted


def test_a_given_format_stays(sent_part: Send) -> None:
    for value in (WAV, BASE64, f"data:audio/wav;base64,{BASE64}"):
        sent = sent_part(part_with({"format": "mp3", "data": value, "x": 1}))["input_audio"]
        assert list(sent.items()) == [("format", "mp3"), ("data", BASE64), ("x", 1)]
    raw = sent_part(part_with({"data": b"\x00\x01", "format": "pcm16"}))
    assert raw == part_with({"data": "AAE=", "format": "pcm16"})


@pytest.mark.parametrize(
    ("kind", "format"),
    [("audio/mpeg", "mp3"), ("audio/x-wav", "wav"), ("audio/amr", "amr"), ("audio/x-odd", "x-odd")],
)
def test_bytes_that_say_nothing_are_what_they_came_as(
    sent_part: Send, kind: str, format: str
) -> None:
    for value in (f"data:{kind};base64,{PLAIN}", ("a", b"plain", kind)):
        sent = sent_part(part_with(value))["input_audio"]
        assert sent == {"data": PLAIN, "format": format}


def test_a_video_container_may_be_sound_alone(sent_part: Send) -> None:
    content = b"\x1aE\xdf\xa3\x42\x82\x84webm" + bytes(40)
    assert sent_part(part_with(content))["input_audio"]["format"] == "webm"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"", "is empty"),
        (b"plain", "WAV and MP3"),
        (b"%PDF-1.7", "application/pdf, not audio; give it in a part of type 'file'"),
        (b"\x89PNG\r\n\x1a\n\0", "'image_url'"),
        (PLAIN, "pathlib.Path"),
        (base64.encodebytes(WAV).decode(), "b64encode"),
        (f"data:audio/wav;base64,{BASE64}\n", "b64encode"),
        ("data:audio/wav;base64,(cut)", "base64.b64encode"),
        ("data:audio/wav,abc", ";base64"),
    ],
)
def test_what_is_no_audio(refused: Send, value: Any, words: str) -> None:
    error = refused(part_with(value))
    assert isinstance(error, RequestError)
    assert error.path == "messages[0].content[1].input_audio"
    assert error.message.startswith(error.path)
    assert words in error.message


def test_a_url_is_downloaded() -> None:
    given = part_with({"data": "https://example.com/a"})
    call = Call("chat", "m", {"messages": [{"content": [given]}]})
    wanted = hooks.transform_request(call)
    assert isinstance(wanted, Fetch)
    [source] = wanted.refs
    assert (source.kind, source.text) == ("url", "https://example.com/a")
    fetched = {source: Fetched(b"plain", content_type="audio/mpeg")}
    done = hooks.transform_request(call.replace(fetched=fetched))
    assert isinstance(done, Call)
    [part] = done.params["messages"][0]["content"]
    assert part == part_with({"data": PLAIN, "format": "mp3"})
