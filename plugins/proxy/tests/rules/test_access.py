"""Who may call, and where the server listens."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from plain_http import CHAT, ask
from proxying import Proxy, running
from rawserver import RawServer

KEY = "sk-1234"


def config(upstream: RawServer, general: str = "") -> str:
    return f"""
        model_list:
          - model_name: "*"
            litellm_params: {{model: openai/*, api_key: sk-upstream, api_base: {upstream.base_url}}}
        router_settings: {{num_retries: 0, cooldown_time: 0}}
        {general}
    """


@pytest.fixture(scope="module")
def locked(server: RawServer) -> Iterator[Proxy]:
    """A server with a key, where it listens by itself."""
    with running(config(server, f"general_settings: {{master_key: {KEY}}}")) as proxy:
        yield proxy


RIGHT = [f"Bearer {KEY}", f"bearer {KEY}", f"BEARER {KEY}", f"Bearer   {KEY} "]
MISSING = [None, "", "Bearer", "Bearer ", KEY, f"Basic {KEY}", "Token x"]
WRONG = [f"Bearer {KEY}5", "Bearer sk-123", "Bearer SK-1234", "Bearer é", f"Bearer x {KEY}"]

TARGETS = [
    ("POST", "/v1/chat/completions"),
    ("POST", "/chat/completions"),
    ("POST", "/engines/gpt-4o/chat/completions"),
    ("GET", "/v1/models"),
    ("GET", "/v1/responses/resp_1"),
    ("GET", "/v1/files"),
    ("GET", "/metrics"),
    ("GET", "/health"),
    ("GET", "/status.json"),
    ("GET", "/nothing"),
    ("PUT", "/v1/chat/completions"),
]


@pytest.mark.parametrize("header", RIGHT)
def test_the_right_key(locked: Proxy, upstream: RawServer, header: str) -> None:
    assert ask(locked.url, body=CHAT, headers={"authorization": header}).status == 200
    assert upstream.requests[-1].headers["authorization"] == "Bearer sk-upstream"


@pytest.mark.parametrize(
    ("header", "code"),
    [(header, "missing_api_key") for header in MISSING]
    + [(header, "invalid_api_key") for header in WRONG],
)
def test_no_key_and_the_wrong_one(
    locked: Proxy, upstream: RawServer, header: str | None, code: str
) -> None:
    headers = {} if header is None else {"authorization": header}
    for method, target in TARGETS:
        got = ask(locked.url, method, target, CHAT if method != "GET" else None, headers)
        error = got.error
        assert got.status == 401
        assert (error["code"], error["type"], error["param"]) == (
            code,
            "invalid_request_error",
            None,
        )
        assert got.header("www-authenticate") == "Bearer"
        assert KEY not in got.body.decode()
    assert not upstream.requests


def test_a_body_is_not_read_for_the_wrong_key(locked: Proxy) -> None:
    got = ask(locked.url, body=b"{", headers={"authorization": "Bearer x"})
    assert got.status == 401


def test_what_needs_no_key(locked: Proxy) -> None:
    for target in ("/health/liveliness", "/health/readiness", "/"):
        assert ask(locked.url, "GET", target).status == 200


def test_the_key_is_in_no_log(locked: Proxy, upstream: RawServer) -> None:
    ask(locked.url, body=CHAT, headers={"authorization": "Bearer sk-of-somebody-else"})
    ask(locked.url, body=CHAT, headers={"authorization": f"Bearer {KEY}", "x-request-id": "seen"})
    locked.logged("seen")
    assert KEY not in locked.log()
    assert "somebody-else" not in locked.log()
    assert "sk-upstream" not in locked.log()


@pytest.mark.parametrize("header", [None, "", "Bearer anything", "Basic x", "nonsense"])
def test_without_a_key_everybody_may(proxy: Proxy, upstream: RawServer, header: str | None) -> None:
    headers = {} if header is None else {"authorization": header}
    assert ask(proxy.url, body=CHAT, headers=headers).status == 200
    assert upstream.requests[-1].headers["authorization"] == "Bearer sk-upstream"


def _elsewhere() -> str | None:
    """An address of this machine that is not loopback's."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("192.0.2.1", 9))  # nothing is sent
        except OSError:
            return None
        address: str = sock.getsockname()[0]
    return None if address.startswith("127.") else address


def _listens(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), timeout=2):
            return True
    except OSError:
        return False


def test_where_it_listens(proxy: Proxy, locked: Proxy) -> None:
    assert f"http://127.0.0.1:{proxy.port}" in proxy.log()
    assert "Warning" not in proxy.log()
    assert f"http://0.0.0.0:{locked.port}" in locked.log()
    assert "documentation" in locked.log()  # the key is the one that everybody knows
    address = _elsewhere()
    if address is not None:
        assert not _listens(address, proxy.port)
        assert _listens(address, locked.port)


def test_a_host_is_obeyed_with_a_warning(server: RawServer) -> None:
    with running(config(server), "--host", "0.0.0.0") as proxy:
        assert "http://0.0.0.0:" in proxy.log()
        assert "Warning: everybody who reaches 0.0.0.0 may call" in proxy.log()


def test_other_sites_may_not_call_unless_told(proxy: Proxy, upstream: RawServer) -> None:
    asked = {"origin": "https://a.example", "access-control-request-method": "POST"}
    for got in (
        ask(proxy.url, "OPTIONS", headers=asked),
        ask(proxy.url, body=CHAT, headers={"origin": "https://a.example"}),
    ):
        assert not [name for name, _ in got.headers if name.startswith("access-control-")]


def test_sites_that_may_call(server: RawServer) -> None:
    general = "general_settings: {master_key: sk-1234, cors_origins: ['https://a.example']}"
    with running(config(server, general), "--host", "127.0.0.1") as proxy:
        asked = {
            "origin": "https://a.example",
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,content-type",
        }
        got = ask(proxy.url, "OPTIONS", headers=asked)
        assert got.status in (200, 204)
        assert got.header("access-control-allow-origin") == "https://a.example"
        assert "authorization" in str(got.header("access-control-allow-headers")).lower()
        origin = {"origin": "https://a.example"}
        got = ask(proxy.url, body=CHAT, headers={**origin, "authorization": f"Bearer {KEY}"})
        assert (got.status, got.header("access-control-allow-origin")) == (200, origin["origin"])
        assert "origin" in str(got.header("vary")).lower()
        got = ask(proxy.url, body=CHAT, headers=origin)  # an error has to be readable, too
        assert (got.status, got.header("access-control-allow-origin")) == (401, origin["origin"])
        got = ask(proxy.url, "OPTIONS", headers={**asked, "origin": "https://b.example"})
        assert got.header("access-control-allow-origin") is None
