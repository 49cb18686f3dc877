"""One choice of an answer: a message and the reason it ended."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

import attrs

from jackfield_testing.sandbox import audio_bytes, tokens
from jackfield_testing.sandbox.chat import tool_calls, wording
from jackfield_testing.sandbox.chat.conversation import last_user_text
from jackfield_testing.sandbox.identity import Identity

_SITE = "https://example.com/jackfield?utm_source=openai"


@attrs.frozen
class Choice:
    """A choice with the figures that ``usage`` needs.

    Args:
        body: as the response has it.
        text_tokens: tokens of text, refusal, calls or transcript.
        audio_tokens: tokens of sound.
    """

    body: dict[str, Any]
    text_tokens: int
    audio_tokens: int = 0


def make_choice(
    request: Mapping[str, Any], identity: Identity, index: int, limit: int | None
) -> Choice:
    """Give one choice.

    Args:
        request: a valid request.
        identity: where ids come from.
        index: which choice it is.
        limit: how many tokens of text there may be, or None.
    """
    messages = request["messages"]
    if wording.REFUSE in last_user_text(messages):
        return _spoken(request, identity, index, limit, wording.REFUSAL, field="refusal")
    offer = tool_calls.offered(request)
    if tool_calls.is_wanted(offer, messages):
        made = tool_calls.calls(request, offer, identity, index)
        return _calling({"tool_calls": made}, "tool_calls", index)
    legacy = tool_calls.offered_functions(request)
    if tool_calls.is_wanted(legacy, messages):
        call = tool_calls.calls(request, legacy, identity, index)[0]["function"]
        forced = legacy.forced and "stop"
        return _calling({"function_call": call}, forced or "function_call", index)
    text = wording.text_for(request, index)
    if "audio" in (request.get("modalities") or ()):
        return _sounding(request, identity, index, text)
    return _spoken(request, identity, index, limit, text, field="content")


def _message(**fields: Any) -> dict[str, Any]:
    return {"role": "assistant", "content": None, "refusal": None, **fields, "annotations": []}


def _body(index: int, message: dict[str, Any], reason: str, logprobs: Any = None) -> dict[str, Any]:
    return {"index": index, "message": message, "logprobs": logprobs, "finish_reason": reason}


def _calling(fields: dict[str, Any], reason: str, index: int) -> Choice:
    size = tokens.count(str(fields))
    return Choice(_body(index, _message(**fields), reason), text_tokens=size)


def _sounding(request: Mapping[str, Any], identity: Identity, index: int, text: str) -> Choice:
    raw = (request.get("audio") or {}).get("format") == "pcm16"
    sound = audio_bytes.pcm16(text) if raw else audio_bytes.wav(text)
    audio = {
        "id": f"audio_{identity.hex(f'audio {index}', 32)}",
        "data": base64.b64encode(sound).decode(),
        "expires_at": identity.created + 3600,
        "transcript": text,
    }
    body = _body(index, _message(audio=audio), "stop")
    return Choice(body, text_tokens=tokens.count(text), audio_tokens=len(sound) // 2400)


def _spoken(
    request: Mapping[str, Any],
    identity: Identity,
    index: int,
    limit: int | None,
    text: str,
    *,
    field: str,
) -> Choice:
    citation = None
    if field == "content" and request.get("web_search_options") is not None:
        text, citation = _cited(text)
    text = tokens.stopped(text, request.get("stop"))
    pieces = tokens.split(text)
    reason = "stop"
    if limit is not None and len(pieces) > limit:
        pieces, reason = pieces[:limit], "length"
        text = "".join(pieces)
    if not text:  # reasoning used the limit up: not even a refusal has begun
        field = "content"
    message = _message(**{field: text})
    if citation is not None and citation["url_citation"]["end_index"] <= len(text):
        message["annotations"] = [citation]
    logprobs = None
    if request.get("logprobs"):
        top = request.get("top_logprobs") or 0
        entries = tokens.logprobs(pieces, top, identity, str(index))
        logprobs = {"content": None, "refusal": None, field: entries}
    return Choice(_body(index, message, reason, logprobs), text_tokens=len(pieces))


def _cited(text: str) -> tuple[str, dict[str, Any]]:
    mark = f"([example.com]({_SITE}))"
    start = len(text) + 1
    place = {"start_index": start, "end_index": start + len(mark)}
    citation = {**place, "title": "Jackfield sandbox", "url": _SITE}
    return f"{text} {mark}", {"type": "url_citation", "url_citation": citation}
