"""What is rejected, with which field and code."""

from __future__ import annotations

from typing import Any

import pytest

from jackfield_testing.sandbox.chat import validate
from jackfield_testing.sandbox.errors import APIFault

USER = {"role": "user", "content": "hi"}
CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CALLING = {"role": "assistant", "content": None, "tool_calls": [CALL]}
TOOL = {"type": "function", "function": {"name": "f"}}


@pytest.mark.parametrize(
    ("fields", "status", "param", "code"),
    [
        ({"model": None}, 400, "model", "missing_required_parameter"),
        ({"model": 5}, 400, "model", "invalid_type"),
        ({"model": "does-not-exist-1"}, 404, None, "model_not_found"),
        ({"messages": None}, 400, "messages", "missing_required_parameter"),
        ({"messages": []}, 400, "messages", "empty_array"),
        ({"messages": "hi"}, 400, "messages", "invalid_type"),
        ({"messages": ["hi"]}, 400, "messages[0]", "invalid_type"),
        ({"messages": [{"content": "x"}]}, 400, "messages[0].role", "missing_required_parameter"),
        ({"messages": [{**USER, "role": "robot"}]}, 400, "messages[0].role", "invalid_value"),
        ({"messages": [{**USER, "role": []}]}, 400, "messages[0].role", "invalid_value"),
        ({"messages": [{"role": "user"}]}, 400, "messages[0].content", None),
        ({"messages": [{**USER, "content": 1}]}, 400, "messages[0].content", "invalid_type"),
        (
            {"messages": [USER, {"role": "tool", "tool_call_id": "call_1", "content": "x"}]},
            400,
            "messages.[1].role",
            None,
        ),
        ({"messages": [CALLING, USER]}, 400, "messages.[1].role", None),
        (
            {"messages": [{**USER, "content": "x" * 400_001}]},
            400,
            "messages",
            "context_length_exceeded",
        ),
        ({"max_tokens": "5"}, 400, "max_tokens", "invalid_type"),
        ({"max_tokens": 0}, 400, "max_tokens", "integer_below_min_value"),
        ({"max_completion_tokens": 1.5}, 400, "max_completion_tokens", "invalid_type"),
        ({"n": 0}, 400, "n", "integer_below_min_value"),
        ({"n": True}, 400, "n", "invalid_type"),
        ({"stop": list("abcde")}, 400, "stop", "array_above_max_length"),
        ({"temperature": "hot"}, 400, "temperature", "invalid_type"),
        ({"temperature": 2.5}, 400, "temperature", "decimal_above_max_value"),
        ({"temperature": -1}, 400, "temperature", "decimal_below_min_value"),
        ({"stream": "yes"}, 400, "stream", "invalid_type"),
        ({"stream_options": {}}, 400, "stream_options", None),
        ({"tools": {}}, 400, "tools", "invalid_type"),
        ({"tool_choice": "auto"}, 400, "tool_choice", None),
        (
            {"tools": [TOOL], "tool_choice": {"type": "function", "function": {"name": "g"}}},
            400,
            "tool_choice",
            None,
        ),
        ({"top_logprobs": 3}, 400, "top_logprobs", None),
        ({"response_format": {"type": "json_object"}}, 400, "messages", None),
        ({"model": "gpt-5", "max_tokens": 5}, 400, "max_tokens", "unsupported_parameter"),
        ({"model": "o3-mini", "temperature": 0.5}, 400, "temperature", "unsupported_value"),
        (
            {"model": "gpt-5-mini", "reasoning_effort": "low", "temperature": 0.5},
            400,
            "temperature",
            "unsupported_value",
        ),
        (
            {"stream": True, "audio": {"format": "wav", "voice": "alloy"}},
            400,
            "audio.format",
            "unsupported_value",
        ),
    ],
)
def test_rejected(fields: dict[str, Any], status: int, param: str | None, code: str | None) -> None:
    request = {"model": "gpt-4o", "messages": [USER], **fields}
    with pytest.raises(APIFault) as caught:
        validate(request)
    assert caught.value.status == status
    error = caught.value.body["error"]
    assert (error["param"], error["code"]) == (param, code)
    assert error["type"] == "invalid_request_error"
    assert error["message"]


@pytest.mark.parametrize(
    "fields",
    [
        {"unknown": object},
        {"temperature": None, "n": None, "tools": None},
        {"model": "gpt-5", "temperature": 1},
        {"model": "gpt-5-mini", "reasoning_effort": "none", "temperature": 0.2},
        {"model": "gpt-5-chat-latest", "temperature": 0.2, "max_tokens": 5},
        {"n": 1.0},
        {"temperature": 1},
        {"messages": [CALLING, {"role": "tool", "tool_call_id": "call_1", "content": "x"}]},
    ],
)
def test_accepted(fields: dict[str, Any]) -> None:
    validate({"model": "gpt-4o", "messages": [USER], **fields})
