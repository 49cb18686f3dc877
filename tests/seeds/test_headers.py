"""The headers of responses."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

import answers
import asked
import pytest
import seedpages
from marks import CHAT, CORE, EMBEDDINGS, covers
from rawserver import Answer, RawServer

import jackfield as litellm
from jackfield import completion
from jackfield_testing import Sandbox

SECTION = "advanced/getting-openai-api-response-headers"
HI: list[Any] = [{"role": "user", "content": "hi"}]

# What OpenAI sends, with values of our own.
SENT = [
    ("Date", "Mon, 05 May 2025 05:05:05 GMT"),
    ("Content-Type", "application/json"),
    ("Transfer-Encoding", "chunked"),
    ("Connection", "keep-alive"),
    ("Access-Control-Allow-Origin", "*"),
    ("OpenAI-Model", "text-embedding-ada-002"),
    ("openai-organization", "acme"),
    ("openai-processing-ms", "20"),
    ("openai-version", "2020-10-01"),
    ("Strict-Transport-Security", "max-age=60; includeSubDomains; preload"),
    ("x-ratelimit-limit-requests", "70"),
    ("x-ratelimit-limit-tokens", "700000"),
    ("x-ratelimit-remaining-requests", "69"),
    ("x-ratelimit-remaining-tokens", "699990"),
    ("x-ratelimit-reset-requests", "12ms"),
    ("x-ratelimit-reset-tokens", "0s"),
    ("X-Request-ID", "req_1"),
    ("CF-Cache-Status", "DYNAMIC"),
    ("Set-Cookie", "one=1; expires=Mon, 05-May-25 05:35:05 GMT; HttpOnly"),
    ("Set-Cookie", "two=2; path=/"),
    ("X-Content-Type-Options", "nosniff"),
    ("Server", "cloudflare"),
    ("CF-RAY", "1-SJC"),
    ("Content-Encoding", "identity"),
    ("alt-svc", 'h3=":443"; ma=86400'),
]


def check(headers: Mapping[str, str]) -> None:
    """Assert that these are the sandbox's, complete and with names in lower case."""
    assert headers["openai-version"] == "2020-10-01"
    assert headers["x-request-id"].startswith("req_")
    assert headers["x-ratelimit-limit-requests"] == "10000"
    assert headers["set-cookie"].count("HttpOnly") == 2
    assert all(name == name.lower() for name in headers)
    assert all(type(value) is str for value in headers.values())


@pytest.fixture(params=[True, False, None], ids=["on", "off", "untouched"])
def switched(request: pytest.FixtureRequest) -> None:
    """The switch of the example, which may be as it is."""
    if request.param is not None:
        litellm.return_response_headers = request.param


@covers(CHAT, both=f"{SECTION}#block:1")
def test_of_a_chat_completion(upstream: Sandbox, switched: None) -> None:
    response = completion(model="gpt-4o-mini", messages=HI)
    check(response._response_headers)
    assert response._response_headers["content-type"] == "application/json"
    assert response._response_headers["openai-model"] == "gpt-4o-mini-2024-07-18"
    assert response.request_id == response._response_headers["x-request-id"]
    assert "_response_headers" not in f"response: {response}"
    assert "x-request-id" not in f"response: {response}"
    asked.chat(upstream, {"model": "gpt-4o-mini", "messages": HI})


@covers(CHAT, both=f"{SECTION}#block:2")
def test_of_a_stream_before_its_first_chunk(upstream: Sandbox, switched: None) -> None:
    response = completion(model="gpt-4o-mini", stream=True, messages=HI)
    check(response._response_headers)
    assert response._response_headers["content-type"].startswith("text/event-stream")
    assert str(response)
    texts = [chunk.choices[0].delta.content or "" for chunk in response]
    assert "hi" in "".join(texts)
    asked.chat(upstream, {"model": "gpt-4o-mini", "stream": True, "messages": HI})


@covers(EMBEDDINGS, both=f"{SECTION}#block:3")
def test_of_an_embedding(upstream: Sandbox, switched: None) -> None:
    response = litellm.embedding(model="text-embedding-ada-002", input="hello")
    check(response._response_headers)
    assert response._response_headers["openai-model"] == "text-embedding-ada-002-v2"
    assert len(response.data[0].embedding) == 1536
    request = upstream.last
    assert (request.method, request.path) == ("POST", "/v1/embeddings")
    assert request.json == {"model": "text-embedding-ada-002", "input": "hello"}
    assert request.headers["authorization"] == "Bearer sk-from-the-environment"


def test_asynchronously(upstream: Sandbox) -> None:
    async def run() -> None:
        check((await litellm.acompletion("gpt-4o-mini", HI))._response_headers)
        embedded = await litellm.aembedding("text-embedding-ada-002", "hello")
        check(embedded._response_headers)
        async with await litellm.acompletion("gpt-4o-mini", HI, stream=True) as stream:
            check(stream._response_headers)
            assert [chunk async for chunk in stream]

    asyncio.run(run())
    asked.only(upstream, 3)


@covers(CORE, both=f"{SECTION}#block:4")
@pytest.mark.parametrize("stream", [False, True])
def test_every_header_that_openai_sends_is_there(
    serve: Callable[[Answer], RawServer], stream: bool
) -> None:
    sent = [(n, "text/event-stream" if stream and n == "Content-Type" else v) for n, v in SENT]

    def answer(_: Any, wire: Any) -> None:
        whole = json.dumps(answers.completion()).encode()
        wire.head(200, sent)
        for piece in answers.events(answers.chunks("Hi")) if stream else [whole]:
            wire.send(b"%x\r\n%s\r\n" % (len(piece), piece))
        wire.send(b"0\r\n\r\n")

    server = serve(answer)
    found: Any = completion("gpt-4o", HI, stream=stream, api_base=server.base_url, api_key="sk-1")
    headers = found._response_headers
    if stream:
        list(found)
    expected: dict[str, str] = {}
    for name, value in sent:
        key = name.lower()
        expected[key] = f"{expected[key]}, {value}" if key in expected else value
    assert dict(headers) == expected


def test_the_page_lists_no_header_that_is_not_tested() -> None:
    blocks = [item for item in seedpages.items() if item.name.endswith(f"{SECTION}#block:4")]
    if not blocks:
        pytest.skip("the pages are not beside this checkout")
    for block in blocks:
        assert set(json.loads(block.text)) == {name.lower() for name, _ in SENT}
