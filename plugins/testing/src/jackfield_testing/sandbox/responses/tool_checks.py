"""What the API rejects about ``tools`` and ``tool_choice``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from jackfield_testing.sandbox.errors import APIFault, missing
from jackfield_testing.sandbox.field_types import (
    check_choice,
    check_range,
    check_shape,
    check_type,
)
from jackfield_testing.sandbox.responses.model_facts import ModelFacts
from jackfield_testing.sandbox.responses.shapes import TOOL_SHAPES
from jackfield_testing.sandbox.responses.strict import problem

#: Tool type to the fields that it cannot do without; ``|`` separates those of which one will do.
NEEDED: dict[str, tuple[str, ...]] = {
    "apply_patch": (),
    "code_interpreter": ("container",),
    "computer": (),
    "computer_use_preview": ("display_width", "display_height", "environment"),
    "custom": ("name",),
    "file_search": ("vector_store_ids",),
    "function": ("name",),
    "image_generation": (),
    "local_shell": (),
    "mcp": ("server_label", "server_url|connector_id|tunnel_id"),
    "namespace": ("name", "tools"),
    "programmatic_tool_calling": (),
    "shell": (),
    "tool_search": (),
    "web_search": (),
    "web_search_2025_08_26": (),
    "web_search_preview": (),
    "web_search_preview_2025_03_11": (),
}
_PICTURES = {
    "background": ("transparent", "opaque", "auto"),
    "output_format": ("png", "webp", "jpeg"),
    "quality": ("low", "medium", "high", "auto"),
    "size": ("1024x1024", "1024x1536", "1536x1024", "auto"),
}
_NAME = "^[a-zA-Z0-9_-]+$"
_SEARCHING = ("web_search", "mcp", "file_search")


def check_tools(tools: Sequence[Any], where: str = "tools") -> None:
    """Check definitions.

    Args:
        tools: the definitions.
        where: the field that they are in.

    Raises:
        APIFault: 400, naming the place.
    """
    for index, tool in enumerate(tools):
        _check_tool(f"{where}[{index}]", tool)


def check_tools_for_model(tools: Sequence[Mapping[str, Any]], model: ModelFacts) -> None:
    """Check that a model has these tools, and those that it needs.

    Raises:
        APIFault: 400.
    """
    for tool in tools:
        if tool["type"] in model.tools_excluded:
            message = f"Hosted tool '{tool['type']}' is not supported with {model.dated}."
            raise APIFault(400, message, param="tools")
    if model.researches and not any(kind_of(tool) in _SEARCHING for tool in tools):
        raise APIFault(
            400,
            "Deep research models require at least one of 'web_search_preview', 'mcp', or "
            "'file_search' tools.",
            param="tools",
        )


def _check_tool(where: str, tool: Any) -> None:
    check_type(where, tool, "an object")
    kind = tool.get("type")
    if kind is None:
        raise missing(f"{where}.type")
    check_type(f"{where}.type", kind, "a string")
    check_choice(f"{where}.type", kind, tuple(NEEDED))
    for path, expected in TOOL_SHAPES.items():
        check_shape(tool, path, expected, where)
    for names in NEEDED[kind]:
        if all(tool.get(name) is None for name in names.split("|")):
            raise missing(f"{where}.{names.partition('|')[0]}")
    if "name" in NEEDED[kind]:
        _check_named(where, tool)
    if kind == "image_generation":
        _check_picture(where, tool)
    if kind == "namespace":
        check_tools(tool["tools"], f"{where}.tools")


def _check_named(where: str, tool: Mapping[str, Any]) -> None:
    if not re.search(_NAME, tool["name"]):
        raise APIFault(
            400,
            f"Invalid '{where}.name': string does not match pattern. Expected a string that "
            f"matches the pattern '{_NAME}'.",
            param=f"{where}.name",
            code="invalid_value",
        )
    strict = tool["type"] == "function" and tool.get("strict") and tool.get("parameters")
    reason = problem(tool["parameters"]) if strict else None
    if reason is not None:
        raise APIFault(
            400,
            f"Invalid schema for function '{tool['name']}': {reason}",
            param=f"{where}.parameters",
            code="invalid_function_parameters",
        )


def _check_picture(where: str, tool: Mapping[str, Any]) -> None:
    for name, choices in _PICTURES.items():
        if tool.get(name) is not None:
            check_choice(f"{where}.{name}", tool[name], choices)
    if tool.get("partial_images") is not None:
        check_range(f"{where}.partial_images", tool["partial_images"], 0, 3)


def check_choice_of_tool(choice: Any, tools: Sequence[Mapping[str, Any]]) -> None:
    """Check ``tool_choice`` in all its forms.

    Raises:
        APIFault: 400.
    """
    if isinstance(choice, str):
        check_choice("tool_choice", choice, ("none", "auto", "required"))
        if choice == "required" and not tools:
            raise _refused("Tool choice 'required' must be specified with 'tools' parameter.")
        return
    if choice.get("type") is None:
        raise missing("tool_choice.type")
    check_type("tool_choice.type", choice["type"], "a string")
    if choice["type"] == "allowed_tools":
        if choice.get("mode") is None:
            raise missing("tool_choice.mode")
        check_choice("tool_choice.mode", choice["mode"], ("auto", "required"))
        if choice.get("tools") is None:
            raise missing("tool_choice.tools")
        check_type("tool_choice.tools", choice["tools"], "an array")
        for wanted in choice["tools"]:
            _check_offered(wanted, tools)
        return
    if choice["type"] in ("function", "custom") and choice.get("name") is None:
        raise missing("tool_choice.name")
    if choice["type"] == "mcp" and choice.get("server_label") is None:
        raise missing("tool_choice.server_label")
    _check_offered(choice, tools)


def _check_offered(wanted: Any, tools: Sequence[Mapping[str, Any]]) -> None:
    check_type("tool_choice", wanted, "an object")
    if not any(is_chosen(tool, wanted) for tool in tools):
        name = wanted.get("name") or wanted.get("server_label") or wanted.get("type")
        raise _refused(f"Tool choice '{name}' not found in 'tools' parameter.")


def is_chosen(tool: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    """Whether a tool is the one that a choice names."""
    if kind_of(tool) != kind_of(wanted):
        return False
    if kind_of(tool) == "mcp":
        return bool(tool.get("server_label") == wanted.get("server_label"))
    return tool.get("name") == wanted.get("name") or "name" not in NEEDED[tool["type"]]


def kind_of(tool: Mapping[str, Any]) -> str:
    """Give a tool's type without preview and date."""
    kind = str(tool.get("type"))
    if kind.startswith("computer"):
        return "computer"
    return "web_search" if kind.startswith("web_search") else kind


def _refused(message: str) -> APIFault:
    return APIFault(400, message, param="tool_choice")
