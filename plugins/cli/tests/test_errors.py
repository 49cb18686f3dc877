"""What is said of an error, and what is never said."""

from __future__ import annotations

import pytest

from jackfield import JackfieldError, RateLimitError
from jackfield.errors import APIStatusError, StructuredOutputError
from jackfield_cli.errors import Failure, describe, hide_keys, hint_for


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("key sk-proj-abc_DEF-123.", "key sk-…"),
        ("Incorrect API key provided: sk-inval****cret. Look", "sk-… Look"),
        ("Authorization: Bearer abcdefgh12", "Bearer …"),
        ("https://me:secret@host/v1", "https://…@host/v1"),
    ],
)
def test_keys_are_hidden(text: str, shown: str) -> None:
    assert hide_keys(text).endswith(shown)


@pytest.mark.parametrize(
    "text", ["a risk-free task-list", "send Bearer auth, please", "mail me@host.test"]
)
def test_other_words_are_not(text: str) -> None:
    assert hide_keys(text) == text


def test_the_nearest_hint_is_given() -> None:
    assert "schema" in (hint_for(StructuredOutputError("no")) or "")
    assert hint_for(JackfieldError("x")) is None


def test_what_the_api_said_is_told() -> None:
    error = RateLimitError("slow down", status_code=429, code="rate", request_id="req_1")
    assert describe(error) == "slow down (status 429, code rate, request req_1)"
    assert describe(APIStatusError("")) == "APIStatusError"


def test_control_characters_are_not_passed_on() -> None:
    assert Failure("red \x1b[31m alert\x07").message == "red [31m alert"
