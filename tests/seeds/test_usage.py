"""The first example."""

from __future__ import annotations

import os

import asked
from marks import CHAT, covers

from jackfield import ChatCompletion, completion
from jackfield_testing import Sandbox


@covers(CHAT, both="usage#block:1")
def test_a_chat_completion(upstream: Sandbox) -> None:
    os.environ["OPENAI_API_KEY"] = "your-api-key"
    response = completion(
        model="gpt-4o", messages=[{"content": "Hello, how are you?", "role": "user"}]
    )
    assert isinstance(response, ChatCompletion)
    assert "Hello, how are you?" in (response.choices[0].message.content or "")
    assert response["choices"][0]["finish_reason"] == "stop"
    assert response.model == "gpt-4o-2024-08-06"
    asked.chat(
        upstream,
        {"model": "gpt-4o", "messages": [{"content": "Hello, how are you?", "role": "user"}]},
        authorization="Bearer your-api-key",
    )
    asked.only(upstream)
