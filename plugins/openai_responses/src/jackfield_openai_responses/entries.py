"""What a chat message has no place for: which output items it was made of, in which order.

An entry is an output item without what the message says elsewhere: of a text its length is left,
of annotations their number; reasoning and items that chat doesn't know are in lists of their own,
so that their entry says only that it is the next one's turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jackfield_openai_responses.citations import text_annotation
from jackfield_openai_responses.output_items import (
    PAYLOAD,
    annotations_of,
    call_id,
    kind,
    refusal_of,
    text_of,
)

_NEXT = {"reasoning": {"type": "reasoning"}, "other": {"type": "output_item"}}


def entry_of(item: Any) -> dict[str, Any]:
    """The entry of one output item."""
    what = kind(item)
    if what == "message":
        content = item["content"]
        measured = len(content) if isinstance(content, str) else [_measured(p) for p in content]
        return {**item, "content": measured}
    if what == "call":
        return {**item, "name": None, PAYLOAD[item["type"]]: None}
    return dict(_NEXT[what])


def _measured(part: Any) -> Any:
    text, refusal = text_of(part), refusal_of(part)
    if text is not None:
        entry = {**part, "text": len(text)}
        if isinstance(part.get("annotations"), list):
            entry["annotations"] = len(annotations_of(part))
        return entry
    if refusal is not None:
        return {**part, "refusal": len(refusal)}
    return part


class _Misfit(Exception):
    """The entries are of another message."""


class _Message:
    """What a message says, taken from its front piece by piece."""

    def __init__(self, message: Mapping[str, Any]) -> None:
        kept = message.get("provider_specific_fields")
        self._texts = {"text": message.get("content"), "refusal": message.get("refusal")}
        self._at = {"text": 0, "refusal": 0}
        self._lists = {
            "annotations": message.get("annotations"),
            "tool_calls": message.get("tool_calls"),
            "reasoning": message.get("reasoning_items"),
            "output_item": kept.get("output_items") if isinstance(kept, Mapping) else None,
        }
        self._next = dict.fromkeys(self._lists, 0)

    @property
    def position(self) -> int:
        """The length of the text that was taken."""
        return self._at["text"]

    def text(self, name: str, length: Any) -> str:
        start, whole = self._at[name], self._texts[name] or ""
        if type(length) is not int or length < 0 or not isinstance(whole, str):
            raise _Misfit
        self._at[name] = start + length
        return whole[start : start + length]

    def some(self, name: str, count: Any = 1) -> list[Any]:
        start, whole = self._next[name], self._lists[name] or []
        if type(count) is not int or count < 0 or not isinstance(whole, (list, tuple)):
            raise _Misfit
        self._next[name] = start + count
        if start + count > len(whole):
            raise _Misfit
        return list(whole[start : start + count])

    def end(self) -> None:
        """Everything must have been taken."""
        for name, whole in (*self._texts.items(), *self._lists.items()):
            taken = self._at[name] if name in self._at else self._next[name]
            if not isinstance(whole or "", (str, list, tuple)) or taken != len(whole or ""):
                raise _Misfit


def restored(message: Mapping[str, Any]) -> list[Any] | None:
    """The output items that a message was made of; None without entries, or if they don't fit."""
    kept = message.get("provider_specific_fields")
    entries = kept.get("items") if isinstance(kept, Mapping) else None
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        return None
    given = _Message(message)
    try:
        items = [_item(entry, given) for entry in entries]
        given.end()
    except _Misfit:
        return None
    return items


def _item(entry: Any, given: _Message) -> Any:
    type_ = entry.get("type") if isinstance(entry, Mapping) else None
    if type_ in ("reasoning", "output_item"):
        return given.some(type_)[0]
    if type_ == "message":
        content = entry.get("content")
        if isinstance(content, list):
            return {**entry, "content": [_part(part, given) for part in content]}
        return {**entry, "content": given.text("text", content)}
    if type_ in PAYLOAD:
        return _call(entry, given.some("tool_calls")[0])
    raise _Misfit


def _part(entry: Any, given: _Message) -> Any:
    type_ = entry.get("type") if isinstance(entry, dict) else None
    if type_ == "output_text" and type(entry.get("text")) is int:
        offset = given.position
        part = {**entry, "text": given.text("text", entry["text"])}
        if type(entry.get("annotations")) is int:
            found = given.some("annotations", entry["annotations"])
            part["annotations"] = [text_annotation(each, offset) for each in found]
        return part
    if type_ == "refusal" and type(entry.get("refusal")) is int:
        return {**entry, "refusal": given.text("refusal", entry["refusal"])}
    return entry


def _call(entry: Mapping[str, Any], call: Any) -> dict[str, Any]:
    name = "function" if entry["type"] == "function_call" else "custom"
    said = call.get(name) if isinstance(call, Mapping) else None
    field = PAYLOAD[entry["type"]]
    if not isinstance(said, Mapping) or call.get("id") != call_id(dict(entry)):
        raise _Misfit
    if not isinstance(said.get("name"), str) or not isinstance(said.get(field), str):
        raise _Misfit
    return {**entry, "name": said["name"], field: said[field]}
