"""Each name has one owner, which can be named where it is not installed."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield_openai_catalogue.lookup import only_on, served_on
from jackfield_openai_catalogue.naming import NAMING
from jackfield_openai_catalogue.reserved import (
    CHAT_ONLY,
    RESERVED,
    RESPONSES_ONLY,
    TEXT_ONLY,
    TRANSCRIBERS,
)
from jackfield_openai_catalogue.rows import ROWS


def owners(surface: str, full: str) -> set[str]:
    """Who owns a full name: the exact reservation of its most specific base, else a prefix."""
    here = [r for r in RESERVED if r.surface == surface and full.startswith(r.prefix)]
    for base in NAMING.bases(full.removeprefix("openai/")):
        exact = {r.distribution for r in here if r.models is not None and base in r.models}
        if exact and full.startswith("openai/"):
            return exact
    broad = [r for r in here if r.models is None]
    longest = max((len(r.prefix) for r in broad), default=0)
    return {r.distribution for r in broad if len(r.prefix) == longest}


@pytest.mark.parametrize(
    ("surface", "name", "owner"),
    [
        ("chat", "openai/gpt-4o", "jackfield-openai"),
        ("chat", "openai/gpt-99", "jackfield-openai"),
        ("chat", "openai/responses/gpt-5-mini", "jackfield-openai-responses"),
        ("chat", "openai/gpt-5-pro", "jackfield-openai-responses"),
        ("chat", "openai/gpt-5-pro-2031-01-01", "jackfield-openai-responses"),
        ("chat", "openai/o3-deep-research-2025-06-26", "jackfield-openai-responses"),
        ("chat", "openai/gpt-3.5-turbo-instruct-0914", "jackfield-openai-text"),
        ("chat", "openai/ft:babbage-002:org::id", "jackfield-openai-text"),
        ("chat", "text-completion-openai/anything", "jackfield-openai-text"),
        ("chat", "openai/whisper-1", "jackfield-openai-audio"),
        ("text_completion", "openai/gpt-3.5-turbo-instruct", "jackfield-openai-text"),
        ("text_completion", "text-completion-openai/davinci-002", "jackfield-openai-text"),
        ("embedding", "openai/text-embedding-3-small", "jackfield-openai-embeddings"),
        ("responses", "openai/gpt-4o", "jackfield-openai-responses"),
        ("responses", "openai/responses/gpt-4o", "jackfield-openai-responses"),
        ("transcription", "openai/whisper-1", "jackfield-openai-audio"),
        ("translation", "openai/whisper-1", "jackfield-openai-audio"),
        ("speech", "openai/tts-1", "jackfield-openai-audio"),
        ("video", "openai/sora-2", "jackfield-openai-video"),
    ],
)
def test_owners(surface: str, name: str, owner: str) -> None:
    assert owners(surface, name) == {owner}


@given(
    st.sampled_from(sorted(ROWS)),
    st.sampled_from(["", "-2031-01-01", "-0101"]),
    st.sampled_from(["{}", "ft:{}:org::id"]),
)
def test_on_chat_every_model_has_one_owner_that_fits_its_row(
    name: str, suffix: str, form: str
) -> None:
    surfaces = ROWS[name]["surfaces"]
    if surfaces == ("responses",):
        expected = "jackfield-openai-responses"
    elif surfaces == ("text_completion",):
        expected = "jackfield-openai-text"
    elif "transcription" in surfaces:
        expected = "jackfield-openai-audio"
    else:
        expected = "jackfield-openai"
    assert owners("chat", "openai/" + form.format(name + suffix)) == {expected}


def test_the_sets_do_not_meet() -> None:
    assert not RESPONSES_ONLY & TEXT_ONLY
    assert not RESPONSES_ONLY & TRANSCRIBERS
    assert not TEXT_ONLY & TRANSCRIBERS


def test_models_named_as_responses_only_are() -> None:
    assert {
        *("gpt-5-pro", "gpt-5-codex", "gpt-5.1-codex", "gpt-5.1-codex-mini", "gpt-5.1-codex-max"),
        *("o1-pro", "o3-pro", "o3-deep-research", "o4-mini-deep-research"),
        *("computer-use-preview", "codex-mini-latest"),
    } <= RESPONSES_ONLY
    assert {"gpt-3.5-turbo-instruct", "davinci-002", "babbage-002"} == TEXT_ONLY
    assert {"whisper-1", "gpt-4o-transcribe", "gpt-4o-mini-transcribe"} <= TRANSCRIBERS


def test_content_parts_have_an_owner() -> None:
    parts = {part: r.distribution for r in RESERVED for part in r.parts}
    assert parts == dict.fromkeys(
        ("image_url", "file", "input_audio", "input_image", "input_file"),
        "jackfield-openai-content",
    )


def test_the_sets_are_those_of_the_rows() -> None:
    assert only_on("responses") == RESPONSES_ONLY
    assert only_on("text_completion") == TEXT_ONLY
    assert served_on("transcription") == TRANSCRIBERS
    assert served_on("chat") - served_on("responses") == CHAT_ONLY


def test_a_manifest_does_not_load_the_rows() -> None:
    code = (
        "import sys, jackfield_openai_catalogue.reserved;"
        "print([name for name in sys.modules if 'catalogue.rows' in name])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
