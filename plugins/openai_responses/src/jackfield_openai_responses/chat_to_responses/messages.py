"""Messages of a chat request as instructions and input items, in their order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jackfield_openai_responses.chat_to_responses.assistant import assistant_items
from jackfield_openai_responses.chat_to_responses.parts import content_of
from jackfield_openai_responses.crossing import Crossing
from jackfield_openai_responses.nesting import renamed

_OUTPUTS = {"function": "function_call_output", "custom": "custom_tool_call_output"}


def split_off(messages: Sequence[Any]) -> tuple[str | None, int]:
    """The text that can be ``instructions``, and how many messages that takes.

    Only a plain system message at the beginning, with another message behind it: the role is all
    that ``instructions`` say, and there has to be an input.
    """
    first = messages[0] if len(messages) > 1 else None
    if isinstance(first, Mapping) and first.get("role") == "system":
        plain = first.keys() == {"role", "content"} and isinstance(first["content"], str)
        return (first["content"], 1) if plain else (None, 0)
    return None, 0


def items_of_messages(
    messages: Sequence[Any], crossing: Crossing, *, start: int = 0, stored: bool = True
) -> list[Any]:
    """The input items for ``messages[start:]``.

    Args:
        messages: all messages; something that is none is an item as it is.
        crossing: takes what is lost.
        start: how many messages are not sent as items.
        stored: whether the server keeps the items of earlier responses.
    """
    conversation = _Conversation(crossing, _ids(messages), stored)
    for index, message in enumerate(messages):
        if index >= start:
            conversation.add(message, f"messages[{index}]")
    return conversation.all_items()


def _ids(messages: Sequence[Any]) -> set[Any]:
    """The ids of all tool calls."""
    found: set[Any] = set()
    for message in messages:
        calls = message.get("tool_calls") if isinstance(message, Mapping) else None
        for call in calls if isinstance(calls, (list, tuple)) else ():
            if isinstance(call, Mapping) and isinstance(call.get("id"), str):
                found.add(call["id"])
    return found


class _Conversation:
    """The items so far, and which calls they make."""

    def __init__(self, crossing: Crossing, ids: set[Any], stored: bool) -> None:
        self._items: list[Any] = []
        self._hanging: list[tuple[int, str]] = []  # reasoning at the end so far, and whose it is
        self._crossing = crossing
        self._stored = stored
        self._taken = ids
        self._custom: set[Any] = set()
        self._unanswered: list[tuple[Any, str]] = []

    def add(self, message: Any, path: str) -> None:
        """The items for one message. What has no role is an item already."""
        role = message.get("role") if isinstance(message, Mapping) else None
        if role == "assistant":
            message = self._with_an_id(message)
            found = assistant_items(message, path, self._crossing, stored=self._stored)
            self._note(found)
            self._put(found, path)
            return
        if role is None:
            self._note([message])
            item = message
        elif role == "tool":
            item = self._result(message, path)
        elif role == "function":
            item = self._legacy_result(message, path)
        else:
            item = self._plain(message, path)
        if role is None and _type(item) not in _OUTPUTS.values():
            self._hanging.clear()  # an item of the assistant's, as far as anybody knows
        self._let_go()
        self._items.append(item)

    def all_items(self) -> list[Any]:
        """The items of all messages."""
        self._let_go()
        return self._items

    def _put(self, items: list[Any], path: str) -> None:
        """Add items of the assistant's."""
        for item in items:
            if _type(item) == "reasoning":
                self._hanging.append((len(self._items), path))
            else:
                self._hanging.clear()
            self._items.append(item)

    def _let_go(self) -> None:
        """Leave out reasoning that nothing of the assistant's follows: the API refuses it."""
        paths = dict.fromkeys(path for _, path in self._hanging)
        # One answer for all of them: it is the policy's.
        if self._hanging and all(
            self._crossing.leaves_out(
                f"{path}.reasoning_items", "message field", "reasoning_items at the end"
            )
            for path in paths
        ):
            del self._items[self._hanging[0][0] :]
        self._hanging.clear()

    def _plain(self, message: Mapping[str, Any], path: str) -> dict[str, Any]:
        return {
            name: content_of(value, f"{path}.content", self._crossing)
            if name == "content"
            else value
            for name, value in self._with_a_name(message, path).items()
        }

    def _with_a_name(
        self, message: Mapping[str, Any], path: str, *, named: bool = False
    ) -> dict[str, Any]:
        """The message, without its name if the item has none."""
        found = dict(message)
        if "name" in found and not named:
            said = found["name"] is not None
            if not said or self._crossing.leaves_out(f"{path}.name", "message field", "name"):
                del found["name"]
        return found

    def _result(self, message: Mapping[str, Any], path: str) -> dict[str, Any]:
        """A tool's result: of a custom tool if that is what was called."""
        custom = _hashable(message.get("tool_call_id")) in self._custom
        message = self._with_a_name(message, path, named=not custom)
        names = {"tool_call_id": "call_id", "content": "output"}
        found = renamed({k: v for k, v in message.items() if k != "role"}, names)
        if "output" in found:
            found["output"] = _output(found["output"], f"{path}.content", self._crossing)
        return {"type": _OUTPUTS["custom" if custom else "function"], **found}

    def _legacy_result(self, message: Mapping[str, Any], path: str) -> dict[str, Any]:
        """A function's result in the legacy form, which names the function and not the call."""
        name = message.get("name")
        at = next((at for at, (n, _) in enumerate(self._unanswered) if n == name), None)
        call_id = self._new_id() if at is None else self._unanswered.pop(at)[1]
        output = _output(message.get("content"), f"{path}.content", self._crossing)
        rest = {k: v for k, v in message.items() if k not in ("role", "name", "content")}
        return {"type": _OUTPUTS["function"], "call_id": call_id, "output": output, **rest}

    def _with_an_id(self, message: Mapping[str, Any]) -> Mapping[str, Any]:
        """The message with a legacy ``function_call`` as a tool call that has an id."""
        if "function_call" not in message:
            return message
        call = message["function_call"]
        rest = {name: value for name, value in message.items() if name != "function_call"}
        if not isinstance(call, Mapping):
            return rest if call is None else message
        call_id = self._new_id()
        self._unanswered.append((call.get("name"), call_id))
        made = {"id": call_id, "type": "function", "function": call}
        return {**rest, "tool_calls": [*(message.get("tool_calls") or ()), made]}

    def _new_id(self) -> str:
        number = 0
        while f"call_{number}" in self._taken:
            number += 1
        self._taken.add(f"call_{number}")
        return f"call_{number}"

    def _note(self, items: list[Any]) -> None:
        """Remember which calls are those of custom tools."""
        for item in items:
            type_ = _type(item)
            if type_ == "custom_tool_call":
                self._custom.add(_hashable(item.get("call_id")))
            elif type_ == "function_call":
                self._custom.discard(_hashable(item.get("call_id")))


def _type(item: Any) -> Any:
    return item.get("type") if isinstance(item, Mapping) else None


def _hashable(value: Any) -> Any:
    return value if isinstance(value, str) else None


def _output(content: Any, path: str, crossing: Crossing) -> Any:
    """A result's output; no content is an empty one."""
    return "" if content is None else content_of(content, path, crossing)
