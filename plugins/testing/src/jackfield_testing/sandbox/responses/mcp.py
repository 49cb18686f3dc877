"""Tools of MCP servers: they are listed, approved of, and called."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from jackfield_testing.sandbox.chat.topics import subject
from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.responses.parts import item
from jackfield_testing.sandbox.responses.turn import Turn

_Tool = Mapping[str, Any]
#: What a server has where the request does not say.
_TOOLS = ("search",)
_ERROR = {
    "code": 500,
    "message": "An unknown error occurred while executing the tool.",
    "type": "http_error",
}


def listing(turn: Turn, server: _Tool) -> dict[str, Any] | None:
    """Give the list of a server's tools; None where the context has it already.

    Raises:
        APIFault: 424 where there is no such server: its URL contains ``does-not-exist``.
    """
    label = server["server_label"]
    if any(i["type"] == "mcp_list_tools" and i["server_label"] == label for i in turn.items):
        return None
    if "does-not-exist" in str(server.get("server_url")):
        raise APIFault(
            424,
            f"Error retrieving tool list from MCP server: '{label}'. Http status code: 404 (Not "
            "Found)",
            param="tools",
            code="http_error",
            type="external_connector_error",
        )
    query = {"type": "object", "properties": {"query": {"type": "string"}}, "required": ["query"]}
    tools = [
        {
            "annotations": {"read_only": True},
            "description": f"The tool {name} of the server {label}.",
            "input_schema": {**query, "additionalProperties": False},
            "name": name,
        }
        for name in _names(server)
    ]
    return item(
        id=turn.id("mcp_list_tools", label), type="mcp_list_tools", server_label=label, tools=tools
    )


def call_or_request(turn: Turn, server: _Tool) -> dict[str, Any]:
    """Give the call of a server's first tool, or the request for approval that it needs."""
    label, name = server["server_label"], _names(server)[0]
    arguments = json.dumps({"query": subject(turn.text)}, ensure_ascii=False)
    if not _needs_approval(server, name):
        return _call(turn, label, name, arguments)
    return item(
        id=turn.id("mcp_approval_request", label),
        type="mcp_approval_request",
        arguments=arguments,
        name=name,
        server_label=label,
    )


def approved(turn: Turn) -> list[dict[str, Any]]:
    """Give the calls that this request approves of.

    Raises:
        APIFault: 400 where nothing was asked that it answers.
    """
    asked = {i["id"]: i for i in turn.items if i["type"] == "mcp_approval_request"}
    calls = []
    for answer in (i for i in turn.given if i["type"] == "mcp_approval_response"):
        id = answer["approval_request_id"]
        if id not in asked:
            message = f"No approval request found with id '{id}'."
            raise APIFault(400, message, param="input")
        if answer["approve"]:
            found = asked[id]
            calls.append(
                _call(turn, found["server_label"], found["name"], found["arguments"], approval=id)
            )
    return calls


def _call(
    turn: Turn, label: str, name: str, arguments: str, *, approval: str | None = None
) -> dict[str, Any]:
    fails = turn.script.mcp_error
    return item(
        id=turn.id("mcp_call", f"{label} {approval}"),
        type="mcp_call",
        status="failed" if fails else "completed",
        approval_request_id=approval,
        arguments=arguments,
        error=dict(_ERROR) if fails else None,
        name=name,
        output=None if fails else f"{name} of {label} found nothing about {arguments}.",
        server_label=label,
    )


def _names(server: _Tool) -> tuple[str, ...]:
    allowed = server.get("allowed_tools")
    if isinstance(allowed, Mapping):
        allowed = allowed.get("tool_names")
    return tuple(map(str, allowed or _TOOLS))


def _needs_approval(server: _Tool, name: str) -> bool:
    rule = server.get("require_approval") or "always"
    if isinstance(rule, str):
        return rule != "never"
    names = (rule.get("never") or {}).get("tool_names") or ()
    return name not in names
