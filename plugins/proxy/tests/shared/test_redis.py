"""Replicas that share a real Redis: what they see of each other, and what they leave."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import redis
from replicas import Replica, aged, names, run
from servers import RedisServer

from jackfield_proxy.shared import open_state
from jackfield_proxy.shared.interface import COUNTED

OTHER_PROCESS = """
import asyncio, sys
from jackfield_proxy.shared import open_state

async def main():
    state = open_state(sys.argv[1], print)
    # A busy machine may be late with the first answer; the state is asked until it has one.
    while await state.cooled(["theirs", "ours"]) != {"theirs"}:
        await asyncio.sleep(0.01)
    await state.cool("ours", 600, "seen by another process")
    while "ours" not in await state._remote.resting():
        await asyncio.sleep(0.01)
    await state.aclose()

asyncio.run(main())
"""


def test_replicas_see_each_others_cooldowns_and_failures(redis_alive: RedisServer) -> None:
    async def main() -> None:
        async with Replica(redis_alive.url) as one, Replica(redis_alive.url) as two:
            await one.state.cool("a", 60, "429")
            assert await two.state.cooled(["a", "b"]) == {"a"}
            assert (await two.state.resting())["a"].reason == "429"
            assert [await r.state.failed("a", 60) for r in (one, two, one)] == [1, 2, 3]
            assert one.warnings == two.warnings == []

    run(main())


def test_processes_see_each_others_cooldowns(redis_alive: RedisServer) -> None:
    async def main() -> None:
        async with Replica(redis_alive.url) as here:
            await here.state.cool("theirs", 600, "")
            command = [sys.executable, "-c", OTHER_PROCESS, redis_alive.url]
            done = await asyncio.to_thread(
                subprocess.run, command, capture_output=True, text=True, timeout=25
            )
            assert done.returncode == 0, done.stderr
            assert await here.state.cooled(["theirs", "ours"]) == {"theirs", "ours"}
            rests = await here.state.resting()
            assert rests["ours"].reason == "seen by another process"

    run(main())


def test_nothing_stays_in_redis(redis_alive: RedisServer) -> None:
    async def main() -> None:
        async with Replica(redis_alive.url) as one:
            for number in range(20):
                await one.state.cool(f"d{number}", 50 + number, "")
                await one.state.failed(f"d{number}", 50)
            assert all(name.startswith("jackfield:") for name in names(redis_alive))
            assert len(names(redis_alive)) == 41
            aged(redis_alive, 60)
            await one.state.cool("new", 5, "")
            with redis.Redis.from_url(redis_alive.url) as client:
                # Those that are over left the index with the next cooldown.
                assert client.zcard("jackfield:resting") <= 11
            aged(redis_alive, 100)
            assert names(redis_alive) == set()

    run(main())


def test_a_flood_of_failures_is_one_bounded_set(redis_alive: RedisServer) -> None:
    async def main() -> None:
        async with Replica(redis_alive.url) as one, Replica(redis_alive.url) as two:
            both = [one.state, two.state]
            for state in both:
                await state.cooled(["a"])  # now they are connected
            counts = await asyncio.gather(
                *[both[number % 2].failed("a", 60) for number in range(COUNTED + 50)]
            )
            assert sorted(counts) == [*range(1, COUNTED + 1), *[COUNTED] * 50]
            with redis.Redis.from_url(redis_alive.url) as client:
                assert client.zcard("jackfield:failures:a") == COUNTED

    run(main())


def test_what_is_asked_together_goes_out_together(redis_alive: RedisServer) -> None:
    async def main() -> None:
        async with Replica(redis_alive.url) as one:
            await one.state.cooled(["a"])
            with redis.Redis.from_url(redis_alive.url) as client:
                before = client.info("clients")["connected_clients"]
                await asyncio.gather(*[one.state.cool(f"d{n}", 60, "") for n in range(500)])
                assert client.info("clients")["connected_clients"] == before
            assert len(await one.state.resting()) == 500

    run(main())


def test_a_request_that_goes_away_breaks_nothing(redis_alive: RedisServer) -> None:
    async def main() -> None:
        async with Replica(redis_alive.url) as one:
            await one.state.cooled(["a"])
            for _ in range(20):
                going = [asyncio.create_task(one.state.cool("a", 60, "")) for _ in range(5)]
                staying = asyncio.create_task(one.state.failed("b", 60))
                await asyncio.sleep(0)
                for task in going:
                    task.cancel()
                await asyncio.gather(*going, return_exceptions=True)
                await staying
            assert await one.state.failed("b", 60) == 21
            assert await one.state.cooled(["a"]) == {"a"}
            assert one.warnings == []

    run(main())


def test_the_opened_state_shares_what_it_cools(redis_alive: RedisServer) -> None:
    async def main() -> None:
        warnings: list[str] = []
        state = open_state(redis_alive.url, warnings.append)
        async with Replica(redis_alive.url) as other:
            await state.cool("a", 600, "429")
            assert await state.cooled(["a"]) == {"a"}
            # However busy the machine: what came too late is told again.
            while await other.state.cooled(["a"]) != {"a"}:
                await state.failed("b", 60)
                await asyncio.sleep(0.01)
        await state.aclose()

    run(main())


def test_replies_may_be_decoded_and_of_another_protocol(redis_alive: RedisServer) -> None:
    async def main() -> None:
        url = f"{redis_alive.url}?decode_responses=yes&protocol=3"
        async with Replica(url) as one:
            await one.state.cool("ключ", 60, "причина")
            assert await one.state.failed("ключ", 60) == 1
            assert await one.state.cooled(["ключ"]) == {"ключ"}
            assert (await one.state.resting())["ключ"].reason == "причина"
            assert one.warnings == []

    run(main())
