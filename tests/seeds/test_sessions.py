"""HTTP clients of one's own, without verification of certificates."""

from __future__ import annotations

import asyncio

import asked
import httpx
import pytest
from marks import CORE, covers

import jackfield as litellm
from jackfield_testing import Sandbox

SECTION = "advanced/set-ssl_verify-false"
MODEL = "gpt-3.5-turbo"


@covers(CORE, both=(f"{SECTION}#point:1", f"{SECTION}#block:1"))
def test_a_session_for_blocking_calls(upstream: Sandbox, messages: list) -> None:
    with httpx.Client(verify=False, headers={"user-agent": "mine"}) as session:
        litellm.client_session = session
        response = litellm.completion(model=MODEL, messages=messages)
        assert response.choices[0].message.content
        asked.chat(upstream, {"model": MODEL, "messages": messages}, user_agent="mine")
        list(litellm.completion(model=MODEL, messages=messages, stream=True))
        assert upstream.last.headers["user-agent"] == "mine"
        litellm.embedding(model="text-embedding-3-small", input="hello")
        assert upstream.last.headers["user-agent"] == "mine"
        assert not session.is_closed
    asked.only(upstream, 3)


@covers(CORE, both=(f"{SECTION}#point:2", f"{SECTION}#block:1"))
def test_a_session_for_asyncio(upstream: Sandbox, messages: list) -> None:
    async def run() -> None:
        async with httpx.AsyncClient(verify=False, headers={"user-agent": "mine"}) as session:
            litellm.aclient_session = session
            response = await litellm.acompletion(model=MODEL, messages=messages)
            assert response.choices[0].message.content
            assert not session.is_closed

    asyncio.run(run())
    asked.chat(upstream, {"model": MODEL, "messages": messages}, user_agent="mine")


def test_a_session_of_the_wrong_kind_is_refused(upstream: Sandbox, messages: list) -> None:
    async def run() -> None:
        async with httpx.AsyncClient() as session:
            litellm.client_session = session
            with pytest.raises(litellm.ConfigError):
                litellm.completion(model=MODEL, messages=messages)
            litellm.client_session = None

    asyncio.run(run())
    assert upstream.requests == []
