"""Thousands of requests, hundreds of abandoned streams: memory and files stay as they were."""

from __future__ import annotations

from measured import MIB, in_flight, open_files, resident, sample
from proxying import Proxy, running
from rawclients import Client, chat, eventually, post
from scripted import ANSWER, DONE, Upstream, endless, fine

_WARM = 1000
_REQUESTS = 5000
_ABANDONED = 300
_AT_ONCE = 20


def _ask(proxy: Proxy, times: int) -> None:
    """Whole answers and streams, on connections that are kept, some requests at once on each."""
    whole = post("/v1/chat/completions", chat("fine"))
    streamed = post("/v1/chat/completions", chat("fine", stream=True))
    errors = post("/v1/chat/completions", chat("nobody"))
    clients = [Client(proxy.url) for _ in range(_AT_ONCE)]
    for _ in range(times // (5 * _AT_ONCE)):
        for client in clients:
            client.send(whole * 3 + streamed + errors)
        for client in clients:
            for _ in range(3):
                assert client.answer().body == ANSWER
            answer = client.answer()
            assert answer.whole
            assert answer.body.endswith(DONE)
            assert client.answer().status == 404
    for client in clients:
        client.close()


def _abandon(proxy: Proxy, upstream: Upstream, times: int) -> None:
    for _ in range(times // _AT_ONCE):
        clients = [Client(proxy.url).chat("endless", stream=True) for _ in range(_AT_ONCE)]
        for number, client in enumerate(clients):
            assert client.head()[0] == 200
            assert client.some()
            (client.close, client.reset)[number % 2]()
    eventually(lambda: not upstream.running["endless"], "every stream is left")


def test_memory_is_flat() -> None:
    with (
        Upstream({"fine": fine, "endless": endless}) as upstream,
        running(upstream.config()) as proxy,
    ):
        pid = proxy.process.pid
        _ask(proxy, _WARM)
        _abandon(proxy, upstream, 60)
        eventually(lambda: in_flight(proxy.url) == 0, "no request in flight")
        memory, files = resident(pid), open_files(pid)
        before = sample(proxy.url, "jackfield_requests_total")
        _ask(proxy, _REQUESTS)
        _abandon(proxy, upstream, _ABANDONED)
        eventually(lambda: in_flight(proxy.url) == 0, "no request in flight")
        done = sample(proxy.url, "jackfield_requests_total") - before
        assert done == _REQUESTS + _ABANDONED
        assert upstream.abandoned["endless"] == _ABANDONED + 60
        assert resident(pid) - memory < 12 * MIB
        eventually(lambda: open_files(pid) <= files + _AT_ONCE + 5, "no file stays open")
