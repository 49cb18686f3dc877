"""The calls that the caller has to answer: of functions and custom tools, a computer, a shell."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from jackfield_testing.sandbox.chat import tool_calls
from jackfield_testing.sandbox.chat.tool_calls import Offer
from jackfield_testing.sandbox.chat.topics import subject
from jackfield_testing.sandbox.responses.parts import item, part
from jackfield_testing.sandbox.responses.tool_checks import kind_of
from jackfield_testing.sandbox.responses.turn import Turn

_Tools = Sequence[Mapping[str, Any]]


def client_calls(turn: Turn, tools: _Tools) -> list[dict[str, Any]]:
    """Give the calls of the tools that the caller runs, if any of them is offered.

    Functions and custom tools come first: one call per proper name in what the user said.

    Args:
        turn: the request and its context.
        tools: those that may be called.
    """
    named = _named(tools)
    if named:
        return _named_calls(turn, named)
    for tool in tools:
        make = _OTHERS.get(kind_of(tool))
        if make is not None:
            call_id = f"call_{turn.identity.text('call 0 0', 24)}"
            return [make(turn, call_id)]
    return []


def _named(tools: _Tools) -> list[tuple[Mapping[str, Any], str | None]]:
    """Give functions and custom tools, each with the namespace that it is in."""
    found: list[tuple[Mapping[str, Any], str | None]] = []
    for tool in tools:
        if tool["type"] in ("function", "custom"):
            found.append((tool, None))
        elif tool["type"] == "namespace":
            found += [(inner, tool["name"]) for inner in tool["tools"]]
    return found


def _named_calls(
    turn: Turn, named: Sequence[tuple[Mapping[str, Any], str | None]]
) -> list[dict[str, Any]]:
    offer = Offer(tuple({"type": t["type"], t["type"]: t} for t, _ in named), forced=False)
    asked = {
        "messages": turn.messages,
        "parallel_tool_calls": turn.request.get("parallel_tool_calls"),
    }
    spaces = {tool["name"]: space for tool, space in named}
    made = []
    for number, call in enumerate(tool_calls.calls(asked, offer, turn.identity, 0)):
        kind = call["type"]
        fields: dict[str, Any] = {"call_id": call["id"], **call[kind]}
        if spaces[fields["name"]] is not None:
            fields["namespace"] = spaces[fields["name"]]
        name = "function_call" if kind == "function" else "custom_tool_call"
        made.append(item(id=turn.id(name, str(number)), type=name, status="completed", **fields))
    return made


def _computer(turn: Turn, call_id: str) -> dict[str, Any]:
    return item(
        id=turn.id("computer_call", "0"),
        type="computer_call",
        status="completed",
        action={"type": "screenshot"},
        call_id=call_id,
        pending_safety_checks=[],
    )


def _local_shell(turn: Turn, call_id: str) -> dict[str, Any]:
    action = part("exec", command=["echo", subject(turn.text)], env={})
    return item(
        id=turn.id("local_shell_call", "0"),
        type="local_shell_call",
        status="completed",
        action=action,
        call_id=call_id,
    )


def _shell(turn: Turn, call_id: str) -> dict[str, Any]:
    commands = [f"echo {subject(turn.text)!r}"]
    return item(
        id=turn.id("shell_call", "0"),
        type="shell_call",
        status="completed",
        action={"commands": commands, "max_output_length": None, "timeout_ms": None},
        call_id=call_id,
        environment=None,
    )


def _apply_patch(turn: Turn, call_id: str) -> dict[str, Any]:
    operation = part("create_file", diff=f"+{subject(turn.text)}\n", path="notes.txt")
    return item(
        id=turn.id("apply_patch_call", "0"),
        type="apply_patch_call",
        status="completed",
        call_id=call_id,
        operation=operation,
    )


_OTHERS: dict[str, Callable[[Turn, str], dict[str, Any]]] = {
    "apply_patch": _apply_patch,
    "computer": _computer,
    "local_shell": _local_shell,
    "shell": _shell,
}
