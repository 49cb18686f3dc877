"""Forms that say the same in a chat request, and in a Responses request: how each comes back.

Written down a second time, from the API reference and not from the bridge, so that the laws of
`jackfield_testing.laws.bridge_requests` have something to compare it with. A request without any of
these comes back exactly as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

LOGPROBS = "message.output_text.logprobs"
_INSIDE = {"image_url": "image_url", "file": "file", "function": "function", "custom": "custom"}
_STAYS_OUTSIDE = ("type", "prompt_cache_breakpoint", "cache_control")


# Chat -------------------------------------------------------------------------------------------


def returned_chat(params: Mapping[str, Any]) -> dict[str, Any]:
    """A chat request as it comes back when nothing has to be left out."""
    found = {name: value for name, value in params.items() if value is not None}
    found["messages"] = _messages(found.get("messages") or [], found.get("store") is not False)
    for name in ("max_completion_tokens", "max_tokens"):
        if name in found:
            found["max_tokens"] = found.pop(name)
            found.pop("max_completion_tokens", None)
            break
    _tools(found)
    choice = found.pop("function_call", None)
    if choice is not None:
        named = {"type": "function", "function": choice} if isinstance(choice, dict) else choice
        found.setdefault("tool_choice", named)
    effort = found.get("reasoning_effort")
    if isinstance(effort, dict) and set(effort) == {"effort"}:
        found["reasoning_effort"] = effort["effort"]
    _logprobs(found)
    options = {k: v for k, v in found.pop("stream_options", {}).items() if k != "include_usage"}
    if found.get("stream") is True:
        found["stream_options"] = {"include_usage": True, **options}
    elif options:
        found["stream_options"] = options
    return found


def _logprobs(found: dict[str, Any]) -> None:
    if found.get("logprobs") is True and found.get("include") == []:
        del found["include"]
    if found.get("logprobs") is False:
        del found["logprobs"]
    if found.get("top_logprobs"):
        found["logprobs"] = True


def _tools(found: dict[str, Any]) -> None:
    tools = [chat_tool(tool) for tool in found.get("tools", ())]
    functions = found.pop("functions", ())
    tools += [chat_tool({"type": "function", "function": each}) for each in functions]
    if tools or ("tools" in found and "web_search_options" not in found):
        found["tools"] = tools
    else:
        found.pop("tools", None)


def chat_tool(tool: Any) -> Any:
    """A tool with its fields inside, and without what means the same as its absence."""
    inside = tool.get("type")
    if inside not in ("function", "custom") or inside not in tool:
        return tool
    tool = _with_all_inside(tool, inside)
    function = tool[inside]
    if inside == "function":
        function = {k: v for k, v in function.items() if k != "strict" or v}
        function = {k: v for k, v in function.items() if k != "parameters" or v is not None}
    return {**tool, inside: function}


def _with_all_inside(value: Any, key: str) -> Any:
    beside = {k: v for k, v in value.items() if k not in _STAYS_OUTSIDE and k != key}
    outside = {k: v for k, v in value.items() if k in _STAYS_OUTSIDE}
    return {**outside, key: {**beside, **value[key]}}


def _messages(messages: Sequence[Any], stored: bool) -> list[Any]:
    found: list[Any] = []
    legacy: list[tuple[Any, str]] = []
    taken = {
        call.get("id")
        for message in messages
        for call in (message.get("tool_calls") or () if isinstance(message, dict) else ())
    }
    for message in messages:
        role = message["role"]
        if role == "assistant":
            calls = list(message.get("tool_calls") or ())
            called = message.get("function_call")
            if called is not None:
                number = next(n for n in range(10**6) if f"call_{n}" not in taken)
                taken.add(f"call_{number}")
                legacy.append((called["name"], f"call_{number}"))
                calls.append({"id": f"call_{number}", "type": "function", "function": called})
            said = _assistant(message, calls, stored)
            if said is not None:
                found.append(said)
                _join_calls_to_their_text(found)
        elif role == "function":
            at = next(at for at, (name, _) in enumerate(legacy) if name == message["name"])
            call_id = legacy.pop(at)[1]
            content = message.get("content")
            text = "" if content is None else content
            found.append({"role": "tool", "tool_call_id": call_id, "content": text})
        else:
            found.append(chat_message(message))
    return found


def _join_calls_to_their_text(found: list[Any]) -> None:
    """An assistant's calls behind its text are one message with it."""
    *_, before, last = [{}, *found]
    alone = before.get("role") == "assistant" and not before["tool_calls"]
    if alone and last["content"] is None and last["refusal"] is None:
        found[-2:] = [
            {name: last[name] if before[name] is None else before[name] for name in last}
            | {name: before[name] + last[name] for name in last if isinstance(last[name], list)}
        ]


def chat_message(message: Mapping[str, Any]) -> dict[str, Any]:
    """A message of another than the assistant."""
    found = {k: v for k, v in message.items() if k != "name" or v is not None}
    if isinstance(found.get("content"), list):
        found["content"] = [_chat_part(part) for part in found["content"]]
    elif found["role"] == "tool" and found.get("content") is None:
        found["content"] = ""
    return found


def _chat_part(part: Any) -> Any:
    type_ = part.get("type")
    if type_ == "image_url" and isinstance(part["image_url"], str):
        part = {**part, "image_url": {"url": part["image_url"]}}
    if type_ == "file" and str(part["file"].get("file_id")).startswith("http"):
        file = {("file_url" if k == "file_id" else k): v for k, v in part["file"].items()}
        part = {**part, "file": file}
    if type_ in ("image_url", "file"):
        part = _with_all_inside(part, type_)
    if type_ == "image_url" and part["image_url"].get("detail") is None:
        part = {**part, "image_url": {**part["image_url"], "detail": "auto"}}
    return part


def _assistant(message: Mapping[str, Any], calls: list[Any], stored: bool) -> Any:
    """What an assistant's message says; None if nothing."""
    kept = message.get("provider_specific_fields") or {}
    reasoning = [
        item
        for item in message.get("reasoning_items") or ()
        if stored or item.get("encrypted_content") or item.get("content")
    ]
    others = kept.get("output_items") or []
    content, refused = message.get("content"), message.get("refusal")
    texts, refusals = [], []
    if isinstance(content, list):
        texts = [part["text"] for part in content if part["type"] == "text"]
        refusals = [part["refusal"] for part in content if part["type"] == "refusal"]
    elif content or (content == "" and not (calls or reasoning or others or refused)):
        texts = [content]
    if refused is not None:
        refusals.append(refused)
    found: dict[str, Any] = {
        "role": "assistant",
        "content": "".join(texts) if texts else None,
        "refusal": "".join(refusals) if refusals else None,
        "annotations": message.get("annotations") or [],
        "tool_calls": [
            {k: v for k, v in call.items() if k in ("id", "type", "function", "custom")}
            for call in calls
        ],
        "reasoning_items": reasoning,
        "output_items": others,
    }
    return found if any(found[name] or found[name] == "" for name in list(found)[1:]) else None


def spoken(message: Mapping[str, Any]) -> dict[str, Any]:
    """An assistant's message of a crossed request, in the form that `returned_chat` gives it."""
    kept = message.get("provider_specific_fields") or {}
    return {
        "role": "assistant",
        "content": message.get("content"),
        "refusal": message.get("refusal"),
        "annotations": message.get("annotations") or [],
        "tool_calls": message.get("tool_calls") or [],
        "reasoning_items": message.get("reasoning_items") or [],
        "output_items": kept.get("output_items") or [],
    }


# Responses --------------------------------------------------------------------------------------


def returned_responses(params: Mapping[str, Any]) -> dict[str, Any]:
    """A Responses request as it comes back when nothing has to be left out."""
    found = {name: value for name, value in params.items() if value is not None}
    items = found.get("input", [])
    if isinstance(items, str):
        items = [{"role": "user", "content": items}]
    items = [_item(item) for item in items]
    instructions = found.pop("instructions", None)
    if instructions is not None:
        items = [{"role": "system", "content": instructions}, *items]
    first = items[0] if len(items) > 1 else {}
    plain = first.keys() == {"role", "content"} and isinstance(first["content"], str)
    if plain and first["role"] == "system":
        found["instructions"] = first["content"]
        items = items[1:]
    if "input" in found or items:
        found["input"] = items
    if isinstance(found.get("tools"), list):
        found["tools"] = _searches_last([_flat_tool(tool) for tool in found["tools"]])
    text = found.get("text")
    if text is not None:
        text = {k: v for k, v in text.items() if v is not None or k not in ("format", "verbosity")}
        found["text"] = text
    for name in ("text", "stream_options"):
        if found.get(name) == {}:
            del found[name]
    return _with_logprobs(found)


def _with_logprobs(found: dict[str, Any]) -> dict[str, Any]:
    include = found.get("include", [])
    wanted = LOGPROBS in include or bool(found.get("top_logprobs"))
    rest = [what for what in include if what != LOGPROBS]
    if wanted:
        found["include"] = [*rest, LOGPROBS]
    return found


def _item(item: Any) -> Any:
    """A message in its shortest form, with the detail of every image; any other item as it is."""
    if not isinstance(item, dict):
        return item
    if item.get("role") != "assistant":
        lists = [name for name in ("content", "output") if isinstance(item.get(name), list)]
        item = {**item, **{name: [_seen(part) for part in item[name]] for name in lists}}
    if item.get("type", "message") != "message":
        return item
    item = {k: v for k, v in item.items() if k != "type"}
    parts = item.get("content")
    if item["role"] != "assistant" or item.keys() != {"role", "content"}:
        return {"type": "message", **item} if item["role"] == "assistant" else item
    if isinstance(parts, list) and len(parts) == 1:
        part = parts[0]
        if part == {"type": "output_text", "text": part.get("text"), "annotations": []}:
            return {**item, "content": part["text"]}
    return item if isinstance(parts, str) else {"type": "message", **item}


def _seen(part: Any) -> Any:
    unclear = part.get("type") == "input_image" and part.get("detail") is None
    return {**part, "detail": "auto"} if unclear else part


def _flat_tool(tool: Any) -> Any:
    if tool.get("type") == "function":
        strict = tool.get("strict") or False
        return {**tool, "parameters": tool.get("parameters"), "strict": strict}
    return tool


def _searches_last(tools: list[Any]) -> list[Any]:
    """The first web search behind the others: chat has it apart from tools."""
    at = next((at for at, tool in enumerate(tools) if tool.get("type") == "web_search"), None)
    if at is None:
        return tools
    return [*tools[:at], *tools[at + 1 :], tools[at]]
