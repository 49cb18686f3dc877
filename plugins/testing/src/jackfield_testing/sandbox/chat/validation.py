"""What the API rejects about a chat request, in its own words. Unknown fields are ignored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jackfield_testing.sandbox.chat.conversation import text_of
from jackfield_testing.sandbox.chat.shapes import SHAPES
from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.families import family, is_for_responses_only
from jackfield_testing.sandbox.field_types import (
    check_filled,
    check_length,
    check_range,
    check_shape,
    check_type,
    describe,
)
from jackfield_testing.sandbox.model_checks import check_model
from jackfield_testing.sandbox.models import ModelName
from jackfield_testing.sandbox.tokens import count

ROLES = ("system", "assistant", "user", "function", "tool", "developer")
CONTEXT_CHARACTERS = 400_000

_RANGES: dict[str, tuple[float, float]] = {
    "frequency_penalty": (-2, 2),
    "max_completion_tokens": (1, 10**9),
    "max_tokens": (1, 10**9),
    "n": (1, 128),
    "presence_penalty": (-2, 2),
    "temperature": (0, 2),
    "top_logprobs": (0, 20),
    "top_p": (0, 1),
}


def validate(request: Mapping[str, Any]) -> None:
    """Check a request.

    Raises:
        APIFault: as the API answers it: 404 for the model, 400 for everything else.
    """
    check_model(request)
    _family(ModelName.parse(request["model"]).name)
    messages = _messages(request)
    for path, expected in SHAPES.items():
        check_shape(request, path, expected)
    for name, (low, high) in _RANGES.items():
        if request.get(name) is not None:
            check_range(name, request[name], low, high, decimal=SHAPES[name] == "a decimal")
    _combinations(request)
    _reasoning(request)
    _dialogue(messages)
    _context(messages)


def _family(model: str) -> None:
    if is_for_responses_only(model):
        raise APIFault(
            404,
            "This model is only supported in v1/responses and not in v1/chat/completions.",
            param="model",
        )
    if family(model) not in ("chat", ""):
        raise APIFault(
            404,
            "This is not a chat model and thus not supported in the v1/chat/completions endpoint. "
            "Did you mean to use v1/completions?",
            param="model",
        )


def _messages(request: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    if request.get("messages") is None:
        raise APIFault(
            400,
            "Missing required parameter: 'messages'.",
            param="messages",
            code="missing_required_parameter",
        )
    messages = request["messages"]
    check_type("messages", messages, "an array")
    check_filled("messages", messages)
    for index, message in enumerate(messages):
        _message(f"messages[{index}]", message)
    checked: Sequence[Mapping[str, Any]] = messages
    return checked


def _message(where: str, message: Any) -> None:
    check_type(where, message, "an object")
    role = message.get("role")
    if role is None:
        raise APIFault(
            400,
            f"Missing required parameter: '{where}.role'.",
            param=f"{where}.role",
            code="missing_required_parameter",
        )
    if not isinstance(role, str) or role not in ROLES:
        supported = ", ".join(f"'{name}'" for name in ROLES[:-1]) + f", and '{ROLES[-1]}'"
        raise APIFault(
            400,
            f"Invalid value: '{role}'. Supported values are: {supported}.",
            param=f"{where}.role",
            code="invalid_value",
        )
    content = message.get("content")
    if content is None:
        if role == "assistant":
            return
        raise APIFault(
            400,
            f"Invalid value for 'content': expected a string, got {describe(content)}.",
            param=f"{where}.content",
        )
    check_type(f"{where}.content", content, "a string or an array")
    for number, part in enumerate(content if isinstance(content, list) else ()):
        check_type(f"{where}.content[{number}]", part, "an object")
        if part.get("type") is None:
            raise APIFault(
                400,
                f"Missing required parameter: '{where}.content[{number}].type'.",
                param=f"{where}.content[{number}].type",
                code="missing_required_parameter",
            )


def _combinations(request: Mapping[str, Any]) -> None:
    stop = request.get("stop")
    if isinstance(stop, list):
        check_length("stop", stop, 4)
    if request.get("tool_choice") is not None and not request.get("tools"):
        raise APIFault(
            400,
            "Invalid value for 'tool_choice': 'tool_choice' is only allowed when 'tools' are "
            "specified.",
            param="tool_choice",
        )
    if request.get("stream_options") is not None and not request.get("stream"):
        raise APIFault(
            400,
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            param="stream_options",
        )
    if request.get("top_logprobs") and not request.get("logprobs"):
        raise APIFault(
            400,
            "The 'top_logprobs' parameter is only allowed when 'logprobs' is enabled.",
            param="top_logprobs",
        )
    format_ = request.get("response_format") or {}
    if format_.get("type") == "json_object" and "json" not in str(request["messages"]).lower():
        raise APIFault(
            400,
            "'messages' must contain the word 'json' in some form, to use 'response_format' of "
            "type 'json_object'.",
            param="messages",
        )
    chosen = request.get("tool_choice")
    if isinstance(chosen, Mapping) and chosen.get("type") in ("function", "custom"):
        _named_tool(chosen, request["tools"])
    audio = request.get("audio")
    if isinstance(audio, Mapping) and request.get("stream") and audio.get("format") != "pcm16":
        raise APIFault(
            400,
            f"Unsupported value: 'audio.format' does not support '{audio.get('format')}' when "
            "stream=true. Supported values are: 'pcm16'.",
            param="audio.format",
            code="unsupported_value",
        )


def _named_tool(chosen: Mapping[str, Any], tools: Sequence[Any]) -> None:
    kind = chosen["type"]
    name = (chosen.get(kind) or {}).get("name")
    known = [t[kind].get("name") for t in tools if isinstance(t, Mapping) and t.get(kind)]
    if name not in known:
        raise APIFault(
            400,
            f"Tool choice '{name}' not found in 'tools' parameter.",
            param="tool_choice",
        )


def _reasoning(request: Mapping[str, Any]) -> None:
    if not ModelName.parse(request["model"]).reasons:
        return
    if request.get("max_tokens") is not None:
        raise APIFault(
            400,
            "Unsupported parameter: 'max_tokens' is not supported with this model. "
            "Use 'max_completion_tokens' instead.",
            param="max_tokens",
            code="unsupported_parameter",
        )
    temperature = request.get("temperature")
    if request.get("reasoning_effort") != "none" and temperature not in (None, 1):
        raise APIFault(
            400,
            f"Unsupported value: 'temperature' does not support {temperature} with this model. "
            "Only the default (1) value is supported.",
            param="temperature",
            code="unsupported_value",
        )


def _dialogue(messages: Sequence[Mapping[str, Any]]) -> None:
    """Check that calls and their results belong together."""
    open_calls: list[str] = []
    known: set[str] = set()
    for index, message in enumerate(messages):
        if message["role"] == "tool":
            if message.get("tool_call_id") not in known:
                raise APIFault(
                    400,
                    "Invalid parameter: messages with role 'tool' must be a response to a "
                    "preceeding message with 'tool_calls'.",
                    param=f"messages.[{index}].role",
                )
            open_calls = [call for call in open_calls if call != message["tool_call_id"]]
            continue
        if open_calls:
            raise _unanswered(open_calls, index)
        calls = message.get("tool_calls") or ()
        open_calls = [call.get("id", "") for call in calls if isinstance(call, Mapping)]
        known = set(open_calls)
    if open_calls:
        raise _unanswered(open_calls, len(messages))


def _unanswered(calls: Sequence[str], index: int) -> APIFault:
    return APIFault(
        400,
        "An assistant message with 'tool_calls' must be followed by tool messages responding to "
        "each 'tool_call_id'. The following tool_call_ids did not have response messages: "
        + ", ".join(calls),
        param=f"messages.[{index}].role",
    )


def _context(messages: Sequence[Mapping[str, Any]]) -> None:
    texts = [text_of(message) for message in messages]
    if sum(map(len, texts)) > CONTEXT_CHARACTERS:
        raise APIFault(
            400,
            "This model's maximum context length is 128000 tokens. However, your messages resulted "
            f"in {sum(map(count, texts))} tokens. Please reduce the length of the messages.",
            param="messages",
            code="context_length_exceeded",
        )
