"""Input items as they are kept: with ids, content in parts, and references looked up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.identity import Identity
from jackfield_testing.sandbox.responses.input_checks import type_of
from jackfield_testing.sandbox.responses.parts import PREFIXES, item, part, text_part
from jackfield_testing.sandbox.world import World

_WITH_STATUS = ("message", "function_call", "function_call_output", "custom_tool_call")
_COMPLETED = (*_WITH_STATUS, "custom_tool_call_output")


def kept_items(value: Any, identity: Identity, world: World) -> tuple[dict[str, Any], ...]:
    """Give the items of a valid ``input``; a text is a message from the user.

    Args:
        value: the field, or None.
        identity: where the ids come from of items that have none.
        world: where items lie that are only referred to.

    Raises:
        APIFault: 404 for a reference to an item that there is not.
    """
    if value is None:
        return ()
    found = [{"role": "user", "content": value}] if isinstance(value, str) else value
    return tuple(
        _kept(one, f"{identity.hex(f'input {number}', 50)}", world)
        for number, one in enumerate(found)
    )


def _kept(found: Mapping[str, Any], hex: str, world: World) -> dict[str, Any]:
    kind = type_of(found)
    if kind == "item_reference":
        return _referred(found["id"], world)
    fields = {**found, "type": kind}
    if fields.get("id") is None:
        fields["id"] = f"{PREFIXES.get(kind, 'item')}_{hex}"
    if kind in _COMPLETED and fields.get("status") is None:
        fields["status"] = "completed"
    if kind == "message":
        fields["content"] = _parts(found["content"], found["role"])
    return item(**fields)


def _parts(content: Any, role: str) -> list[dict[str, Any]]:
    if isinstance(content, str):
        text = text_part(content) if role == "assistant" else part("input_text", text=content)
        return [text]
    return [_part(dict(found)) for found in content]


def _part(found: dict[str, Any]) -> dict[str, Any]:
    if found["type"] == "output_text":
        return {**text_part(found["text"]), **found}
    if found["type"] == "input_image":
        return {"type": "input_image", "detail": "auto", **found}
    return found


def _referred(id: str, world: World) -> dict[str, Any]:
    for found in _everything(world):
        if found["id"] == id:
            return found
    raise APIFault(404, f"Item with id '{id}' not found.", param="input")


def _everything(world: World) -> Iterable[dict[str, Any]]:
    for response in world.responses.all():
        yield from response.context
    for conversation in world.conversations.all():
        yield from conversation.items
