"""What is forwarded is not touched, and its path leads nowhere else."""

from __future__ import annotations

import re

import pytest
from plain_http import CHAT, ask
from proxying import Proxy
from rawserver import Asked, RawServer, Wire

FORWARDED = [
    ("GET", "/v1/files?limit=2&after=a%20b&x=%2F", None, None),
    ("GET", "/v1/files/file-1/content", None, None),
    ("DELETE", "/v1/vector_stores/vs_1", None, None),
    ("POST", "/v1/moderations", b'{ "input":"a" , "z":null }', "application/json"),
    (
        "POST",
        "/v1/images/edits",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nanything \xff\r\n--x--\r\n',
        "multipart/form-data; boundary=x",
    ),
    ("POST", "/v1/made/up", b"\x00\xff", "application/octet-stream"),
    ("POST", "/v1/batches/b_1/cancel", b"", None),
    ("GET", "/v1/responses/resp_1?stream=true&starting_after=3&include[]=a", None, None),
    ("GET", "/v1/containers/c/files/a%20b%C3%A9", None, None),
    ("GET", "/v1/things/a%3Fb%23c%25d%2Be", None, None),
    ("GET", "/v1/things/a+b;c=d,e@f:g!$&'()*", None, None),
]


@pytest.mark.parametrize(("method", "target", "body", "kind"), FORWARDED)
@pytest.mark.parametrize("status", [200, 201, 204])
def test_what_is_forwarded_is_not_touched(
    proxy: Proxy,
    upstream: RawServer,
    method: str,
    target: str,
    body: bytes | None,
    kind: str | None,
    status: int,
) -> None:
    data = b"" if status == 204 else b'\x00 any { bytes \xff "data": 1'
    if status == 204:
        upstream.answer = lambda asked, wire: wire.head(204)
    else:
        upstream.answer = lambda a, wire: wire.reply(status, data, content_type="made/up; a=b")
    headers = {} if kind is None else {"content-type": kind}
    got = ask(proxy.url, method, target, body, headers)
    assert (got.status, got.body) == (status, data)
    if status != 204:
        assert got.header("content-type") == "made/up; a=b"
    [request] = upstream.requests
    assert (request.method, request.target, request.body) == (method, target, body or b"")
    assert request.headers.get("content-type") == kind


@pytest.mark.parametrize(
    "target",
    [
        "/v1/files/../../secret",
        "/v1/files/..%2f..%2fsecret",
        "/v1/%2e%2e/secret",
        "/v1/files/%2E%2E/%2E%2E/secret",
        "/v1//evil.example/x",
        "/v1/files/a\\..\\b",
        "/v1/files/a%5c..%5cb",
        "/v1/./files",
        "/v1/files/..;/admin",
        "/v1/files/..;a=b/admin",
        "/v1/files/..%3B/admin",
        "/v1/files/%2e%2e%3b/admin",
        "/v1/files/.%2e/%2e./admin",
        "/v1/files/..%20/admin",
        "/v1/files/..%00/admin",
        "/v1/files/%252e%252e/admin",
        "/v1/files/%252e%252e%252fadmin",
        "/v1/files/%25252e%25252e/admin",
        "/v1/files/a%255c..%255cb",
        "/v1/files/%2f%2fadmin",
        "/v1/responses/..;",
        "/v1/responses/..",
        "/v1/responses/%2e%2e%2ffiles",
    ],
)
def test_no_path_climbs_out(proxy: Proxy, upstream: RawServer, target: str) -> None:
    assert ask(proxy.url, "GET", target).status == 404
    assert not upstream.requests


@pytest.mark.parametrize(
    "target",
    [
        "/v1/files/a%0d%0aX-Evil:%20yes%0d%0a",
        "/v1/files/a%20HTTP/1.1%0d%0aHost:%20x",
        "/v1/responses/a%0a",
        "/v1/files/a%00b",
        "/v1/files/a%09b",
    ],
)
def test_no_path_says_more_than_a_path(proxy: Proxy, upstream: RawServer, target: str) -> None:
    ask(proxy.url, "GET", target)
    for request in upstream.requests:
        assert "x-evil" not in request.headers
        assert request.headers["host"] == f"127.0.0.1:{upstream.port}"
        assert request.target == target
        assert not re.search(r"[\x00-\x20]", request.target)


LOOK_ALIKES = [
    "/v1/CHAT/completions",
    "/v1/Chat/Completions/",
    "/v1/v1/chat/completions",
    "/v1/V1/v1/embeddings",
    "/v1/v1/CHAT/completions",
    "/v1//chat/completions",
    "/v1/chat//completions",
    "/v1/chat/completions//",
    "/v1/chat/completions;x=1",
    "/v1/chat;a/completions",
    "/v1/chat%3Ba/completions",
    "/v1/;/chat/completions",
    "/v1/chat/completions%20",
    "/v1/chat/completions%00",
    "/v1/%20/chat/completions",
    "/v1/chat%252Fcompletions",
    "/v1/%2563hat/completions",
    "/v1/EMBEDDINGS",
    "/v1/Responses",
    "/v1/responses/r/INPUT_ITEMS",
    "/v1/Engines/gpt-4o/chat/completions",
    "/v1/engines/gpt-4o/chat/COMPLETIONS",
    "/v1/audio/Speech",
]


@pytest.mark.parametrize("target", LOOK_ALIKES)
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_what_may_be_taken_for_an_endpoint_of_ours_stays_here(
    proxy: Proxy, upstream: RawServer, method: str, target: str
) -> None:
    got = ask(proxy.url, method, target, CHAT)
    assert (got.status, got.error["code"]) == (404, "unknown_url")
    assert not upstream.requests


@pytest.mark.parametrize(
    ("target", "asked"),
    [
        ("/v1/chat/completions/", "/v1/chat/completions"),
        ("/chat/completions/", "/v1/chat/completions"),
        ("/v1/chat%2Fcompletions", "/v1/chat/completions"),
        ("/v1/%63hat/completions", "/v1/chat/completions"),
        ("/v1/engines/gpt-4o/chat/completions/", "/v1/chat/completions"),
    ],
)
def test_other_spellings_of_an_endpoint_of_ours_are_it(
    proxy: Proxy, upstream: RawServer, target: str, asked: str
) -> None:
    got = ask(proxy.url, "POST", target, {**CHAT, "model": "openai/gpt-4o"})
    assert got.status == 200
    [request] = upstream.requests
    assert (request.target, request.json["model"]) == (asked, "gpt-4o")
    assert ask(proxy.url, "POST", target, {**CHAT, "api_base": "x"}).status == 400


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("DELETE", "/v1/models/ft:gpt-4o:Acme::X"),
        ("GET", "/v1/chat/completions?limit=1"),
        ("GET", "/v1/chat/completions/chatcmpl-A"),
        ("POST", "/v1/fine_tuning/jobs/FT/Cancel"),
        ("GET", "/v1/responses/Resp_A/"),
    ],
)
def test_what_is_not_alike_goes_on(
    proxy: Proxy, upstream: RawServer, method: str, target: str
) -> None:
    assert ask(proxy.url, method, target, None).status == 200
    [request] = upstream.requests
    assert request.target == target.removesuffix("/")


def test_what_became_of_it_is_counted(proxy: Proxy, upstream: RawServer) -> None:
    def counted(outcome: str) -> float:
        text = ask(proxy.url, "GET", "/metrics").body.decode()
        found = re.findall(
            rf'^jackfield_upstream_attempts_total\{{.*outcome="{outcome}".*\}} (\S+)$',
            text,
            re.MULTILINE,
        )
        return sum(map(float, found))

    def breaks_off(asked: Asked, wire: Wire) -> None:
        wire.head(200, {"content-length": "100"})
        wire.send(b"{")
        wire.close()

    for answer, outcome in (
        (breaks_off, "cut"),
        (lambda asked, wire: wire.reply(200, b"{}"), "ok"),
        (lambda asked, wire: wire.reply(404, b"{}"), "rejected"),
        (lambda asked, wire: wire.reply(503, b"{}"), "503"),
        (lambda asked, wire: wire.close(), "connection"),
    ):
        upstream.answer = answer
        before = counted(outcome)
        ask(proxy.url, "GET", "/v1/files")
        assert counted(outcome) == before + 1, outcome
        assert "user-agent" in upstream.requests[-1].headers


BOUND = "multipart/form-data; boundary=x"


def part(name: str, value: bytes = b"v", more: str = "") -> bytes:
    head = f'--x\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return head.encode() + value + b"\r\n"


LARGE = part("file", b"\r\n--y" * 40_000, '; filename="a"')
SET = [
    (BOUND, part("purpose") + part("api_base") + b"--x--\r\n"),
    (BOUND, part("extra_headers[a]") + b"--x--\r\n"),
    (BOUND, LARGE + part("api_key") + b"--x--\r\n"),
    (BOUND.replace("x", '"x"'), part("api_base", more='; filename="a"') + b"--x--\r\n"),
    ("text/plain", b' {"prompt": "a", "api_base": "http://evil.invalid"}'),
    ("application/vnd.api+json", b'{"api_key": "k"}'),
    ("", b'{"base_url": "u"}'),
    ("application/x-www-form-urlencoded", b"purpose=a&api%5Fbase=http://evil.invalid"),
    ("application/x-www-form-urlencoded", b'{"organization": "o"}'),
    ("application/octet-stream", b'{"api_base": "http://evil.invalid"}'),
    ("application/json, text/plain", b'{"api_base": "http://evil.invalid"}'),
    ("multipart/mixed; boundary=x", part("api_base") + b"--x--\r\n"),
    (BOUND, part("a", more="; name*=utf-8''api%5Fbase") + b"--x--\r\n"),
]
UNREADABLE = [
    (BOUND, b"a preamble\r\n" + part("api_base") + b"--x--\r\n"),
    (BOUND, part("api_base").replace(b"\r\n", b"\n") + b"--x--\n"),
    (BOUND, LARGE + b"--x\r\nanything\r\n--x--\r\n"),
    ("multipart/form-data", part("purpose") + b"--x--\r\n"),
    (f"multipart/form-data; boundary={'x' * 300}", part("purpose") + b"--x--\r\n"),
    ("application/x-www-form-urlencoded", b"a=&" * 20_000),
]


@pytest.mark.parametrize(("kind", "body"), UNREADABLE)
def test_what_can_not_be_looked_at_does_not_go_on(
    proxy: Proxy, upstream: RawServer, kind: str, body: bytes
) -> None:
    got = ask(proxy.url, "POST", "/v1/files", body, {"content-type": kind})
    assert got.status == 400, got.body
    assert got.error["message"]
    for asked in upstream.requests:
        assert not asked.body.endswith(b"--x--\r\n")


@pytest.mark.parametrize(("kind", "body"), SET)
@pytest.mark.parametrize("target", ["/v1/files", "/v1/responses/resp_1/cancel"])
def test_no_body_of_any_kind_says_where_it_goes(
    proxy: Proxy, upstream: RawServer, target: str, kind: str, body: bytes
) -> None:
    got = ask(proxy.url, "POST", target, body, {"content-type": kind} if kind else {})
    assert (got.status, got.error["code"]) == (400, "forbidden_parameter")
    for asked in upstream.requests:  # of a long one the beginning may have left
        assert not asked.body.endswith(b"--x--\r\n")


NAMED = [
    (BOUND, part("purpose") + part("file", b'api_base name="api_base"', '; filename="a"')),
    (BOUND, LARGE + part("my_api_base") + part("purpose")),
    ("text/plain", b"api_base=1"),
    ("text/plain", b'["api_base"]'),
    ("application/jsonl", b'{"api_base": "in a file"}\n{"a": 1}\n'),
    ("application/octet-stream", b'{"api_base": "a long one"}' + b" " * 100_000),
    ("application/x-www-form-urlencoded", b"a=api_base&my_api_base=1"),
]


@pytest.mark.parametrize(("kind", "body"), NAMED)
def test_what_only_looks_like_it_goes_on(
    proxy: Proxy, upstream: RawServer, kind: str, body: bytes
) -> None:
    body += b"--x--\r\n" if kind == BOUND else b""
    got = ask(proxy.url, "POST", "/v1/files", body, {"content-type": kind})
    assert got.status == 200, got.body
    [asked] = upstream.requests
    assert asked.body == body
