"""What a Response says again of the request that it answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Each with what a Response says where the request didn't; as the API reference has it, but for
# `store`: what a chat model answered can't be retrieved.
_DEFAULTS: dict[str, Any] = {
    "background": False,
    "instructions": None,
    "max_output_tokens": None,
    "max_tool_calls": None,
    "metadata": {},
    "parallel_tool_calls": True,
    "previous_response_id": None,
    "prompt_cache_key": None,
    "reasoning": {"effort": None, "summary": None},
    "safety_identifier": None,
    "store": False,
    "temperature": 1.0,
    "text": {"format": {"type": "text"}},
    "tool_choice": "auto",
    "tools": [],
    "top_logprobs": 0,
    "top_p": 1.0,
    "truncation": "disabled",
}
# Of these a Response says nothing where the request didn't.
_IF_GIVEN = ("prompt", "prompt_cache_options", "prompt_cache_retention", "user")
_MERGED = ("reasoning", "text")


def echoes(request: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a Response that repeat parameters of its request, or their defaults."""
    found = {}
    for name, default in _DEFAULTS.items():
        given = request.get(name)
        if given is None:
            found[name] = type(default)(default) if isinstance(default, (dict, list)) else default
        elif name in _MERGED and isinstance(given, Mapping):
            found[name] = {**default, **given}
        else:
            found[name] = given
    if isinstance(found["tools"], (list, tuple)):
        found["tools"] = [_tool(tool) for tool in found["tools"]]
    return found | {name: request[name] for name in _IF_GIVEN if request.get(name) is not None}


def _tool(tool: Any) -> Any:
    """A function with the fields that every function in a Response has."""
    if not isinstance(tool, Mapping) or tool.get("type") != "function":
        return tool
    return {**tool, **{k: tool.get(k) for k in ("parameters", "strict")}}
