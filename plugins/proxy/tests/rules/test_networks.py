"""Upstreams behind TLS, and behind the proxies that a network may demand."""

from __future__ import annotations

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from certificates import certificate
from ordinary import COMPLETION
from plain_http import CHAT, ask
from proxying import Proxy, running
from rawserver import Asked, RawServer, Wire

CHUNKS = [b'data: {"id":"c","choices":[]}\n\n', b"data: [DONE]\n\n"]
EMBEDDINGS = {
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": [1.0, 2.0]}],
    "model": "m",
    "usage": {"prompt_tokens": 1, "total_tokens": 1},
}


def answer(asked: Asked, wire: Wire) -> None:
    if asked.target.endswith("/embeddings"):
        wire.reply(200, EMBEDDINGS)
    elif b'"stream":true' in asked.body.replace(b" ", b""):
        wire.stream(CHUNKS)
    else:
        wire.reply(200, COMPLETION)


def config(base_url: str) -> str:
    return f"""
        model_list:
          - model_name: "*"
            litellm_params: {{model: openai/*, api_key: sk-upstream, api_base: "{base_url}"}}
        router_settings: {{num_retries: 0, cooldown_time: 0}}
    """


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def secure(trusted: tuple[Path, ssl.SSLContext]) -> Iterator[RawServer]:
    with RawServer(answer, trusted[1]) as server:
        yield server


def every_way(proxy: Proxy, server: RawServer) -> None:
    """Bytes, a stream, the library and what is forwarded all arrive, and come back."""
    got = ask(proxy.url, "POST", "/v1/chat/completions", CHAT)
    assert (got.status, json.loads(got.body)) == (200, COMPLETION)
    got = ask(proxy.url, "POST", "/v1/chat/completions", {**CHAT, "stream": True})
    assert (got.status, got.body) == (200, b"".join(CHUNKS))
    got = ask(
        proxy.url, "POST", "/v1/embeddings", {"model": "text-embedding-3-small", "input": "x"}
    )
    assert (got.status, got.json["data"]) == (200, EMBEDDINGS["data"])
    got = ask(proxy.url, "GET", "/v1/files")
    assert got.status == 200
    assert {one.headers["authorization"] for one in server.requests} == {"Bearer sk-upstream"}


def test_an_upstream_behind_tls(trusted: tuple[Path, ssl.SSLContext], secure: RawServer) -> None:
    secure.requests.clear()
    with running(config(secure.base_url), env={"SSL_CERT_FILE": str(trusted[0])}) as proxy:
        every_way(proxy, secure)
        assert len(secure.requests) == 4


def test_a_certificate_that_nobody_vouches_for(secure: RawServer) -> None:
    secure.requests.clear()
    with running(config(secure.base_url)) as proxy:
        got = ask(proxy.url, "POST", "/v1/chat/completions", CHAT)
        assert (got.status, got.error["code"]) == (502, "upstream_unreachable")
        assert "certificate" in got.error["message"]
        assert "sk-upstream" not in got.body.decode()
        assert not secure.requests


def test_a_certificate_of_another_host(tmp_path: Path) -> None:
    shown, context = certificate(tmp_path, "elsewhere.example")
    with (
        RawServer(answer, context) as server,
        running(config(server.base_url), env={"SSL_CERT_FILE": str(shown)}) as proxy,
    ):
        got = ask(proxy.url, "POST", "/v1/chat/completions", CHAT)
        assert (got.status, got.error["code"]) == (502, "upstream_unreachable")
        assert "certificate" in got.error["message"]
        assert not server.requests


# Proxies ------------------------------------------------------------------------------------------


def test_the_environment_s_proxy() -> None:
    with RawServer(answer) as between:
        env = {"HTTP_PROXY": between.origin, "http_proxy": between.origin}
        with running(config("http://api.invalid/v1"), env=env) as proxy:
            every_way(proxy, between)
    assert [asked.target for asked in between.requests] == [
        *["http://api.invalid/v1/chat/completions"] * 2,
        "http://api.invalid/v1/embeddings",
        "http://api.invalid/v1/files",
    ]


def test_what_needs_no_proxy() -> None:
    with RawServer(answer) as between, RawServer(answer) as server:
        env = {"HTTP_PROXY": between.origin, "http_proxy": between.origin, "no_proxy": "127.0.0.1"}
        with running(config(server.base_url), env=env) as proxy:
            every_way(proxy, server)
        assert not between.requests


class Tunnels:
    """A proxy that lets TLS through, and sees where to."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head and (data := client.recv(65536)):
                head += data
            self.asked.append(head.split(b"\r\n")[0].decode())
            with socket.create_connection(("127.0.0.1", self.port)) as server:
                client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                back = threading.Thread(target=pump, args=(server, client), daemon=True)
                back.start()
                pump(client, server)
                back.join(10)

    def close(self) -> None:
        self._listener.close()


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Everything that comes from one goes to the other."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def test_tls_through_a_proxy(trusted: tuple[Path, ssl.SSLContext], secure: RawServer) -> None:
    secure.requests.clear()
    tunnels = Tunnels(secure.port)
    env = {"HTTPS_PROXY": tunnels.url, "https_proxy": tunnels.url, "SSL_CERT_FILE": str(trusted[0])}
    try:
        with running(config(secure.base_url), env=env) as proxy:
            every_way(proxy, secure)
        assert len(secure.requests) == 4
        assert {line.split()[0] for line in tunnels.asked} == {"CONNECT"}
        assert {line.split()[1] for line in tunnels.asked} == {f"localhost:{secure.port}"}
    finally:
        tunnels.close()
