"""Clients that leave: what was begun for them ends, and nothing of it stays."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from measured import ended, in_flight, open_files
from proxying import Proxy, running
from rawclients import LANES, Client, chat, eventually, post
from scripted import Upstream, endless, fine, hang, stuck

_MANY = 60


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    behaviours = {"hang": hang, "endless": endless, "stuck": stuck, "fine": fine}
    with Upstream(behaviours) as server:
        yield server


@pytest.fixture(scope="module")
def proxy(upstream: Upstream) -> Iterator[Proxy]:
    with running(upstream.config()) as process:
        yield process


def _begun(proxy: Proxy, upstream: Upstream, model: str, **more: object) -> Client:
    """A client whose request has arrived at the upstream; of a stream it has read a piece."""
    client = Client(proxy.url)
    before = upstream.asked[model]
    client.chat(model, **more)
    if more.get("stream") and model != "hang":
        status, _ = client.head()
        assert status == 200
        assert client.some()
    eventually(lambda: upstream.asked[model] > before, "the upstream is asked")
    return client


_LEAVING: dict[str, Callable[[Client], None]] = {"closes": Client.close, "resets": Client.reset}


@pytest.mark.parametrize("leave", _LEAVING.values(), ids=_LEAVING.keys())
@pytest.mark.parametrize("lane", LANES)
@pytest.mark.parametrize(
    ("model", "stream"),
    [("hang", False), ("hang", True), ("endless", True), ("stuck", True)],
    ids=["waiting", "waiting for a stream", "in a stream", "in a stream that is stuck"],
)
def test_the_upstream_is_left_when_the_client_leaves(
    proxy: Proxy,
    upstream: Upstream,
    model: str,
    stream: bool,
    lane: str,
    leave: Callable[[Client], None],
) -> None:
    abandoned = upstream.abandoned[model]
    counted = ended(proxy.url, model).get("499", 0)
    client = _begun(proxy, upstream, model, stream=stream, **LANES[lane])
    leave(client)
    eventually(lambda: upstream.abandoned[model] > abandoned, "the upstream is left")
    eventually(lambda: not upstream.running[model], "nobody is being answered")
    eventually(lambda: in_flight(proxy.url) == 0, "no request in flight")
    assert ended(proxy.url, model)["499"] == counted + 1
    line = proxy.logged(rf'.*"status":499,.*"model":"{model}".*"lane":"{lane}".*')
    assert '"error"' not in line[0]


@pytest.mark.parametrize("size", [70_000, 300_000, 3_000_000])
def test_a_client_with_a_large_body_is_missed_as_well(
    proxy: Proxy, upstream: Upstream, size: int
) -> None:
    abandoned = upstream.abandoned["hang"]
    asked = upstream.asked["hang"]
    client = Client(proxy.url)
    client.chat("hang", user="u" * size)
    eventually(lambda: upstream.asked["hang"] > asked, "the upstream is asked")
    client.close()
    eventually(lambda: upstream.abandoned["hang"] > abandoned, "the upstream is left")


def test_a_client_that_leaves_between_attempts_is_missed(upstream: Upstream) -> None:
    async def busy(asked: object, wire: object) -> None:
        await wire.reply(503, b'{"error":{"message":"busy"}}', "retry-after: 30")  # type: ignore[attr-defined]  # ours

    upstream.behaviours["busy"] = busy
    with running(upstream.config("busy")) as proxy:
        client = Client(proxy.url).chat("busy")
        eventually(lambda: upstream.asked["busy"] == 1, "the upstream is asked")
        eventually(lambda: in_flight(proxy.url) == 1, "the request waits")
        client.close()
        eventually(lambda: in_flight(proxy.url) == 0, "no request in flight")
        proxy.logged('"status":499')
        assert upstream.asked["busy"] == 1


def test_a_client_that_leaves_in_its_own_head_or_body_leaves_nothing(
    proxy: Proxy, upstream: Upstream
) -> None:
    request = post("/v1/chat/completions", chat("fine", user="u" * 100_000))
    asked = upstream.asked["fine"]
    for length in (1, 40, request.index(b"\r\n\r\n") + 4, 5000, len(request) - 1):
        for leave in _LEAVING.values():
            client = Client(proxy.url).send(request[:length])
            leave(client)
    eventually(lambda: in_flight(proxy.url) == 0, "no request in flight")
    with Client(proxy.url) as client:
        assert client.chat("fine").answer().status == 200
    assert upstream.asked["fine"] == asked + 1


def test_a_client_that_leaves_with_a_second_request_on_its_way(
    proxy: Proxy, upstream: Upstream
) -> None:
    abandoned, asked = upstream.abandoned["endless"], upstream.asked["endless"]
    client = Client(proxy.url)
    one = post("/v1/chat/completions", chat("endless", stream=True))
    client.send(one + one)
    eventually(lambda: upstream.asked["endless"] > asked, "the upstream is asked")
    client.reset()
    eventually(lambda: upstream.abandoned["endless"] > abandoned, "the upstream is left")
    eventually(lambda: in_flight(proxy.url) == 0, "no request in flight")
    assert upstream.asked["endless"] == asked + 1


def test_it_is_no_fault_of_the_application_s(proxy: Proxy, upstream: Upstream) -> None:
    one = post("/v1/chat/completions", chat("hang"))
    for leave in _LEAVING.values():
        wanted = upstream.asked["hang"] + 1
        client = Client(proxy.url).send(one + one)
        eventually(lambda n=wanted: upstream.asked["hang"] == n, "the upstream is asked")
        leave(client)
        eventually(lambda: in_flight(proxy.url) == 0, "no request in flight")
    with Client(proxy.url) as client:
        id = client.chat("fine").answer().headers["x-jackfield-request-id"]
    proxy.logged(id)
    for said in ("ASGI", "Traceback", "never retrieved"):
        assert said not in proxy.log()


def test_many_that_leave_leave_nothing_open(proxy: Proxy, upstream: Upstream) -> None:
    def several() -> None:
        clients = [
            _begun(proxy, upstream, model, stream=stream)
            for _ in range(_MANY // 3)
            for model, stream in (("hang", False), ("endless", True), ("stuck", True))
        ]
        for number, client in enumerate(clients):
            (client.close, client.reset)[number % 2]()
        eventually(lambda: in_flight(proxy.url) == 0, "no request in flight")
        eventually(lambda: upstream.connections <= 5, "the upstream's connections are closed")

    several()
    files = open_files(proxy.process.pid)
    for _ in range(2):
        several()
    eventually(lambda: open_files(proxy.process.pid) <= files + 5, "no file stays open")
    assert not re.search("Traceback|Exception|was never retrieved", proxy.log())


def test_a_client_that_stays_is_not_disturbed_by_one_that_leaves(
    proxy: Proxy, upstream: Upstream
) -> None:
    staying = _begun(proxy, upstream, "endless", stream=True)
    leaving = _begun(proxy, upstream, "endless", stream=True)
    abandoned = upstream.abandoned["endless"]
    leaving.reset()
    eventually(lambda: upstream.abandoned["endless"] > abandoned, "the upstream is left")
    assert upstream.running["endless"] == 1
    for _ in range(20):
        assert staying.some()
    staying.close()
    eventually(lambda: not upstream.running["endless"], "nobody is being answered")
