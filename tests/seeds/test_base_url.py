"""A server of one's own, or one in between."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import asked
import pytest
from marks import CORE, covers

import jackfield as litellm
from jackfield import completion
from jackfield_testing import Sandbox

OWN = "advanced/using-openai-proxy-with-litellm#block:1"
HELICONE = "advanced/using-helicone-proxy-with-litellm#block:1"
NOWHERE = "http://127.0.0.1:1/v1"


@pytest.fixture
def elsewhere(upstream: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    """The sandbox, which the environment does not know."""
    monkeypatch.setenv("OPENAI_BASE_URL", NOWHERE)
    return upstream


@covers(CORE, earlier=HELICONE)
def test_a_gateway_with_headers_of_its_own(elsewhere: Sandbox, messages: list) -> None:
    os.environ["OPENAI_API_KEY"] = "sk-mine"
    os.environ["HELICONE_API_KEY"] = "sk-helicone"
    litellm.api_base = elsewhere.base_url
    litellm.headers = {
        "Helicone-Auth": f"Bearer {os.getenv('HELICONE_API_KEY')}",
        "Helicone-Cache-Enabled": "true",
    }
    response = completion("gpt-3.5-turbo", messages)
    assert response.choices[0].message.content
    body = {"model": "gpt-3.5-turbo", "messages": messages}
    gateway = {"helicone_auth": "Bearer sk-helicone", "helicone_cache_enabled": "true"}
    asked.chat(elsewhere, body, authorization="Bearer sk-mine", **gateway)
    # a call's own are added, and win
    extra = {"helicone-cache-enabled": "false", "X-More": "1"}
    completion("gpt-3.5-turbo", messages, extra_headers=extra)
    gateway["helicone_cache_enabled"] = "false"
    asked.chat(elsewhere, body, authorization="Bearer sk-mine", **gateway, x_more="1")
    # on every surface
    litellm.embedding("text-embedding-3-small", "hello")
    assert elsewhere.last.headers["helicone-auth"] == "Bearer sk-helicone"


@covers(CORE, both=OWN)
@pytest.mark.parametrize("slash", ["", "/"])
def test_an_address_by_attribute(elsewhere: Sandbox, messages: list, slash: str) -> None:
    os.environ["OPENAI_API_KEY"] = "sk-mine"
    litellm.api_base = elsewhere.base_url + slash
    response = completion("openai/your-model-name", messages)
    assert response.model == "your-model-name"
    body = {"model": "your-model-name", "messages": messages}
    asked.chat(elsewhere, body, authorization="Bearer sk-mine")


@pytest.mark.parametrize(
    "variable",
    [
        pytest.param("OPENAI_BASE_URL", marks=covers(CORE, later=OWN)),
        pytest.param("OPENAI_API_BASE", marks=covers(CORE, earlier=OWN)),
    ],
)
def test_an_address_by_variable(
    upstream: Sandbox, messages: list, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL")
    os.environ[variable] = upstream.base_url
    completion("openai/your-model-name", messages)
    asked.chat(upstream, {"model": "your-model-name", "messages": messages})


@covers(CORE, both=OWN)
@pytest.mark.parametrize("name", ["api_base", "base_url"])
def test_an_address_by_argument(elsewhere: Sandbox, messages: list, name: str) -> None:
    litellm.api_base = NOWHERE
    where: dict[str, Any] = {name: elsewhere.base_url}
    body = {"model": "your-model-name", "messages": messages}
    completion("openai/your-model-name", messages, **where)
    asked.chat(elsewhere, body)
    list(completion("openai/your-model-name", messages, stream=True, **where))
    asked.chat(elsewhere, {**body, "stream": True})
    asyncio.run(litellm.acompletion("openai/your-model-name", messages, **where))
    asked.chat(elsewhere, body)
    asked.only(elsewhere, 3)
