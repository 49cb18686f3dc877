"""What is looked at before a request is served: where it comes from, and where its key is."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest
from ordinary import COMPLETION
from plain_http import CHAT, ask, talk
from proxying import Proxy, running
from rawserver import RawServer

KEY = "sk-of-the-proxy"


def config(upstream: RawServer, general: str = "{}") -> str:
    return f"""
        model_list:
          - model_name: "*"
            litellm_params: {{model: openai/*, api_key: sk-upstream, api_base: {upstream.base_url}}}
        router_settings: {{num_retries: 0, cooldown_time: 0}}
        general_settings: {general}
    """


# Without a key ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "origin",
    ["https://a.example", "http://localhost:1", "null", "", "HTTP://A.EXAMPLE", "file://", "é"],
)
def test_pages_of_other_sites_may_not_call(proxy: Proxy, upstream: RawServer, origin: str) -> None:
    for method, target in [
        ("POST", "/v1/chat/completions"),
        ("POST", "/v1/files"),
        ("OPTIONS", "/v1/chat/completions"),
        ("GET", "/v1/models"),
        ("GET", "/status.json"),
    ]:
        body = CHAT if method == "POST" else None
        got = ask(proxy.url, method, target, body, {"origin": origin, "x-request-id": "crossed"})
        assert (got.status, got.error["code"]) == (403, "forbidden_origin")
        assert "cors_origins" in got.error["message"]
    assert not upstream.requests
    proxy.logged('"id":"crossed".*"status":403')


def test_its_own_pages_may(proxy: Proxy, upstream: RawServer) -> None:
    for host in (f"127.0.0.1:{proxy.port}", f"localhost:{proxy.port}", "[::1]", "a.localhost"):
        headers = [("host", host), ("origin", f"http://{host}")]
        got = ask(proxy.url, body=CHAT, headers=headers[1:])
        head = "".join(f"{name}: {value}\r\n" for name, value in headers)
        said = talk(
            proxy.url, f"GET /v1/models HTTP/1.1\r\n{head}connection: close\r\n\r\n".encode()
        )
        assert said.startswith(b"HTTP/1.1 200 ")
        assert got.status == (200 if host.startswith("127.") else 403)


@pytest.mark.parametrize(
    "host",
    ["a.example", "a.example:4000", "192.0.2.1", "localhost.a.example", "127.0.0.1.a.example"],
)
def test_another_machine_s_name_does_not_lead_here(
    proxy: Proxy, upstream: RawServer, host: str
) -> None:
    head = f"host: {host}\r\norigin: http://{host}\r\nconnection: close\r\n\r\n"
    for lines in (head, f"host: {host}\r\nconnection: close\r\n\r\n"):
        said = talk(proxy.url, f"GET /v1/models HTTP/1.1\r\n{lines}".encode())
        assert said.startswith(b"HTTP/1.1 403 ")
        assert b"forbidden_host" in said
        said = talk(proxy.url, f"GET /health/readiness HTTP/1.1\r\n{lines}".encode())
        assert said.startswith(b"HTTP/1.1 200 ")


def test_programs_send_neither(proxy: Proxy) -> None:
    said = talk(proxy.url, b"GET /v1/models HTTP/1.0\r\n\r\n")
    assert said.startswith(b"HTTP/1.1 200 ")
    for host in (b"0.0.0.0:4000", b"[::]:4000"):  # as examples have it
        head = b"host: " + host + b"\r\nconnection: close\r\n\r\n"
        said = talk(proxy.url, b"GET /v1/models HTTP/1.1\r\n" + head)
        assert said.startswith(b"HTTP/1.1 200 ")


def test_configured_origins_may(server: RawServer) -> None:
    general = "{cors_origins: ['https://a.example', 'https://proxy.example']}"
    with running(config(server, general)) as proxy:
        for origin, status in (("https://a.example", 200), ("https://b.example", 403)):
            assert ask(proxy.url, body=CHAT, headers={"origin": origin}).status == status
        for host, begin in ((b"proxy.example", b"200"), (b"b.example", b"403")):
            head = b"host: " + host + b"\r\nconnection: close\r\n\r\n"
            said = talk(proxy.url, b"GET /v1/models HTTP/1.1\r\n" + head)
            assert said.startswith(b"HTTP/1.1 " + begin)
        proxy.config.write_text(config(server, "{cors_origins: ['*']}"))
        proxy.process.send_signal(1)
        proxy.logged("reloaded")
        assert ask(proxy.url, body=CHAT, headers={"origin": "null"}).status == 200


def test_on_all_addresses_any_name_leads_here(server: RawServer) -> None:
    with running(config(server), "--host", "0.0.0.0") as proxy:
        head = b"host: a.example\r\nconnection: close\r\n"
        said = talk(proxy.url, b"GET /v1/models HTTP/1.1\r\n" + head + b"\r\n")
        assert said.startswith(b"HTTP/1.1 200 ")
        origin = b"origin: https://b.example\r\n\r\n"
        said = talk(proxy.url, b"GET /v1/models HTTP/1.1\r\n" + head + origin)
        assert said.startswith(b"HTTP/1.1 403 ")


# With a key ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def locked(server: RawServer) -> Iterator[Proxy]:
    with running(config(server, f"{{master_key: {KEY}}}"), "--host", "127.0.0.1") as proxy:
        yield proxy


def test_a_key_is_enough(locked: Proxy) -> None:
    headers = {"origin": "https://a.example", "authorization": f"Bearer {KEY}"}
    assert ask(locked.url, body=CHAT, headers=headers).status == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"api-key": KEY}, 200),
        ({"API-Key": f" {KEY} "}, 200),
        ({"api-key": f"{KEY}5"}, 401),
        ({"api-key": ""}, 401),
        ({"api-key": "é"}, 401),
        ({"api-key": "x", "authorization": f"Bearer {KEY}"}, 200),
        ({"api-key": KEY, "authorization": "Bearer x"}, 401),
    ],
)
def test_a_key_in_azure_s_header(
    locked: Proxy, upstream: RawServer, headers: dict[str, str], status: int
) -> None:
    target = "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21"
    got = ask(locked.url, target=target, body=CHAT, headers=headers)
    assert got.status == status
    assert ask(locked.url, "GET", "/v1/models", headers=headers).status == status
    if status == 200:
        [request] = upstream.requests
        assert request.headers["authorization"] == "Bearer sk-upstream"
        assert KEY not in repr(request.raw_headers)
    else:
        assert not upstream.requests


def test_azure_s_client(locked: Proxy, upstream: RawServer) -> None:
    client = openai.AzureOpenAI(
        azure_endpoint=locked.url, api_key=KEY, api_version="2024-10-21", max_retries=0
    )
    with client:
        answer = client.chat.completions.create(
            model="gpt-4o", messages=[{"role": "user", "content": "hi"}]
        )
    assert answer.choices[0].message.content == COMPLETION["choices"][0]["message"]["content"]


# HEAD ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    [
        *("/", "/health", "/health/liveliness", "/health/liveness", "/health/readiness"),
        *("/models", "/v1/models", "/v1/models/gpt-4o", "/metrics", "/status.json"),
    ],
)
def test_head_is_get_without_a_body(proxy: Proxy, target: str) -> None:
    whole, head = (ask(proxy.url, method, target) for method in ("GET", "HEAD"))
    assert (head.status, head.body) == (200, b"")
    assert head.header("content-type") == whole.header("content-type")
    if target not in ("/metrics", "/status.json"):  # which say something else each time
        assert head.header("content-length") == str(len(whole.body))
