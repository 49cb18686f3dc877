"""Items, parts and events as the API writes them: what they are first, then by the alphabet."""

from __future__ import annotations

from typing import Any

#: Item type to the prefix of its ids.
PREFIXES = {
    "message": "msg",
    "reasoning": "rs",
    "function_call": "fc",
    "function_call_output": "fco",
    "custom_tool_call": "ctc",
    "custom_tool_call_output": "ctco",
    "web_search_call": "ws",
    "file_search_call": "fs",
    "code_interpreter_call": "ci",
    "image_generation_call": "ig",
    "mcp_list_tools": "mcpl",
    "mcp_call": "mcp",
    "mcp_approval_request": "mcpr",
    "mcp_approval_response": "mcpa",
    "computer_call": "cu",
    "computer_call_output": "cuo",
    "local_shell_call": "lsh",
    "local_shell_call_output": "lsho",
    "shell_call": "sh",
    "shell_call_output": "sho",
    "apply_patch_call": "apc",
    "apply_patch_call_output": "apco",
    "compaction": "cmp",
    "tool_search_call": "tsc",
    "tool_search_output": "tso",
    "additional_tools": "at",
}

_FIRST = ("id", "type", "status")


def item(**fields: Any) -> dict[str, Any]:
    """Give an item: ``id``, ``type`` and ``status`` first, then the other fields by name."""
    first = {name: fields[name] for name in _FIRST if name in fields}
    return first | {name: fields[name] for name in sorted(fields) if name not in _FIRST}


def part(type: str, **fields: Any) -> dict[str, Any]:
    """Give a part, an annotation, an action, …: ``type`` first, then the other fields by name."""
    return {"type": type, **{name: fields[name] for name in sorted(fields)}}


def text_part(text: str, annotations: Any = (), logprobs: Any = ()) -> dict[str, Any]:
    """Give an ``output_text`` part."""
    found = {"annotations": list(annotations), "logprobs": list(logprobs)}
    return part("output_text", text=text, **found)
