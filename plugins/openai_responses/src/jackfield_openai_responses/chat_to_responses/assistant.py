"""An assistant's message as the items that it is in Responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_openai_responses.crossing import Crossing
from jackfield_openai_responses.output_items import kind
from jackfield_openai_responses.turns import call_item, items_of

_CROSSING = frozenset(
    {
        "role",
        "content",
        "refusal",
        "tool_calls",
        "annotations",
        "reasoning_content",
        "reasoning_items",
        "provider_specific_fields",
    }
)
"""What `items_of` sees to. Reasoning's text is in its items; without those it is lost."""

_OF_A_CALL = frozenset({"id", "type", "index", "function", "custom"})
_OF_A_FUNCTION = frozenset({"name", "arguments"})
_OF_A_CUSTOM_TOOL = frozenset({"name", "input"})
_CALLS = ("function_call", "custom_tool_call")


def assistant_items(
    message: Mapping[str, Any], path: str, crossing: Crossing, *, stored: bool
) -> list[Any]:
    """The items of an assistant's message.

    Args:
        message: the message, without a legacy ``function_call``.
        path: where it stands in the call's parameters.
        crossing: takes what is lost.
        stored: whether the server keeps items, and so finds those that are only named.
    """
    items = [_easy(item) for item in items_of(message)]
    if not stored:
        items = _found_again(items, path, crossing)
    more = _without_a_place(message, path, crossing)
    if more:
        at = next((at for at, item in enumerate(items) if _is_message(item)), 0)
        if items and isinstance(items[at], Mapping):
            items[at] = {**more, **items[at]}
        else:
            items.append({"role": "assistant", "content": "", **more})
    return _with_fields_of_calls(items, message, path, crossing)


def _easy(item: Any) -> Any:
    """A message that is one plain text in the short form, which every server of Responses knows."""
    if not isinstance(item, Mapping) or item.keys() != {"type", "role", "content"}:
        return item
    parts = item["content"]
    part = parts[0] if isinstance(parts, list) and len(parts) == 1 else None
    if not isinstance(part, Mapping) or not isinstance(part.get("text"), str):
        return item
    if part != {"type": "output_text", "text": part["text"], "annotations": []}:
        return item
    return {"role": item["role"], "content": part["text"]}


def _is_message(item: Any) -> bool:
    return isinstance(item, Mapping) and item.get("role") == "assistant"


def _without_a_place(message: Mapping[str, Any], path: str, crossing: Crossing) -> dict[str, Any]:
    """Fields that no item has; those to send all the same."""
    found = {
        name: value
        for name, value in message.items()
        if value is not None and name not in _CROSSING
    }
    calls = message.get("tool_calls")
    if calls is not None and not isinstance(calls, (list, tuple)):
        found["tool_calls"] = calls
    if message.get("reasoning_content") and not message.get("reasoning_items"):
        found["reasoning_content"] = message["reasoning_content"]
    for name in list(found):
        row = crossing.row("message field", name)
        if crossing.leaves_out(f"{path}.{name}", "message field", row.name if row else _OTHER):
            del found[name]
    return found


_OTHER = "other fields"


def _with_fields_of_calls(
    items: list[Any], message: Mapping[str, Any], path: str, crossing: Crossing
) -> list[Any]:
    """The items with what is in tool calls beside what chat has there, if that is to be sent."""
    calls = message.get("tool_calls")
    more = [
        _fields_of_a_call(call, f"{path}.tool_calls[{at}]", crossing)
        for at, call in enumerate(calls if isinstance(calls, (list, tuple)) else ())
        if kind(call_item(call)) == "call"
    ]
    if not any(more):
        return items
    left = iter(more)
    return [{**next(left, {}), **item} if kind(item) == "call" else item for item in items]


def _fields_of_a_call(call: Mapping[str, Any], path: str, crossing: Crossing) -> dict[str, Any]:
    found: dict[str, Any] = {}
    places = (
        (call, path, _OF_A_CALL),
        (call.get("function"), f"{path}.function", _OF_A_FUNCTION),
        (call.get("custom"), f"{path}.custom", _OF_A_CUSTOM_TOOL),
    )
    for holder, where, known in places:
        for name, value in holder.items() if isinstance(holder, Mapping) else ():
            if name in known or value is None:
                continue
            if not crossing.leaves_out(f"{where}.{name}", "message field", _OTHER):
                found[name] = value
    return found


def _found_again(items: list[Any], path: str, crossing: Crossing) -> list[Any]:
    """The items without reasoning that a server which keeps nothing can't find.

    It would refuse the request for it; and a message or a call that names itself by an id would
    have to come with its reasoning, so that they go without theirs.
    """
    kept = [item for item in items if not _only_named(item)]
    if len(kept) == len(items):
        return items
    crossing.lose(f"{path}.reasoning_items", "message field", "reasoning_items")
    return [
        {name: value for name, value in item.items() if name != "id"}
        if isinstance(item, Mapping) and item.get("type") in ("message", *_CALLS)
        else item
        for item in kept
    ]


def _only_named(item: Any) -> bool:
    if not isinstance(item, Mapping) or item.get("type") != "reasoning":
        return False
    return not item.get("encrypted_content") and not item.get("content")
