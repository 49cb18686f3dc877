"""What the log says of a call, and what it keeps to itself."""

from __future__ import annotations

import io
import json
import sys
from typing import Any

import pytest
from handed_over import incoming, pieces
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jackfield.errors import AuthenticationError, ConfigError, PluginError
from jackfield_proxy.logs import Log
from jackfield_proxy.requests.endpoints import EXACT
from jackfield_testing import strategies

CHAT = EXACT["POST", "/chat/completions"]


class Written:
    """A standard error that keeps what is written."""

    def __init__(self) -> None:
        self.buffer = io.BytesIO()

    @property
    def text(self) -> str:
        return self.buffer.getvalue().decode("utf-8")


def logged(body: dict[str, Any], organization: str | None = None, *, prompts: bool = False) -> str:
    """The line of a call."""
    asked, _ = incoming(pieces([b""]))
    written, kept = Written(), sys.stderr
    sys.stderr = written
    try:
        Log(debug=True, prompts=prompts).call(asked, CHAT, body, organization)
    finally:
        sys.stderr = kept
    return written.text


def test_what_is_asked_of_the_model_is_shown() -> None:
    body = {"model": "openai/gpt-4o", "stream": True, "temperature": 0.5, "max_tokens": None}
    line = logged(body, "org-1")
    for shown in ("model='openai/gpt-4o'", "stream=True", "temperature=0.5", "max_tokens=None"):
        assert shown in line
    assert line.endswith("organization='org-1')\n")


SAID = "my own words"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("messages", [{"role": "user", "content": SAID}]),
        ("suffix", SAID),
        ("prediction", {"type": "content", "content": SAID}),
        ("metadata", {"about": SAID}),
        ("response_format", {"type": "json_schema", "json_schema": {"description": SAID}}),
        ("text", {"format": {"description": SAID}}),
        ("conversation", SAID),
        ("user", SAID),
        ("a_new_one", SAID),
        ("tool_choice", {"function": {"name": SAID}}),
        ("temperature", SAID),
        ("stop", [SAID]),
        ("logit_bias", {SAID: 1}),
    ],
)
def test_what_is_said_is_not(name: str, value: Any) -> None:
    line = logged({"model": "m", name: value})
    assert SAID not in line
    assert f"{name}=…" in line
    assert SAID in logged({"model": "m", name: value}, prompts=True)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.text(), strategies.json_values(), max_size=60), st.booleans())
def test_a_call_is_one_line_of_bounded_length(body: dict[str, Any], prompts: bool) -> None:
    line = logged({**body, "a\nforged": 1}, prompts=prompts)
    assert line.count("\n") == 1
    assert len(line.splitlines()) == 1
    assert len(line) < 10_000


def test_a_name_forges_no_line() -> None:
    line = logged({'x\n{"time": 1, "status": 200}': 1, "y\r\nz\u2028": 2})
    assert len(line.splitlines()) == 1


def failed(error: Exception) -> str:
    asked, _ = incoming(pieces([b""]))
    written, kept = Written(), sys.stderr
    sys.stderr = written
    try:
        try:
            raise error
        except Exception as raised:
            Log().failure(asked, raised)
    finally:
        sys.stderr = kept
    return written.text


@pytest.mark.parametrize("kind", [ConfigError, AuthenticationError])
def test_a_set_up_that_is_wrong_is_one_line(kind: type[Exception]) -> None:
    line = failed(kind("no API key:\n set it; not sk-0123456789abcdef"))
    assert len(line.splitlines()) == 1
    assert "no API key: set it" in line
    assert "sk-0123456789abcdef" not in line


def test_a_bug_is_told_with_its_place() -> None:
    for error in (PluginError("a hook failed"), ValueError("what")):
        text = failed(error)
        assert "Traceback" in text
        assert str(error) in text


def test_an_access_line_is_one_object() -> None:
    asked, _ = incoming(pieces([b""]), path="/v1/a\nb")
    written, kept = Written(), sys.stderr
    sys.stderr = written
    try:
        Log().access(asked, 0.1)
    finally:
        sys.stderr = kept
    assert json.loads(written.text)["path"] == "/v1/a\nb"


class Timers:
    """An event loop, as far as a log needs one."""

    def __init__(self) -> None:
        self.due: list[Any] = []

    def call_later(self, seconds: float, what: Any) -> None:
        assert 0 < seconds < 1
        self.due.append(what)


class Pieces(io.BytesIO):
    """What is written, in the pieces in which it is."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[bytes] = []

    def write(self, data: Any) -> int:
        self.pieces.append(bytes(data))
        return super().write(data)


LINES = st.lists(st.lists(st.integers(1, 300) | st.integers(4000, 5000), max_size=40), max_size=6)


@given(LINES)
def test_lines_are_gathered_and_none_is_lost_torn_or_kept_for_long(bursts: list[list[int]]) -> None:
    """Several processes write to one pipe, which takes so many bytes at a time in one piece."""
    written, kept, timers = Written(), sys.stderr, Timers()
    written.buffer = pieces = Pieces()
    sys.stderr = written
    log, said = Log(), list[str]()
    log.gather(timers)  # type: ignore[arg-type]  # by hand
    try:
        for burst in bursts:
            for size in burst:
                said.append("x" * size)
                log.say(said[-1])
                waiting = said[len(written.text.splitlines()) :]
                assert sum(len(line) + 1 for line in waiting) <= 4096
                assert len(timers.due) <= 1, "a timer for each line"
                assert timers.due or not waiting
            due, timers.due = timers.due, []
            for ring in due:
                ring()
            assert len(written.text.splitlines()) == len(said)
    finally:
        sys.stderr = kept
    assert written.text.splitlines() == said
    for piece in pieces.pieces:
        assert piece.endswith(b"\n")
        assert len(piece) <= 4096 or piece.count(b"\n") == 1
