"""Calls over TLS: who vouches for the server decides whether it is heard."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from certificates import certificate
from rawserver import Asked, RawServer, Wire

import jackfield

ANSWER = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o",
    "choices": [
        {
            "index": 0,
            "message": {"role": "assistant", "content": "hello", "refusal": None},
            "finish_reason": "stop",
            "logprobs": None,
        }
    ],
}
CHUNK = (
    b'data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":'
    b'[{"index":0,"delta":{"content":"hello"},"finish_reason":"stop"}]}\n\n'
)
CALL: dict[str, Any] = {
    "model": "openai/gpt-4o",
    "messages": [{"role": "user", "content": "x"}],
    "api_key": "sk-test",
    "max_retries": 0,
}


def answer(asked: Asked, wire: Wire) -> None:
    if b'"stream":true' in asked.body:
        wire.stream([CHUNK, b"data: [DONE]\n\n"])
    else:
        wire.reply(200, ANSWER)


@pytest.fixture(scope="module")
def trusted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def secure(trusted: tuple[Path, ssl.SSLContext]) -> Iterator[RawServer]:
    with RawServer(answer, trusted[1]) as server:
        yield server


def test_whom_the_environment_trusts(
    trusted: tuple[Path, ssl.SSLContext], secure: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted[0]))
    with jackfield.Client(api_base=secure.base_url) as client:
        assert client.completion(**CALL).choices[0].message.content == "hello"
        stream = client.completion(**CALL, stream=True)
        assert [chunk.choices[0].delta.content for chunk in stream] == ["hello"]

    async def on_a_loop() -> None:
        async with jackfield.AsyncClient(api_base=secure.base_url) as client:
            assert (await client.completion(**CALL)).choices[0].message.content == "hello"
            stream = await client.completion(**CALL, stream=True)
            assert [chunk.choices[0].delta.content async for chunk in stream] == ["hello"]

    asyncio.run(on_a_loop())


def test_a_server_that_nobody_vouches_for(secure: RawServer) -> None:
    before = len(secure.requests)
    with (
        jackfield.Client(api_base=secure.base_url) as client,
        pytest.raises(jackfield.APIConnectionError, match="certificate"),
    ):
        client.completion(**CALL)
    assert len(secure.requests) == before


def test_a_certificate_of_another_host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shown, context = certificate(tmp_path, "elsewhere.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(shown))
    with (
        RawServer(answer, context) as server,
        jackfield.Client(api_base=server.base_url) as client,
        pytest.raises(jackfield.APIConnectionError, match="certificate"),
    ):
        client.completion(**CALL)
    assert not server.requests
