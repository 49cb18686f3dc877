"""Every row of the table of transcription models, and the example."""

from __future__ import annotations

import asyncio
import io
import os
from pathlib import Path
from typing import Any

import asked
import pytest
from marks import AUDIO, covers

import jackfield
from jackfield import completion, transcription
from jackfield_testing import Sandbox
from jackfield_testing.sandbox.audio_bytes import wav

SECTION = "openai-audio-transcription"
MODELS = ("whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe")
SOUND = wav("a few words, spoken plainly")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "audio.wav"
    found.write_bytes(SOUND)
    return found


def check(upstream: Sandbox, model: str, name: str = "audio.wav", **fields: Any) -> None:
    """Assert that the last request was for the transcription of the sound."""
    request = upstream.last
    assert (request.method, request.path) == ("POST", "/v1/audio/transcriptions")
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert request.status == 200
    form = dict(request.form)
    file: Any = form.pop("file")
    assert (file.filename, file.data) == (name, SOUND)
    assert file.content_type in ("audio/wav", "audio/x-wav")
    assert form == {"model": model, **fields}


@pytest.mark.parametrize(
    "model",
    [pytest.param(m, marks=covers(AUDIO, later=f"{SECTION}#row:{m}")) for m in MODELS],
)
def test_a_model_by_the_call_of_its_row(upstream: Sandbox, path: Path, model: str) -> None:
    with path.open("rb") as audio_file:
        response = completion(model=model, file=audio_file)
        check(upstream, model)
        assert not audio_file.closed
    assert response.text
    assert response._response_headers["x-request-id"]
    with path.open("rb") as audio_file:
        again = asyncio.run(jackfield.acompletion(model=f"openai/{model}", file=audio_file))
        check(upstream, model)
    assert again == response
    assert upstream.last.headers["authorization"] == "Bearer sk-from-the-environment"
    asked.only(upstream, 2)


@covers(AUDIO, later=f"{SECTION}#block:1")
def test_the_example(upstream: Sandbox, path: Path) -> None:
    os.environ["OPENAI_API_KEY"] = "sk-mine"
    with open(path, "rb") as audio_file:
        response = transcription(model="gpt-4o-transcribe", file=audio_file)
    check(upstream, "gpt-4o-transcribe")
    assert upstream.last.headers["authorization"] == "Bearer sk-mine"
    assert response.text
    assert response.text in f"response: {response}"


@pytest.mark.parametrize("kind", ["path", "Path", "bytes", "named", "file"])
def test_a_file_in_every_form(upstream: Sandbox, path: Path, kind: str) -> None:
    given: Any = {
        "path": str(path),
        "Path": path,
        "bytes": SOUND,
        "named": ("talk.wav", SOUND),
        "file": io.BytesIO(SOUND),
    }[kind]
    transcription(model="whisper-1", file=given, language="en")
    name = dict(upstream.last.form)["file"].filename  # type: ignore[union-attr]  # a file
    assert name.endswith(".wav")
    assert kind != "named" or name == "talk.wav"
    check(upstream, "whisper-1", name, language="en")
