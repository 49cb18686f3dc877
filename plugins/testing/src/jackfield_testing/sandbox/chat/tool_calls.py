"""Which tools an answer calls, and with which arguments."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from jackfield_testing.sandbox.chat.conversation import last_user_text
from jackfield_testing.sandbox.chat.topics import proper_names, subject
from jackfield_testing.sandbox.identity import Identity
from jackfield_testing.sandbox.schema_values import Unsatisfiable, value_for

_TELLING = (
    "location", "city", "place", "destination", "address", "country", "region",
    "name", "title", "topic", "query", "question", "subject", "symbol", "text", "input",
)  # fmt: skip


@attrs.frozen
class Offer:
    """The tools that an answer may call.

    Args:
        tools: ``{"type": …, …}`` definitions, as the request has them.
        forced: whether at least one must be called.
    """

    tools: tuple[Mapping[str, Any], ...]
    forced: bool


def offered(request: Mapping[str, Any]) -> Offer:
    """Read ``tools`` and ``tool_choice``."""
    tools = tuple(t for t in request.get("tools") or () if isinstance(t, Mapping) and _name(t))
    choice = request.get("tool_choice") or "auto"
    if choice == "none":
        return Offer((), forced=False)
    if isinstance(choice, str):
        return Offer(tools, forced=choice == "required")
    kind = choice.get("type")
    if kind == "allowed_tools":
        allowed = choice.get("allowed_tools") or {}
        names = {_name(tool) for tool in allowed.get("tools") or ()}
        left = tuple(tool for tool in tools if _name(tool) in names)
        return Offer(left, forced=allowed.get("mode") == "required")
    return Offer(tuple(tool for tool in tools if _name(tool) == _name(choice)), forced=True)


def offered_functions(request: Mapping[str, Any]) -> Offer:
    """Read the legacy ``functions`` and ``function_call``."""
    functions = [f for f in request.get("functions") or () if isinstance(f, Mapping)]
    tools = tuple({"type": "function", "function": f} for f in functions if f.get("name"))
    choice = request.get("function_call") or "auto"
    if choice == "none":
        return Offer((), forced=False)
    if isinstance(choice, str):
        return Offer(tools, forced=False)
    return Offer(tuple(t for t in tools if _name(t) == choice.get("name")), forced=True)


def is_wanted(offer: Offer, messages: Sequence[Mapping[str, Any]]) -> bool:
    """Whether the answer calls: when it must, or when the user has the last word."""
    return bool(offer.tools) and (offer.forced or messages[-1].get("role") == "user")


def calls(request: Mapping[str, Any], offer: Offer, identity: Identity, choice: int) -> list[Any]:
    """Give the calls of one choice: one per proper name in the last user message, at least one."""
    text = last_user_text(request["messages"])
    tool = _fitting(offer.tools, text)
    topics = proper_names(text) or [subject(text)]
    if request.get("parallel_tool_calls") is False:
        topics = topics[:1]
    return [
        {"id": f"call_{identity.text(f'call {choice} {number}', 24)}", **_call(tool, topic)}
        for number, topic in enumerate(topics)
    ]


def _call(tool: Mapping[str, Any], topic: str) -> dict[str, Any]:
    if tool.get("type") == "custom":
        return {"type": "custom", "custom": {"name": _name(tool), "input": topic}}
    function = tool["function"]
    arguments = arguments_for(function.get("parameters"), topic)
    return {"type": "function", "function": {"name": _name(tool), "arguments": arguments}}


def arguments_for(parameters: Any, topic: str) -> str:
    """Give arguments that satisfy a tool's schema, as JSON text.

    The string property that most likely takes a place or a name holds the topic, if it may.
    """
    if not isinstance(parameters, Mapping) or not parameters:
        return "{}"
    schema = {"type": "object", **parameters}
    named = dict.fromkeys(_telling(schema)[:1], topic)
    try:
        value = value_for(schema, texts=[topic], named=named)
    except Unsatisfiable:
        value = {}
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _telling(schema: Mapping[str, Any]) -> list[str]:
    properties, needed = schema.get("properties"), schema.get("required")
    if not isinstance(properties, Mapping):
        return []
    strings = [
        name
        for name, rule in properties.items()
        if isinstance(rule, Mapping) and rule.get("type") in ("string", ["string", "null"])
    ]
    words = {name: re.split(r"[_\W]+", name.lower()) for name in strings}
    ranked = [name for wanted in _TELLING for name in strings if wanted in words[name]]
    required = [name for name in strings if isinstance(needed, list) and name in needed]
    return [*ranked, *required, *strings]


def _name(tool: Mapping[str, Any]) -> str:
    named = tool.get("function") or tool.get("custom") or {}
    return str(named.get("name") or "") if isinstance(named, Mapping) else ""


def _fitting(tools: Sequence[Mapping[str, Any]], text: str) -> Mapping[str, Any]:
    """Choose the tool whose name shares most words with the text; the first of equals."""
    words = _words(text)
    return max(tools, key=lambda tool: len(words & _words(_name(tool))))


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]{3,}", text.lower()))
