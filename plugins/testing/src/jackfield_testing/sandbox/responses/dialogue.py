"""Items as the messages of a chat, so that what answers a chat answers them too."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jackfield_testing.sandbox.world import World

Message = dict[str, Any]

#: Call type to the key of a chat's tool call, and the field that holds what is passed.
_CALLS = {"function_call": ("function", "arguments"), "custom_tool_call": ("custom", "input")}
#: Types of outputs that are texts or parts; others are JSON.
_SAYING = ("function_call_output", "custom_tool_call_output")


def messages_of(items: Iterable[Mapping[str, Any]], world: World) -> list[Message]:
    """Give the messages that say what the items say.

    Calls and their outputs that follow each other become one message with calls and then one
    message per output; what says nothing to a reader becomes nothing.

    Args:
        items: as they are kept, oldest first.
        world: where uploaded files are.
    """
    messages: list[Message] = []
    calls: list[dict[str, Any]] = []
    outputs: list[Message] = []

    def flush() -> None:
        if calls:
            messages.append({"role": "assistant", "content": None, "tool_calls": [*calls]})
        messages.extend(outputs)
        calls.clear()
        outputs.clear()

    for found in items:
        kind = str(found.get("type"))
        if kind == "message":
            flush()
            content = [_part(one, world) for one in found["content"]]
            messages.append({"role": found["role"], "content": content})
        elif kind in _CALLS:
            calls.append(_call(found, *_CALLS[kind]))
        elif kind.endswith("_call_output"):
            outputs.append(_output(found, kind, world))
    flush()
    return messages


def _call(found: Mapping[str, Any], key: str, passed: str) -> dict[str, Any]:
    made = {"name": found["name"], passed: found[passed]}
    return {"id": found["call_id"], "type": key, key: made}


def _output(found: Mapping[str, Any], kind: str, world: World) -> Message:
    value = found.get("output")
    content: Any = value if isinstance(value, str) else json.dumps(value)
    if kind in _SAYING and isinstance(value, list):
        content = [_part(one, world) for one in value]
    message = {"role": "tool", "tool_call_id": found.get("call_id"), "content": content}
    if kind not in _SAYING:
        message["name"] = kind.removesuffix("_call_output")
    return message


def _part(found: Mapping[str, Any], world: World) -> dict[str, Any]:
    kind = found["type"]
    if kind in ("input_text", "output_text", "summary_text"):
        return {"type": "text", "text": found["text"]}
    if kind == "input_image":
        url = found.get("image_url") or _uploaded(found.get("file_id"), world)
        return {"type": "image_url", "image_url": {"url": url}}
    if kind == "input_file":
        return {"type": "file", "file": _file(found, world)}
    return dict(found)


def _file(found: Mapping[str, Any], world: World) -> dict[str, Any]:
    id, url = found.get("file_id"), found.get("file_url")
    stored = world.files.get(id) if id else None
    name = stored.filename if stored else id or url
    data = _uploaded(id, world) if stored else found.get("file_data")
    return {"filename": found.get("filename") or name, "file_data": data}


def _uploaded(id: str | None, world: World) -> str:
    """Give an uploaded file as a data URL, or the id of one that is not there."""
    stored = world.files.get(id) if id else None
    if stored is None:
        return id or ""
    return f"data:{stored.content_type};base64,{base64.b64encode(stored.data).decode()}"


def last_word(items: Sequence[Mapping[str, Any]]) -> str:
    """Say who has the last word: a role, ``tool`` after an output, or ``""`` where nobody spoke."""
    for found in reversed(items):
        kind = str(found.get("type"))
        if kind == "message":
            return str(found["role"])
        if kind.endswith("_call_output") or kind == "mcp_approval_response":
            return "tool"
    return ""
