"""What the API rejects about a request for a response, in its own words."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from jackfield_testing.sandbox.chat.conversation import text_of
from jackfield_testing.sandbox.errors import APIFault, missing
from jackfield_testing.sandbox.field_types import check_filled, check_range, check_text_length
from jackfield_testing.sandbox.responses.fields import check_fields
from jackfield_testing.sandbox.responses.input_checks import check_input
from jackfield_testing.sandbox.responses.model_checks import check_for_model, check_model
from jackfield_testing.sandbox.responses.shapes import FIELDS
from jackfield_testing.sandbox.responses.strict import problem
from jackfield_testing.sandbox.responses.tool_checks import (
    check_choice_of_tool,
    check_tools,
    check_tools_for_model,
)
from jackfield_testing.sandbox.responses.turn import Turn, read_turn
from jackfield_testing.sandbox.world import World

CONTEXT_CHARACTERS = 400_000
_CONTINUING = ("previous_response_id", "conversation", "prompt")


def read_create(body: Mapping[str, Any], world: World) -> Turn:
    """Check a request for a response, and give it with its context.

    Raises:
        APIFault: 400, or 404 for a conversation or an item that there is not.
    """
    check_model(body)
    if body.get("input") is None and not any(body.get(name) for name in _CONTINUING):
        raise APIFault(
            400,
            "One of \"input\" or \"previous_response_id\" or 'prompt' or 'conversation_id' must "
            "be provided.",
            param="input",
            code="missing_required_parameter",
        )
    turn = read_fields(body, FIELDS, world)
    request = turn.request
    check_for_model(request, turn.model)
    check_choice_of_tool(request.get("tool_choice", "auto"), request.get("tools", ()))
    if turn.model.researches and "tools" not in request:
        check_tools_for_model((), turn.model)
    _check_combinations(turn)
    check_context(turn)
    return turn


def read_fields(body: Mapping[str, Any], known: Set[str], world: World) -> Turn:
    """Check the fields that requests for responses, token counts and compaction share.

    Raises:
        APIFault: 400, or 404 for a conversation or an item that there is not.
    """
    check_fields(body, known)
    if body.get("input") is not None:
        check_input(body["input"])
        if body["input"] == [] and not any(body.get(name) for name in _CONTINUING):
            check_filled("input", body["input"])
    for name in ("prompt", "conversation"):
        if isinstance(body.get(name), Mapping) and body[name].get("id") is None:
            raise missing(f"{name}.id")
    _check_format((body.get("text") or {}).get("format"))
    turn = read_turn(body, world)
    if "tools" in turn.request:
        check_tools(turn.request["tools"])
        check_tools_for_model(turn.request["tools"], turn.model)
    return turn


def check_context(turn: Turn) -> None:
    """Check that everything fits into the context window, unless it may be cut.

    Raises:
        APIFault: 400 with code ``context_length_exceeded``.
    """
    size = sum(len(text_of(message)) for message in turn.messages)
    if size > CONTEXT_CHARACTERS and turn.request.get("truncation") != "auto":
        raise APIFault(
            400,
            "Your input exceeds the context window of this model. Please adjust your input and "
            "try again.",
            param="input",
            code="context_length_exceeded",
        )


def _check_format(format: Any) -> None:
    if format is None:
        return
    if format.get("type") is None:
        raise missing("text.format.type")
    if format["type"] != "json_schema":
        return
    for name in ("name", "schema"):
        if format.get(name) is None:
            raise missing(f"text.format.{name}")
    check_text_length("text.format.name", format["name"], 1, 64)
    reason = problem(format["schema"]) if format.get("strict", True) else None
    if reason is not None:
        raise APIFault(
            400,
            f"Invalid schema for response_format '{format['name']}': {reason}",
            param="text.format.schema",
            code="invalid_json_schema",
        )


def _check_combinations(turn: Turn) -> None:
    request = turn.request
    options = request.get("stream_options")
    if options is not None and not request.get("stream"):
        raise APIFault(
            400,
            "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
            param="stream_options",
        )
    for name in options or ():
        if name != "include_obfuscation":
            path = f"stream_options.{name}"
            message = f"Unknown parameter: '{path}'."
            raise APIFault(400, message, param=path, code="unknown_parameter")
    if request.get("background") and request.get("store") is False:
        message = "Background mode requires 'store' to be true."
        raise APIFault(400, message, param="store", code="unsupported_parameter")
    format = (request.get("text") or {}).get("format") or {}
    said = f"{turn.messages} {request.get('instructions')}".lower()
    if format.get("type") == "json_object" and "json" not in said:
        raise APIFault(
            400,
            "Response input messages must contain the word 'json' in some form to use "
            "'text.format' of type 'json_object'.",
            param="input",
        )
    for index, entry in enumerate(request.get("context_management") or ()):
        where = f"context_management[{index}]"
        if entry.get("type") is None:
            raise missing(f"{where}.type")
        if entry.get("compact_threshold") is not None:
            check_range(f"{where}.compact_threshold", entry["compact_threshold"], 1000, 10**9)
