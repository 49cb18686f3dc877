"""Signals: what runs is finished, what comes is refused, and a second signal waits for nothing."""

from __future__ import annotations

import asyncio
import os
import signal
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from measured import children, in_flight, sample
from proxying import Proxy, running
from rawclients import Client, eventually
from scripted import ANSWER, DONE, Asked, Upstream, Wire, chunk, fine, hang

_WORKERS = pytest.mark.parametrize("workers", ["1", "2"], ids=["one worker", "two workers"])


class _Gate:
    """Streams and answers that wait until they are let go on."""

    def __init__(self) -> None:
        self.open = False

    async def answer(self, asked: Asked, wire: Wire) -> None:
        streamed = asked.json.get("stream")
        if streamed:
            await wire.begin()
            await wire.piece(chunk(0, "begun"))
        while not self.open:  # noqa: ASYNC110 - opened by another thread
            await asyncio.sleep(0.02)
        if streamed:
            await wire.piece(chunk(1, "ended") + DONE)
            await wire.end()
        else:
            await wire.reply(200, ANSWER)


_WHOLE = chunk(0, "begun") + chunk(1, "ended") + DONE


@pytest.fixture
def gate() -> _Gate:
    return _Gate()


@pytest.fixture
def upstream(gate: _Gate) -> Iterator[Upstream]:
    with Upstream({"gated": gate.answer, "fine": fine, "hang": hang}) as server:
        yield server


def _refused(proxy: Proxy) -> bool:
    try:
        Client(proxy.url, timeout=1).close()
    except ConnectionRefusedError:
        return True
    return False


def _begun(proxy: Proxy, upstream: Upstream, *, stream: int, whole: int) -> list[Client]:
    clients = [Client(proxy.url).chat("gated", stream=n < stream) for n in range(stream + whole)]
    eventually(lambda: upstream.running["gated"] == len(clients), "all have begun")
    return clients


def _terminate(proxy: Proxy) -> None:
    proxy.process.terminate()


def _interrupt(proxy: Proxy) -> None:
    proxy.process.send_signal(signal.SIGINT)


def _press_ctrl_c(proxy: Proxy) -> None:
    """As a terminal: to all processes."""
    os.killpg(proxy.process.pid, signal.SIGINT)


@pytest.mark.parametrize(
    ("workers", "stop"),
    [("1", _interrupt), ("2", _terminate), ("2", _press_ctrl_c)],
)
def test_what_runs_is_finished(
    gate: _Gate, upstream: Upstream, workers: str, stop: Callable[[Proxy], None]
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(upstream.config(), "--workers", workers, env={"TMPDIR": folder}) as proxy,
    ):
        assert bool(list(Path(folder).glob("jackfield-proxy-*"))) is (workers == "2")
        idle = Client(proxy.url)
        assert idle.chat("fine").answer().body == ANSWER
        clients = _begun(proxy, upstream, stream=6, whole=6)
        stop(proxy)
        eventually(lambda: _refused(proxy), "nobody new is let in")
        assert idle.closed()
        assert upstream.running["gated"] == len(clients)
        gate.open = True
        answers = [client.answer() for client in clients]
        assert all(answer.whole for answer in answers)
        assert [answer.body for answer in answers] == [_WHOLE] * 6 + [ANSWER] * 6
        assert proxy.process.wait(20) == 0
        assert not list(Path(folder).iterdir())
        assert "Traceback" not in proxy.log()


@_WORKERS
def test_what_runs_too_long_is_broken_off(upstream: Upstream, workers: str) -> None:
    config = upstream.config(more="general_settings: {shutdown_grace: 1}")
    with running(config, "--workers", workers) as proxy:
        clients = _begun(proxy, upstream, stream=2, whole=2)
        proxy.process.terminate()
        answers = [client.answer() for client in clients[:2]]
        assert [(answer.body, answer.whole) for answer in answers] == [
            (chunk(0, "begun"), False)
        ] * 2
        assert all(client.closed() for client in clients[2:])
        assert proxy.process.wait(20) == 0
        eventually(lambda: not upstream.running["gated"], "the upstream is left")
        assert "Traceback" not in proxy.log()


@pytest.mark.parametrize(
    ("workers", "stop"), [("1", _interrupt), ("1", _terminate), ("2", _terminate)]
)
def test_a_second_signal_waits_for_nothing(
    upstream: Upstream, workers: str, stop: Callable[[Proxy], None]
) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        running(upstream.config(), "--workers", workers, env={"TMPDIR": folder}) as proxy,
    ):
        clients = _begun(proxy, upstream, stream=2, whole=2)
        stop(proxy)
        eventually(lambda: _refused(proxy), "nobody new is let in")
        stop(proxy)
        proxy.process.wait(20)
        assert not any(client.answer().whole for client in clients[:2])
        assert all(client.closed() for client in clients[2:])
        eventually(lambda: not upstream.running["gated"], "the upstream is left")
        assert not list(Path(folder).iterdir())
        assert "Traceback" not in proxy.log()


def test_under_load_every_request_that_was_taken_is_answered(upstream: Upstream) -> None:
    with running(upstream.config("fine"), "--workers", "2") as proxy:
        load = Load(proxy, 8)
        with load:
            load.goes_on()
            proxy.process.terminate()
            assert proxy.process.wait(30) == 0
        assert not load.wrong


class Load:
    """Clients that ask and ask. ``wrong`` are answers that are not what they should be.

    A connection that is closed between two requests, or refused, is no answer.
    """

    def __init__(self, proxy: Proxy, clients: int, *, may_break: bool = False) -> None:
        self._proxy = proxy
        self._may_break = may_break
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._threads = [
            threading.Thread(target=self._ask, args=(number,), daemon=True)
            for number in range(clients)
        ]
        self.answered = 0
        self.unanswered = 0
        self.wrong: list[Any] = []

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(30)
            assert not thread.is_alive()

    def goes_on(self, requests: int = 50) -> None:
        """Wait for so many answers more."""
        until = self.answered + requests
        eventually(lambda: self.answered >= until, "the load goes on")

    def _ask(self, number: int) -> None:
        streamed = number % 2 == 1
        expected = b"".join(chunk(n, "fine") for n in range(3)) + DONE if streamed else ANSWER
        client: Client | None = None
        while not self._stopping.is_set():
            try:
                if client is None:
                    client = Client(self._proxy.url)
                client.chat("fine", stream=streamed)
                if not client.began():
                    raise ConnectionResetError
                answer = client.answer()
            except (ConnectionError, TimeoutError) as error:
                client = None
                with self._lock:
                    self.unanswered += 1
                    if isinstance(error, TimeoutError):
                        self.wrong.append(error)
                self._stopping.wait(0.05)
                continue
            with self._lock:
                self.answered += 1
                if self._may_break and not answer.whole and expected.startswith(answer.body):
                    self.unanswered += 1
                elif (answer.status, answer.body, answer.whole) != (200, expected, True):
                    self.wrong.append(answer)
            if not answer.whole or answer.headers.get("connection") == "close":
                client = None


def _processes(proxy: Proxy) -> list[int]:
    return children(proxy.process.pid)


@pytest.fixture
def two(upstream: Upstream) -> Iterator[Proxy]:
    with running(upstream.config(), "--workers", "2") as proxy:
        eventually(lambda: len(_processes(proxy)) == 2, "both workers run")
        yield proxy


def test_a_worker_that_is_killed_is_replaced(two: Proxy) -> None:
    for _ in range(20):
        with Client(two.url) as client:
            assert client.chat("fine").answer().status == 200
    for _ in range(10):  # whoever answers, it is the sum of both
        assert sample(two.url, "jackfield_requests_total") == 20
    with Load(two, 8, may_break=True) as load:
        load.goes_on()
        before = _processes(two)
        os.kill(before[0], signal.SIGKILL)
        eventually(lambda: before[0] not in _processes(two), "it has ended")
        load.goes_on()  # the other one answers
        after = eventually(lambda: len(_processes(two)) == 2 and _processes(two), "it is replaced")
        assert before[1] in after
        load.goes_on()
    assert not load.wrong
    eventually(lambda: in_flight(two.url) == 0, "no request in flight")

    def seen() -> float:
        return sample(two.url, "jackfield_requests_total") - 20

    # Of what the killed worker counted, its last moment may be missing; nothing counts twice.
    count = seen()
    assert load.answered - 8 <= count <= load.answered + load.unanswered
    assert seen() == count
    with Client(two.url) as client:
        for _ in range(5):
            assert client.chat("fine").answer().status == 200
    eventually(lambda: seen() == count + 5, "they are counted")


def test_workers_end_with_their_parent(two: Proxy) -> None:
    workers = _processes(two)
    two.process.kill()
    two.process.wait(10)
    eventually(lambda: not any(_runs(pid) for pid in workers), "the workers have ended")
    assert _refused(two)


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2]
    except OSError:
        return False
    return not state.startswith("Z")


def test_a_worker_is_replaced_whatever_the_file_says_now(two: Proxy) -> None:
    two.config.write_text("model_list: 5\n")
    before = _processes(two)
    os.kill(before[0], signal.SIGKILL)
    eventually(lambda: before[0] not in _processes(two), "it has ended")
    eventually(lambda: len(_processes(two)) == 2, "it is replaced")
    with Load(two, 4) as load:
        load.goes_on()
    assert not load.wrong
    assert before[1] in _processes(two)
    assert "Traceback" not in two.log()


# Reloading ----------------------------------------------------------------------------------------


@_WORKERS
def test_a_configuration_is_reloaded_under_load(upstream: Upstream, workers: str) -> None:
    def known(name: str) -> bool:
        """Whether every worker knows it: a connection has one."""
        answers = []
        for _ in range(8):
            with Client(proxy.url) as client:
                answers.append(client.chat(name).answer().status)
        return set(answers) == {200}

    with running(upstream.config("fine"), "--workers", workers) as proxy, Load(proxy, 6) as load:
        load.goes_on()
        with Client(proxy.url) as client:
            assert client.chat("later").answer().status == 404
        changed = upstream.config("fine").replace("model_list:", "model_list:\n" + _entry(upstream))
        proxy.config.write_text(changed)
        proxy.process.send_signal(signal.SIGHUP)
        eventually(lambda: known("later"), "the new configuration is used")
        proxy.logged(r"reloaded .*config\.yaml: 2 deployments")
        load.goes_on()
        for broken in ("model_list: [", "model_list: 5\n", "- no\n"):
            proxy.config.write_text(broken)
            before = proxy.log().count("not reloaded")
            proxy.process.send_signal(signal.SIGHUP)
            eventually(lambda: proxy.log().count("not reloaded") > before, "it is told")  # noqa: B023 - at once
            assert known("later")
        proxy.config.unlink()
        before = proxy.log().count("not reloaded")
        proxy.process.send_signal(signal.SIGHUP)
        eventually(lambda: proxy.log().count("not reloaded") > before, "it is told")
        assert known("later")
        load.goes_on()
        for _ in range(4):
            proxy.config.write_text(changed)
            proxy.process.send_signal(signal.SIGHUP)
            load.goes_on(20)
        proxy.config.write_text(upstream.config("fine"))
        proxy.process.send_signal(signal.SIGHUP)
        eventually(lambda: not known("later"), "what is not in it any more is not known")
        assert "Traceback" not in proxy.log()
    assert not load.wrong
    assert not load.unanswered  # no connection was closed either


def _entry(upstream: Upstream) -> str:
    base = upstream.base("fine")
    params = f"{{model: openai/later, api_key: sk-later, api_base: '{base}'}}"
    return f"  - model_name: later\n    params: {params}"


def test_what_runs_goes_on_with_the_old_configuration(gate: _Gate, upstream: Upstream) -> None:
    with running(upstream.config()) as proxy:
        clients = _begun(proxy, upstream, stream=2, whole=1)
        proxy.config.write_text(upstream.config("fine"))
        proxy.process.send_signal(signal.SIGHUP)
        proxy.logged("reloaded")
        with Client(proxy.url) as client:
            assert client.chat("gated").answer().status == 404
        gate.open = True
        assert [client.answer().body for client in clients] == [_WHOLE, _WHOLE, ANSWER]
