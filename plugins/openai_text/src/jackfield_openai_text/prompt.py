"""The template: how messages become one prompt.

A single user message without a name is its text, nothing else. Otherwise every message is a
paragraph, and paragraphs are separated by an empty line::

    Answer in one word.

    User: What is the weather in Oslo?

    Assistant: Let me look.
    Call (call_1): get_weather({"city": "Oslo"})

    Tool (call_1): rain

    Assistant:

System and developer messages at the beginning have no label; elsewhere, and with a ``name``, they
have one, as all others do. A name, and the id that a tool message answers to, stand in brackets.
Content in parts is joined as it is. The prompt ends with the label of the assistant's turn, or,
where the last message is the assistant's text, with that text, which the model continues.
"""

from __future__ import annotations

from typing import Any

import attrs

from jackfield.errors import RequestError

_LABELS = {
    "system": "System",
    "developer": "Developer",
    "user": "User",
    "assistant": "Assistant",
    "tool": "Tool",
    "function": "Function",
}
_MAY_SAY_NOTHING = ("assistant", "tool", "function")

RENDERED = frozenset(
    {"role", "content", "name", "tool_call_id", "tool_calls", "function_call", "refusal"}
)
"""The keys of a message that the template has a place for."""

TEXT_PARTS = ("text", "refusal")
"""The types of the content parts that are text, each under a key of that name."""

RENDERED_OF_PARTS = frozenset({"type", *TEXT_PARTS})
"""The keys of those that the template has a place for."""


def prompt_of(messages: Any) -> str:
    """The prompt for some messages.

    Raises:
        RequestError: they hold something that is no text, or have no known shape; ``path`` says
            where.
    """
    if not isinstance(messages, list) or not messages:
        raise RequestError("messages must be a list with a message in it", path="messages")
    turns = [_turn(message, f"messages[{at}]") for at, message in enumerate(messages)]
    if len(turns) == 1 and turns[0].role == "user" and turns[0].plain:
        return turns[0].said
    paragraphs: list[str] = []
    leading = True
    for turn in turns:
        leading = leading and turn.role in ("system", "developer")
        paragraphs.append(turn.said if leading and turn.plain else turn.labelled())
    if turns[-1].role != "assistant" or turns[-1].calls:
        paragraphs.append(f"{_LABELS['assistant']}:")
    return "\n\n".join(filter(None, paragraphs))


@attrs.frozen(eq=False, repr=False)
class _Turn:
    """One message in words: what was said, by whom, and the lines of its calls."""

    role: str
    tags: list[str]
    said: str
    calls: list[str]

    @property
    def plain(self) -> bool:
        return not self.tags and not self.calls

    def labelled(self) -> str:
        return "\n".join([_line(_LABELS[self.role], self.tags, self.said), *self.calls])


def _turn(message: Any, path: str) -> _Turn:
    if not isinstance(message, dict):
        raise RequestError(f"{path} is no message but a {type(message).__name__}", path=path)
    role = message.get("role")
    if not isinstance(role, str) or role not in _LABELS:
        known = ", ".join(_LABELS)
        raise RequestError(f"{path}.role is {role!r}; it can be {known}", path=f"{path}.role")
    if message.get("audio") is not None:
        raise RequestError(f"{path}.audio: a prompt holds text only", path=f"{path}.audio")
    tags = [
        _text(message[key], f"{path}.{key}")
        for key in ("name", "tool_call_id")
        if message.get(key) is not None
    ]
    return _Turn(role, tags, _said(message, path), _calls(message, path))


def _line(label: str, tags: list[str], text: str) -> str:
    named = f"{label} ({', '.join(tags)}):" if tags else f"{label}:"
    return f"{named} {text}" if text else named


def _said(message: dict[str, Any], path: str) -> str:
    content = message.get("content")
    said = ""
    if isinstance(content, list):
        said = "".join(
            _part(part, f"{path}.content[{index}]") for index, part in enumerate(content)
        )
    elif content is not None or message["role"] not in _MAY_SAY_NOTHING:
        said = _text(content, f"{path}.content")
    refusal = message.get("refusal")
    if refusal is None:
        return said
    refused = _text(refusal, f"{path}.refusal")
    return f"{said}\n{refused}" if said and refused else said or refused


def _part(part: Any, path: str) -> str:
    if not isinstance(part, dict):
        raise RequestError(f"{path} is no content part but a {type(part).__name__}", path=path)
    kind = part.get("type")
    if kind not in TEXT_PARTS:
        raise RequestError(
            f"{path}.type is {kind!r}: a prompt holds text only", path=f"{path}.type"
        )
    return _text(part.get(kind), f"{path}.{kind}")


def _calls(message: dict[str, Any], path: str) -> list[str]:
    calls = message.get("tool_calls") or []
    if not isinstance(calls, list):
        raise RequestError(f"{path}.tool_calls is no list", path=f"{path}.tool_calls")
    lines = []
    for index, call in enumerate(calls):
        where = f"{path}.tool_calls[{index}]"
        kind, argument = "function", "arguments"
        if isinstance(call, dict) and "function" not in call:
            kind, argument = "custom", "input"
        called = _called(call.get(kind) if isinstance(call, dict) else None, argument, where)
        given = call.get("id")
        lines.append(_line("Call", [] if given is None else [_text(given, f"{where}.id")], called))
    function = message.get("function_call")
    if function is not None:
        lines.append(_line("Call", [], _called(function, "arguments", f"{path}.function_call")))
    return lines


def _called(function: Any, argument: str, path: str) -> str:
    if not isinstance(function, dict):
        raise RequestError(f"{path} is no function call and no custom one", path=path)
    name = _text(function.get("name"), f"{path}.name")
    return f"{name}({_text(function.get(argument), f'{path}.{argument}')})"


def _text(value: Any, path: str) -> str:
    if not isinstance(value, str):
        raise RequestError(f"{path} is no text but {value!r:.60}", path=path)
    return value
