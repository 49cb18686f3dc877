"""Retries keep to their schedule, under virtual time."""

from __future__ import annotations

from email.utils import formatdate
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jackfield import retry
from jackfield.errors import APIConnectionError, APITimeoutError, InternalServerError
from jackfield_testing import laws, strategies
from jackfield_testing.laws.flows import NOW
from jackfield_testing.strategies import RetrySituation

SITUATIONS = st.lists(strategies.retry_situations(), max_size=5)


@given(SITUATIONS, st.integers(0, 4), st.floats(0, 1, exclude_max=True))
@example([RetrySituation(429)] * 5, 4, 0.999)
@example([RetrySituation(400, {"x-should-retry": "true"})], 2, 0.5)
@example([RetrySituation(500, {"x-should-retry": "false"})], 2, 0.5)
@example([RetrySituation(418, {"x-should-retry": "true"})], 2, 0.5)
@example([RetrySituation(429, {}, b'{"error": {"code": "insufficient_quota"}}')], 2, 0.5)
def test_attempts_and_waits_follow_decision_6(
    situations: list[RetrySituation], max_retries: int, jitter: float
) -> None:
    laws.schedule_holds(situations, max_retries, jitter)


@given(st.integers(1, 10**6), st.floats(0, 1, exclude_max=True))
def test_backoff_is_within_its_bounds_and_never_fails(attempt: int, jitter: float) -> None:
    assert 0 <= retry.backoff(attempt, jitter) < min(8.0, 0.5 * 2.0 ** min(attempt - 1, 30))
    assert retry.backoff(attempt, 0.0) == 0.0


@given(st.text(max_size=12), st.text(max_size=12), st.floats(0, 2**33))
def test_any_header_is_a_wait_or_none(one: str, other: str, now: float) -> None:
    found = retry.wish({"retry-after": one, "retry-after-ms": other}, now)
    assert found is None or found >= 0


def test_a_date_is_a_date_in_each_form_that_http_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    import time

    now = 1445412480.0  # Wed, 21 Oct 2015 07:28:00 GMT
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    time.tzset()
    try:
        for text in (
            "Wed, 21 Oct 2015 07:28:05 GMT",
            "Wednesday, 21-Oct-15 07:28:05 GMT",
            "Wed Oct 21 07:28:05 2015",
            "Wed, 21 Oct 2015 07:28:05 -0000",
        ):
            assert retry.wish({"retry-after": text}, now) == pytest.approx(5.0), text
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "9"}, 9.0),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": formatdate(NOW + 7, usegmt=True)}, 7.0),
        ({"retry-after": formatdate(NOW - 7, usegmt=True)}, 0.0),
        ({"retry-after": "tomorrow"}, None),
        ({}, None),
    ],
)
def test_wishes(headers: dict[str, str], seconds: float | None) -> None:
    assert retry.wish(headers, NOW) == seconds


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
@pytest.mark.parametrize("word", ["true", "false", None])
def test_the_callers_own_mistakes_are_never_sent_again(status: int, word: str | None) -> None:
    headers = {"retry-after": "0", **({"x-should-retry": word} if word else {})}
    outcome = laws.schedule_holds([RetrySituation(status, headers)] * 3, 2, 0.5)
    assert len(outcome.sent) == 1


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529, None])
def test_what_may_pass_is_tried_again_as_often_as_was_said(status: int | None) -> None:
    for max_retries in range(4):
        outcome = laws.schedule_holds([RetrySituation(status)] * 5, max_retries, 0.25)
        assert len(outcome.sent) == max_retries + 1
        assert outcome.slept == [0.25 * 0.5 * 2**n for n in range(max_retries)]


def test_a_wish_for_more_than_a_minute_is_an_error_at_once() -> None:
    outcome = laws.schedule_holds([RetrySituation(429, {"retry-after": "61"})], 2, 0.5)
    assert len(outcome.sent) == 1
    assert outcome.slept == []


@pytest.mark.parametrize("body", [b"<html>", b"", b"[]", b'{"error": {"code": "server_error"}}'])
def test_a_200_that_makes_no_sense_is_not_asked_for_again(body: bytes) -> None:
    for word in ("true", "maybe"):
        reply = laws.Reply(200, {"x-should-retry": word}, body)
        outcome = laws.ask({"messages": []}, laws.Upstream(reply), max_retries=2)
        assert outcome.error is not None
        assert len(outcome.sent) == 1


@pytest.mark.parametrize("error", [APIConnectionError("reset"), APITimeoutError("slow")])
def test_a_body_that_breaks_off_is_asked_for_again(error: Exception) -> None:
    upstream = laws.Upstream(laws.Reply(body=[b'{"cho', error]), laws.Reply(body=b'{"a": 1}'))
    outcome = laws.ask({"messages": []}, upstream, max_retries=1)
    assert outcome.value == {"a": 1}
    assert len(outcome.sent) == 2


def test_every_attempt_is_the_same_request() -> None:
    upstream = laws.Upstream(laws.Reply(500), laws.Reply(500), laws.Reply())
    outcome = laws.ask({"messages": [{"role": "user"}]}, upstream, max_retries=2)
    assert outcome.error is None
    first, *others = outcome.sent
    for other in others:
        assert (other.method, other.url, other.headers, other.body) == (
            first.method,
            first.url,
            first.headers,
            first.body,
        )


def test_delay_is_pure_in_the_error() -> None:
    error = InternalServerError("x", status_code=500, headers={"retry-after": "3"})
    before: dict[str, Any] = dict(vars(error))
    assert [retry.delay(error, n, 2, 0.5, 0.0) for n in (1, 2, 3)] == [3.0, 3.0, None]
    assert vars(error) == before
