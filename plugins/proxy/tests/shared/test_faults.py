"""A Redis that is down, hangs, dies, comes back, or refuses: requests never notice."""

from __future__ import annotations

import asyncio

import pytest
from rawserver import RawServer, refused_port
from replicas import Clock, Replica, at_once, connected, run, until
from servers import RedisServer

IMPATIENT = {"patience": 0.02, "giving_up": 0.1}


async def used(replica: Replica) -> None:
    """All that a request may do; it gives what a process by itself would know."""
    await replica.state.cool("own", 60, "seen here")
    assert await replica.state.cooled(["own", "other"]) == {"own"}
    assert (await replica.state.resting())["own"].reason == "seen here"


def test_without_a_server_a_process_goes_by_what_it_knows() -> None:
    async def main() -> None:
        url = f"redis://:hunter22@127.0.0.1:{refused_port()}/0"
        async with Replica(url) as one:
            await used(one)
            assert [await one.state.failed("own", 60) for _ in range(3)] == [1, 2, 3]
            (warning,) = one.warnings
            assert "127.0.0.1:" in warning
            assert "hunter22" not in warning
            # Known to be down: nobody waits for it, until it is time to try again.
            assert at_once(one.state.cooled(["own"])) == {"own"}
            for _ in range(59):
                one.clock.now += 1
                await one.state.cooled(["own"])
            assert len(one.warnings) == 1
            one.clock.now += 1
            await one.state.cooled(["own"])
            assert len(one.warnings) == 2

    run(main())


def test_attempts_to_connect_get_rarer_but_not_too_rare(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        async with Replica(f"redis://127.0.0.1:{refused_port()}") as one:
            attempts = []
            connect = one.line._connect

            async def counted() -> None:
                attempts.append(one.clock.now - 1_000)
                await connect()

            monkeypatch.setattr(one.line, "_connect", counted)
            for _ in range(60):
                await one.state.cooled(["a"])
                one.clock.now += 1
            assert attempts == [0, 1, 3, 7, 15, 25, 35, 45, 55]

    run(main())


def test_a_server_killed_and_started_again(redis_mortal: RedisServer) -> None:
    async def main() -> None:
        clock = Clock()
        async with (
            Replica(redis_mortal.url, clock) as one,
            Replica(redis_mortal.url, clock) as two,
        ):
            await one.state.cool("before", 600, "one's")
            assert set(await two.state.resting()) == {"before"}
            redis_mortal.kill()
            await one.state.cool("during", 600, "one's")
            assert await one.state.cooled(["before", "during"]) == {"before", "during"}
            # The other one learnt of the first before, and cannot know of the second.
            assert await two.state.cooled(["before", "during"]) == {"before"}
            assert [len(r.warnings) for r in (one, two)] == [1, 1]

            redis_mortal.start()
            clock.now += 10
            # The next question finds it again, and tells it what it missed or forgot.
            assert await one.state.cooled(["before", "during"]) == {"before", "during"}
            assert await two.state.cooled(["before", "during"]) == {"before", "during"}
            assert (await two.state.resting())["during"].reason == "one's"
            assert [len(r.warnings) for r in (one, two)] == [1, 1]

    run(main())


def test_a_second_outage_starts_with_short_pauses_again(redis_mortal: RedisServer) -> None:
    async def main() -> None:
        async with Replica(redis_mortal.url) as one:
            await one.state.cool("a", 6_000, "")
            for _ in range(2):
                redis_mortal.kill()
                for _ in range(5):
                    await one.state.cooled(["a"])
                    one.clock.now += 10
                redis_mortal.start()
                await one.state.cooled(["a"])
            redis_mortal.restart("--maxmemory", "1")
            await one.state.cool("b", 60, "")
            redis_mortal.restart()
            one.clock.now += 1
            await one.state.cooled(["b"])
            async with Replica(redis_mortal.url) as two:
                assert await two.state.cooled(["b"]) == {"b"}

    run(main())


def test_a_server_restarted_between_two_questions_is_not_missed(redis_mortal: RedisServer) -> None:
    async def main() -> None:
        async with Replica(redis_mortal.url) as one:
            assert await one.state.failed("a", 60) == 1
            redis_mortal.restart()
            assert await one.state.failed("a", 60) in (1, 2)
            one.clock.now += 10
            await one.state.cool("a", 60, "")
            async with Replica(redis_mortal.url) as two:
                await until_shared(one, two)

    run(main())


async def until_shared(one: Replica, two: Replica) -> None:
    """Until two sees what one cooled, while requests go on and time passes."""
    while await two.state.cooled(["a"]) != {"a"}:
        one.clock.now += 1
        await one.state.cooled(["a"])


def test_a_server_that_hangs_is_left_alone_until_it_answers(redis_mortal: RedisServer) -> None:
    async def main() -> None:
        async with Replica(redis_mortal.url) as two:
            one = Replica(redis_mortal.url, patience=0.02)
            await connected(one)
            one.warnings.clear()
            one.clock.now += 60
            redis_mortal.freeze()
            await used(one)
            assert len(one.warnings) == 1
            assert "20 ms" in one.warnings[0]
            # One waited; nobody else does while the answer is out.
            assert at_once(one.state.cooled(["own"])) == {"own"}
            assert at_once(one.state.failed("own", 60)) == 1
            redis_mortal.thaw()
            await until(lambda: one.line._sender is None)
            while await two.state.cooled(["own"]) != {"own"}:
                await one.state.cooled(["own"])
            # It is asked again, and what others cool is seen.
            await two.state.cool("other", 60, "")
            while await one.state.cooled(["other"]) != {"other"}:
                await two.state.cooled(["other"])
            await one.state.aclose()

    run(main())


def test_a_server_that_hangs_for_long_is_connected_to_anew(redis_mortal: RedisServer) -> None:
    async def main() -> None:
        one = Replica(redis_mortal.url, **IMPATIENT)
        await connected(one)
        redis_mortal.freeze()
        await used(one)
        await until(lambda: not one.line._up and one.line._sender is None)
        assert at_once(one.state.cooled(["own"])) == {"own"}
        redis_mortal.thaw()
        async with Replica(redis_mortal.url) as two:
            while await two.state.cooled(["own"]) != {"own"}:
                one.clock.now += 10
                await one.state.cooled(["own"])
        await one.state.aclose()

    run(main())


def test_a_burst_while_it_hangs_is_answered_and_not_queued(redis_mortal: RedisServer) -> None:
    async def main() -> None:
        one = Replica(redis_mortal.url, patience=0.02)
        await connected(one)
        one.warnings.clear()
        redis_mortal.freeze()
        await asyncio.gather(*[one.state.failed("a", 60) for _ in range(200)])
        assert one.line._late
        queued = len(one.line._waiting)
        for _ in range(200):
            at_once(one.state.failed("a", 60))
        assert len(one.line._waiting) == queued
        assert len(one.warnings) <= 1
        await one.state.aclose()
        assert at_once(one.state.cooled(["a"])) == frozenset()

    run(main())


@pytest.mark.parametrize(
    "url",
    [
        "redis://:wrong-password@127.0.0.1:{port}",
        "redis://wrong-user:wrong-password@127.0.0.1:{port}",
        "redis://127.0.0.1:{port}?password=wrong-password",
        "redis://127.0.0.1:{port}",
        "rediss://:wrong-password@127.0.0.1:{port}",
        "redis://:wrong-password@127.0.0.1:{port}/99",
        "unix:///nowhere/redis.sock?password=wrong-password",
    ],
)
def test_a_server_that_refuses_is_named_without_a_password(
    redis_mortal: RedisServer, url: str
) -> None:
    async def main() -> None:
        # The server does not answer to TLS, and that takes as long as it may.
        more = {"connecting": 0.1} if url.startswith("rediss") else {}
        async with Replica(url.format(port=redis_mortal.port), **more) as one:
            await used(one)
            (warning,) = one.warnings
            assert "wrong-password" not in warning
            assert "wrong-user" not in warning
            assert "sésame" not in warning
            where = "/nowhere/redis.sock" if url.startswith("unix") else f"{redis_mortal.port}"
            assert where in warning

    run(main())


def test_a_server_that_may_not_be_written_is_as_good_as_none(redis_mortal: RedisServer) -> None:
    async def main() -> None:
        redis_mortal.restart("--replicaof", "127.0.0.1", str(refused_port()))
        async with Replica(redis_mortal.url) as one:
            await used(one)
            (warning,) = one.warnings
            assert "read only" in warning
            assert "redis.call('SET'" not in warning
            redis_mortal.restart()
            one.clock.now += 10
            async with Replica(redis_mortal.url) as two:
                await one.state.cooled(["own"])
                assert await two.state.cooled(["own"]) == {"own"}

    run(main())


def test_a_server_that_is_full_is_as_good_as_none(redis_mortal: RedisServer) -> None:
    async def main() -> None:
        redis_mortal.restart("--maxmemory", "1")
        async with Replica(redis_mortal.url) as one:
            await used(one)
            assert len(one.warnings) == 1
            assert "memory" in one.warnings[0]

    run(main())


def test_something_else_than_redis(serve_bytes: RawServer) -> None:
    async def main() -> None:
        async with Replica(f"redis://127.0.0.1:{serve_bytes.port}", connecting=0.1) as one:
            await used(one)
            assert len(one.warnings) == 1

    run(main())


def test_a_closed_state_still_answers(redis_mortal: RedisServer) -> None:
    async def main() -> None:
        one = Replica(redis_mortal.url)
        await one.state.cool("own", 60, "")
        await one.state.aclose()
        one.clock.now += 30
        assert at_once(one.state.cooled(["own"])) == {"own"}
        assert at_once(one.state.failed("own", 60)) == 1
        await one.state.aclose()
        assert one.warnings == []

    run(main())
