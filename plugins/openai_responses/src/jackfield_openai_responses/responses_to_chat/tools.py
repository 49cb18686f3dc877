"""Tools and the choice among them, as chat has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_openai_responses.crossing import Crossing
from jackfield_openai_responses.nesting import nested

_BESIDE = ("cache_control",)
_FUNCTION_TYPES = ("function", "custom")
WEB_SEARCHES = (
    "web_search",
    "web_search_2025_08_26",
    "web_search_preview",
    "web_search_preview_2025_03_11",
)
"""The types of the hosted tool that chat has as ``web_search_options``."""


def tools_of(params: Mapping[str, Any], crossing: Crossing) -> dict[str, Any]:
    """``tools``, and ``web_search_options`` where one of them is a web search."""
    tools: list[Any] = []
    made: dict[str, Any] = {}
    given = params["tools"]
    for index, tool in enumerate(given):
        path = f"tools[{index}]"
        type_ = tool.get("type") if isinstance(tool, Mapping) else None
        if type_ in WEB_SEARCHES:
            _put_web_search(made, tools, tool, path, crossing)
        elif type_ in _FUNCTION_TYPES and type_ not in tool:
            tools.append(_tool(tool, type_, path, crossing))
        else:
            row = crossing.row("tool", type_)
            if row is None or not crossing.leaves_out(path, "tool", row.name):
                tools.append(tool)
    return {"tools": tools, **made} if tools or not given else made


def _put_web_search(
    made: dict[str, Any], tools: list[Any], tool: Mapping[str, Any], path: str, crossing: Crossing
) -> None:
    """Put a web search where chat has it. The types with a version have no place there."""
    type_ = tool["type"]
    if "web_search_options" in made:
        if not crossing.leaves_out(path, "tool", "a second web search"):
            tools.append(tool)
    elif type_ == "web_search" or not crossing.passing:
        if type_ != "web_search":
            crossing.lose(f"{path}.type", "tool", type_, "mapped")
        made["web_search_options"] = _options(tool, passing=crossing.passing)
    else:
        tools.append(tool)


def _options(tool: Mapping[str, Any], *, passing: bool) -> dict[str, Any]:
    options = {name: value for name, value in tool.items() if name != "type"}
    location = options.get("user_location")
    if isinstance(location, Mapping) and "approximate" not in location:
        place = {
            name: value
            for name, value in location.items()
            if name != "type" and (passing or value is not None)
        }
        type_ = location.get("type", "approximate")
        options["user_location"] = {"type": type_, "approximate": place}
    return options


def _tool(tool: Mapping[str, Any], type_: str, path: str, crossing: Crossing) -> dict[str, Any]:
    found = {}
    for name, value in tool.items():
        row = crossing.row("tool", name)
        if row and row.outcome == "warning" and value is not None:
            if crossing.leaves_out(f"{path}.{name}", "tool", name):
                continue
        elif _says_nothing(type_, name, value, crossing):
            continue
        found[name] = value
    form = found.get("format")
    if type_ == "custom" and isinstance(form, Mapping) and form.get("type") == "grammar":
        found["format"] = nested(form, "grammar", "grammar")
    return nested(found, type_, type_, _BESIDE)


def _says_nothing(type_: str, name: str, value: Any, crossing: Crossing) -> bool:
    """Whether a tool's field means in chat what its absence does."""
    if name == "description":
        return value is None and not crossing.passing
    nothing = not value if name == "strict" else value is None and name == "parameters"
    return type_ == "function" and nothing


def tool_choice_of(params: Mapping[str, Any], crossing: Crossing) -> dict[str, Any]:
    """``tool_choice``, unless it is a hosted tool."""
    choice = params["tool_choice"]
    if not isinstance(choice, Mapping):
        return {"tool_choice": choice}
    if is_hosted(choice) and crossing.leaves_out("tool_choice", "field", "tool_choice"):
        return {}
    if choice.get("type") != "allowed_tools" or not isinstance(choice.get("tools"), (list, tuple)):
        return {"tool_choice": _named(choice)}
    tools = [
        _named(tool)
        for index, tool in enumerate(choice["tools"])
        if not is_hosted(tool)
        or not crossing.leaves_out(f"tool_choice.tools[{index}]", "field", "tool_choice")
    ]
    allowed = {**choice, "tools": tools}
    return {"tool_choice": nested(allowed, "allowed_tools", "allowed_tools")}


def is_hosted(choice: Any) -> bool:
    """Whether a choice, or one of the tools that it allows, is one that a chat model lacks."""
    type_ = choice.get("type") if isinstance(choice, Mapping) else None
    return type_ not in (None, "allowed_tools", *_FUNCTION_TYPES)


def _named(choice: Any) -> Any:
    type_ = choice.get("type") if isinstance(choice, Mapping) else None
    if type_ in _FUNCTION_TYPES and type_ not in choice:
        return nested(choice, type_, type_)
    return choice
