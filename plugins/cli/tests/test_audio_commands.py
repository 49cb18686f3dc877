"""transcribe and speak: what is sent, what is printed or saved, what is left after a failure."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from jackfield_testing import Sandbox

Run = Callable[..., Result]


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    """Two seconds of a tone, more or less."""
    kept = io.BytesIO()
    with wave.open(kept, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(range(256)) * 125)
    path = tmp_path / "sound.wav"
    path.write_bytes(kept.getvalue())
    return path


def sent(sandbox: Sandbox) -> bytes:
    """The last request's body, without line breaks between a field's name and its value."""
    body: bytes = sandbox.last.body
    return body.replace(b"\r\n\r\n", b": ")


# transcribe ---------------------------------------------------------------------------------------


def test_the_text_alone_is_on_stdout(run: Run, sandbox_env: Sandbox, sound: Path) -> None:
    shown = run("transcribe", str(sound))
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert shown.stdout.strip()
    assert shown.stdout.count("\n") == 1
    assert sandbox_env.last.path == "/v1/audio/transcriptions"
    assert b'name="model": gpt-4o-mini-transcribe' in sent(sandbox_env)
    assert b"response_format" not in sent(sandbox_env)
    assert sound.read_bytes() in sandbox_env.last.body


def test_a_stream_says_the_same(run: Run, sandbox_env: Sandbox, sound: Path) -> None:
    assert run("transcribe", str(sound), "--stream").stdout == run("transcribe", str(sound)).stdout
    assert b'name="stream": true' in sandbox_env.requests[0].body.replace(b"\r\n\r\n", b": ")


@pytest.mark.parametrize(
    ("form", "model", "begins"),
    [
        ("text", "gpt-4o-mini-transcribe", ""),
        ("srt", "whisper-1", "1\n00:00:00,000 --> "),
        ("vtt", "whisper-1", "WEBVTT\n"),
        ("json", "gpt-4o-mini-transcribe", "{"),
        ("verbose_json", "whisper-1", "{"),
        ("diarized_json", "gpt-4o-transcribe-diarize", "{"),
    ],
)
def test_formats_and_the_models_that_have_them(
    run: Run, sandbox_env: Sandbox, sound: Path, form: str, model: str, begins: str
) -> None:
    shown = run("transcribe", str(sound), "--format", form)
    assert shown.exit_code == 0
    assert shown.stdout.startswith(begins)
    assert f'name="model": {model}\r\n'.encode() in sent(sandbox_env)
    assert f'name="response_format": {form}\r\n'.encode() in sent(sandbox_env)
    if form.endswith("json"):
        document = json.loads(shown.stdout)
        assert document["text"]
        assert ("segments" in document) == (form != "json")


def test_a_named_model_stays(run: Run, sandbox_env: Sandbox, sound: Path) -> None:
    run(
        "transcribe", str(sound), "-m", "gpt-4o-transcribe", "--language", "de", "--prompt", "Räder"
    )
    assert b'name="model": gpt-4o-transcribe\r\n' in sent(sandbox_env)
    assert b'name="language": de' in sent(sandbox_env)
    assert 'name="prompt": Räder'.encode() in sent(sandbox_env)


def test_json_is_the_whole_answer(run: Run, sandbox_env: Sandbox, sound: Path) -> None:
    document = json.loads(run("transcribe", str(sound), "--json").stdout)
    assert document["text"]
    assert document["usage"]["type"] == "tokens"


def test_events_are_json_lines(run: Run, sandbox_env: Sandbox, sound: Path) -> None:
    shown = run("transcribe", str(sound), "--stream", "--json")
    events = [json.loads(line) for line in shown.stdout.splitlines()]
    assert {event["type"] for event in events[:-1]} == {"transcript.text.delta"}
    assert events[-1]["type"] == "transcript.text.done"
    whole = json.loads(run("transcribe", str(sound), "--json").stdout)
    assert events[-1]["text"] == whole["text"]


def test_speakers_are_named_while_they_are_heard(
    run: Run, sandbox_env: Sandbox, sound: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jackfield import Client
    from jackfield.surfaces.transcription import TranscriptionEvent

    class Events(list[Any]):
        warnings = ()

        def __enter__(self) -> Events:
            return self

        def __exit__(self, *_: object) -> None:
            pass

    events = Events(
        TranscriptionEvent(event)
        for event in (
            {"type": "transcript.text.segment", "speaker": "A", "text": " Hello."},
            {"type": "transcript.text.segment", "speaker": "B", "text": " And you?"},
            {"type": "transcript.text.done", "text": "Hello. And you?"},
        )
    )
    monkeypatch.setattr(Client, "transcription", lambda *_, **__: events)
    assert run("transcribe", str(sound), "--stream").stdout == "A: Hello.\nB: And you?\n"


def test_translations(run: Run, sandbox_env: Sandbox, sound: Path) -> None:
    shown = run("transcribe", str(sound), "--translate")
    assert shown.exit_code == 0
    assert shown.stdout.strip()
    assert sandbox_env.last.path == "/v1/audio/translations"
    assert b'name="model": whisper-1' in sent(sandbox_env)


def test_sound_from_stdin(run: Run, sandbox_env: Sandbox, sound: Path) -> None:
    shown = run("transcribe", "-", input=sound.read_bytes())
    assert shown.exit_code == 0, shown.output
    assert shown.stdout == run("transcribe", str(sound)).stdout
    assert b'filename="audio.wav"' in sandbox_env.requests[0].body


def test_text_goes_to_a_file(run: Run, sandbox_env: Sandbox, sound: Path, tmp_path: Path) -> None:
    target = tmp_path / "said.txt"
    shown = run("transcribe", str(sound), "-o", str(target))
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert f"bytes are in {target}" in shown.stderr
    assert target.read_text("utf-8") == run("transcribe", str(sound)).stdout
    streamed = run("transcribe", str(sound), "--stream", "-o", str(target))
    assert streamed.exit_code == 0
    assert target.read_text("utf-8") == run("transcribe", str(sound)).stdout


def test_any_other_parameter(run: Run, sandbox_env: Sandbox, sound: Path) -> None:
    shown = run(
        *("transcribe", str(sound), "--format", "verbose_json"),
        *("-p", 'timestamp_granularities=["word"]', "-p", "temperature=0"),
    )
    assert json.loads(shown.stdout)["words"]
    assert b'name="timestamp_granularities[]": word' in sent(sandbox_env)


def test_without_a_key_a_sandbox_transcribes(run: Run, sound: Path) -> None:
    shown = run("transcribe", str(sound))
    assert shown.exit_code == 0
    assert "Note: no OPENAI_API_KEY" in shown.stderr


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["nosuch.wav"], 1, "can't read nosuch.wav: No such file"),
        (["."], 1, ". is not a regular file"),
        (["sound.wav", "-o", "no/such/said.txt"], 1, "there is no directory"),
        (["sound.wav", "-o", "."], 1, "it is a directory"),
        (["empty.wav"], 1, "empty.wav is empty"),
        (["text.txt"], 1, "none of the formats"),
        (["sound.wav", "-m", "nosuch/m"], 1, "no installed plugin serves"),
        (["sound.wav", "-m", "whisper-1!status=500", "-p", "max_retries=0"], 1, "status 500"),
        (["sound.wav", "--translate", "--stream"], 2, "--stream"),
        (["sound.wav", "--translate", "--language", "de"], 2, "--language"),
        (["sound.wav", "-p", "response_format=srt"], 2, "--format"),
        (["sound.wav", "--format", "xml"], 2, "xml"),
        ([], 2, "FILE"),
    ],
)
def test_what_can_go_wrong(
    run: Run,
    sandbox_env: Sandbox,
    sound: Path,
    monkeypatch: pytest.MonkeyPatch,
    args: list[str],
    code: int,
    words: str,
) -> None:
    monkeypatch.chdir(sound.parent)
    (sound.parent / "empty.wav").touch()
    (sound.parent / "text.txt").write_text("no sound")
    before = {path.name for path in sound.parent.iterdir()}
    failed = run("transcribe", *args)
    assert (failed.exit_code, failed.stdout) == (code, "")
    assert words in failed.stderr
    assert "Traceback" not in failed.output
    assert {path.name for path in sound.parent.iterdir()} == before


def test_a_stream_that_breaks_leaves_no_file(
    run: Run, sandbox_env: Sandbox, sound: Path, tmp_path: Path
) -> None:
    target = tmp_path / "said.txt"
    model = "gpt-4o-transcribe!cut-events=1"
    failed = run("transcribe", str(sound), "-m", model, "--stream", "-o", str(target))
    assert failed.exit_code == 1
    assert "interrupted" in failed.stderr or "ended" in failed.stderr or "broke" in failed.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["sound.wav"]


# speak --------------------------------------------------------------------------------------------


def test_speech_goes_to_a_file(run: Run, sandbox_env: Sandbox, tmp_path: Path) -> None:
    target = tmp_path / "said.mp3"
    shown = run("speak", "Hello there", "-o", str(target), "--instructions", "Softly")
    assert (shown.exit_code, shown.stdout) == (0, "")
    assert f"{target.stat().st_size:,} bytes of audio/mpeg are in {target}" in shown.stderr
    assert sandbox_env.last.json == {
        "model": "gpt-4o-mini-tts",
        "input": "Hello there",
        "voice": "alloy",
        "response_format": "mp3",
        "instructions": "Softly",
    }


@pytest.mark.parametrize(
    ("name", "args", "form", "begins"),
    [
        ("a.wav", [], "wav", b"RIFF"),
        ("a.WAV", [], "wav", b"RIFF"),
        ("a.ogg", [], "opus", b"OggS"),
        ("a.flac", [], "flac", b"fLaC"),
        ("a", [], None, b""),
        ("a.sound", ["--format", "wav"], "wav", b"RIFF"),
    ],
)
def test_the_format_is_that_of_the_file(
    run: Run,
    sandbox_env: Sandbox,
    tmp_path: Path,
    name: str,
    args: list[str],
    form: str | None,
    begins: bytes,
) -> None:
    assert run("speak", "Hello", "-o", str(tmp_path / name), *args).exit_code == 0
    assert sandbox_env.last.json.get("response_format") == form
    assert (tmp_path / name).read_bytes().startswith(begins)


def test_speech_of_stdin_on_stdout(run: Run, sandbox_env: Sandbox) -> None:
    shown = run("speak", "-", "-o", "-", "--format", "wav", input="Hello")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert shown.stdout_bytes.startswith(b"RIFF")
    assert sandbox_env.last.json["input"] == "Hello"


def test_json_says_where_the_speech_is(run: Run, sandbox_env: Sandbox, tmp_path: Path) -> None:
    target = tmp_path / "said.wav"
    found = json.loads(run("speak", "Hello", "-o", str(target), "--json").stdout)
    assert found == {
        "path": str(target),
        "size": target.stat().st_size,
        "content_type": "audio/wav",
        "model": "gpt-4o-mini-tts",
    }


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["Hello"], 2, "--output"),
        (["-o", "a.mp3"], 2, "nothing was piped in"),
        (["Hello", "-o", "no/such/a.mp3"], 1, "there is no directory"),
        (["Hello", "-o", "a.mp3", "--voice", "nobody"], 1, "voice"),
        (["Hello", "-o", "a.mp3", "-m", "tts-1!status=500", "-p", "max_retries=0"], 1, "500"),
        (["Hello", "-o", "a.mp3", "-m", "tts-1!cut=100", "-p", "max_retries=0"], 1, ""),
        (["Hello", "-o", "-", "--json"], 2, "--output"),
        (["Hello", "-o", "a.mp3", "-p", "save_to=b.mp3"], 2, "--output"),
    ],
)
def test_nothing_is_left_of_speech_that_failed(
    run: Run,
    sandbox_env: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    args: list[str],
    code: int,
    words: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    failed = run("speak", *args)
    assert failed.exit_code == code
    assert words in failed.stderr
    assert list(tmp_path.iterdir()) == []
