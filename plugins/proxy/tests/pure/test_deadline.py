"""A limit is reached when it would be with a timer of its own, at a fraction of the timers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jackfield_proxy.wire.deadline import Deadline


class Clock:
    """An event loop's clock and timers, moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.timers: list[tuple[float, Callable[[], Any], Clock.Handle]] = []
        self.made = 0

    class Handle:
        """A timer's handle."""

        cancelled = False

        def cancel(self) -> None:
            self.cancelled = True

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, what: Callable[[], Any]) -> Clock.Handle:
        self.made += 1
        handle = Clock.Handle()
        self.timers.append((when, what, handle))
        return handle

    def waiting(self) -> list[tuple[float, Callable[[], Any], Clock.Handle]]:
        return [timer for timer in self.timers if not timer[2].cancelled]

    def pass_to(self, then: float) -> None:
        while due := [timer for timer in self.waiting() if timer[0] <= then]:
            first = min(due, key=lambda timer: timer[0])
            self.timers.remove(first)
            self.now = max(self.now, first[0])
            first[1]()
        self.now = then


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("set"), st.integers(1, 20)),
        st.tuples(st.just("lift"), st.just(0)),
        st.tuples(st.just("pass"), st.integers(0, 15)),
    ),
    max_size=40,
)


@given(STEPS)
def test_it_rings_when_a_timer_would(steps: list[tuple[str, int]]) -> None:
    clock = Clock()
    rung: list[float] = []
    deadline = Deadline(clock, lambda: rung.append(clock.now))  # type: ignore[arg-type]  # by hand
    wanted: list[float] = []
    due: float | None = None
    for what, amount in [*steps, ("pass", 100)]:
        if what == "set":
            due = clock.now + amount
            deadline.set(amount)
        elif what == "lift":
            due = None
            deadline.lift()
        else:
            then = clock.now + amount
            if due is not None and due <= then:
                wanted.append(due)
                due = None
            clock.pass_to(then)
        assert rung == wanted
        assert deadline.running == (due is not None)
        assert len(clock.waiting()) <= 1


@given(STEPS)
def test_after_its_end_nothing_is_left(steps: list[tuple[str, int]]) -> None:
    clock = Clock()
    rung: list[float] = []
    deadline = Deadline(clock, lambda: rung.append(clock.now))  # type: ignore[arg-type]  # by hand
    for what, amount in steps:
        if what == "pass":
            clock.pass_to(clock.now + amount)
        elif what == "set":
            deadline.set(amount)
        else:
            deadline.lift()
    before = list(rung)
    deadline.end()
    deadline.set(1)
    clock.pass_to(clock.now + 100)
    assert (rung, clock.waiting(), deadline.running) == (before, [], False)


def test_a_thousand_requests_make_few_timers() -> None:
    clock = Clock()
    deadline = Deadline(clock, lambda: None)  # type: ignore[arg-type]  # by hand
    for _ in range(1000):
        deadline.set(60)
        clock.pass_to(clock.now + 0.1)
        deadline.lift()
    assert clock.made <= 3


def test_on_a_real_loop() -> None:
    async def wait() -> None:
        reached = asyncio.Event()
        deadline = Deadline(asyncio.get_running_loop(), reached.set)
        deadline.set(3600)
        deadline.set(0.01)
        async with asyncio.timeout(30):
            await reached.wait()
        assert not deadline.running

    asyncio.run(wait())
