"""Which tools a response may call, and whether it calls any."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_testing.sandbox.responses.tool_checks import is_chosen
from jackfield_testing.sandbox.responses.turn import Turn

_Tool = Mapping[str, Any]


def called_tools(turn: Turn) -> tuple[_Tool, ...]:
    """Give the tools that are called: those that were chosen, when they must be or the user spoke.

    Tools that came as items count, too.
    """
    tools, forced = _chosen(turn)
    return tools if forced or turn.last_word == "user" else ()


def _chosen(turn: Turn) -> tuple[tuple[_Tool, ...], bool]:
    tools: tuple[_Tool, ...] = tuple(turn.request.get("tools", ()))
    for found in turn.items:
        if found["type"] in ("additional_tools", "tool_search_output"):
            tools += tuple(found["tools"])
    choice = turn.request.get("tool_choice", "auto")
    if choice == "none":
        return (), False
    if isinstance(choice, str):
        return tools, choice == "required"
    if choice["type"] == "allowed_tools":
        wanted = choice["tools"]
        some = tuple(tool for tool in tools if any(is_chosen(tool, one) for one in wanted))
        return some, choice["mode"] == "required"
    return tuple(tool for tool in tools if is_chosen(tool, choice)), True
