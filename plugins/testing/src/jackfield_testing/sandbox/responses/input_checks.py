"""What the API rejects about input items: their types, roles, parts, and what belongs together."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from jackfield_testing.sandbox.errors import APIFault, missing
from jackfield_testing.sandbox.field_types import check_choice, check_type, describe
from jackfield_testing.sandbox.responses.tool_checks import check_tools

ROLES = ("assistant", "system", "developer", "user")
#: Item type to the fields that it cannot do without.
NEEDED: dict[str, tuple[str, ...]] = {
    "additional_tools": ("tools",),
    "apply_patch_call": ("call_id", "operation"),
    "apply_patch_call_output": ("call_id", "status"),
    "code_interpreter_call": ("id",),
    "compaction": ("encrypted_content",),
    "compaction_trigger": (),
    "computer_call": ("call_id",),
    "computer_call_output": ("call_id", "output"),
    "custom_tool_call": ("call_id", "name", "input"),
    "custom_tool_call_output": ("call_id", "output"),
    "file_search_call": ("id",),
    "function_call": ("call_id", "name", "arguments"),
    "function_call_output": ("call_id", "output"),
    "image_generation_call": ("id",),
    "item_reference": ("id",),
    "local_shell_call": ("call_id", "action"),
    "local_shell_call_output": ("id", "output"),
    "mcp_approval_request": ("server_label", "name", "arguments"),
    "mcp_approval_response": ("approval_request_id", "approve"),
    "mcp_call": ("server_label", "name", "arguments"),
    "mcp_list_tools": ("server_label", "tools"),
    "message": ("role", "content"),
    "program": ("call_id", "code"),
    "program_output": ("call_id", "result"),
    "reasoning": ("summary",),
    "shell_call": ("call_id", "action"),
    "shell_call_output": ("call_id", "output"),
    "tool_search_call": ("arguments",),
    "tool_search_output": ("tools",),
    "web_search_call": ("id",),
}
_STRINGS = ("call_id", "id", "input", "name", "role", "approval_request_id")
_WITH_ARGUMENTS = ("function_call", "mcp_call", "mcp_approval_request")
_SAID = ("output_text", "refusal")
_SENT = (
    "input_text",
    "input_image",
    "output_text",
    "refusal",
    "input_file",
    "computer_screenshot",
    "summary_text",
)
#: Part type to the fields of which it needs one.
_PARTS = {
    "input_text": ("text",),
    "output_text": ("text",),
    "summary_text": ("text",),
    "refusal": ("refusal",),
    "input_image": ("image_url", "file_id"),
    "input_file": ("file_id", "file_data", "file_url"),
}
#: Types of calls that the caller has to answer.
OPEN_CALLS = ("function_call", "custom_tool_call", "computer_call", "shell_call")
_DATA_URL = re.compile(r"data:[^;,]+;base64,")


def check_input(value: Any) -> None:
    """Check ``input``: a text, or items.

    Raises:
        APIFault: 400, naming the place.
    """
    check_type("input", value, "a string or an array")
    for index, found in enumerate(value if isinstance(value, list) else ()):
        check_item(f"input[{index}]", found)


def check_item(where: str, found: Any) -> None:
    """Check one item.

    Raises:
        APIFault: 400, naming the place.
    """
    check_type(where, found, "an object")
    kind = type_of(found)
    if kind is None:
        raise missing(f"{where}.type" if "role" not in found else f"{where}.content")
    check_type(f"{where}.type", kind, "a string")
    check_choice(f"{where}.type", kind, tuple(NEEDED))
    for name in NEEDED[kind]:
        if found.get(name) is None:
            raise missing(f"{where}.{name}")
    for name in (*_STRINGS, *(("arguments",) if kind in _WITH_ARGUMENTS else ())):
        if found.get(name) is not None:
            check_type(f"{where}.{name}", found[name], "a string")
    if kind == "message":
        _check_message(where, found)
    elif kind in ("function_call_output", "custom_tool_call_output"):
        check_type(f"{where}.output", found["output"], "a string or an array")
        for number, part in enumerate(found["output"] if isinstance(found["output"], list) else ()):
            _check_part(f"{where}.output[{number}]", part, _SENT)
    elif kind == "reasoning":
        check_type(f"{where}.summary", found["summary"], "an array")
    elif "tools" in NEEDED[kind]:
        check_type(f"{where}.tools", found["tools"], "an array")
        if kind != "mcp_list_tools":
            check_tools(found["tools"], f"{where}.tools")


def type_of(found: Mapping[str, Any]) -> Any:
    """Give an item's type; what has a role and no type is a message, and what has an id is one."""
    kind = found.get("type")
    if kind is None and "role" in found:
        return "message"
    if kind is None and set(found) <= {"id", "type"} and found.get("id"):
        return "item_reference"
    return kind


def _check_message(where: str, message: Mapping[str, Any]) -> None:
    check_choice(f"{where}.role", message["role"], ROLES)
    content = message["content"]
    check_type(f"{where}.content", content, "a string or an array")
    kinds = _SAID if message["role"] == "assistant" else _SENT
    for number, part in enumerate(content if isinstance(content, list) else ()):
        _check_part(f"{where}.content[{number}]", part, kinds)


def _check_part(where: str, part: Any, kinds: Sequence[str]) -> None:
    check_type(where, part, "an object")
    if part.get("type") is None:
        raise missing(f"{where}.type")
    check_choice(f"{where}.type", part["type"], kinds)
    names = _PARTS.get(part["type"], ())
    given = [name for name in names if part.get(name) is not None]
    if names and not given:
        raise missing(f"{where}.{names[0]}")
    for name in given:
        if name == "image_url" and not isinstance(part[name], str):
            raise APIFault(
                400,
                f"Invalid type for '{where}.{name}': expected an image URL, but got "
                f"{describe(part[name])} instead.",
                param=f"{where}.{name}",
                code="invalid_type",
            )
        check_type(f"{where}.{name}", part[name], "a string")
    _check_data(where, part)


def _check_data(where: str, part: Mapping[str, Any]) -> None:
    data, name = part.get("file_data"), f"{where}.file_data"
    if data is not None and not _DATA_URL.match(data):
        raise APIFault(
            400,
            f"Invalid '{name}'. Expected a base64-encoded data URL with an application/pdf MIME "
            "type (e.g. 'data:application/pdf;base64,aGVsbG8gd29ybGQ='), but got a value without "
            "the 'data:' prefix.",
            param=name,
            code="invalid_value",
        )
    url, name = part.get("image_url"), f"{where}.image_url"
    if url is not None and not _DATA_URL.match(url) and not url.startswith(("http://", "https://")):
        raise APIFault(
            400,
            f"Invalid '{name}'. Expected a valid URL, but got a value with an invalid format.",
            param=name,
            code="invalid_value",
        )


def check_pairs(items: Sequence[Mapping[str, Any]]) -> None:
    """Check that calls have outputs, outputs have calls, and reasoning is followed by something.

    Args:
        items: the whole context, oldest first.

    Raises:
        APIFault: 400, naming the call or the item.
    """
    calls: dict[str, None] = {}
    answered: set[str] = set()
    for found in items:
        kind, call = str(found.get("type")), found.get("call_id")
        if kind.endswith("_call_output") and call is not None:
            if call not in calls:
                what = "custom tool call" if kind.startswith("custom") else "function call"
                raise _unpaired(f"No tool call found for {what} output with call_id {call}.")
            answered.add(call)
        elif kind.endswith("_call") and call is not None:
            calls[call] = None
            if kind not in OPEN_CALLS:
                answered.add(call)
    for call in calls:
        if call not in answered:
            raise _unpaired(f"No tool output found for function call {call}.")
    for index, found in enumerate(items):
        if found.get("type") == "reasoning" and not _is_followed(items[index + 1 :]):
            raise _unpaired(
                f"Item '{found.get('id')}' of type 'reasoning' was provided without its required "
                "following item."
            )


def _is_followed(rest: Sequence[Mapping[str, Any]]) -> bool:
    if not rest:
        return False
    following = rest[0]
    if following.get("type") == "message":
        return following.get("role") == "assistant"
    return not str(following.get("type")).endswith("_output")


def _unpaired(message: str) -> APIFault:
    return APIFault(400, message, param="input")
