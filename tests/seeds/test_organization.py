"""The organization that a call is for: variable, argument, attribute."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import asked
from marks import CORE, covers

import jackfield as litellm
from jackfield import completion
from jackfield_testing import Sandbox

SECTION = "advanced/setting-organization-id-for-completion-calls"
MODEL = "gpt-3.5-turbo"


def check(upstream: Sandbox, messages: list[Any], organization: str | None) -> None:
    body = {"model": MODEL, "messages": messages}
    asked.chat(upstream, body, openai_organization=organization)


@covers(CORE, both=(f"{SECTION}#point:1", f"{SECTION}#block:1"))
def test_by_variable(upstream: Sandbox, messages: list) -> None:
    os.environ["OPENAI_ORGANIZATION"] = "org-of-the-environment"
    response = completion(model=MODEL, messages=messages)
    assert response.choices[0].message.content
    check(upstream, messages, "org-of-the-environment")


@covers(CORE, both=f"{SECTION}#point:2")
def test_by_argument(upstream: Sandbox, messages: list) -> None:
    litellm.completion(model=MODEL, messages=messages, organization="org-of-the-call")
    check(upstream, messages, "org-of-the-call")
    asyncio.run(litellm.acompletion(model=MODEL, messages=messages, organization="org-async"))
    check(upstream, messages, "org-async")
    list(litellm.completion(MODEL, messages, stream=True, organization="org-stream"))
    assert upstream.last.headers["openai-organization"] == "org-stream"


@covers(CORE, both=f"{SECTION}#point:3")
def test_by_attribute(upstream: Sandbox, messages: list) -> None:
    litellm.organization = "org-of-the-module"
    litellm.completion(model=MODEL, messages=messages)
    check(upstream, messages, "org-of-the-module")
    litellm.organization = None
    litellm.completion(model=MODEL, messages=messages)
    check(upstream, messages, None)


def test_the_nearest_wins(upstream: Sandbox, messages: list) -> None:
    os.environ["OPENAI_ORGANIZATION"] = "far"
    litellm.organization = "nearer"
    litellm.completion(model=MODEL, messages=messages)
    check(upstream, messages, "nearer")
    litellm.completion(model=MODEL, messages=messages, organization="nearest")
    check(upstream, messages, "nearest")


def test_on_every_surface(upstream: Sandbox) -> None:
    litellm.organization = "org-of-the-module"
    litellm.embedding("text-embedding-3-small", "hello")
    litellm.text_completion("gpt-3.5-turbo-instruct", "hello")
    sent = [request.headers["openai-organization"] for request in upstream.requests]
    assert sent == ["org-of-the-module"] * 2
