"""Nothing that is sent makes the sandbox itself fail."""

from __future__ import annotations

import contextlib
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jackfield_testing.sandbox.chat import answer, events, validate
from jackfield_testing.sandbox.errors import APIFault

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 300),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["", "hi", "auto", "required", "json", "function", "x"]),
)
SCHEMA_WORDS = ["type", "format", "items", "required", "properties", "enum", "$ref", "allOf"]
FIELDS = ["name", "function", "custom", "content", "schema", "role", "id", "url", "text", "tools"]
WORDS = st.sampled_from([*SCHEMA_WORDS, *FIELDS])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
CALL = {"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}
REQUEST: dict[str, Any] = {
    "model": "gpt-4o",
    "messages": [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "hi json"},
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,AA"}},
                {"type": "file", "file": {"filename": "a.pdf", "file_data": "data:x;base64,AA"}},
                {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}},
            ],
        },
        {"role": "assistant", "content": None, "tool_calls": [CALL]},
        {"role": "tool", "tool_call_id": "c", "content": "22", "name": "f"},
        {"role": "user", "content": "And in Paris? json"},
    ],
    "tools": [{"type": "function", "function": {"name": "f", "parameters": {"type": "object"}}}],
    "tool_choice": {"type": "function", "function": {"name": "f"}},
    "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {}}},
    "functions": [{"name": "f", "parameters": {}}],
    "function_call": {"name": "f"},
    "prediction": {"type": "content", "content": "x"},
    "modalities": ["text", "audio"],
    "audio": {"format": "pcm16", "voice": "alloy"},
    "stop": ["x"],
    "stream": True,
    "stream_options": {"include_usage": True},
    "logprobs": True,
    "top_logprobs": 2,
    "n": 1,
    "web_search_options": {},
    "metadata": {"a": "b"},
    "store": True,
    "service_tier": "auto",
    "reasoning_effort": "low",
}


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = [path] if path else []
    for key, item in inner:
        found += places(item, (*path, key)) if isinstance(item, dict | list) else [(*path, key)]
    return found


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(copy[path[0]], path[1:], new)
    return copy


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, Any]:
    """A request with everything in it, one part of which is something else."""
    request = dict(REQUEST)
    for name in draw(st.sets(st.sampled_from(sorted(set(REQUEST) - {"model", "messages"})))):
        del request[name]
    path = draw(st.sampled_from(places(request)))
    spoiled: dict[str, Any] = replaced(request, path, draw(VALUES))
    return spoiled


@given(spoilt())
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_request_is_answered_or_rejected(request: dict[str, Any]) -> None:
    with contextlib.suppress(APIFault):
        validate(request)
        list(events(answer(request), request))
