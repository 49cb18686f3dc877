"""Waiting for a response in the background: it ends with the response, and nothing is lost."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rawserver import Asked, RawServer, Wire
from upstream import blocking, response

import jackfield
from jackfield.answers import Next
from jackfield.envelope import Call, Result, WireResponse
from jackfield.errors import (
    APIError,
    APIResponseValidationError,
    APITimeoutError,
    RateLimitError,
    RequestError,
)
from jackfield.surfaces.responses import Response
from jackfield_openai_responses import hooks
from jackfield_testing import laws
from jackfield_testing.strategies.response_objects import responses

GOES_ON = ("queued", "in_progress")
FAILED = {"code": "rate_limit_exceeded", "message": "Too many."}


def waiting(operation: str = "create", **own: Any) -> Call:
    params = {"input": "x", "response_id": "resp_1", "wait": True, **own}
    return Call("responses", "gpt-5", params, operation=operation, prefix="openai/responses/")


def look(call: Call, shown: Any, headers: dict[str, str] | None = None, state: Any = None) -> Any:
    answer = WireResponse(200, headers or {}, shown, state)
    return laws.response_is_pure(hooks, call, answer)


@st.composite
def jobs(draw: st.DrawFn) -> list[dict[str, Any]]:
    """A response at each look, the last one ended."""
    last = draw(responses("completed", "incomplete", "failed", "cancelled"))
    looks = draw(st.lists(responses(*GOES_ON), max_size=4))
    return [*({**each, "id": last["id"]} for each in looks), last]


@given(jobs(), st.sampled_from(["create", "retrieve"]))
def test_waiting_ends_with_the_response(seen: list[dict[str, Any]], operation: str) -> None:
    call, state = waiting(operation), None
    for shown in seen[:-1]:
        step = look(call, shown, state=state)
        assert isinstance(step, Next)
        assert (step.request.method, step.request.body) == ("GET", None)
        laws.stays_one_segment(step.request.path, seen[0]["id"], before="/responses")
        assert laws.identical(step.partial, shown)
        assert (step.after, step.within, step.progress) == (2, 3600, None)
        state = step.state
    last = seen[-1]
    if last["status"] != "failed":
        assert look(call, last, state=state) == Result(last)
        return
    with pytest.raises(APIError) as caught:
        look(call, last, state=state)
    assert laws.identical(caught.value.partial, last)
    assert not caught.value.retryable


def test_what_was_to_be_included_is_asked_for_at_each_look() -> None:
    step = look(waiting(include=["a", "b"], stream=None), response(status="queued"))
    assert step.request.query == {"include[]": ["a", "b"]}


@pytest.mark.parametrize(
    ("own", "headers", "after"),
    [
        ({}, {}, 2),
        ({}, {"openai-poll-after-ms": "250"}, 0.25),
        ({}, {"openai-poll-after-ms": "soon"}, 2),
        ({}, {"openai-poll-after-ms": "999999999999"}, 60),
        ({"poll_interval": 0}, {"openai-poll-after-ms": "250"}, 0),
        ({"poll_interval": 7.5}, {}, 7.5),
    ],
)
def test_the_pause_is_the_callers_then_the_upstreams_then_ours(
    own: dict[str, Any], headers: dict[str, str], after: float
) -> None:
    assert look(waiting(**own), response(status="queued"), headers).after == after


def test_waiting_is_limited() -> None:
    assert look(waiting(wait_timeout=7), response(status="queued")).within == 7


@pytest.mark.parametrize("status", ["completed", "cancelled", "incomplete", "x_new", None])
def test_any_other_status_is_a_result(status: Any) -> None:
    shown = response(status=status)
    assert look(waiting(), shown) == Result(shown)


def test_what_has_no_id_cannot_be_looked_at_again() -> None:
    for identifier in (None, "", 7, ".."):
        with pytest.raises(APIResponseValidationError, match="no id"):
            look(waiting(), response(status="queued", id=identifier))


def test_what_is_no_response_is_no_reason_to_fail() -> None:
    assert look(waiting(), ["x"]) is None


@pytest.mark.parametrize("wait", [1, "yes", None, []])
def test_wait_is_true_or_false(wait: Any) -> None:
    with pytest.raises(RequestError, match="wait is True or False") as caught:
        hooks.transform_request(waiting(wait=wait))
    assert caught.value.path == "wait"


@pytest.mark.parametrize("name", ["poll_interval", "wait_timeout"])
@pytest.mark.parametrize("value", [-1, "2", None, True, []])
def test_seconds_of_waiting_are_numbers(name: str, value: Any) -> None:
    with pytest.raises(RequestError, match="number of seconds") as caught:
        hooks.transform_request(waiting(**{name: value}))
    assert caught.value.path == name


@pytest.mark.parametrize("operation", ["delete", "cancel", "compact", "conversation_items"])
def test_only_a_response_can_be_waited_for(operation: str) -> None:
    with pytest.raises(RequestError, match="no job") as caught:
        hooks.transform_request(waiting(operation, conversation_id="conv_1"))
    assert caught.value.path == "wait"


# Over a socket ------------------------------------------------------------------------------------


def shows(server: RawServer, *looks: dict[str, Any]) -> None:
    """Answer each request with the next of these; the last one again and again."""
    left = list(looks)

    def answer(asked: Asked, wire: Wire) -> None:
        wire.reply(200, left.pop(0) if len(left) > 1 else left[0])

    server.answer = answer


QUEUED = response(status="queued", output=[], background=True)
RUNNING = {**QUEUED, "status": "in_progress"}
OWN = {"wait": True, "poll_interval": 0, "wait_timeout": 5}


@pytest.mark.parametrize("name", ["gpt-5", "openai/gpt-5", "openai/responses/gpt-5", "gpt-99"])
def test_a_response_in_the_background_is_waited_for(
    server: RawServer, make: Any, name: str
) -> None:
    shows(server, QUEUED, RUNNING, response())
    result = make(lambda c: c.responses(name, "Hi", background=True, include=["x"], **OWN))
    assert isinstance(result, Response)
    assert result.output_text == "Hello there"
    create, *looks = server.requests
    model = name.rpartition("/")[2]
    assert create.json == {"model": model, "input": "Hi", "background": True, "include": ["x"]}
    assert [asked.target for asked in looks] == ["/v1/responses/resp_1?include%5B%5D=x"] * 2
    assert result.warnings == []


@pytest.mark.parametrize("model", [None, "gpt-5"])
def test_a_response_that_was_made_before_is_waited_for(
    server: RawServer, make: Any, model: str | None
) -> None:
    shows(server, RUNNING, RUNNING, response())
    result = make(lambda c: c.get_response("resp_1", model=model, **OWN))
    assert result.status == "completed"
    assert [asked.method for asked in server.requests] == ["GET"] * 3


def test_without_waiting_it_is_what_it_is(server: RawServer, make: Any) -> None:
    shows(server, QUEUED)
    for own in ({}, {"wait": False}, {"poll_interval": 1, "wait_timeout": 1}):
        assert make(lambda c, o=own: c.responses("gpt-5", "Hi", **o)).status == "queued"
    assert all(asked.json == {"model": "gpt-5", "input": "Hi"} for asked in server.requests)


def test_a_failed_response_is_its_error(server: RawServer, make: Any) -> None:
    failed = response(status="failed", error=FAILED)
    shows(server, QUEUED, failed)
    with pytest.raises(RateLimitError) as caught:
        make(lambda c: c.responses("gpt-5", "Hi", max_retries=2, **OWN))
    error = caught.value
    assert (error.code, error.message) == ("rate_limit_exceeded", "Too many.")
    assert isinstance(error.partial, Response)
    assert error.partial.to_dict() == failed
    assert len(server.requests) == 2


@pytest.mark.parametrize(("seconds", "looks"), [(0, 1), (0.01, 2)])
def test_waiting_too_long_is_a_timeout_that_knows_the_response(
    server: RawServer, make: Any, seconds: float, looks: int
) -> None:
    shows(server, RUNNING)
    own = {"wait": True, "poll_interval": 60, "wait_timeout": seconds}
    with pytest.raises(APITimeoutError, match="resp_1") as caught:
        make(lambda c: c.responses("gpt-5", "Hi", **own))
    assert caught.value.phase == "wait"
    assert caught.value.partial.id == "resp_1"
    assert len(server.requests) == looks


def test_a_look_that_fails_knows_the_response(server: RawServer, make: Any) -> None:
    def answer(asked: Asked, wire: Wire) -> None:
        if asked.method == "POST":
            wire.reply(200, RUNNING)
        else:
            wire.reply(404, {"error": {"message": "gone", "code": "x"}})

    server.answer = answer
    with pytest.raises(jackfield.NotFoundError) as caught:
        make(lambda c: c.responses("gpt-5", "Hi", **OWN))
    assert caught.value.partial.id == "resp_1"


def test_progress_is_told(server: RawServer) -> None:
    shows(server, QUEUED, RUNNING, response())
    told: list[Any] = []
    blocking(server, lambda c: c.responses("gpt-5", "Hi", on_progress=told.append, **OWN))
    assert [(step.stage, step.partial.status) for step in told] == [
        ("wait", "queued"),
        ("wait", "in_progress"),
        ("wait", "completed"),
    ]


def test_settings_hold_at_every_look(server: RawServer, make: Any) -> None:
    shows(server, QUEUED, response())
    make(
        lambda c: c.responses(
            "gpt-5",
            "Hi",
            organization="org-1",
            extra_headers={"X-Mine": "1"},
            extra_query={"q": "1"},
            extra_body={"x": 1},
            **OWN,
        )
    )
    create, again = server.requests
    assert create.json["x"] == 1
    assert again.body == b""
    for asked in (create, again):
        assert asked.headers["openai-organization"] == "org-1"
        assert asked.headers["x-mine"] == "1"
        assert parse_qs(urlsplit(asked.target).query) == {"q": ["1"]}


def test_a_stream_is_not_waited_for(server: RawServer, make: Any) -> None:
    with pytest.raises(RequestError, match="no wait") as caught:
        make(lambda c: c.responses("gpt-5", "Hi", stream=True, **OWN))
    assert caught.value.path == "wait"
    assert server.connections == 0
