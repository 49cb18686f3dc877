"""Faults: what the directives mean, and what a plain HTTP client sees of them."""

from __future__ import annotations

import contextlib
import threading
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield_testing import Sandbox
from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.faults import parse_fault
from jackfield_testing.sandbox.reply import DONE

URL = "/chat/completions"
BODY = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}


@pytest.fixture
def client(sandbox: Sandbox) -> Any:
    headers = {"authorization": f"Bearer {sandbox.api_key}"}
    with httpx.Client(base_url=sandbox.base_url, headers=headers, timeout=5) as client:
        yield client


def post(client: httpx.Client, fault: str, **fields: Any) -> httpx.Response:
    return client.post(URL, json={**BODY, **fields}, headers={"x-sandbox-fault": fault})


def read(client: httpx.Client, fault: str, **fields: Any) -> tuple[list[str], Exception | None]:
    """Read a stream to its end; gives the events, and what broke it."""
    lines: list[str] = []
    headers = {"x-sandbox-fault": fault}
    with client.stream(
        "POST", URL, json={**BODY, "stream": True, **fields}, headers=headers
    ) as response:
        try:
            lines.extend(line for line in response.iter_lines() if line)
        except httpx.HTTPError as error:
            return lines, error
    return lines, None


@given(st.text(max_size=40))
def test_any_text_is_read_or_rejected(text: str) -> None:
    with contextlib.suppress(APIFault):
        assert bool(parse_fault(text)) is bool(text.strip(","))


def test_dates_and_addresses_keep_their_commas() -> None:
    fault = parse_fault("status=503,retry-after=Wed, 21 Oct 2015 07:28:00 GMT,times=2")
    assert fault.values["retry-after"] == "Wed, 21 Oct 2015 07:28:00 GMT"
    assert fault.times == 2


@pytest.mark.parametrize(
    "text", ["status=99", "status=x", "delay=-1", "delay=nan", "bogus", "cut="]
)
def test_bad_directives_are_a_400_that_says_so(client: httpx.Client, text: str) -> None:
    response = post(client, text)
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "invalid_sandbox_fault"


def test_times_counts_per_directive_and_body(client: httpx.Client, sandbox: Sandbox) -> None:
    fault = "status=503,times=2"
    assert [post(client, fault).status_code for _ in range(3)] == [503, 503, 200]
    assert post(client, fault, seed=1).status_code == 503
    sandbox.clear()
    assert post(client, fault).status_code == 503


def test_the_model_name_carries_a_fault_that_nothing_echoes(client: httpx.Client) -> None:
    body = {**BODY, "model": "gpt-4o!status=429,retry-after=0,times=1"}
    refused, answered = client.post(URL, json=body), client.post(URL, json=body)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "0"
    assert refused.json()["error"]["code"] == "rate_limit_exceeded"
    assert answered.json() == client.post(URL, json=BODY).json()
    assert answered.headers["openai-model"] == "gpt-4o-2024-08-06"


def test_code_and_type_are_taken(client: httpx.Client) -> None:
    error = post(client, "status=429,code=insufficient_quota").json()["error"]
    assert (error["type"], error["code"]) == ("insufficient_quota", "insufficient_quota")
    error = post(client, "status=400,code=content_filter,type=policy").json()["error"]
    assert (error["type"], error["code"]) == ("policy", "content_filter")


def test_retry_headers(client: httpx.Client) -> None:
    response = post(client, "status=500,retry-after-ms=7,should-retry=false")
    assert response.headers["retry-after-ms"] == "7"
    assert response.headers["x-should-retry"] == "false"


@pytest.mark.parametrize("fault", ["drop", "cut=0", "cut=40", "cut-events=0"])
def test_a_cut_connection_is_a_broken_one(client: httpx.Client, fault: str) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        post(client, fault)


def test_a_cut_after_the_end_cuts_nothing(client: httpx.Client) -> None:
    assert post(client, "cut=1000000").status_code == 200
    assert read(client, "cut-events=1000")[1] is None


def test_a_cut_stream_gives_exactly_what_was_sent(client: httpx.Client) -> None:
    whole, _ = read(client, "")
    lines, error = read(client, "cut-events=3")
    assert lines == whole[:3]
    assert isinstance(error, httpx.RemoteProtocolError)
    assert sum(map(len, _raw(client, "cut=700"))) == 700


def _raw(client: httpx.Client, fault: str) -> list[bytes]:
    """Read a stream's bytes up to where it breaks."""
    parts: list[bytes] = []
    body, headers = {**BODY, "stream": True}, {"x-sandbox-fault": fault}
    with (
        contextlib.suppress(httpx.RemoteProtocolError),
        client.stream("POST", URL, json=body, headers=headers) as response,
    ):
        for part in response.iter_raw():
            parts.append(part)
    return parts


def test_streams_without_an_end_or_with_an_error(client: httpx.Client) -> None:
    whole, _ = read(client, "")
    assert read(client, "no-done") == (whole[:-1], None)
    assert whole[-1] == DONE.decode().strip()
    lines, _ = read(client, "error-event=2,code=server_overloaded")
    assert lines[:2] == whole[:2]
    assert '"code":"server_overloaded"' in lines[2]
    assert len(lines) == 3


def test_malformed_empty_and_html_bodies(client: httpx.Client) -> None:
    with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
        post(client, "malformed").json()
    empty = post(client, "empty")
    assert (empty.status_code, empty.content) == (200, b"")
    page = post(client, "html,status=502")
    assert (page.status_code, page.headers["content-type"]) == (502, "text/html")
    lines, _ = read(client, "malformed")
    assert not lines[1].endswith("}")
    assert read(client, "empty") == ([], None)


def test_an_error_in_a_200(client: httpx.Client) -> None:
    response = post(client, "error-in-200,code=overloaded")
    assert response.status_code == 200
    assert response.json()["error"]["code"] == "overloaded"


def test_a_redirect(client: httpx.Client) -> None:
    response = post(client, "redirect=http://other.example/v1?a=1,2,status=308")
    assert response.status_code == 308
    assert response.headers["location"] == "http://other.example/v1?a=1,2"


def test_delays_hold_the_head_or_the_events_back(client: httpx.Client) -> None:
    client.timeout = httpx.Timeout(0.05)
    with pytest.raises(httpx.ReadTimeout):
        post(client, "delay=30")
    lines, error = read(client, "chunk-delay=30")
    assert len(lines) == 1
    assert isinstance(error, httpx.ReadTimeout)
    lines, error = read(client, "hang")
    assert lines == []
    assert isinstance(error, httpx.ReadTimeout)


def test_faults_strike_every_route(client: httpx.Client) -> None:
    headers = {"x-sandbox-fault": "status=503"}
    assert client.get("/models", headers=headers).status_code == 503
    assert client.get("/nothing", headers=headers).status_code == 503


def test_the_journal_knows_who_left(client: httpx.Client, sandbox: Sandbox) -> None:
    with client.stream(
        "POST", URL, json={**BODY, "stream": True}, headers={"x-sandbox-fault": "chunk-delay=30"}
    ) as response:
        next(response.iter_lines())
    assert sandbox.last.wait(5)
    assert sandbox.last.disconnected
    post(client, "")
    assert sandbox.last.wait(5)
    assert not sandbox.last.disconnected


def test_stopping_ends_what_hangs() -> None:
    with Sandbox() as sandbox:
        headers = {"authorization": "Bearer k", "x-sandbox-fault": "hang"}
        arrived = threading.Event()
        caught: list[Exception] = []

        def wait() -> None:
            with httpx.stream(
                "POST", sandbox.base_url + URL, json=BODY, headers=headers, timeout=10
            ) as response:
                arrived.set()
                try:
                    response.read()
                except httpx.HTTPError as error:
                    caught.append(error)

        thread = threading.Thread(target=wait)
        thread.start()
        assert arrived.wait(5)
    thread.join(5)
    assert len(caught) == 1
