"""Waiting for a job: it ends with the job, whatever the upstream says on the way."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jackfield.answers import Next
from jackfield.envelope import Call, Result, WireResponse
from jackfield.errors import (
    APIError,
    APIResponseValidationError,
    APITimeoutError,
    ContentPolicyViolationError,
    InternalServerError,
    RequestError,
)
from jackfield_openai_video import hooks
from jackfield_testing import laws, strategies

GIVING_JOBS = ("create", "retrieve", "remix", "edit", "extension")
OTHERS = ("content", "list", "delete")


def waiting(operation: str = "create", **own: Any) -> Call:
    params = {"prompt": "p", "video_id": "v", "video": "v", "seconds": "4", "wait": True, **own}
    return Call("video", "", params, operation=operation)


def job(status: Any = "in_progress", **more: Any) -> dict[str, Any]:
    return {"id": "video_1", "object": "video", "status": status, "progress": 40, **more}


def look(call: Call, video: Any, headers: dict[str, str] | None = None, state: Any = None) -> Any:
    return hooks.transform_response(call, WireResponse(200, headers or {}, video, state))


@given(strategies.video_jobs(), st.sampled_from(GIVING_JOBS))
def test_waiting_ends_with_the_job(jobs: list[dict[str, Any]], operation: str) -> None:
    looks, end = laws.waits_to_its_end(hooks, waiting(operation), jobs)
    assert len(looks) == len(jobs) - 1
    if jobs[-1]["status"] == "failed":
        assert isinstance(end, APIError)
        assert laws.identical(end.partial, jobs[-1])
    else:
        assert laws.identical(end, jobs[-1])


@given(
    st.none() | st.integers(0, 100) | st.floats(0, 100),
    st.none() | st.text(max_size=8) | st.integers(-9, 10**15).map(str),
)
@example(None, "1500")
@example(None, "٣")
def test_the_pause_is_the_callers_then_the_upstreams_then_ours(
    interval: float | None, asked: str | None
) -> None:
    own: dict[str, Any] = {} if interval is None else {"poll_interval": interval}
    headers = {} if asked is None else {"openai-poll-after-ms": asked}
    step = look(waiting(**own), job(), headers)
    if interval is not None:
        assert step.after == interval
    elif asked is not None and asked.strip().isascii() and asked.strip().isdigit():
        assert step.after == min(int(asked) / 1000, 60)
    else:
        assert step.after == 5


def test_a_pause_is_asked_for_anew_each_time() -> None:
    first = look(waiting(), job(), {"openai-poll-after-ms": "250"})
    assert first.after == 0.25
    assert look(waiting(), job(), {}, first.state).after == 5


@pytest.mark.parametrize(("own", "within"), [({}, 1800), ({"wait_timeout": 7}, 7)])
def test_waiting_is_limited(own: dict[str, Any], within: float) -> None:
    step = look(waiting(**own), job())
    assert isinstance(step, Next)
    assert step.within == within
    assert step.partial == job()
    assert step.progress == 40


@pytest.mark.parametrize("wait", [{}, {"wait": False}])
@pytest.mark.parametrize("status", ["queued", "failed", "completed"])
def test_nothing_is_waited_for_unasked(wait: dict[str, Any], status: str) -> None:
    call = Call("video", "", {"prompt": "p", **wait, "poll_interval": "x"})
    assert look(call, job(status, error={"code": "c", "message": "m"})) is None


@pytest.mark.parametrize("status", ["processing", "pending", "running", "NOT_START", "IN_PROGRESS"])
def test_other_words_for_an_unfinished_job_are_known(status: str) -> None:
    assert isinstance(look(waiting(), job(status)), Next)


@pytest.mark.parametrize("status", ["completed", "cancelled", "expired", None, 3, ["queued"]])
def test_any_other_status_is_an_end(status: Any) -> None:
    assert look(waiting(), job(status)) == Result(job(status))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("content_policy_violation", ContentPolicyViolationError),
        ("server_error", InternalServerError),
        ("timeout", APITimeoutError),
        ("something_new", APIError),
    ],
)
def test_a_failed_job_is_its_error(code: str, kind: type[APIError]) -> None:
    failed = job("failed", error={"code": code, "message": "It did not work."})
    with pytest.raises(kind) as caught:
        look(waiting(), failed, {"x-request-id": "req_1"})
    error = caught.value
    assert type(error) is kind
    assert (error.code, error.message) == (code, "It did not work.")
    assert error.partial == error.body == failed
    assert error.request_id == "req_1"
    assert error.status_code is None
    assert not error.retryable  # another look would show the same


@pytest.mark.parametrize("said", [None, {}, {"code": None, "message": None}, "", [], 0])
def test_a_job_that_failed_without_a_word_is_named(said: Any) -> None:
    with pytest.raises(APIError, match="the video job video_1 failed"):
        look(waiting(), job("failed", error=said))
    with pytest.raises(APIError, match="it broke"):
        look(waiting(), job("failed", error="it broke"))


@pytest.mark.parametrize("identifier", [None, "", 7, ".."])
def test_a_job_without_an_id_cannot_be_waited_for(identifier: Any) -> None:
    with pytest.raises(APIResponseValidationError, match="no id"):
        look(waiting(), job(id=identifier))
    with pytest.raises(APIResponseValidationError, match="no id"):
        look(waiting(), {"status": "queued"})


def test_looks_go_to_the_job_that_was_created_whatever_they_bring() -> None:
    first = look(waiting("remix"), job("queued"))
    second = look(waiting("remix"), job(id="video_2"), state=first.state)
    assert first.request.path == second.request.path == "/videos/video_1"


@pytest.mark.parametrize("answer", [[], "queued", None, 7])
def test_an_answer_that_is_no_object_is_left_to_core(answer: Any) -> None:
    assert look(waiting(), answer) is None


@pytest.mark.parametrize("wait", ["yes", 1, 0, 5.0, {}])
@pytest.mark.parametrize("operation", [*GIVING_JOBS, *OTHERS])
def test_wait_is_true_or_false(operation: str, wait: Any) -> None:
    with pytest.raises(RequestError, match="wait is True or False") as caught:
        hooks.transform_request(waiting(operation, wait=wait))
    assert caught.value.path == "wait"


@pytest.mark.parametrize("operation", OTHERS)
def test_what_gives_no_job_is_not_waited_for(operation: str) -> None:
    with pytest.raises(RequestError, match="no job") as caught:
        hooks.transform_request(waiting(operation))
    assert caught.value.path == "wait"


@pytest.mark.parametrize("name", ["poll_interval", "wait_timeout"])
@pytest.mark.parametrize("value", [-1, "5", True, [5], None])
def test_seconds_of_waiting_are_numbers(name: str, value: Any) -> None:
    with pytest.raises(RequestError, match=name) as caught:
        hooks.transform_request(waiting(**{name: value}))
    assert caught.value.path == name
