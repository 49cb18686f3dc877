"""What is rejected about requests for responses, in the API's words."""

from __future__ import annotations

from typing import Any

import httpx
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.responses.endpoints import made_from
from jackfield_testing.sandbox.responses.stream import events
from jackfield_testing.sandbox.responses.validation import read_create
from jackfield_testing.sandbox.world import World

BASE = {"model": "gpt-4o", "input": "hello"}
OPEN: dict[str, Any] = {"type": "object", "properties": {"a": {"type": "string"}}}
CLOSED = {**OPEN, "additionalProperties": False}
FUNCTION = {"type": "function", "name": "f", "parameters": None}
IMAGE = {"type": "image_generation"}


def user(*parts: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"role": "user", "content": list(parts)}]


def schema(schema: Any, **fields: Any) -> dict[str, Any]:
    return {"format": {"type": "json_schema", "name": "n", "schema": schema, **fields}}


MISSING, TYPE, VALUE = "missing_required_parameter", "invalid_type", "invalid_value"
PARAMETER, UNSUPPORTED = "unsupported_parameter", "unsupported_value"
CASES: list[tuple[dict[str, Any], str | None, str | None, str]] = [
    # fields, code, param, a piece of the message
    ({"model": None}, MISSING, "model", "Missing required parameter: 'model'."),
    ({"model": 1}, TYPE, "model", "expected a string, but got an integer"),
    (
        {"model": "gpt-does-not-exist"},
        "model_not_found",
        "model",
        "The requested model 'gpt-does-not-exist' does not exist.",
    ),
    ({"input": None}, MISSING, "input", "must be provided"),
    ({"input": []}, "empty_array", "input", "minimum length 1"),
    ({"input": 1}, TYPE, "input", "expected a string or an array"),
    ({"n": 2}, "unknown_parameter", "n", "Unknown parameter: 'n'."),
    ({"stop": ["x"]}, "unknown_parameter", "stop", "Unknown parameter: 'stop'."),
    ({"messages": []}, PARAMETER, "messages", "has moved to 'input'"),
    ({"max_tokens": 9}, PARAMETER, "max_tokens", "has moved to 'max_output_tokens'"),
    ({"response_format": {}}, PARAMETER, "response_format", "has moved to 'text.format'"),
    ({"reasoning_effort": "low"}, PARAMETER, "reasoning_effort", "'reasoning.effort'"),
    (
        {"temperature": -1},
        "decimal_below_min_value",
        "temperature",
        "Expected a value >= 0, but got -1 instead.",
    ),
    ({"max_output_tokens": 15}, "integer_below_min_value", "max_output_tokens", ">= 16"),
    ({"top_logprobs": 21}, "integer_above_max_value", "top_logprobs", "<= 20"),
    ({"include": ["nothing"]}, VALUE, "include[0]", "Invalid value: 'nothing'."),
    ({"include": [None]}, TYPE, "include[0]", "expected a string, but got null"),
    ({"service_tier": "best"}, VALUE, "service_tier", "Invalid value: 'best'."),
    ({"truncation": "some"}, VALUE, "truncation", "'auto' and 'disabled'"),
    ({"metadata": {"a": 1}}, TYPE, "metadata.a", "expected a string"),
    (
        {"metadata": dict.fromkeys(map(str, range(17)), "x")},
        "object_above_max_properties",
        "metadata",
        "17 properties",
    ),
    ({"stream_options": {}}, None, "stream_options", "only allowed when 'stream' is enabled"),
    (
        {"stream": True, "stream_options": {"include_usage": True}},
        "unknown_parameter",
        "stream_options.include_usage",
        "Unknown parameter: 'stream_options.include_usage'.",
    ),
    ({"background": True, "store": False}, PARAMETER, "store", "'store'"),
    ({"conversation": {}}, MISSING, "conversation.id", "conversation.id"),
    (
        {"context_management": [{"type": "compaction", "compact_threshold": 10}]},
        "integer_below_min_value",
        "context_management[0].compact_threshold",
        ">= 1000",
    ),
    # the input
    ({"input": [1]}, TYPE, "input[0]", "expected an object"),
    ({"input": [{"role": "user"}]}, MISSING, "input[0].content", "input[0].content"),
    ({"input": [{"role": "tool", "content": "x"}]}, VALUE, "input[0].role", "'developer'"),
    ({"input": [{"type": "nothing"}]}, VALUE, "input[0].type", "Invalid value: 'nothing'."),
    (
        {"input": user({"type": "text", "text": "x"})},
        VALUE,
        "input[0].content[0].type",
        "Invalid value: 'text'. Supported values are: 'input_text', 'input_image'",
    ),
    (
        {"input": [{"role": "assistant", "content": [{"type": "input_text", "text": "x"}]}]},
        VALUE,
        "input[0].content[0].type",
        "Supported values are: 'output_text' and 'refusal'.",
    ),
    (
        {"input": user({"type": "input_image", "image_url": {"url": "https://x"}})},
        TYPE,
        "input[0].content[0].image_url",
        "expected an image URL, but got an object instead",
    ),
    (
        {"input": user({"type": "input_image", "image_url": "a.png"})},
        VALUE,
        "input[0].content[0].image_url",
        "valid URL",
    ),
    (
        {"input": user({"type": "input_image"})},
        MISSING,
        "input[0].content[0].image_url",
        "image_url",
    ),
    (
        {"input": user({"type": "input_file", "file_data": "AAAA"})},
        VALUE,
        "input[0].content[0].file_data",
        "without the 'data:' prefix",
    ),
    (
        {"input": [{"type": "function_call", "name": "f", "arguments": "{}"}]},
        MISSING,
        "input[0].call_id",
        "input[0].call_id",
    ),
    (
        {"input": [{"type": "function_call_output", "call_id": "c", "output": "x"}]},
        None,
        "input",
        "No tool call found for function call output with call_id c.",
    ),
    (
        {"input": [{"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"}]},
        None,
        "input",
        "No tool output found for function call c.",
    ),
    (
        {"input": [{"type": "reasoning", "id": "rs_1", "summary": []}, *user()]},
        None,
        "input",
        "Item 'rs_1' of type 'reasoning' was provided without its required following item.",
    ),
    (
        {"input": [{"type": "mcp_approval_response", "approval_request_id": "r", "approve": True}]},
        None,
        "input",
        "No approval request found",
    ),
    ({"input": "x" * 400_001}, "context_length_exceeded", "input", "exceeds the context window"),
    # tools
    ({"tools": [None]}, TYPE, "tools[0]", "expected an object"),
    ({"tools": [{}]}, MISSING, "tools[0].type", "tools[0].type"),
    ({"tools": [{"type": "magic"}]}, VALUE, "tools[0].type", "Invalid value: 'magic'."),
    (
        {"tools": [{"type": "function", "function": {"name": "f"}}]},
        MISSING,
        "tools[0].name",
        "Missing required parameter: 'tools[0].name'.",
    ),
    ({"tools": [{**FUNCTION, "name": "a b"}]}, VALUE, "tools[0].name", "matches the pattern"),
    (
        {"tools": [{**FUNCTION, "strict": True, "parameters": OPEN}]},
        "invalid_function_parameters",
        "tools[0].parameters",
        "In context=(), 'additionalProperties' is required to be supplied and to be false.",
    ),
    (
        {"tools": [{**FUNCTION, "strict": True, "parameters": CLOSED}]},
        "invalid_function_parameters",
        "tools[0].parameters",
        "Missing 'a'.",
    ),
    ({"tools": [{"type": "file_search"}]}, MISSING, "tools[0].vector_store_ids", "vector"),
    ({"tools": [{"type": "code_interpreter"}]}, MISSING, "tools[0].container", "container"),
    ({"tools": [{"type": "mcp", "server_label": "x"}]}, MISSING, "tools[0].server_url", "url"),
    ({"tools": [{**IMAGE, "size": "big"}]}, VALUE, "tools[0].size", "Invalid value: 'big'."),
    (
        {"tools": [{**IMAGE, "partial_images": 4}]},
        "integer_above_max_value",
        "tools[0].partial_images",
        "<= 3",
    ),
    (
        {"tools": [{"type": "namespace", "name": "n", "tools": [{"type": "custom"}]}]},
        MISSING,
        "tools[0].tools[0].name",
        "name",
    ),
    ({"tool_choice": "some"}, VALUE, "tool_choice", "'none', 'auto', and 'required'"),
    ({"tool_choice": "required"}, None, "tool_choice", "must be specified with 'tools'"),
    (
        {"tools": [FUNCTION], "tool_choice": {"type": "function", "function": {"name": "f"}}},
        MISSING,
        "tool_choice.name",
        "tool_choice.name",
    ),
    (
        {"tools": [FUNCTION], "tool_choice": {"type": "function", "name": "g"}},
        None,
        "tool_choice",
        "Tool choice 'g' not found in 'tools' parameter.",
    ),
    (
        {"tools": [FUNCTION], "tool_choice": {"type": "allowed_tools", "mode": "auto"}},
        MISSING,
        "tool_choice.tools",
        "tools",
    ),
    # the text
    ({"text": {"format": {"type": "xml"}}}, VALUE, "text.format.type", "'json_schema'"),
    ({"text": {"format": {"type": "json_schema"}}}, MISSING, "text.format.name", "name"),
    ({"text": schema(None)}, MISSING, "text.format.schema", "schema"),
    (
        {"text": schema(OPEN)},
        "invalid_json_schema",
        "text.format.schema",
        "Invalid schema for response_format 'n'",
    ),
    (
        {"text": schema({"type": "array"})},
        "invalid_json_schema",
        "text.format.schema",
        "got 'type: \"array\"'",
    ),
    ({"text": {"format": {"type": "json_object"}}}, None, "input", "the word 'json'"),
    # what a model does not take
    ({"text": {"verbosity": "low"}}, UNSUPPORTED, "text.verbosity", "are: 'medium'."),
    ({"reasoning": {"effort": "low"}}, PARAMETER, "reasoning.effort", "with this model"),
    ({"reasoning": {"summary": "auto"}}, PARAMETER, "reasoning.summary", "with this model"),
    ({"include": ["reasoning.encrypted_content"]}, None, "include", "Encrypted content"),
    ({"model": "gpt-5", "temperature": 0.5}, PARAMETER, "temperature", "with this model"),
    ({"model": "o3", "top_p": 0.5}, PARAMETER, "top_p", "with this model"),
    ({"model": "gpt-5", "top_logprobs": 1}, None, "include", "reasoning models"),
    (
        {"model": "gpt-5", "reasoning": {"effort": "extreme"}},
        VALUE,
        "reasoning.effort",
        "Invalid value: 'extreme'.",
    ),
    (
        {"model": "gpt-5-pro", "reasoning": {"effort": "low"}},
        UNSUPPORTED,
        "reasoning.effort",
        "with the 'gpt-5-pro-2025-10-06' model. Supported values are: 'high'.",
    ),
    (
        {"model": "gpt-5.1-codex", "reasoning": {"effort": "minimal"}},
        UNSUPPORTED,
        "reasoning.effort",
        "'low', 'medium', and 'high'",
    ),
    (
        {"model": "gpt-5-codex", "text": {"verbosity": "high"}},
        UNSUPPORTED,
        "text.verbosity",
        "'medium'",
    ),
    (
        {"model": "gpt-5", "reasoning": {"summary": "concise"}},
        UNSUPPORTED,
        "reasoning.summary",
        "'auto' and 'detailed'",
    ),
    ({"model": "o3-mini", "reasoning": {"summary": "auto"}}, PARAMETER, "reasoning.summary", ""),
    ({"model": "gpt-5-pro", "stream": True}, UNSUPPORTED, "stream", "does not support true"),
    ({"model": "o1-pro", "stream": True}, UNSUPPORTED, "stream", "does not support true"),
    (
        {
            "model": "gpt-5-pro",
            "tools": [{"type": "code_interpreter", "container": {"type": "auto"}}],
        },
        None,
        "tools",
        "Hosted tool 'code_interpreter' is not supported",
    ),
    ({"model": "o3-deep-research"}, None, "tools", "at least one of 'web_search_preview'"),
    ({"model": "whisper-1"}, None, "model", "cannot be used with the Responses API"),
]


@pytest.mark.parametrize(
    ("fields", "code", "param", "words"), CASES, ids=[f"{c[2]}-{n}" for n, c in enumerate(CASES)]
)
def test_what_is_rejected(
    client: httpx.Client, fields: dict[str, Any], code: str | None, param: str, words: str
) -> None:
    reply = client.post("/responses", json={**BASE, **fields})
    assert reply.status_code == 400
    error = reply.json()["error"]
    assert (error["code"], error["param"]) == (code, param)
    assert error["type"] == "invalid_request_error"
    assert words in error["message"]


@pytest.mark.parametrize(
    "fields",
    [
        {"model": "gpt-5.1", "temperature": 0},  # it does not reason of itself
        {"model": "gpt-5", "temperature": 1, "top_p": 1},
        {"model": "my-model", "reasoning": {"effort": "max"}, "text": {"verbosity": "low"}},
        {"model": "gpt-5-nano", "reasoning": {"effort": "none"}},
        {"model": "gpt-5.1-codex-max", "reasoning": {"effort": "xhigh"}},
        {"model": "gpt-5-chat-latest", "temperature": 0.2},
        {"model": "o3-deep-research", "tools": [{"type": "web_search_preview"}]},
        {"input": "x" * 400_001, "truncation": "auto"},
        {"tools": [{**FUNCTION, "strict": False, "parameters": OPEN}]},
        {"tools": [{**FUNCTION, "parameters": OPEN}]},
        {"text": schema(OPEN, strict=False)},
        dict.fromkeys(("instructions", "tools", "tool_choice", "text", "reasoning")),
    ],
)
def test_what_is_accepted(client: httpx.Client, fields: dict[str, Any]) -> None:
    reply = client.post("/responses", json={**BASE, **fields})
    assert reply.status_code == 200, reply.text


def test_a_body_that_is_no_json(client: httpx.Client) -> None:
    assert client.post("/responses", content=b"{").status_code == 400
    assert client.post("/responses", json=[]).status_code == 400


FULL: dict[str, Any] = {
    "model": "gpt-5",
    "input": [
        *user(
            {"type": "input_text", "text": "Is it warm in Rome? [parts=2]"},
            {"type": "input_image", "image_url": "https://example.com/a.png", "detail": "low"},
            {"type": "input_file", "file_data": "data:text/plain;base64,AA==", "filename": "a"},
        ),
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "s"}]},
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text"}]},
        {"type": "mcp_list_tools", "server_label": "m", "tools": []},
        {"type": "additional_tools", "role": "developer", "tools": [{"type": "shell"}]},
        *user({"type": "input_text", "text": "Well?"}),
    ],
    "tools": [
        {**FUNCTION, "strict": True, "parameters": {**CLOSED, "required": ["a"]}},
        {"type": "custom", "name": "c", "format": {"type": "text"}},
        {"type": "web_search", "user_location": {"type": "approximate", "city": "Rome"}},
        {"type": "file_search", "vector_store_ids": ["vs"], "ranking_options": {}},
        {"type": "code_interpreter", "container": {"type": "auto"}},
        {**IMAGE, "size": "1024x1024", "partial_images": 1, "output_format": "webp"},
        {
            "type": "mcp",
            "server_label": "m",
            "server_url": "https://m.example.com",
            "allowed_tools": {"tool_names": ["t"]},
            "require_approval": {"never": {"tool_names": ["t"]}},
            "headers": {"a": "b"},
        },
        {"type": "namespace", "name": "ns", "tools": [FUNCTION]},
    ],
    "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "web_search"}]},
    "text": {**schema(OPEN, strict=False), "verbosity": "low"},
    "reasoning": {"effort": "low", "summary": "auto"},
    "include": ["reasoning.encrypted_content"],
    "metadata": {"a": "b"},
    "context_management": [{"type": "compaction", "compact_threshold": 1000}],
    "prompt": {"id": "p", "variables": {"a": {"type": "input_text", "text": "b"}}},
    "stream": True,
    "stream_options": {"include_obfuscation": False},
}
ODD: list[Any] = [
    *(None, True, 0, -1, 1.5, "", "x", "auto", [], {}, [1], [None], ["a"], {"a": 1}),
    *({"type": "x"}, {"type": None}, {"role": "user"}, {"type": "message"}, {"type": "object"}),
    *([[]], 10**18, "data:,", {"name": "x"}),
]


def places(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    pairs: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        pairs = list(value.items())
    elif isinstance(value, list):
        pairs = list(enumerate(value))
    inner = [place for key, one in pairs for place in places(one, (*way, key))]
    return [*((way,) if way else ()), *inner]


def replaced(value: Any, way: tuple[Any, ...], by: Any) -> Any:
    if not way:
        return by
    copy = value.copy()
    copy[way[0]] = replaced(value[way[0]], way[1:], by)
    return copy


@given(st.data())
@settings(max_examples=250, deadline=None)
def test_whatever_is_wrong_is_said_by_the_api(data: st.DataObject) -> None:
    request = FULL
    for _ in range(data.draw(st.integers(1, 2))):
        way = data.draw(st.sampled_from(places(request)))
        request = replaced(request, way, data.draw(st.sampled_from(ODD)))
    try:
        response = made_from(read_create(request, World()))
    except APIFault:
        return
    orjson.dumps(list(events(response.streamed(), partial_images=response.partial_images)))
    orjson.dumps(response.now())
