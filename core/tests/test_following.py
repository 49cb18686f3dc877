"""Calls of several requests: polling with an end, progress, what is known when it fails."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield.answers import Next
from jackfield.effects import Answer, Sleep
from jackfield.envelope import WireRequest
from jackfield.errors import APITimeoutError, InternalServerError, PluginError
from jackfield.following import MAX_REQUESTS, follow
from jackfield.progress import Progress
from jackfield.surfaces import VIDEO
from jackfield.views import View


@attrs.frozen
class FakeRoute:
    surface: Any = VIDEO
    provider: str = "acme"


@attrs.frozen
class FakeCall:
    operation: str = "list"
    model: str = "m"


@attrs.frozen
class FakeRelay:
    distribution: str = "acme-video"


@attrs.frozen
class FakeLayer:
    route: Any = FakeRoute()
    call: Any = FakeCall()
    relay: Any = FakeRelay()


class Clock:
    """A context whose time passes only by sleeping, or not at all."""

    def __init__(self, *, stands: bool = False) -> None:
        self.time = 0.0
        self.stands = stands
        self.told: list[Progress] = []
        self.report: Any = self.told.append

    def now(self) -> float:
        return self.time


def run(first: Next, answers: list[Any], clock: Clock) -> tuple[Any, list[float]]:
    """Drive it with these answers; the outcome, and how long it slept each time."""
    slept: list[float] = []
    given_answers = iter(answers)

    def ask(request: WireRequest, state: Any) -> Any:
        answer = next(given_answers)
        if isinstance(answer, Exception):
            raise answer
        return answer
        yield

    layer: Any = FakeLayer()
    context: Any = clock
    flow = follow(first, ask, layer, layer, context)
    try:
        effect = next(flow)
        while True:
            assert isinstance(effect, Sleep)
            slept.append(effect.seconds)
            if not clock.stands:
                clock.time += effect.seconds
            effect = flow.send(None)
    except StopIteration as stop:
        return stop.value, slept


def step(after: float, **more: Any) -> Next:
    return Next(WireRequest("GET", "/jobs/1"), after, **more)


@given(st.lists(st.floats(0.1, 50), max_size=20), st.floats(1, 500), st.booleans())
def test_it_waits_as_told_and_never_longer_than_within(
    pauses: list[float], within: float, stands: bool
) -> None:
    steps = [step(pause, within=within) for pause in pauses]
    clock = Clock(stands=stands)
    end = Answer({"id": "x"})
    wanted, left = [], within
    for pause in pauses:
        if left <= 0:
            with pytest.raises(APITimeoutError) as caught:
                run(steps[0], [*steps[1:], end], clock)
            assert caught.value.phase == "wait"
            assert not caught.value.retryable
            return
        wanted.append(min(pause, left))
        left = within - sum(wanted)
    if steps:
        outcome, slept = run(steps[0], [*steps[1:], end], clock)
        assert outcome is end
        assert slept == pytest.approx(wanted)


def test_each_step_is_told_with_what_is_known() -> None:
    clock = Clock()
    first = step(1, progress=0, partial={"object": "list", "id": "job"})
    second = step(2, progress=50, partial={"object": "list", "id": "job", "more": 1})
    run(first, [second, Answer({"id": "job", "whole": True})], clock)
    assert [(p.stage, p.done, p.total) for p in clock.told] == [
        ("wait", 0, 100),
        ("wait", 50, 100),
        ("wait", 100, 100),
    ]
    assert all(isinstance(p.partial, View) for p in clock.told)
    assert clock.told[1].partial["more"] == 1
    assert clock.told[2].partial["whole"] is True


def test_an_error_on_the_way_carries_what_is_known() -> None:
    with pytest.raises(InternalServerError) as caught:
        run(step(1, partial={"id": "job_1"}), [InternalServerError("broken")], Clock())
    assert caught.value.partial.id == "job_1"


def test_an_error_that_carries_something_itself_keeps_it() -> None:
    error = InternalServerError("broken")
    error.partial = "its own"
    with pytest.raises(InternalServerError) as caught:
        run(step(1, partial={"id": "job_1"}), [error], Clock())
    assert caught.value.partial == "its own"


def test_a_job_that_is_not_finished_in_time_names_itself() -> None:
    steps = [step(4, within=10, partial={"id": "job_1"}) for _ in range(9)]
    with pytest.raises(APITimeoutError, match=r"waited 10 s.*job_1") as caught:
        run(steps[0], steps[1:], Clock())
    assert caught.value.partial.id == "job_1"
    assert caught.value.provider == "acme"


def test_a_job_whose_progress_nobody_knows_is_told_too() -> None:
    clock = Clock()
    run(step(1, partial={"id": "job"}), [step(1), Answer({"id": "job"})], clock)
    told = [(p.done, p.total, p.partial.id) for p in clock.told]
    assert told == [(0, None, "job"), (0, None, "job"), (100, 100, "job")]


def test_with_a_limit_that_no_waiting_reaches_it_ends_with_what_is_known() -> None:
    steps = [step(0, within=10, partial={"id": "job_1"})] * (MAX_REQUESTS + 1)
    with pytest.raises(APITimeoutError) as caught:
        run(steps[0], steps[1:], Clock())
    assert caught.value.partial.id == "job_1"


def test_without_a_limit_it_ends_somewhere() -> None:
    steps = [step(0)] * (MAX_REQUESTS + 1)
    with pytest.raises(PluginError, match="without an end"):
        run(steps[0], steps[1:], Clock())
