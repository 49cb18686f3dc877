"""What a call says is what its form says."""

from __future__ import annotations

from typing import Any

import openai._qs
import pytest
from asking import ask
from hypothesis import given
from hypothesis import strategies as st

from jackfield.envelope import Call, WireRequest
from jackfield.sources import Source
from jackfield_openai_audio import form, hooks
from jackfield_testing import laws, strategies
from jackfield_testing.strategies.audio import wav

FILE = ("speech.wav", wav(b"\0\0"))
SURFACES = st.sampled_from(["transcription", "translation"])
MODELS = st.sampled_from(["whisper-1", "gpt-4o-transcribe", "whisper-9", "my/own:model"])
POLICIES: Any = st.sampled_from(["raise", "warn", "drop", "pass"])


@given(strategies.transcription_params(), SURFACES, MODELS, POLICIES)
def test_a_form_says_what_the_call_says(
    params: dict[str, Any], surface: str, model: str, policy: Any
) -> None:
    outcome = ask(surface, {"file": FILE, **params}, model=f"openai/{model}", unsupported=policy)
    [sent] = outcome.sent
    assert sent.method == "POST"
    assert sent.url == f"https://upstream.invalid/v1/audio/{surface}s"
    parts = laws.sent_form(sent)
    laws.form_says(parts, model, params)
    laws.file_arrives(parts, FILE[1], "speech.wav", "audio/wav")
    assert outcome.losses == ()


@given(strategies.json_objects(max_leaves=6))
def test_fields_are_those_of_the_official_sdk(params: dict[str, Any]) -> None:
    wanted = openai._qs.Querystring().stringify_items(params, array_format="brackets")
    found = list(form.fields(params))
    assert [name for name, _ in found] == [name for name, _ in wanted]
    for (_, said), (_, sdk) in zip(found, wanted, strict=True):
        assert said == sdk or float(str(said)) == float(sdk)  # 1e16 has two spellings


@given(strategies.json_objects(max_leaves=6))
def test_what_a_form_cannot_say_is_told(params: dict[str, Any]) -> None:
    def leaves(value: Any) -> int:
        if isinstance(value, dict) and value:
            return sum(map(leaves, value.values()))
        if isinstance(value, list) and value:
            return sum(map(leaves, value))
        return 1

    said, unsaid = list(form.fields(params)), list(form.unsaid(params))
    assert len(said) + len(unsaid) == sum(map(leaves, params.values()))


def test_nulls_and_empty_lists_are_losses() -> None:
    given = {"chunking_strategy": {"type": "server_vad", "threshold": None}, "include": []}
    outcome = ask("transcription", {"file": FILE, **given})
    names = [name for name, _ in laws.sent_form(outcome.sent[0])]
    assert names == ["model", "chunking_strategy[type]", "file"]
    assert [(loss.path, loss.kind) for loss in outcome.losses] == [
        ("chunking_strategy.threshold", "dropped"),
        ("include", "dropped"),
    ]


def test_the_fields_of_the_reference() -> None:
    given = {
        "language": "de",
        "temperature": 0.5,
        "timestamp_granularities": ["word", "segment"],
        "include[]": ["logprobs"],
        "chunking_strategy": {"type": "server_vad", "silence_duration_ms": 200},
        "known_speaker_names": ["ann"],
        "stream": True,
    }
    outcome = ask("transcription", {"file": FILE, **given}, laws.Reply(body=b'{"text": "x"}'))
    assert laws.sent_form(outcome.sent[0])[:-1] == [
        ("model", "gpt-4o-transcribe"),
        ("language", "de"),
        ("temperature", "0.5"),
        ("timestamp_granularities[]", "word"),
        ("timestamp_granularities[]", "segment"),
        ("include[]", "logprobs"),
        ("chunking_strategy[type]", "server_vad"),
        ("chunking_strategy[silence_duration_ms]", "200"),
        ("known_speaker_names[]", "ann"),
        ("stream", "true"),
    ]


@given(strategies.transcription_params(), SURFACES, MODELS, POLICIES)
def test_requests_are_built_purely(
    params: dict[str, Any], surface: str, model: str, policy: Any
) -> None:
    source = Source.of(FILE[1])
    assert source is not None
    call = Call(surface, model, {"file": ["a.mp3", source], **params}, unsupported=policy)
    for _ in range(4):
        answer = laws.form_is_built_purely(hooks, call)
        if isinstance(answer, WireRequest):
            return
        if isinstance(answer, Call):
            call = answer
        else:
            [ref] = answer.refs
            assert ref is source
            assert answer.mode == "head"
            call = call.replace(fetched={source: fetched(ref, answer.max_bytes)})
    pytest.fail("it finds no end")


def fetched(source: Source, limit: int) -> Any:
    from jackfield.answers import Fetched

    return Fetched(source.read("head", limit), name=source.name, size=source.size)


def test_unknown_files_are_files_of_the_form() -> None:
    outcome = ask("transcription", {"file": FILE, "vocabulary": b"words", "more": [b"a", b"b"]})
    parts: Any = laws.sent_form(outcome.sent[0])
    assert [(name, value.data) for name, value in parts[1:-1]] == [
        ("vocabulary", b"words"),
        ("more[]", b"a"),
        ("more[]", b"b"),
    ]


# Samples of speakers --------------------------------------------------------------------------


def test_samples_of_speakers_become_data_urls() -> None:
    given = [
        wav(b"\1\0"),
        "data:audio/mpeg;base64,//tQ",
    ]
    outcome = ask("transcription", {"file": FILE, "known_speaker_references": given})
    values = [v for n, v in laws.sent_form(outcome.sent[0]) if n == "known_speaker_references[]"]
    assert isinstance(values[0], str)
    assert values[0].startswith("data:audio/wav;base64,UklGR")
    assert values[1] == given[1]


def test_a_sample_that_is_no_audio_is_an_error_before_anything_is_sent() -> None:
    outcome = ask("transcription", {"file": FILE, "known_speaker_references": [b"%PDF-1.7"]})
    assert getattr(outcome.error, "path", None) == "known_speaker_references[0]"
    assert outcome.sent == []
