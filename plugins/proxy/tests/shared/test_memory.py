"""The state in one process: when things end, and how much is kept."""

from __future__ import annotations

import pytest
from replicas import EPOCH, Clock, at_once

from jackfield_proxy.shared.expiring import LIMIT
from jackfield_proxy.shared.interface import COUNTED, Rest
from jackfield_proxy.shared.memory import Memory


def memory(**more: int) -> tuple[Memory, Clock]:
    clock = Clock()
    return Memory(clock, clock.wall, **more), clock


def test_a_cooldown_ends_on_time() -> None:
    state, clock = memory()
    at_once(state.cool("a", 5, "429"))
    clock.now += 4.999
    assert at_once(state.cooled(["a", "b"])) == {"a"}
    clock.now = 1_005.0
    assert at_once(state.cooled(["a", "b"])) == frozenset()


def test_a_shorter_cooldown_does_not_end_a_longer_one() -> None:
    state, clock = memory()
    at_once(state.cool("a", 60, "Retry-After"))
    at_once(state.cool("a", 5, "another request"))
    assert at_once(state.resting()) == {"a": Rest(EPOCH + clock.now + 60, 60.0, "Retry-After")}
    at_once(state.cool("a", 61, "still"))
    assert at_once(state.resting())["a"].reason == "still"


def test_a_failure_is_forgotten_after_its_window() -> None:
    state, clock = memory()
    assert at_once(state.failed("a", 10)) == 1
    clock.now += 6
    assert at_once(state.failed("a", 10)) == 2
    assert at_once(state.failed("b", 10)) == 1
    clock.now += 4
    assert at_once(state.failed("a", 10)) == 2
    clock.now += 10
    assert at_once(state.failed("a", 10)) == 1


@pytest.mark.parametrize("window", [0.0, -5.0, float("nan"), float("-inf")])
def test_without_a_window_a_failure_counts_for_itself(window: float) -> None:
    state, clock = memory()
    for _ in range(3):
        assert at_once(state.failed("a", window)) == 1
        clock.now += 0.002


def test_a_flood_of_failures_is_not_kept() -> None:
    state, _ = memory()
    counts = [at_once(state.failed("a", 60)) for _ in range(COUNTED + 100)]
    assert counts == [*range(1, COUNTED + 1), *[COUNTED] * 100]
    assert len(state._failures.entries["a"][1]) == COUNTED


def test_what_is_over_does_not_pile_up() -> None:
    state, clock = memory()
    for number in range(5_000):
        at_once(state.cool(f"deployment {number}", 1, ""))
        at_once(state.failed(f"deployment {number}", 1))
        clock.now += 0.1
        assert len(state._rests.entries) <= 64
        assert len(state._failures.entries) <= 64
    clock.now += 1
    assert at_once(state.cooled(["x"])) == frozenset()
    assert not state._rests.entries


def test_a_flood_of_keys_drops_those_that_end_first() -> None:
    state, _ = memory(limit=100)
    for number in range(1_000):
        at_once(state.cool(str(number), 1_000 - number if number % 2 else 5_000 + number, ""))
        at_once(state.failed(str(number), 10 + number))
        assert len(state._rests.entries) <= 100
        assert len(state._failures.entries) <= 100
    kept = at_once(state.resting())
    assert "998" in kept
    assert len(kept) >= 50
    latest = [number for number in range(1_000) if not number % 2][-25:]
    assert {str(number) for number in latest} <= set(kept)
    assert LIMIT > 100


def test_nothing_is_changed_in_what_is_given() -> None:
    state, _ = memory()
    at_once(state.cool("a", 5, ""))
    keys = ("b", "a", "a")
    assert at_once(state.cooled(keys)) == {"a"}
    assert keys == ("b", "a", "a")
    seen = at_once(state.resting())
    at_once(state.cool("b", 5, ""))
    assert set(seen) == {"a"}
