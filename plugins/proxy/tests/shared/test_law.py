"""One model for every `State`: alone, in Redis by two replicas, and with a copy in front."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, ClassVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from replicas import EPOCH, Clock, Replica, aged, emptied
from servers import RedisServer

from jackfield_proxy.shared import State
from jackfield_proxy.shared.cached import Cached
from jackfield_proxy.shared.interface import COUNTED, LONGEST, REASON
from jackfield_proxy.shared.memory import Memory

# Steps of a thousand seconds, ends between them: what a real server's clock adds is far less.
STEP = 1_000
WINDOWS = st.one_of(
    st.integers(0, 90).map(lambda n: (n + 0.5) * STEP), st.sampled_from([float("inf"), 1e9])
)
DURATIONS = st.one_of(WINDOWS, st.sampled_from([0.0, -1.0, float("nan"), float("-inf")]))
KEYS = st.one_of(
    st.sampled_from(["a", "b", "ing", "rest:a", "gpt-4o/0", "", "*?[a]", "\r\n", "ключ", "\ud800"]),
    st.text(max_size=4),
)

REASONS = ["", "429", "Überlast: 過負荷", "\ud800", "\r\n$-1\r\n", "x" * 199 + "é€", "\0" * 500]


class Model:
    """What a state is: ends of cooldowns and of failures."""

    def __init__(self) -> None:
        self.now = 0.0
        self.rests: dict[str, tuple[float, str]] = {}
        self.failures: dict[str, list[float]] = {}

    def cool(self, key: str, seconds: float, reason: str) -> None:
        end = self.now + min(seconds, LONGEST)
        if seconds > 0 and end > self.rests.get(key, (self.now, ""))[0]:
            self.rests[key] = (end, reason[:REASON])

    def reason(self, seconds: float) -> str:
        end = self.now + min(seconds, LONGEST)
        return REASONS[int(end // 100) % len(REASONS)] if seconds > 0 else ""

    def resting(self) -> dict[str, tuple[float, str]]:
        return {k: (end - self.now, why) for k, (end, why) in self.rests.items() if end > self.now}

    def failed(self, key: str, window: float) -> int:
        ends = self.failures.setdefault(key, [])
        ends.append(self.now + min(window, LONGEST))
        return min(COUNTED, sum(end > self.now for end in ends))


class Law(RuleBasedStateMachine):
    """Drives replicas that share a state, each step by one of them."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.clock = Clock()
        self.model = Model()
        self.replicas: list[State] = self.runner.run(self.opened())

    async def opened(self) -> list[State]:
        raise NotImplementedError

    def passes(self, seconds: int) -> None:
        """Time for what does not look at the clock."""

    def teardown(self) -> None:
        for state in self.replicas:
            self.runner.run(state.aclose())
        self.runner.close()

    def ask(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return self.runner.run(coroutine)

    @rule(which=st.integers(0, 1), key=KEYS, seconds=DURATIONS)
    def cool(self, which: int, key: str, seconds: float) -> None:
        # What ends at the same time has the same reason: a real server's clock goes on between two.
        reason = self.model.reason(seconds)
        self.ask(self.replicas[which % len(self.replicas)].cool(key, seconds, reason))
        self.model.cool(key, seconds, reason)

    @rule(which=st.integers(0, 1), key=KEYS, window=WINDOWS)
    def fail(self, which: int, key: str, window: float) -> None:
        given = self.ask(self.replicas[which % len(self.replicas)].failed(key, window))
        assert given == self.model.failed(key, window)

    @rule(steps=st.integers(1, 40))
    def wait(self, steps: int) -> None:
        self.clock.now += steps * STEP
        self.model.now += steps * STEP
        self.passes(steps * STEP)

    @rule(keys=st.lists(KEYS))
    def look(self, keys: list[str]) -> None:
        for state in self.replicas:
            assert self.ask(state.cooled(keys)) == self.model.resting().keys() & set(keys)

    @invariant()
    def agrees(self) -> None:
        expected = self.model.resting()
        for state in self.replicas:
            seen = self.ask(state.resting())
            assert {key: rest.reason for key, rest in seen.items()} == {
                key: why for key, (_, why) in expected.items()
            }
            for key, rest in seen.items():
                assert rest.seconds == pytest.approx(expected[key][0], abs=STEP / 10)
                assert rest.until == pytest.approx(EPOCH + self.clock.now + rest.seconds)


class InMemory(Law):
    async def opened(self) -> list[State]:
        return [Memory(self.clock, self.clock.wall)]


class Copied(Law):
    """A copy is as good as what it copies where nobody else writes, or it is old."""

    async def opened(self) -> list[State]:
        shared = Memory(self.clock, self.clock.wall)
        return [Cached(shared, self.clock, self.clock.wall, every=0.0, old=0.0) for _ in range(2)]


class InRedis(Law):
    server: ClassVar[RedisServer]

    async def opened(self) -> list[State]:
        emptied(self.server)
        both = [Replica(self.server.url, self.clock) for _ in range(2)]
        self.warnings = [replica.warnings for replica in both]
        return [replica.state for replica in both]

    def passes(self, seconds: int) -> None:
        aged(self.server, seconds)

    @invariant()
    def redis_answered(self) -> None:
        assert self.warnings == [[], []]


# A profile says how many examples; each is up to thirty steps.
STEPS = settings(stateful_step_count=30, deadline=None)


@pytest.mark.parametrize("law", [InMemory, Copied])
def test_a_process_follows_the_model(law: type[Law]) -> None:
    run_state_machine_as_test(law, settings=STEPS)


def test_two_replicas_on_one_redis_follow_the_model(one_redis: RedisServer) -> None:
    InRedis.server = one_redis
    run_state_machine_as_test(InRedis, settings=STEPS)
