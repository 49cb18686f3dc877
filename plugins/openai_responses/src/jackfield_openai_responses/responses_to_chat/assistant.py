"""Items of an assistant's turn as a chat message."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jackfield_openai_responses.crossing import Crossing
from jackfield_openai_responses.output_items import kind
from jackfield_openai_responses.turns import message_of

_CALLS = ("function_call", "custom_tool_call")
_SENT = ("role", "content", "refusal", "audio", "tool_calls", "reasoning_content")
"""What a chat server knows of an assistant's message; ``reasoning_content`` is what those say that
have reasoning to be read, and some of them have to be given it again."""

_OF_SERVERS = ("extra_content",)
"""What chat servers put beside a tool call, and want back with it: Gemini's signature, for one."""

_FIELDS = {
    "message": frozenset({"type", "role", "content", "audio"}),
    "function_call": frozenset({"type", "call_id", "name", "arguments", *_OF_SERVERS}),
    "custom_tool_call": frozenset({"type", "call_id", "name", "input", *_OF_SERVERS}),
    "output_text": frozenset({"type", "text"}),
    "refusal": frozenset({"type", "refusal"}),
}


class Turn:
    """Items of one assistant's message, each with the path where it was given."""

    def __init__(self) -> None:
        self._items: list[tuple[str, Any]] = []

    def add(self, item: Any, path: str) -> Turn | None:
        """Add an item; gives the finished turn if a new one begins with it.

        A second text begins another message, with the reasoning before it, so that what a chat
        client said in two messages stays two. Beside tool calls it does not: their results have to
        come next.
        """
        done = None
        spoken = max((at for at, (_, each) in enumerate(self._items) if _is_text(each)), default=-1)
        called = any(_type(each) in _CALLS for _, each in self._items)
        if _is_text(item) and spoken >= 0 and not called:
            done = Turn()
            done._items = self._items[: spoken + 1]
            self._items = self._items[spoken + 1 :]
        self._items.append((path, item))
        return done

    def message(self, crossing: Crossing) -> dict[str, Any] | None:
        """The message, or None where there is nothing to say.

        It is complete if passing, so that `items_of` gives the items again; else it is what chat
        servers know, and what is left out is said.
        """
        items = [_typed(item) for _, item in self._items]
        if crossing.passing:
            message = _message_of(items) if items else {}
            return {k: v for k, v in message.items() if k != "refusal" or v is not None} or None
        paths = [path for path, _ in self._items]
        plain = [_plain(item, path, crossing) for path, item in zip(paths, items, strict=True)]
        message = _message_of([item for item in plain if item])
        found = {
            name: message[name]
            for name in _SENT
            if name in message and (name == "content" or message[name] is not None)
        }
        if "audio" in found and found["content"] is None:
            del found["content"]
        if found.get("content") is not None or found.keys() & {"refusal", "tool_calls", "audio"}:
            return found
        said = {loss.path for loss in crossing.lost}
        for path, item in self._items:
            if _type(item) == "reasoning" and path not in said:  # alone it is no message
                crossing.lose(path, "item", "reasoning")
        return None


def _message_of(items: Sequence[Any]) -> dict[str, Any]:
    """The message, with its audio; its tool calls with what servers put beside them."""
    message = message_of(items)
    audio = next((found for item in items if (found := _audio_of(item)) is not None), None)
    if audio is not None:
        message["audio"] = {"id": audio["id"]}
    called = [item for item in items if kind(item) == "call"]
    more = [{n: item[n] for n in _OF_SERVERS if item.get(n) is not None} for item in called]
    if any(more):
        calls = zip(message["tool_calls"], more, strict=True)
        message["tool_calls"] = [{**call, **beside} for call, beside in calls]
    return message


def _audio_of(item: Any) -> Mapping[str, Any] | None:
    """The audio of a message that chat can name by its id, if it has some."""
    audio = item.get("audio") if kind(item) == "message" else None
    known = isinstance(audio, Mapping) and isinstance(audio.get("id"), str)
    return audio if known else None


def _type(item: Any) -> Any:
    return item.get("type") if isinstance(item, Mapping) else None


def _is_text(item: Any) -> bool:
    return isinstance(item, Mapping) and item.get("role") == "assistant"


def _typed(item: Any) -> Any:
    """A message in the short form as one with its type and, if that is all, its text as a part."""
    if not _is_text(item):
        return item
    full = {"type": "message", **item}
    if full.keys() == {"type", "role", "content"} and isinstance(full["content"], str):
        full["content"] = [{"type": "output_text", "text": full["content"], "annotations": []}]
    return full


def _plain(item: dict[str, Any], path: str, crossing: Crossing) -> dict[str, Any] | None:
    """The item without what chat has no place for; None for one that says nothing then."""
    what = kind(item)
    if what == "reasoning":
        _look_at_reasoning(item, path, crossing)
        return {name: item[name] for name in ("type", "summary", "content") if name in item}
    if what == "other":
        type_ = _type(item)
        crossing.lose(path, "item", type_ if crossing.row("item", type_) else "other types")
        return None
    if what == "message" and item.get("audio") is not None and _audio_of(item) is None:
        item = _written(item, path, crossing)
    found = _known(item, item["type"], path, crossing)
    if isinstance(found.get("content"), list):
        parts = enumerate(found["content"])
        plain = [_part(part, f"{path}.content[{at}]", crossing) for at, part in parts]
        found["content"] = [part for part in plain if part is not None]
    return found


def _written(item: dict[str, Any], path: str, crossing: Crossing) -> dict[str, Any]:
    """A message whose audio has no id: with its transcript in place of the audio."""
    audio, content = item["audio"], item["content"]
    said = audio.get("transcript") if isinstance(audio, Mapping) else None
    can = isinstance(said, str) and isinstance(content, list)
    crossing.lose(f"{path}.audio", "field", "audio", "mapped" if can else "dropped")
    rest = {name: value for name, value in item.items() if name != "audio"}
    if not can:
        return rest
    return {**rest, "content": [*content, {"type": "output_text", "text": said}]}


def _part(part: Any, path: str, crossing: Crossing) -> Any:
    type_ = _type(part)
    if type_ in ("input_text", "text"):
        part, type_ = {**part, "type": "output_text"}, "output_text"
    if type_ not in ("output_text", "refusal"):
        crossing.lose(path, "content part", "an assistant's other parts")
        return None
    return _known(part, type_, path, crossing)


def _known(given: Mapping[str, Any], type_: str, path: str, crossing: Crossing) -> dict[str, Any]:
    """The fields that chat has a place for."""
    for name, value in given.items():
        row = crossing.row("field", name)
        if name in _FIELDS[type_] or value is None or (row and row.outcome == "not carried"):
            continue
        crossing.lose(f"{path}.{name}", "field", name if row else "other fields")
    return {name: given[name] for name in given if name in _FIELDS[type_]}


def _look_at_reasoning(item: Mapping[str, Any], path: str, crossing: Crossing) -> None:
    """Say it if there is more to an item of reasoning than text."""
    readable = any(
        _type(part) in ("summary_text", "reasoning_text")
        for name in ("summary", "content")
        for part in _listed(item.get(name))
    )
    if item.get("encrypted_content") is not None or not readable:
        crossing.lose(path, "item", "reasoning")


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, (list, tuple)) else ()
