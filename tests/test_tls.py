"""Calls over TLS: who vouches for the server decides whether it is heard."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import answers
import pytest
from certificates import certificate
from rawserver import Asked, RawServer, Wire

import jackfield

CALL: dict[str, Any] = {
    "model": "openai/gpt-4o",
    "messages": [{"role": "user", "content": "x"}],
    "api_key": "sk-test",
    "max_retries": 0,
}


def answer(asked: Asked, wire: Wire) -> None:
    if b'"stream":true' in asked.body:
        wire.stream(answers.events(answers.chunks("Hel", "lo")))
    else:
        wire.reply(200, answers.completion())


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
        assert client.completion(**CALL).to_dict() == answers.completion()
        stream = client.completion(**CALL, stream=True)
        assert [chunk.to_dict() for chunk in stream] == answers.chunks("Hel", "lo")

    async def on_a_loop() -> None:
        async with jackfield.AsyncClient(api_base=secure.base_url) as client:
            assert (await client.completion(**CALL)).to_dict() == answers.completion()
            stream = await client.completion(**CALL, stream=True)
            assert [chunk.to_dict() async for chunk in stream] == answers.chunks("Hel", "lo")

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
