"""The model names in the page's configuration of a server, which mean the same in a call.

The server itself is in test_proxy.
"""

from __future__ import annotations

import asked
import pytest
from marks import CHAT, TEXT, covers

from jackfield import completion
from jackfield_testing import Sandbox

BLOCK = "2.-start-the-proxy#block:1"
EVERY = "2.-start-the-proxy#block:2"


@covers(CHAT, both=BLOCK)
def test_a_prefix_for_chat_completions(upstream: Sandbox, messages: list) -> None:
    completion("openai/gpt-3.5-turbo", messages)
    asked.chat(upstream, {"model": "gpt-3.5-turbo", "messages": messages})


@covers(TEXT, both=BLOCK)
@pytest.mark.parametrize("prefix", ["text-completion-openai/", "openai/", ""])
def test_a_prefix_for_text_completions(upstream: Sandbox, messages: list, prefix: str) -> None:
    response = completion(f"{prefix}gpt-3.5-turbo-instruct", messages)
    assert response.object == "chat.completion"
    assert "Hello, how are you?" in (response.choices[0].message.content or "")
    request = upstream.last
    assert (request.method, request.path) == ("POST", "/v1/completions")
    assert request.json["model"] == "gpt-3.5-turbo-instruct"
    assert "Hello, how are you?" in request.json["prompt"]
    assert "messages" not in request.json
    asked.only(upstream)


@covers(CHAT, both=EVERY)
@pytest.mark.parametrize("name", ["gpt-4", "gpt-3.5-turbo", "gpt-4-turbo-preview", "anything"])
def test_every_model_behind_the_prefix(upstream: Sandbox, messages: list, name: str) -> None:
    completion(f"openai/{name}", messages)
    asked.chat(upstream, {"model": name, "messages": messages})
