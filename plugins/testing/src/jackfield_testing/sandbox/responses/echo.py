"""What a response says of its request: every parameter, with the default where there was none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jackfield_testing.sandbox.responses.model_checks import effort_of
from jackfield_testing.sandbox.responses.parts import part
from jackfield_testing.sandbox.responses.reasoning import summary_kind
from jackfield_testing.sandbox.responses.strict import strengthened
from jackfield_testing.sandbox.responses.tool_checks import kind_of
from jackfield_testing.sandbox.responses.turn import Turn

_Tool = Mapping[str, Any]
_HERE = part("approximate", city=None, country="US", region=None, timezone=None)
_PLACE = ("city", "country", "region", "timezone")


def text_echo(turn: Turn) -> dict[str, Any]:
    """Give ``text``."""
    text = turn.request.get("text") or {}
    format: dict[str, Any] = {"type": "text"}
    if turn.is_structured:
        format = dict(text["format"])
    if format["type"] == "json_schema":
        fields = {"description": None, "strict": True} | format
        format = part(**fields)
    return {"format": format, "verbosity": text.get("verbosity", "medium")}


def reasoning_echo(turn: Turn) -> dict[str, Any]:
    """Give ``reasoning``."""
    effort = effort_of(turn.request, turn.model)
    if effort is None:
        return {"context": None, "effort": None, "summary": None}
    asked = turn.request.get("reasoning") or {}
    context = asked.get("context") or "auto"
    return {
        "context": turn.model.context if context == "auto" else context,
        "effort": effort,
        "mode": asked.get("mode") or "standard",
        "summary": summary_kind(turn),
    }


def choice_echo(turn: Turn) -> Any:
    """Give ``tool_choice``."""
    return turn.request.get("tool_choice", "auto")


def tools_echo(turn: Turn) -> list[dict[str, Any]]:
    """Give ``tools``."""
    tools = turn.request.get("tools", ())
    return [_ECHOES.get(kind_of(tool), dict)(tool) for tool in tools]


def _function(tool: _Tool) -> dict[str, Any]:
    parameters, strict = tool.get("parameters"), tool.get("strict")
    if strict is None:
        closed = strengthened(parameters)
        strict = closed is not None
        parameters = closed if strict else parameters
    fields = {"description": None, "output_schema": None, **tool}
    return part(**{**fields, "parameters": parameters, "strict": strict})


def _custom(tool: _Tool) -> dict[str, Any]:
    return part(**{"description": None, "format": {"type": "text"}, **tool})


def _web_search(tool: _Tool) -> dict[str, Any]:
    place = tool.get("user_location")
    if place is not None:
        shown = {name: place.get(name) for name in _PLACE}
        place = part(place.get("type", "approximate"), **shown)
    fields: dict[str, Any] = {"search_context_size": "medium", **tool}
    if not tool["type"].startswith("web_search_preview"):
        recent = {"return_token_budget": "default", "search_content_types": ["text"]}
        fields = {**recent, **fields}
    return part(**{**fields, "user_location": place or dict(_HERE)})


def _file_search(tool: _Tool) -> dict[str, Any]:
    ranking = {"ranker": "auto", "score_threshold": 0.0, **(tool.get("ranking_options") or {})}
    fields = {"filters": None, "max_num_results": 20, **tool}
    return part(**{**fields, "ranking_options": ranking})


def _image_generation(tool: _Tool) -> dict[str, Any]:
    defaults = {
        "background": "auto",
        "moderation": "auto",
        "n": 1,
        "output_compression": 100,
        "output_format": "png",
        "quality": "auto",
        "size": "auto",
    }
    silent = ("input_fidelity", "partial_images")
    given = {k: v for k, v in tool.items() if v is not None and k not in silent}
    return part(**{**defaults, **given})


def _mcp(tool: _Tool) -> dict[str, Any]:
    defaults = {
        "allowed_tools": None,
        "headers": None,
        "require_approval": "always",
        "server_description": None,
        "server_url": None,
    }
    given = {k: v for k, v in tool.items() if v is not None}
    if given.get("headers"):
        given["headers"] = dict.fromkeys(given["headers"], "<redacted>")
    if given.get("authorization"):
        given["authorization"] = "<redacted>"
    return part(**{**defaults, **given})


def _tool_search(tool: _Tool) -> dict[str, Any]:
    return part(**{"description": None, "parameters": None, **tool})


_ECHOES: dict[str, Callable[[_Tool], dict[str, Any]]] = {
    "custom": _custom,
    "file_search": _file_search,
    "function": _function,
    "image_generation": _image_generation,
    "mcp": _mcp,
    "tool_search": _tool_search,
    "web_search": _web_search,
}
