"""The chat surface: results, chunks, and how one becomes the other.

Fields are those of the API reference's chat completion object and chat completion chunk object;
``reasoning_content``, ``reasoning_items`` and ``provider_specific_fields`` are what this field's
libraries add for reasoning models.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from jackfield.views import ResultView, View, child, children


class Function(View):
    """A function call: ``arguments`` is JSON text, as the model wrote it."""

    name: str
    arguments: str


class Custom(View):
    """A custom tool call: ``input`` is free text."""

    name: str
    input: str


class ToolCall(View):
    """One tool call; ``type`` is ``function`` or ``custom``. In chunks it has an ``index``."""

    id: str
    type: str
    index: int
    function: Function = child(Function)
    custom: Custom = child(Custom)


class Audio(View):
    """Audio of an answer: ``data`` is base64."""

    id: str
    data: str
    transcript: str
    expires_at: int


class UrlCitation(View):
    """A citation; indices count characters of the message's content."""

    start_index: int
    end_index: int
    url: str
    title: str


class Annotation(View):
    """An annotation of a message's content."""

    type: str
    url_citation: UrlCitation = child(UrlCitation)


class Said(View):
    """What a message and a chunk's delta have in common."""

    role: str | None
    content: str | None
    refusal: str | None
    tool_calls: list[ToolCall] | None = children(ToolCall)
    function_call: Function | None = child(Function)
    audio: Audio | None = child(Audio)
    annotations: list[Annotation] | None = children(Annotation)
    reasoning_content: str | None
    reasoning_items: list[dict[str, Any]] | None
    provider_specific_fields: dict[str, Any] | None


class Message(Said):
    """The assistant's message. It can be put into ``messages`` of the next call as it is."""

    __slots__ = ("_parsed",)

    @property
    def parsed(self) -> Any:
        """The structured value where ``response_format`` was a Python type, or the refusal.

        None where no type was given.

        Raises:
            StructuredOutputError: the text does not fit the type; ``content`` still has it.
        """
        parse = getattr(self, "_parsed", None)
        return parse(self) if parse is not None else None


class TopLogprob(View):
    """An alternative token with its log probability."""

    token: str
    logprob: float
    bytes: list[int] | None


class TokenLogprob(View):
    """A token with its log probability and alternatives."""

    token: str
    logprob: float
    bytes: list[int] | None
    top_logprobs: list[TopLogprob] = children(TopLogprob)


class Logprobs(View):
    """Log probabilities of a choice's tokens."""

    content: list[TokenLogprob] | None = children(TokenLogprob)
    refusal: list[TokenLogprob] | None = children(TokenLogprob)


class Choice(View):
    """One choice."""

    index: int
    message: Message = child(Message)
    finish_reason: str | None
    logprobs: Logprobs | None = child(Logprobs)


class PromptTokensDetails(View):
    """What the prompt's tokens were."""

    audio_tokens: int | None
    cached_tokens: int | None
    text_tokens: int | None
    image_tokens: int | None


class CompletionTokensDetails(View):
    """What the completion's tokens were."""

    accepted_prediction_tokens: int | None
    audio_tokens: int | None
    reasoning_tokens: int | None
    rejected_prediction_tokens: int | None
    text_tokens: int | None
    image_tokens: int | None


class Usage(View):
    """Token counts."""

    prompt_tokens: int
    completion_tokens: int
    total_tokens: int
    prompt_tokens_details: PromptTokensDetails | None = child(PromptTokensDetails)
    completion_tokens_details: CompletionTokensDetails | None = child(CompletionTokensDetails)


class ChatCompletion(ResultView):
    """The result of a chat completion."""

    id: str
    object: str
    created: int
    model: str
    choices: list[Choice] = children(Choice)
    usage: Usage | None = child(Usage)
    service_tier: str | None
    system_fingerprint: str | None


class Delta(Said):
    """What a chunk adds to a choice's message."""


class ChunkChoice(View):
    """One choice of a chunk."""

    index: int
    delta: Delta = child(Delta)
    finish_reason: str | None
    logprobs: Logprobs | None = child(Logprobs)


class ChatCompletionChunk(View):
    """One chunk of a streamed chat completion; the usage chunk has no choices."""

    id: str
    object: str
    created: int
    model: str
    choices: list[ChunkChoice] = children(ChunkChoice)
    usage: Usage | None = child(Usage)
    service_tier: str | None
    system_fingerprint: str | None


# Chunks and results -----------------------------------------------------------------------------

# Of these the last value that says something stands; every other text is a piece to be joined.
_WHOLE = frozenset({"role", "id", "type", "name", "object"})
# What exists only on the way: padding, and events that say nothing of the message itself.
_WIRE_ONLY = frozenset({"obfuscation", "stream_events"})
# Lists of things that come whole: an index that one of them has is its own.
_WHOLE_THINGS = frozenset({"annotations", "reasoning_items", "output_items", "items"})


def complete(chunks: Sequence[dict[str, Any]]) -> bool:
    """Whether there is a choice, and every choice has its ``finish_reason``."""
    begun: set[Any] = set()
    finished: set[Any] = set()
    for chunk in chunks:
        for choice in chunk.get("choices") or ():
            (begun if choice.get("finish_reason") is None else finished).add(choice.get("index", 0))
    return bool(finished) and begun <= finished


def fold(chunks: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The non-stream result of the same answer."""
    out: dict[str, Any] = {"object": "chat.completion", "choices": []}
    choices: dict[Any, dict[str, Any]] = {}
    for chunk in chunks:
        for key, value in chunk.items():
            if key in ("choices", "object") or key in _WIRE_ONLY:
                continue
            if value is not None or key not in out:
                out[key] = value
        for choice in chunk.get("choices") or ():
            index = choice.get("index", 0)
            _add_choice(choices.setdefault(index, {"index": index, "message": {}}), choice)
    ordered = sorted(choices.items(), key=lambda item: (str(type(item[0])), item[0]))
    out["choices"] = [_finish(choice) for _, choice in ordered]
    head: dict[str, Any] = {
        key: out[key] for key in ("id", "object", "created", "model", "choices") if key in out
    }
    return {**head, **out}


def _add_choice(into: dict[str, Any], choice: dict[str, Any]) -> None:
    for key, value in choice.items():
        if key == "delta":
            _merge(into["message"], value or {})
        elif key == "logprobs" and isinstance(value, dict):
            kept = into.get("logprobs")
            into["logprobs"] = kept = kept if isinstance(kept, dict) else {}
            for name, entries in value.items():
                if entries is None:
                    kept.setdefault(name, None)
                else:
                    kept[name] = [*(kept.get(name) or []), *entries]
        elif key != "index" and (value is not None or key not in into):
            into[key] = value


def _merge(into: dict[str, Any], delta: dict[str, Any]) -> None:
    """Add a delta to a message: texts join, lists with indices merge, other lists grow."""
    for key, value in delta.items():
        if key in _WIRE_ONLY:
            continue
        kept = into.get(key)
        if value is None:
            into.setdefault(key, None)
        elif isinstance(value, dict):
            if value and value.keys() <= _WIRE_ONLY:
                continue
            into[key] = kept = kept if isinstance(kept, dict) else {}
            _merge(kept, value)
        elif isinstance(value, list):
            into[key] = kept = _listed(key, kept)
            if key in _WHOLE_THINGS:
                kept += value
                continue
            add = _add_call if key == "tool_calls" else _add_item
            for item in value:
                add(kept, item)
        elif isinstance(value, str) and isinstance(kept, str) and key not in _WHOLE:
            into[key] = _join_base64(kept, value) if key == "data" else kept + value
        elif key == "content" and isinstance(kept, list):
            _add_text(kept, value)
        elif not (key in _WHOLE and value == "" and kept):
            into[key] = value


def _add_item(items: list[Any], item: Any) -> None:
    if not isinstance(item, dict) or not isinstance(item.get("index"), int):
        items.append(item)
        return
    for kept in items:
        if isinstance(kept, dict) and kept.get("index") == item["index"]:
            _merge(kept, item)
            return
    started: dict[str, Any] = {}
    _merge(started, item)
    items.append(started)


def _add_call(calls: list[Any], delta: Any) -> None:
    """Add a tool call's delta to the last call of its index.

    Some servers give every call the same index: another id with a name is another call. An id that
    changes on the way is none.
    """
    at = delta.get("index") if isinstance(delta, dict) else None
    same = [each for each in calls if isinstance(each, dict) and each.get("index") == at]
    if not isinstance(at, int) or not same or not isinstance(delta, dict):
        _add_item(calls, delta)
        return
    known = same[-1].get("id")
    if not (known and delta.get("id") and delta["id"] != known):
        _merge(same[-1], delta)
    elif _named(same[-1]) and _named(delta):
        started: dict[str, Any] = {}
        _merge(started, delta)
        calls.append(started)
    else:
        _merge(same[-1], {name: value for name, value in delta.items() if name != "id"})


def _named(call: dict[str, Any]) -> bool:
    said = call.get("function") or call.get("custom")
    return isinstance(said, dict) and bool(said.get("name"))


def _listed(key: str, kept: Any) -> list[Any]:
    """What is kept as the list that it becomes: some servers send text now as parts, now bare."""
    if key == "content" and isinstance(kept, str) and kept:
        return [{"type": "text", "text": kept}]
    return kept if isinstance(kept, list) else []


def _add_text(parts: list[Any], text: Any) -> None:
    """Add bare text to content in parts."""
    last = parts[-1] if parts else None
    if isinstance(last, dict) and last.keys() == {"type", "text"} and last["type"] == "text":
        parts[-1] = {"type": "text", "text": f"{last['text']}{text}"}
    elif text:
        parts.append({"type": "text", "text": text})


def _join_base64(left: str, right: str) -> str:
    """Join base64 pieces, each of which may be padded by itself."""
    if not left.endswith("="):
        return left + right
    try:
        joined = base64.b64decode(left, validate=True) + base64.b64decode(right, validate=True)
    except (binascii.Error, ValueError):
        return left + right
    return base64.b64encode(joined).decode("ascii")


def _finish(choice: dict[str, Any]) -> dict[str, Any]:
    message = choice["message"]
    message.setdefault("role", "assistant")
    message.setdefault("content", None)
    calls = message.get("tool_calls")
    if isinstance(calls, list):
        indexed = [c for c in calls if isinstance(c, dict) and isinstance(c.get("index"), int)]
        if len(indexed) == len(calls):
            calls.sort(key=lambda call: call["index"])
        message["tool_calls"] = [
            {key: value for key, value in call.items() if key != "index"}
            if isinstance(call, dict)
            else call
            for call in calls
        ]
    choice.setdefault("finish_reason", None)
    return choice


def split(result: dict[str, Any]) -> list[dict[str, Any]]:
    """A well-formed chunk sequence of a result: per choice one delta and one finish, then usage.

    ``fold(split(result)) == result`` for results in the API's shape: with ``content`` and
    ``finish_reason``, and without an ``index`` of their own in tool calls.
    """
    usage = result.get("usage")
    shared = {key: value for key, value in result.items() if key != "choices"}
    if usage is not None:
        del shared["usage"]
    shared["object"] = "chat.completion.chunk"
    chunks = []
    for choice in result.get("choices") or ():
        index = choice.get("index", 0)
        delta = dict(choice.get("message") or {})
        if isinstance(delta.get("tool_calls"), list):
            delta["tool_calls"] = [
                {"index": at, **call} if isinstance(call, dict) else call
                for at, call in enumerate(delta["tool_calls"])
            ]
        rest = {k: v for k, v in choice.items() if k not in ("index", "message", "finish_reason")}
        first = {"index": index, "delta": delta, **rest, "finish_reason": None}
        last = {"index": index, "delta": {}, "finish_reason": choice.get("finish_reason")}
        chunks.append({**shared, "choices": [first]})
        chunks.append({**shared, "choices": [last]})
    if usage is not None:
        chunks.append({**shared, "choices": [], "usage": usage})
    return chunks or [{**shared, "choices": []}]
