"""Tools and the choice among them, as Responses has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_openai_responses.crossing import Crossing
from jackfield_openai_responses.nesting import flattened


def tools_of(params: Mapping[str, Any], crossing: Crossing) -> Any:
    """The tools of a chat request: ``tools``, legacy ``functions``, and web search as a tool."""
    given = params.get("tools")
    found = [_tool(tool, f"tools[{at}]", crossing) for at, tool in enumerate(given or ())]
    found += [_function(each) for each in params.get("functions") or ()]
    options = params.get("web_search_options")
    if options is not None:
        found.append(_web_search(options))
    return found


def _tool(tool: Any, path: str, crossing: Crossing) -> Any:
    """One tool; a hosted one, and one of a type that nobody knows, is as it was."""
    type_ = tool.get("type") if isinstance(tool, Mapping) else None
    if type_ not in ("function", "custom"):
        return tool
    flat = flattened(tool, type_, path, crossing)
    if flat is None:
        return tool
    if type_ == "function":
        return _loose(flat)
    form = flat.get("format")
    if isinstance(form, Mapping) and form.get("type") == "grammar":
        grammar = flattened(form, "grammar", f"{path}.custom.format", crossing)
        return flat if grammar is None else {**flat, "format": grammar}
    return flat


def _function(function: Any) -> Any:
    if not isinstance(function, Mapping) or "type" in function:
        return function
    return _loose({"type": "function", **function})


def _loose(flat: dict[str, Any]) -> dict[str, Any]:
    """Strict only if it says so: that is chat's default, and not that of Responses."""
    flat.setdefault("parameters", None)
    if flat.get("strict") is None:
        flat["strict"] = False
    return flat


def _web_search(options: Mapping[str, Any]) -> dict[str, Any]:
    tool = {"type": "web_search", **{k: v for k, v in options.items() if k != "type"}}
    location = tool.get("user_location")
    if isinstance(location, Mapping) and location.keys() == {"type", "approximate"}:
        place = location["approximate"]
        if isinstance(place, Mapping) and not place.keys() & {"type", "approximate"}:
            tool["user_location"] = {"type": location["type"], **place}
    return tool


def tool_choice_of(params: Mapping[str, Any], crossing: Crossing) -> Any:
    """The choice: ``tool_choice``, or else legacy ``function_call``; None without either."""
    choice, call = params.get("tool_choice"), params.get("function_call")
    if choice is None:
        if isinstance(call, Mapping) and "type" not in call:
            return {"type": "function", **call}
        return call
    if call is not None:
        crossing.lose("function_call", "parameter", "given twice")
    if not isinstance(choice, Mapping):
        return choice
    if choice.get("type") == "allowed_tools":
        flat = flattened(choice, "allowed_tools", "tool_choice", crossing)
        if flat is None or not isinstance(flat.get("tools"), (list, tuple)):
            return choice if flat is None else flat
        named_tools = [
            _named(tool, f"tool_choice.allowed_tools.tools[{at}]", crossing)
            for at, tool in enumerate(flat["tools"])
        ]
        return {**flat, "tools": named_tools}
    return _named(choice, "tool_choice", crossing)


def _named(choice: Any, path: str, crossing: Crossing) -> Any:
    type_ = choice.get("type") if isinstance(choice, Mapping) else None
    if type_ not in ("function", "custom"):
        return choice
    flat = flattened(choice, type_, path, crossing)
    return choice if flat is None else flat
