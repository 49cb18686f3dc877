"""The copy in front of a remote state: how often it asks, and what it may miss."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

from replicas import Clock, at_once, run, until

from jackfield_proxy.shared import Rest
from jackfield_proxy.shared.cached import Cached
from jackfield_proxy.shared.memory import Memory


class Remote(Memory):
    """A state far away: it counts questions, and answers when the test lets it."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock, clock.wall)
        self.asked = 0
        self.open = asyncio.Event()
        self.open.set()
        self.closed = False

    async def resting(self) -> Mapping[str, Rest]:
        self.asked += 1
        await self.open.wait()
        return await super().resting()

    async def aclose(self) -> None:
        self.closed = True


def copy() -> tuple[Cached, Remote, Clock]:
    clock = Clock()
    remote = Remote(clock)
    return Cached(remote, clock, clock.wall), remote, clock


def test_it_asks_once_in_a_quarter_of_a_second() -> None:
    async def main() -> None:
        state, remote, clock = copy()
        for _ in range(1_000):
            await state.cooled(["a"])
            await asyncio.sleep(0)
            clock.now += 0.001
        assert remote.asked == 4
        await state.aclose()
        assert remote.closed

    run(main())


def test_a_due_copy_is_answered_from_while_it_is_renewed() -> None:
    async def main() -> None:
        state, remote, clock = copy()
        await state.cooled(["a"])
        remote.open.clear()
        await remote.cool("a", 60, "another replica's")
        clock.now += 0.25
        assert at_once(state.cooled(["a"])) == frozenset()
        await until(lambda: remote.asked == 2)
        assert at_once(state.cooled(["a"])) == frozenset()
        remote.open.set()
        await until(lambda: state._renewing is None)
        assert at_once(state.cooled(["a", "b"])) == {"a"}
        assert remote.asked == 2
        await state.aclose()

    run(main())


def test_an_old_copy_is_renewed_first_once_for_all() -> None:
    async def main() -> None:
        state, remote, clock = copy()
        await remote.cool("a", 60, "")
        assert await state.cooled(["a"]) == {"a"}
        await remote.cool("b", 60, "")
        clock.now += 1
        answers = await asyncio.gather(*[state.cooled(["a", "b"]) for _ in range(50)])
        assert set(answers) == {frozenset({"a", "b"})}
        assert remote.asked == 2
        await state.aclose()

    run(main())


def test_a_request_that_goes_away_leaves_the_answer_to_the_others() -> None:
    async def main() -> None:
        state, remote, _ = copy()
        await remote.cool("a", 60, "")
        remote.open.clear()
        gone = asyncio.create_task(state.cooled(["a"]))
        stays = asyncio.create_task(state.cooled(["a"]))
        await until(lambda: remote.asked == 1)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        remote.open.set()
        assert await stays == {"a"}
        assert gone.cancelled()
        assert remote.asked == 1
        await state.aclose()

    run(main())


def test_an_own_cooldown_is_seen_before_the_remote_knows() -> None:
    async def main() -> None:
        state, remote, clock = copy()
        await state.cooled(["a"])
        remote.open.clear()
        clock.now += 0.3
        at_once(state.cooled(["a"]))
        await state.cool("a", 5, "")
        assert at_once(state.cooled(["a"])) == {"a"}
        remote.open.set()
        await until(lambda: state._renewing is None)
        assert at_once(state.cooled(["a"])) == {"a"}
        assert await remote.cooled(["a"]) == {"a"}
        clock.now += 5
        assert await state.cooled(["a"]) == frozenset()
        await state.aclose()

    run(main())


def test_closing_does_not_wait_for_a_remote_that_hangs() -> None:
    async def main() -> None:
        state, remote, _ = copy()
        remote.open.clear()
        waits = asyncio.create_task(state.cooled(["a"]))
        await until(lambda: remote.asked == 1)
        await state.aclose()
        assert await waits == frozenset()
        await state.cool("a", 5, "")
        assert at_once(state.cooled(["a"])) == {"a"}

    run(main())
