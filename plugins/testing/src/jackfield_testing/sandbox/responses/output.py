"""Turn to output items."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import attrs

from jackfield_testing.sandbox import tokens
from jackfield_testing.sandbox.responses import mcp
from jackfield_testing.sandbox.responses.choosing import called_tools
from jackfield_testing.sandbox.responses.client_calls import client_calls
from jackfield_testing.sandbox.responses.compaction import compaction_item
from jackfield_testing.sandbox.responses.hosted_calls import HOSTED
from jackfield_testing.sandbox.responses.reasoning import (
    reasoning_item,
    reasoning_tokens,
    reasons,
)
from jackfield_testing.sandbox.responses.tool_checks import kind_of
from jackfield_testing.sandbox.responses.turn import Turn
from jackfield_testing.sandbox.responses.wording import commentary, said


@attrs.frozen
class Output:
    """What a response comes to.

    Args:
        items: with everything that could be included.
        size: in tokens, reasoning and all.
        reasoning: the tokens of it that are reasoning.
        is_cut: whether ``max_output_tokens`` cut it.
    """

    items: list[dict[str, Any]]
    size: int
    reasoning: int
    is_cut: bool = False


def output_of(turn: Turn) -> Output:
    """Give the output: reasoning, calls of hosted tools, then calls for the caller or a message.

    Reasoning models think before each call of a hosted tool, and before what they end with. Calls
    are never cut by a limit.

    Raises:
        APIFault: 400 or 424 where an MCP server has a part in it that cannot be played.
    """
    if turn.given and turn.given[-1]["type"] == "compaction_trigger":
        return Output([compaction_item(turn)], 0, 0)
    spent = reasoning_tokens(turn)
    limit = turn.request.get("max_output_tokens")
    left = None if limit is None else int(limit) - spent
    if left is not None and left <= 0:
        return Output([reasoning_item(turn, 0)], spent, spent, is_cut=True)
    tools = () if turn.script.refused else called_tools(turn)
    made = _Making(turn, spent)
    if tools and turn.script.narrated:
        made.think()
        message = commentary(turn)
        made.add(message.item, message.size)
    called = list(_hosted(turn, tools))
    for found in called:
        if found["type"] != "mcp_list_tools":
            made.think()
        made.add(found, _size(found))
    if any(found["type"] == "mcp_approval_request" for found in called):
        return made.output()
    made.think()
    calls = client_calls(turn, tools)
    if calls:
        for call in calls:
            made.add(call, _size(call))
        return made.output()
    ending = said(turn, called, left)
    made.add(ending.item, ending.size)
    return made.output(is_cut=ending.is_cut)


@attrs.define
class _Making:
    turn: Turn
    reasoning: int
    items: list[dict[str, Any]] = attrs.Factory(list)
    size: int = 0
    thoughts: int = 0

    def think(self) -> None:
        """Add a reasoning item, but not after a message: that was thought of before it."""
        if reasons(self.turn) and not (self.items and self.items[-1]["type"] == "message"):
            self.items.append(reasoning_item(self.turn, self.thoughts))
            self.thoughts += 1

    def add(self, found: dict[str, Any], size: int) -> None:
        self.items.append(found)
        self.size += size

    def output(self, *, is_cut: bool = False) -> Output:
        return Output(self.items, self.size + self.reasoning, self.reasoning, is_cut)


def _size(found: dict[str, Any]) -> int:
    return tokens.count(json.dumps({k: v for k, v in found.items() if k != "result"}))


def _hosted(turn: Turn, tools: tuple[Any, ...]) -> Iterator[dict[str, Any]]:
    servers = [tool for tool in tools if tool["type"] == "mcp"]
    for server in servers:
        listed = mcp.listing(turn, server)
        if listed is not None:
            yield listed
    yield from mcp.approved(turn)
    answered = any(found["type"] == "mcp_approval_response" for found in turn.given)
    makers = {**HOSTED, **({} if answered else {"mcp": mcp.call_or_request})}
    hosted = [tool for tool in tools if kind_of(tool) in makers]
    for tool in hosted[: turn.request.get("max_tool_calls")]:
        yield makers[kind_of(tool)](turn, tool)
