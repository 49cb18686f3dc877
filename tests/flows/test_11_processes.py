"""Flow 11: `asyncio.run` twice, threads that share a client, and a fork."""

from __future__ import annotations

import asyncio
import gc
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import answers
import pytest
from plugging import provider
from rawserver import RawServer

import jackfield

PIECES = answers.events(answers.chunks("Hel", "lo"))


@pytest.fixture
def upstream(serve: Callable[..., RawServer]) -> RawServer:
    def answer(asked: Any, wire: Any) -> None:
        if asked.json.get("stream"):
            wire.stream(PIECES)
        else:
            wire.reply(200, answers.completion(asked.json["messages"][0]["content"]))

    return serve(answer)


def said(text: str) -> list[dict[str, str]]:
    return [{"role": "user", "content": text}]


def test_one_async_client_serves_one_loop_after_another(upstream: RawServer) -> None:
    client = jackfield.AsyncClient(plugins=[provider("acme", upstream.base_url)])

    async def main(text: str) -> str:
        stream = await client.completion("acme/m", answers.HELLO, stream=True)
        async for _ in stream:
            pass
        result = await client.completion("acme/m", said(text))
        return str(result.choices[0].message.content)

    for text in ("one", "two", "three"):
        assert asyncio.run(main(text)) == text
        gc.collect()
    assert len(client._transport._pools) == 0
    assert upstream.connections == 3


def test_module_level_functions_do_too(
    upstream: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jackfield, "api_key", "k")
    monkeypatch.setattr(jackfield, "api_base", upstream.base_url)
    for text in ("one", "two"):
        result = asyncio.run(jackfield.acompletion("gpt-4o", said(text)))
        assert result.choices[0].message.content == text


def test_loops_in_several_threads_share_an_async_client(upstream: RawServer) -> None:
    client = jackfield.AsyncClient(plugins=[provider("acme", upstream.base_url)])

    async def main(name: str) -> list[Any]:
        calls = [client.completion("acme/m", said(f"{name}-{i}")) for i in range(5)]
        return [r.choices[0].message.content for r in await asyncio.gather(*calls)]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda name: asyncio.run(main(name)), "abcd"))
    assert found == [[f"{name}-{i}" for i in range(5)] for name in "abcd"]


def test_eight_threads_share_a_client_from_its_first_call_on(
    upstream: RawServer, tidy: Any
) -> None:
    together = threading.Barrier(8)
    with jackfield.Client(plugins=[provider("acme", upstream.base_url)]) as client:

        def work(number: int) -> list[str]:
            together.wait()
            found = []
            for turn in range(10):
                text = f"{number}-{turn}"
                result = client.completion("acme/m", said(text))
                found.append(str(result.choices[0].message.content))
                chunks = list(client.completion("acme/m", answers.HELLO, stream=True))
                assert [chunk.to_dict() for chunk in chunks] == answers.chunks("Hel", "lo")
            return found

        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(work, range(8)))
        assert found == [[f"{number}-{turn}" for turn in range(10)] for number in range(8)]
        tidy(client)
    assert upstream.connections <= 8


def test_discovery_in_eight_threads_happens_once(monkeypatch: pytest.MonkeyPatch) -> None:
    from jackfield import discovery

    real, counted = discovery.discover, []

    def counting(*args: Any) -> Any:
        counted.append(threading.get_ident())
        return real(*args)

    monkeypatch.setattr(discovery, "discover", counting)
    together = threading.Barrier(8)
    client = jackfield.Client(plugins=["openai"])

    def work(number: int) -> Any:
        together.wait()
        return client.explain("gpt-4o")

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(work, range(8)))
    assert len(counted) == 1
    assert all(each == found[0] for each in found)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_calls_on_connections_of_its_own(upstream: RawServer, tidy: Any) -> None:
    with jackfield.Client(plugins=[provider("acme", upstream.base_url)]) as client:
        client.completion("acme/m", said("before"))
        held = client.completion("acme/m", answers.HELLO, stream=True)
        next(held)
        before = upstream.connections
        child = os.fork()
        if child == 0:
            status = 1
            try:
                result = client.completion("acme/m", said("child"))
                chunks = list(client.completion("acme/m", answers.HELLO, stream=True))
                fine = result.choices[0].message.content == "child" and len(chunks) == 4
                status = 0 if fine else 2
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        assert os.waitstatus_to_exitcode(status) == 0
        assert upstream.connections == before + 1
        assert len(list(held)) == 3  # the parent's stream was not touched
        assert client.completion("acme/m", said("after")).choices[0].message.content == "after"
        assert upstream.connections == before + 1
        tidy(client)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_can_run_a_loop_of_its_own(upstream: RawServer) -> None:
    client = jackfield.AsyncClient(plugins=[provider("acme", upstream.base_url)])

    async def main(text: str) -> Any:
        return (await client.completion("acme/m", said(text))).choices[0].message.content

    assert asyncio.run(main("before")) == "before"
    child = os.fork()
    if child == 0:
        status = 1
        try:
            status = 0 if asyncio.run(main("child")) == "child" else 2
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert asyncio.run(main("after")) == "after"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_fork_while_other_threads_are_in_calls_does_not_hang_the_child(
    serve: Callable[..., RawServer],
) -> None:
    reached, go = threading.Event(), threading.Event()

    def answer(asked: Any, wire: Any) -> None:
        if asked.json["messages"][0]["content"] == "slow":
            reached.set()
            go.wait(10)
        wire.reply(200, answers.completion("x"))

    server = serve(answer)
    with jackfield.Client(plugins=[provider("acme", server.base_url)]) as client:
        busy = threading.Thread(target=client.completion, args=("acme/m", said("slow")))
        busy.start()
        assert reached.wait(10)
        child = os.fork()
        if child == 0:
            status = 1
            try:
                client.completion("acme/m", said("child"))
                status = 0
            finally:
                os._exit(status)
        _, status = os.waitpid(child, 0)
        go.set()
        busy.join()
    assert os.waitstatus_to_exitcode(status) == 0


# A child is forked while a thread holds the lock that its call needs. Nobody in the child would
# ever release it.
HELD = """
import asyncio, os, signal, sys, threading

import jackfield
from jackfield.client import _shared
from jackfield.manifest import Claim, Endpoint, Manifest

what, base = sys.argv[1:]
manifest = Manifest(
    name="acme",
    module="jackfield_testing.laws.passthrough",
    claims=(Claim("chat", "acme/", identity=True),),
    endpoint=Endpoint(base, needs_key=False),
)
given = {"model": "acme/m", "messages": [{"role": "user", "content": "hello"}]}
fresh, used = jackfield.Client(plugins=[manifest]), jackfield.Client(plugins=[manifest])
on_loop = jackfield.AsyncClient(plugins=[manifest])
used.completion(**given)
asyncio.run(on_loop.completion(**given))
early = jackfield.Client(plugins=[manifest])
early._driver()
unsent = early._transport.pool()  # about to make its first connection

lock, call = {
    "all plugins": (lambda: _shared._lock, lambda: jackfield.explain("gpt-4o")),
    "a client": (lambda: fresh._lock, lambda: fresh.completion(**given)),
    "a registry": (lambda: used._registry()._lock, lambda: used.explain("acme/another")),
    "a transport": (lambda: used._transport._lock, lambda: used.completion(**given)),
    "a pool": (lambda: unsent._transports._lock, lambda: early.completion(**given)),
    "loops": (lambda: on_loop._transport._lock, lambda: asyncio.run(on_loop.completion(**given))),
}[what]
held, over = threading.Event(), threading.Event()


def hold():
    with lock():
        held.set()
        over.wait()


threading.Thread(target=hold, daemon=True).start()
held.wait()
child = os.fork()
if child == 0:
    status = 1
    try:
        signal.alarm(20)  # ends a child that hangs
        call()
        status = 0
    finally:
        os._exit(status)
_, status = os.waitpid(child, 0)
over.set()
call()
sys.exit(0 if status == 0 else f"the child ended with {os.waitstatus_to_exitcode(status)}")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.parametrize(
    "what", ["all plugins", "a client", "a registry", "a transport", "a pool", "loops"]
)
def test_a_lock_that_a_thread_holds_at_a_fork_does_not_hang_the_child(
    upstream: RawServer, what: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", HELD, what, upstream.base_url],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.filterwarnings("ignore::ResourceWarning")  # what such a loop leaves behind
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_loop_that_is_closed_without_ending_its_generators_is_let_go(
    upstream: RawServer,
) -> None:
    client = jackfield.AsyncClient(plugins=[provider("acme", upstream.base_url)])
    left = []
    for text in ("one", "two"):
        loop = asyncio.new_event_loop()
        result = loop.run_until_complete(client.completion("acme/m", said(text)))
        assert result.choices[0].message.content == text
        loop.close()  # and no shutdown_asyncgens, as asyncio.run does it
        left.append(weakref.ref(loop))
        del loop
    transport = client._transport

    async def main() -> None:
        await client.completion("acme/m", said("three"))
        here = asyncio.get_running_loop()
        assert list(transport._pools) == [here]
        assert list(transport._guards) == [here]

    asyncio.run(main())
    gc.collect()
    assert [loop() for loop in left] == [None, None]
    assert list(transport._pools) == list(transport._guards) == []
