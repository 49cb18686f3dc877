"""What an output item of a Response is to an assistant's message of a chat completion.

Items come from any server. One that lacks what its type promises is read as one of an unknown
type, and so kept as it is.
"""

from __future__ import annotations

from typing import Any, Literal

Kind = Literal["reasoning", "message", "call", "other"]
"""What becomes of an item: reasoning, content, a tool call, or nothing that chat knows."""

Tokens = Literal["content", "refusal"]
"""Whose tokens log probabilities are of."""

PAYLOAD = {"function_call": "arguments", "custom_tool_call": "input"}
"""The field of a call's item that holds what the model wrote."""


def kind(item: Any) -> Kind:
    """What an output item is to chat."""
    if not isinstance(item, dict):
        return "other"
    type_ = item.get("type")
    if type_ == "reasoning":
        return "reasoning"
    if type_ == "message":
        # A compacted conversation holds the user's messages too.
        spoken = item.get("role", "assistant") == "assistant"
        return "message" if spoken and _is_said(item.get("content")) else "other"
    if type_ in ("function_call", "custom_tool_call"):
        named = isinstance(item.get("name"), str)
        return "call" if named and isinstance(item.get(PAYLOAD[type_]), str) else "other"
    return "other"


def _is_said(content: Any) -> bool:
    if not isinstance(content, list):
        return isinstance(content, str)
    parts = [part for part in content if isinstance(part, dict)]
    return all(
        text_of(part) is not None or refusal_of(part) is not None
        for part in parts
        if part.get("type") in ("output_text", "refusal")
    ) and not any(type(part.get("annotations")) is int for part in parts)


def parts_of(item: dict[str, Any]) -> list[Any]:
    """The content parts of a message item; a text in their place is one part."""
    content = item["content"]
    return [{"type": "output_text", "text": content}] if isinstance(content, str) else content


def text_of(part: Any) -> str | None:
    """The text of an ``output_text`` part, else None."""
    return _said(part, "output_text", "text")


def refusal_of(part: Any) -> str | None:
    """The text of a ``refusal`` part, else None."""
    return _said(part, "refusal", "refusal")


def annotations_of(part: dict[str, Any]) -> list[Any]:
    """The annotations of a text part; none where there is no list."""
    found = part.get("annotations")
    return found if isinstance(found, list) else []


def logprobs_of(part: dict[str, Any]) -> list[Any]:
    """The log probabilities of a part's tokens; none where there is no list."""
    found = part.get("logprobs")
    return found if isinstance(found, list) else []


def message_logprobs(item: dict[str, Any]) -> dict[Tokens, list[Any]]:
    """The log probabilities of a message item's tokens: of its texts, and of its refusals."""
    found: dict[Tokens, list[Any]] = {"content": [], "refusal": []}
    for part in parts_of(item):
        if text_of(part) is not None:
            found["content"] += logprobs_of(part)
        elif refusal_of(part) is not None:
            found["refusal"] += logprobs_of(part)
    return found


def _said(part: Any, type_: str, field: str) -> str | None:
    if not isinstance(part, dict) or part.get("type") != type_:
        return None
    text = part.get(field)
    return text if isinstance(text, str) else None


def reasoning_texts(item: dict[str, Any]) -> list[str]:
    """The texts of a reasoning item: the parts of its summary, then its raw reasoning."""
    fields = [item.get(name) for name in ("summary", "content")]
    parts = [part for field in fields if isinstance(field, list) for part in field]
    texts = [part.get("text") for part in parts if isinstance(part, dict)]
    return [text for text in texts if isinstance(text, str)]


def call_id(item: dict[str, Any]) -> str:
    """A call's ``call_id``; its item's id where a server gives no other."""
    for field in ("call_id", "id"):
        if isinstance(item.get(field), str):
            found: str = item[field]
            return found
    return ""


def tool_call(item: dict[str, Any]) -> dict[str, Any]:
    """The tool call of a chat message for a call's item."""
    if item["type"] == "function_call":
        function = {"name": item["name"], "arguments": item["arguments"]}
        return {"id": call_id(item), "type": "function", "function": function}
    custom = {"name": item["name"], "input": item["input"]}
    return {"id": call_id(item), "type": "custom", "custom": custom}
