"""One assistant's turn: the output items of a Response, and the message of a chat completion.

``items_of(message_of(items)) == items`` for any items. What crosses:

======================  ==========================================================================
``message``             its text parts to ``content``, refusals to ``refusal``, annotations to
                        ``annotations`` with their positions in the whole content
``function_call``,      an entry of ``tool_calls`` with the ``call_id`` as its ``id``
``custom_tool_call``
``reasoning``           its texts to ``reasoning_content``, itself to ``reasoning_items``
anything else           itself to ``provider_specific_fields["output_items"]``
======================  ==========================================================================

What is left (ids, statuses, the order of the items, where one part ends and the next begins) is in
``provider_specific_fields["items"]``, one entry per item, see `jackfield_openai_responses.entries`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from jackfield_openai_responses.citations import chat_annotation, text_annotation
from jackfield_openai_responses.entries import entry_of, restored
from jackfield_openai_responses.output_items import (
    annotations_of,
    kind,
    parts_of,
    reasoning_texts,
    refusal_of,
    text_of,
    tool_call,
)

BETWEEN = "\n\n"
"""What stands between two texts of reasoning in ``reasoning_content``."""


def message_of(output: Sequence[Any]) -> dict[str, Any]:
    """The assistant's message that says what output items say.

    Args:
        output: the items of a Response's ``output``, of any types; they are not changed, and the
            message shares what is in them.

    Returns:
        A message with ``role``, ``content`` and ``refusal`` (None where no item has such a part);
        and, only if there are any, ``annotations``, ``tool_calls``, ``reasoning_content``,
        ``reasoning_items`` and ``provider_specific_fields`` with ``output_items`` (items without a
        place in chat, as they are) and ``items`` (one small entry per item, in their order; left
        out where `items_of` gives the same items without them).
    """
    said: dict[str, list[str]] = {"content": [], "refusal": [], "reasoning_content": []}
    found: dict[str, list[Any]] = {"annotations": [], "tool_calls": [], "reasoning_items": []}
    others: list[Any] = []
    offset = 0
    for item in output:
        what = kind(item)
        if what == "reasoning":
            found["reasoning_items"].append(item)
            said["reasoning_content"] += reasoning_texts(item)
        elif what == "call":
            found["tool_calls"].append(tool_call(item))
        elif what == "other":
            others.append(item)
        else:
            spoken = spoken_in(item, offset)
            said["content"] += spoken.texts
            said["refusal"] += spoken.refusals
            found["annotations"] += spoken.annotations
            offset += sum(map(len, spoken.texts))
    message: dict[str, Any] = {"role": "assistant"}
    for name in ("content", "refusal"):
        message[name] = "".join(said[name]) if said[name] else None
    if said["reasoning_content"]:
        message["reasoning_content"] = BETWEEN.join(said["reasoning_content"])
    message |= {name: each for name, each in found.items() if each}
    kept = {"output_items": others} if others else {}
    if kept:
        message["provider_specific_fields"] = kept
    if items_of(message) != list(output):
        message["provider_specific_fields"] = {**kept, "items": [entry_of(i) for i in output]}
    return message


class Spoken(NamedTuple):
    """What the parts of one message item say, part by part; ``annotations`` are chat's."""

    texts: list[str]
    refusals: list[str]
    annotations: list[Any]


def spoken_in(item: dict[str, Any], offset: int) -> Spoken:
    """What a message item says, after ``offset`` characters of content."""
    spoken = Spoken([], [], [])
    for part in parts_of(item):
        text, refusal = text_of(part), refusal_of(part)
        if refusal is not None:
            spoken.refusals.append(refusal)
        if text is not None:
            noted = [chat_annotation(each, offset) for each in annotations_of(part)]
            spoken.annotations.extend(noted)
            spoken.texts.append(text)
            offset += len(text)
    return spoken


def items_of(message: Mapping[str, Any]) -> list[Any]:
    """The items that say what an assistant's message says.

    The items that the message was made of by `message_of`, in their order and with their ids, as
    long as the lengths of its texts and the numbers and ids of its tool calls are still those of
    ``provider_specific_fields["items"]``. For any other message: its ``reasoning_items``, its
    ``provider_specific_fields["output_items"]``, one ``message`` item without an id, and its tool
    calls as ``function_call`` and ``custom_tool_call`` items without ids of their own. A message
    of tool calls only, or one whose content is empty beside other things, has no ``message`` item.

    Args:
        message: an assistant's message; ``content`` is a text, None, or a list of ``text`` and
            ``refusal`` parts (others are taken as they are). A legacy ``function_call``, ``audio``
            and a ``reasoning_content`` without ``reasoning_items`` are no items: the caller sees
            to them.

    Returns:
        New items; it is not changed, and they share what is in it.
    """
    found = restored(message)
    if found is not None:
        return found
    kept = message.get("provider_specific_fields")
    others = kept.get("output_items") if isinstance(kept, Mapping) else None
    items = [*_listed(message.get("reasoning_items")), *_listed(others)]
    calls = [call_item(call) for call in _listed(message.get("tool_calls"))]
    content = _content(message, alone=not items and not calls)
    if content:
        items.append({"type": "message", "role": "assistant", "content": content})
    return items + calls


def call_item(call: Any) -> Any:
    """The item for a tool call of a chat message, without an id of its own.

    One that is neither a function's nor a custom tool's is given back as it is.
    """
    function = call.get("function") if isinstance(call, Mapping) else None
    custom = call.get("custom") if isinstance(call, Mapping) else None
    if isinstance(function, Mapping):
        said = {"name": function.get("name"), "arguments": function.get("arguments")}
        return {"type": "function_call", "call_id": call.get("id"), **said}
    if isinstance(custom, Mapping):
        said = {"name": custom.get("name"), "input": custom.get("input")}
        return {"type": "custom_tool_call", "call_id": call.get("id"), **said}
    return call


def _listed(value: Any) -> Iterable[Any]:
    return value if isinstance(value, (list, tuple)) else ()


def _content(message: Mapping[str, Any], *, alone: bool) -> list[Any]:
    """The parts of the message item; empty where there is nothing to say."""
    content, refusal = message.get("content"), message.get("refusal")
    notes = list(_listed(message.get("annotations")))
    parts: list[Any] = []
    if isinstance(content, (list, tuple)):
        parts = [_part(part) for part in content]
        said = next((part for part in parts if text_of(part) is not None), None)
        if said is not None and notes and not said.get("annotations"):
            said["annotations"] = [text_annotation(each, 0) for each in notes]
    elif content or notes or (content == "" and alone and not refusal):
        parts = [_text(content or "", [text_annotation(each, 0) for each in notes])]
    if isinstance(refusal, str):
        parts.append({"type": "refusal", "refusal": refusal})
    return parts


def _part(part: Any) -> Any:
    if isinstance(part, Mapping) and part.get("type") == "text":
        rest = {k: v for k, v in part.items() if k not in ("type", "text")}
        return {**_text(part.get("text"), []), **rest}
    return dict(part) if isinstance(part, Mapping) else part


def _text(text: Any, annotations: list[Any]) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": annotations}
