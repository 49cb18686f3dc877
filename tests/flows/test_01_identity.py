"""Flow 1: a chat call that is OpenAI's own shape, blocking, on asyncio, and streamed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import answers
import pytest
from plugging import provider
from rawserver import RawServer

import jackfield

STRANGE = {
    **answers.completion("Grüße \U0001f600"),
    "new_field": {"deep": [1, None, {"x": 12345678901234567890123}]},
    "zero": None,
}


@pytest.fixture
def upstream(serve: Callable[..., RawServer]) -> RawServer:
    def answer(asked: Any, wire: Any) -> None:
        if asked.json.get("stream"):
            wire.stream(answers.events(answers.chunks("Hel", "lo")))
        else:
            wire.reply(200, STRANGE, {"x-request-id": "req_1", "X-Many": "a", "set-cookie": "c=1"})

    return serve(answer)


def test_a_result_is_the_upstreams_json_to_the_last_digit(upstream: RawServer, tidy: Any) -> None:
    with jackfield.Client(api_key="sk-1", base_url=upstream.base_url) as client:
        result = client.completion("gpt-4o", answers.HELLO, temperature=0)
        assert result.to_dict() == STRANGE
        assert list(result.to_dict()) == list(STRANGE)
        assert result.request_id == "req_1"
        assert result._response_headers["x-many"] == "a"
        assert result._response_headers["set-cookie"] == "c=1"
        assert "req_1" not in repr(result)
        assert result.warnings == []
        assert tidy(client) == 1  # the pool is found, so that the other tests do look at it
    asked = upstream.requests[0]
    assert asked.target == "/v1/chat/completions"
    assert asked.headers["authorization"] == "Bearer sk-1"
    assert asked.json == {"model": "gpt-4o", "messages": answers.HELLO, "temperature": 0}
    assert next(iter(asked.json)) == "model"


def test_asyncio_gives_the_same(upstream: RawServer, tidy: Any) -> None:
    async def main() -> None:
        async with jackfield.AsyncClient(api_key="sk-1", base_url=upstream.base_url) as client:
            result = await client.completion("openai/gpt-4o", answers.HELLO)
            assert result.to_dict() == STRANGE
            assert tidy(client) == 1

    asyncio.run(main())


def test_a_stream_gives_the_upstreams_chunks_and_folds_to_the_answer(
    upstream: RawServer, tidy: Any
) -> None:
    with jackfield.Client(api_key="sk-1", base_url=upstream.base_url) as client:
        with client.completion("gpt-4o", answers.HELLO, stream=True) as stream:
            assert stream._response_headers["content-type"].startswith("text/event-stream")
            seen = list(stream)
        assert [chunk.to_dict() for chunk in seen] == answers.chunks("Hel", "lo")
        assert jackfield.stream_chunk_builder(seen).choices[0].message.content == "Hello"
        tidy(client)


def test_an_async_stream_gives_the_same(upstream: RawServer, tidy: Any) -> None:
    async def main() -> None:
        async with jackfield.AsyncClient(api_key="sk-1", base_url=upstream.base_url) as client:
            stream = await client.completion("gpt-4o", answers.HELLO, stream=True)
            seen = [chunk.to_dict() async for chunk in stream]
            assert seen == answers.chunks("Hel", "lo")
            tidy(client)

    asyncio.run(main())


def test_one_connection_serves_calls_and_streams_after_one_another(upstream: RawServer) -> None:
    with jackfield.Client(api_key="sk-1", base_url=upstream.base_url) as client:
        for _ in range(3):
            client.completion("gpt-4o", answers.HELLO)
            list(client.completion("gpt-4o", answers.HELLO, stream=True))
    assert upstream.connections == 1


def test_one_async_connection_does_too(upstream: RawServer) -> None:
    async def main() -> None:
        async with jackfield.AsyncClient(api_key="sk-1", base_url=upstream.base_url) as client:
            for _ in range(3):
                await client.completion("gpt-4o", answers.HELLO)
                async for _chunk in await client.completion("gpt-4o", answers.HELLO, stream=True):
                    pass

    asyncio.run(main())
    assert upstream.connections == 1


def test_a_throw_away_provider_is_served_in_the_same_way(upstream: RawServer) -> None:
    manifest = provider("acme", upstream.base_url)
    with jackfield.Client(plugins=[manifest]) as client:
        assert client.completion("acme/m-1", answers.HELLO).to_dict() == STRANGE
        streamed = client.completion("acme/m-1", answers.HELLO, stream=True)
        assert [chunk.to_dict() for chunk in streamed] == answers.chunks("Hel", "lo")
    assert upstream.requests[0].json["model"] == "m-1"
    assert "authorization" not in upstream.requests[0].headers


def test_module_level_functions_read_the_module_attributes_at_call_time(
    upstream: RawServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jackfield, "api_base", upstream.base_url)
    monkeypatch.setattr(jackfield, "api_key", "sk-module")
    jackfield.completion("gpt-4o", answers.HELLO)
    monkeypatch.setattr(jackfield, "api_key", "sk-other")
    asyncio.run(jackfield.acompletion("gpt-4o", answers.HELLO))
    keys = [asked.headers["authorization"] for asked in upstream.requests]
    assert keys == ["Bearer sk-module", "Bearer sk-other"]


def test_the_callers_objects_are_not_changed(upstream: RawServer) -> None:
    import copy

    given = {
        "messages": [{"role": "user", "content": [{"type": "text", "text": "x"}]}],
        "tools": [{"type": "function", "function": {"name": "f", "parameters": {}}}],
        "extra_body": {"a": {"b": 1}},
        "extra_headers": {"X-A": "1"},
    }
    before = copy.deepcopy(given)
    with jackfield.Client(api_key="sk-1", base_url=upstream.base_url) as client:
        client.completion("gpt-4o", **given)
    assert given == before
    assert upstream.requests[0].json["a"] == {"b": 1}


def test_arguments_that_are_none_are_not_sent_and_extra_body_can_send_a_null(
    upstream: RawServer,
) -> None:
    with jackfield.Client(api_key="sk-1", base_url=upstream.base_url) as client:
        client.completion("gpt-4o", answers.HELLO, temperature=None, extra_body={"seed": None})
    assert upstream.requests[0].json == {
        "model": "gpt-4o",
        "messages": answers.HELLO,
        "seed": None,
    }
