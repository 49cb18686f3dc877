"""Headers of one's own."""

from __future__ import annotations

import asyncio
import os
from typing import Any

import asked
import pytest
from marks import CHAT, covers

import jackfield
from jackfield import completion
from jackfield_testing import Sandbox

BLOCK = "advanced/setting-extra_headers-for-completion-calls#block:1"


@covers(CHAT, both=BLOCK)
@pytest.mark.parametrize("stream", [False, True])
def test_a_header_for_one_call(upstream: Sandbox, messages: list, stream: bool) -> None:
    os.environ["OPENAI_API_KEY"] = "your-api-key"
    response: Any = completion(
        model="gpt-3.5-turbo",
        messages=messages,
        extra_headers={"AI-Resource-Group": "my-group"},
        stream=stream,
    )
    if stream:
        response = jackfield.stream_chunk_builder(list(response))
    assert response.choices[0].message.content
    body = {"model": "gpt-3.5-turbo", "messages": messages}
    asked.chat(
        upstream,
        {**body, "stream": True} if stream else body,
        authorization="Bearer your-api-key",
        ai_resource_group="my-group",
    )
    completion(model="gpt-3.5-turbo", messages=messages)
    asked.chat(upstream, body, authorization="Bearer your-api-key", ai_resource_group=None)


def test_asynchronously(upstream: Sandbox, messages: list) -> None:
    given = {"AI-Resource-Group": "my-group"}
    asyncio.run(jackfield.acompletion("gpt-3.5-turbo", messages, extra_headers=given))
    assert upstream.last.headers["ai-resource-group"] == "my-group"


def test_the_pages_name_with_a_space_is_refused_before_anything_is_sent(
    upstream: Sandbox, messages: list
) -> None:
    with pytest.raises(jackfield.ConfigError, match="AI-Resource Group") as caught:
        completion(
            model="gpt-3.5-turbo",
            messages=messages,
            extra_headers={"AI-Resource Group": "my-group"},
        )
    assert "without spaces" in str(caught.value)
    assert upstream.requests == []
