"""Input items of a Responses request as messages, in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jackfield.errors import RequestError
from jackfield_openai_responses.crossing import Crossing
from jackfield_openai_responses.nesting import renamed
from jackfield_openai_responses.responses_to_chat.assistant import Turn
from jackfield_openai_responses.responses_to_chat.parts import content_of

OUTPUTS = ("function_call_output", "custom_tool_call_output")
_IN_A_TURN = ("reasoning", "function_call", "custom_tool_call")


def messages_of_items(items: Sequence[Any], path: str, crossing: Crossing) -> list[Any]:
    """The messages that say what items say.

    Raises:
        RequestError: an item is a reference to one that only a server of Responses has.
    """
    messages: list[Any] = []
    turn = Turn()
    for index, item in enumerate(items):
        where = f"{path}[{index}]"
        if _is_reference(item):
            row = crossing.row("item", "item_reference")
            raise RequestError(f"{where}: {row.reason if row else ''}", path=where)
        if _in_a_turn(item, where, crossing):
            _put(messages, turn.add(item, where), crossing)
            continue
        if isinstance(item, Mapping):
            found = _message(item, where, crossing)
            if found is None:
                continue
            item = found
        _put(messages, turn, crossing)
        turn = Turn()
        messages.append(item)
    _put(messages, turn, crossing)
    return messages


def _put(messages: list[Any], turn: Turn | None, crossing: Crossing) -> None:
    message = turn.message(crossing) if turn else None
    if message is not None:
        messages.append(message)


def _is_reference(item: Any) -> bool:
    if not isinstance(item, Mapping) or "role" in item:
        return False
    type_ = item.get("type")
    return type_ == "item_reference" or (type_ is None and item.keys() <= {"id", "type"})


def _in_a_turn(item: Any, path: str, crossing: Crossing) -> bool:
    """Whether an item is the assistant's. What chat does not know is kept there, if passing."""
    if not isinstance(item, Mapping):
        return False
    type_ = item.get("type")
    if type_ in (None, "message"):
        return item.get("role") == "assistant"
    if type_ in _IN_A_TURN:
        return True
    return type_ not in OUTPUTS and crossing.passing


def _message(item: Mapping[str, Any], path: str, crossing: Crossing) -> dict[str, Any] | None:
    """The message of one item that is not the assistant's; None for one that chat can't say."""
    type_ = item.get("type")
    if type_ in OUTPUTS:
        return _result(item, path, crossing)
    if type_ in (None, "message"):
        return _plain(item, path, crossing)
    crossing.lose(path, "item", type_ if crossing.row("item", type_) else "other types")
    return None


def _plain(item: Mapping[str, Any], path: str, crossing: Crossing) -> dict[str, Any]:
    message = _without_bookkeeping(item, path, crossing)
    if "content" in message:
        message["content"] = content_of(message["content"], f"{path}.content", crossing)
    return message


def _result(item: Mapping[str, Any], path: str, crossing: Crossing) -> dict[str, Any]:
    rest = _without_bookkeeping(item, path, crossing)
    message = {"role": "tool", **renamed(rest, {"call_id": "tool_call_id", "output": "content"})}
    if "content" in message:
        message["content"] = content_of(message["content"], f"{path}.output", crossing)
    return message


def _without_bookkeeping(item: Mapping[str, Any], path: str, crossing: Crossing) -> dict[str, Any]:
    """The item's fields without its type and, unless passing, those that only Responses has."""
    found = {}
    for name, value in item.items():
        if name == "type":
            continue
        row = crossing.row("field", name)
        if row and not crossing.passing:
            if row.outcome == "warning" and value is not None:
                crossing.lose(f"{path}.{name}", "field", name)
            continue
        found[name] = value
    return found
