"""The output items of a Response that is made of a chat completion."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from jackfield_openai_responses.answers.contents import content_of
from jackfield_openai_responses.answers.ids import item_id
from jackfield_openai_responses.citations import text_annotation
from jackfield_openai_responses.entries import restored

Item = dict[str, Any]

REASONING = ("reasoning_content", "reasoning")
"""The names under which chat servers send what a model thought, in the order of precedence."""


def output_of(completion_id: Any, choice: Mapping[str, Any], status: str) -> list[Any]:
    """The items that say what a choice of a chat completion says.

    Those that its message was made of, if it was made of items. Else: its ``reasoning_items``, or
    its reasoning as the summary of one; items kept in its ``provider_specific_fields``; a message
    with its text and refusal, and with ``audio`` as a field; its tool calls. The last item of an
    incomplete Response is incomplete.
    """
    message = choice.get("message") or {}
    known = restored(message)
    if known is not None:
        return known
    kept = message.get("provider_specific_fields")
    items = [*_reasoning(completion_id, message)]
    items += _listed(kept.get("output_items") if isinstance(kept, Mapping) else None)
    calls = _calls(completion_id, message, status)
    parts = parts_of(message, choice.get("logprobs"), alone=not items and not calls)
    audio = message.get("audio")
    if parts or isinstance(audio, Mapping):
        spoken = message_item(
            item_id("msg", completion_id, 0), parts, "completed" if calls else _cut(status)
        )
        items.append({**spoken, "audio": audio} if isinstance(audio, Mapping) else spoken)
    return items + calls


def reasoning_text(message: Mapping[str, Any]) -> str:
    """What the model thought; empty where the message doesn't say."""
    texts = [message.get(name) for name in REASONING]
    texts.append(content_of(message.get("content")).thought)
    return next((text for text in texts if isinstance(text, str) and text), "")


def _reasoning(completion_id: Any, message: Mapping[str, Any]) -> list[Any]:
    items = _listed(message.get("reasoning_items"))
    text = reasoning_text(message)
    if items or not text:
        return items
    return [reasoning_item(item_id("rs", completion_id, 0), text)]


def parts_of(message: Mapping[str, Any], logprobs: Any, *, alone: bool) -> list[Item]:
    """The content parts of a message; none where it only calls tools.

    Text that is empty is a part only where the answer has nothing else (``alone``).
    """
    content, refusal = content_of(message.get("content")).text, message.get("refusal")
    notes = _listed(message.get("annotations"))
    spoken = refusal or isinstance(message.get("audio"), Mapping)
    parts = []
    if content or notes or (content == "" and alone and not spoken):
        noted = [text_annotation(each, 0) for each in notes]
        parts.append(text_part(content or "", noted, tokens_of(logprobs, "content")))
    if isinstance(refusal, str) and refusal:
        parts.append(refusal_part(refusal, tokens_of(logprobs, "refusal")))
    return parts


def tokens_of(logprobs: Any, name: str) -> list[Any]:
    """The entries of a choice's log probabilities, of ``content`` or ``refusal``."""
    return _listed(logprobs.get(name) if isinstance(logprobs, Mapping) else None)


def _calls(completion_id: Any, message: Mapping[str, Any], status: str) -> list[Any]:
    calls = _listed(message.get("tool_calls"))
    legacy = message.get("function_call")
    if isinstance(legacy, Mapping):
        calls.append({"type": "function", "function": legacy})
    statuses = ["completed" for _ in calls[1:]] + [_cut(status)]
    return [
        call_item(completion_id, number, call, status)
        for number, (call, status) in enumerate(zip(calls, statuses, strict=False))
    ]


def _cut(status: str) -> str:
    """The status of the last item of a Response."""
    return status if status == "incomplete" else "completed"


# Single items -------------------------------------------------------------------------------------


def reasoning_item(id_: str, text: str) -> Item:
    """A reasoning item; the text is its summary."""
    return {"id": id_, "type": "reasoning", "summary": [{"type": "summary_text", "text": text}]}


def message_item(id_: str, content: Sequence[Item], status: str = "completed") -> Item:
    """A message item."""
    head = {"id": id_, "type": "message", "status": status}
    return {**head, "content": list(content), "role": "assistant"}


def text_part(text: str, annotations: Sequence[Any] = (), logprobs: Sequence[Any] = ()) -> Item:
    """An ``output_text`` part."""
    noted = {"annotations": list(annotations), "logprobs": list(logprobs)}
    return {"type": "output_text", **noted, "text": text}


def refusal_part(refusal: str, logprobs: Sequence[Any] = ()) -> Item:
    """A ``refusal`` part; it has ``logprobs`` only if there are any, since the API has none."""
    part: Item = {"type": "refusal", "refusal": refusal}
    return {**part, "logprobs": list(logprobs)} if logprobs else part


CALLS = {
    "function": ("fc", "function_call", "arguments"),
    "custom": ("ctc", "custom_tool_call", "input"),
}
"""By a tool call's type: the prefix of its item's id, the item's type, where what it says is."""


def call_kind(call: Any) -> str | None:
    """``function``, ``custom``, or None for a tool call that is neither."""
    found = CALLS if isinstance(call, Mapping) else ()
    return next((kind for kind in found if isinstance(call.get(kind), Mapping)), None)


def call_item(completion_id: Any, number: int, call: Any, status: str = "completed") -> Any:
    """The item of a message's tool call, the ``number``-th; one of another kind is as it is.

    A call without an id, as servers of legacy functions send it, gets one. Fields that are not
    known are the item's too.
    """
    kind = call_kind(call)
    if kind is None:
        return call
    prefix, type_, field = CALLS[kind]
    said = call[kind]
    more = {k: v for k, v in call.items() if k not in ("id", "type", "index", kind)}
    more |= {k: v for k, v in said.items() if k not in ("name", field)}
    item = {
        "id": item_id(prefix, completion_id, number),
        "type": type_,
        "status": status,
        "call_id": call.get("id") or item_id("call", completion_id, number),
        "name": _text(said.get("name")),
        field: payload_of(said.get(field)),
    }
    return {**more, **item}


def payload_of(value: Any) -> str:
    """Arguments or input as a text: some servers give the object that the text should be of."""
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _listed(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple)) else []
