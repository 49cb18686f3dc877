"""Requests between chat completions and the Responses API: nothing changes on the way and back.

The functions under test are those of the bridge::

    to_responses(params, passing=...) -> (params, losses)
    to_chat(params, passing=...) -> (params, losses)

Passing, they leave nothing out; otherwise what they leave out is in the losses.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from jackfield.envelope import Loss
from jackfield_testing.laws.bridge_forms import (
    chat_message,
    returned_chat,
    returned_responses,
    spoken,
)
from jackfield_testing.laws.json_identity import identical

Crossing: TypeAlias = Callable[..., tuple[dict[str, Any], tuple[Loss, ...]]]


def crosses_purely(
    crossing: Crossing, params: Mapping[str, Any], *, passing: bool
) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    """A crossing changes nothing that it is given, and says the same twice; gives what it says."""
    before = copy.deepcopy(dict(params))
    made, lost = crossing(params, passing=passing)
    kept = copy.deepcopy(made)
    assert identical(dict(params), before), "the request was changed on its way"
    assert crossing(params, passing=passing) == (kept, lost), "it crosses differently"
    return made, lost


def chat_comes_back(to_responses: Crossing, to_chat: Crossing, params: Mapping[str, Any]) -> None:
    """A chat request is the same after going to Responses and back, in the forms of the table."""
    request, _ = crosses_purely(to_responses, params, passing=True)
    back, _ = crosses_purely(to_chat, request, passing=True)
    wanted = returned_chat(params)
    messages = back.pop("messages")
    assert [_told(message) for message in messages] == wanted.pop("messages")
    assert _given(back) == wanted


def _given(params: Mapping[str, Any]) -> dict[str, Any]:
    """What is sent: a parameter that is None is none."""
    return {name: value for name, value in params.items() if value is not None}


def _told(message: Mapping[str, Any]) -> Any:
    return spoken(message) if message["role"] == "assistant" else chat_message(message)


def responses_come_back(
    to_chat: Crossing, to_responses: Crossing, params: Mapping[str, Any]
) -> None:
    """A Responses request is the same after going to chat and back, in the forms of the table.

    With ``store=False`` the bridge does without reasoning that no server could find, and without
    the ids that stand for it; there the rest is compared.
    """
    request, _ = crosses_purely(to_chat, params, passing=True)
    back = _given(crosses_purely(to_responses, request, passing=True)[0])
    wanted = returned_responses(params)
    if params.get("store") is False:
        for found in (back, wanted):
            found["input"] = [_found_anywhere(i) for i in found["input"] if not _is_reasoning(i)]
    assert back == wanted


def _is_reasoning(item: Any) -> bool:
    return isinstance(item, dict) and item.get("type") == "reasoning"


def _found_anywhere(item: Any) -> Any:
    kinds = ("message", "function_call", "custom_tool_call")
    if not isinstance(item, dict) or item.get("type") not in kinds:
        return item
    return {name: value for name, value in item.items() if name != "id"}


# What is left out -------------------------------------------------------------------------------


def nothing_goes_silently(
    crossing: Crossing, params: Mapping[str, Any], quiet: Callable[[str, Any], bool]
) -> None:
    """What is in a request is in the one made of it, or there is a loss that says it is not.

    Args:
        crossing: the function under test.
        params: the request.
        quiet: tells of a path (``messages[].name``) and the value there whether nothing has to be
            said of it.
    """
    made, lost = crossing(params, passing=False)
    there = {_written(value) for _, value in _leaves(made)}
    texts = [value for _, value in _leaves(made) if isinstance(value, str)]
    said = [loss.path for loss in lost]
    for path, value in _leaves(params):
        # Parts of texts are one text on the other side.
        joined = path.endswith((".text", ".refusal")) and isinstance(value, str)
        if _written(value) in there or (joined and any(value in text for text in texts)):
            continue
        if value is None or any(_within(path, each) for each in said):
            continue
        pattern = re.sub(r"\[\d+\]", "[]", path)
        assert quiet(pattern, value), f"{path}={value!r} is gone without a word; said: {said}"


def _written(value: Any) -> tuple[type, Any]:
    return type(value), value


def _within(path: str, outer: str) -> bool:
    return path == outer or path.startswith((f"{outer}.", f"{outer}["))


def _leaves(value: Any, path: str = "") -> Iterable[tuple[str, Any]]:
    """Every value that holds no other, with its path."""
    if isinstance(value, dict):
        for key, held in value.items():
            yield from _leaves(held, f"{path}.{key}" if path else key)
    elif isinstance(value, (list, tuple)):
        for index, held in enumerate(value):
            yield from _leaves(held, f"{path}[{index}]")
    else:
        yield path, value


# What is said -----------------------------------------------------------------------------------


class _Any:
    """Equal to anything: the id of a call in the legacy form, which has none."""

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 0


def says_the_same(chat: Mapping[str, Any], responses: Mapping[str, Any]) -> None:
    """A chat request and a Responses request hold the same conversation, in the same order.

    Compared are who says which text and refusal, which parts are beside and what they hold, what
    is called with what, and what came of it. Images that are only an id are not known to chat.
    """
    instructions = responses.get("instructions")
    items = responses.get("input", [])
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    if instructions is not None:
        items = [{"role": "system", "content": instructions}, *items]
    one = list(_blocks(chat.get("messages", []), _of_a_message))
    other = list(_blocks(items, _of_an_item))
    assert one == other, f"{one} is not {other}"


def _blocks(
    things: Sequence[Any], read: Callable[[Any], tuple[Any, ...] | None]
) -> Iterable[tuple[Any, ...]]:
    """Who says what; what the assistant says without being interrupted is one block."""
    turn: tuple[str, str, list[Any]] = ("", "", [])
    for thing in things:
        block = read(thing)
        if block is None:
            continue
        if block[0] == "assistant":
            turn = (turn[0] + block[1], turn[1] + block[2], turn[2] + block[3])
            continue
        if any(turn):
            yield ("assistant", *turn)
        turn = ("", "", [])
        yield block
    if any(turn):
        yield ("assistant", *turn)


def _of_a_message(message: Any) -> tuple[Any, ...]:
    content = message.get("content")
    if message["role"] == "tool":
        return ("result", message["tool_call_id"], _parts(content))
    if message["role"] == "function":
        return ("result", _Any(), _parts(content))
    if message["role"] != "assistant":
        return (message["role"], _parts(content))
    calls = [
        (call["id"], *_called(call.get("function") or call["custom"]))
        for call in message.get("tool_calls") or ()
    ]
    if message.get("function_call"):
        calls.append((_Any(), *_called(message["function_call"])))
    refusal = _only("refusal", content) + (message.get("refusal") or "")
    text = content if isinstance(content, str) else _only("text", content)
    return ("assistant", text, refusal, calls)


def _called(function: Mapping[str, Any]) -> tuple[Any, Any]:
    return function["name"], function["arguments" if "arguments" in function else "input"]


def _of_an_item(item: Any) -> tuple[Any, ...] | None:
    type_ = item.get("type", "message")
    if type_ in ("function_call", "custom_tool_call"):
        payload = item["arguments"] if type_ == "function_call" else item["input"]
        return ("assistant", "", "", [(item["call_id"], item["name"], payload)])
    if type_ in ("function_call_output", "custom_tool_call_output"):
        return ("result", item["call_id"], _parts(item["output"]))
    if type_ != "message":
        return None
    content = item["content"]
    if item["role"] != "assistant":
        return (item["role"], _parts(content))
    text = content if isinstance(content, str) else _only("output_text", content)
    return ("assistant", text, _only("refusal", content), [])


_SAME_PARTS = {"image_url": "input_image", "file": "input_file"}
_HELD = ("url", "image_url", "file_id", "file_url", "file_data", "filename", "data", "detail")


def _parts(content: Any) -> list[Any]:
    """A text is its words; another part is its type and what it holds, nested or not."""
    if not isinstance(content, list):
        return [content or ""]
    return [
        part["text"]
        if part.get("type") in ("text", "input_text")
        else (_SAME_PARTS.get(part["type"], part["type"]), _held(part))
        for part in content
        if not (part.get("file_id") and part.get("image_url") is None and "image" in part["type"])
    ]


def _held(part: Mapping[str, Any]) -> list[Any]:
    """What is in a part, nested or not; an image's detail is ``auto`` unless it says otherwise."""
    inner = [value for value in part.values() if isinstance(value, dict)]
    found = [
        holder.get(name)
        for holder in (part, *inner)
        for name in _HELD
        if isinstance(holder.get(name), str) and (name, holder[name]) != ("detail", "auto")
    ]
    return sorted(found)


def _only(type_: str, content: Any) -> str:
    field = "refusal" if type_ == "refusal" else "text"
    parts = content if isinstance(content, list) else ()
    return "".join(part[field] for part in parts if part.get("type") == type_)
