"""Turn to response body: pure, and the same for the same turn, streamed or not."""

from __future__ import annotations

from typing import Any

from jackfield_testing.sandbox.responses import echo
from jackfield_testing.sandbox.responses.compaction import compaction_item, is_due
from jackfield_testing.sandbox.responses.output import Output, output_of
from jackfield_testing.sandbox.responses.turn import Turn
from jackfield_testing.sandbox.responses.usage import usage

_TIERS = {"flex": "flex", "priority": "priority", "fast": "priority", "scale": "scale"}
_FAILURE = "The sandbox was asked to let this response fail."
_SECONDS = 4  # that a response takes at the most


def answer(turn: Turn) -> dict[str, Any]:
    """Give the body as it is in the end, with everything that could be included.

    Raises:
        APIFault: 400 or 424 where an MCP server has a part in it that cannot be played.
    """
    output = output_of(turn)
    figures = usage(turn, output)
    if is_due(turn, figures["total_tokens"]):
        output.items.append(compaction_item(turn))
    request, model, script = turn.request, turn.model, turn.script
    created = turn.identity.created
    status, error, reason = _outcome(turn, output)
    ended = created + turn.identity.number("seconds", _SECONDS)
    body = {
        "id": f"resp_{turn.identity.hex('id', 50)}",
        "object": "response",
        "created_at": created,
        "status": status,
        "background": request.get("background", False),
        "completed_at": ended if status == "completed" else None,
        "conversation": {"id": turn.conversation},
        "error": error,
        "frequency_penalty": 0.0,
        "incomplete_details": reason,
        "instructions": request.get("instructions"),
        "max_output_tokens": request.get("max_output_tokens"),
        "max_tool_calls": request.get("max_tool_calls"),
        "model": model.dated,
        "moderation": None,
        "output": output.items,
        "parallel_tool_calls": request.get("parallel_tool_calls", True),
        "presence_penalty": 0.0,
        "previous_response_id": request.get("previous_response_id"),
        "prompt": request.get("prompt"),
        "prompt_cache_key": request.get("prompt_cache_key"),
        "prompt_cache_retention": request.get("prompt_cache_retention")
        or ("24h" if model.is_recent else "in_memory"),
        "reasoning": echo.reasoning_echo(turn),
        "safety_identifier": request.get("safety_identifier"),
        "service_tier": _TIERS.get(request.get("service_tier", "auto"), "default"),
        "store": request.get("store", True),
        "temperature": float(request.get("temperature", 1)),
        "text": echo.text_echo(turn),
        "tool_choice": echo.choice_echo(turn),
        "tool_usage": _tool_usage(output.items),
        "tools": echo.tools_echo(turn),
        "top_logprobs": int(request.get("top_logprobs", 0)),
        "top_p": float(request.get("top_p", 0.98 if model.is_recent else 1)),
        "truncation": request.get("truncation", "disabled"),
        "usage": None if script.failure else figures,
        "user": request.get("user"),
        "metadata": request.get("metadata", {}),
    }
    for name, given in (("conversation", turn.conversation), ("prompt", request.get("prompt"))):
        if given is None:  # these are not there at all
            del body[name]
    return body


def unfinished(body: dict[str, Any], status: str) -> dict[str, Any]:
    """Give a response as it is before its end, or without one.

    Args:
        body: as it is in the end.
        status: ``queued``, ``in_progress`` or ``cancelled``.
    """
    tier = body["service_tier"]
    return {
        **body,
        "status": status,
        "completed_at": None,
        "error": None,
        "incomplete_details": None,
        "output": [],
        "service_tier": "auto" if tier == "default" else tier,
        "tool_usage": _tool_usage([]),
        "usage": None,
    }


def _outcome(turn: Turn, output: Output) -> tuple[str, Any, Any]:
    """Give status, error and incomplete details."""
    if turn.script.failure:
        return "failed", {"code": turn.script.failure, "message": _FAILURE}, None
    if output.is_cut:
        return "incomplete", None, {"reason": "max_output_tokens"}
    ends_in_message = bool(output.items) and output.items[-1]["type"] == "message"
    if turn.script.filtered and ends_in_message and not turn.script.refused:
        return "incomplete", None, {"reason": "content_filter"}
    return "completed", None, None


def _tool_usage(items: list[dict[str, Any]]) -> dict[str, Any]:
    searches = sum(found["type"] == "web_search_call" for found in items)
    details = {"image_tokens": 0, "text_tokens": 0}
    figures = {
        "input_tokens": 0,
        "input_tokens_details": details,
        "output_tokens": 0,
        "output_tokens_details": dict(details),
        "total_tokens": 0,
    }
    return {"image_gen": figures, "web_search": {"num_requests": searches}}
