"""The token figures of a chat answer; their parts add up."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from jackfield_testing.sandbox import tokens
from jackfield_testing.sandbox.chat.choices import Choice
from jackfield_testing.sandbox.chat.conversation import parts_of, text_of
from jackfield_testing.sandbox.chat.wording import predicted_text
from jackfield_testing.sandbox.models import ModelName

_IMAGE = 85
_EFFORTS = {"none": 0, "minimal": 0, "low": 64, "medium": 128, "high": 256, "xhigh": 512}


def reasoning_tokens(request: Mapping[str, Any]) -> int:
    """Give how many tokens a choice spends on reasoning: more with more effort, 0 without."""
    if not ModelName.parse(request["model"]).reasons:
        return 0
    spent = _EFFORTS.get(request.get("reasoning_effort") or "medium", _EFFORTS["medium"])
    limit = request.get("max_completion_tokens")
    return spent if limit is None else min(spent, int(limit))


def usage(request: Mapping[str, Any], choices: Sequence[Choice]) -> dict[str, Any]:
    """Give the ``usage`` of an answer."""
    messages = request["messages"]
    images = _IMAGE * sum(1 for _ in parts_of(messages, "image_url"))
    sound = sum(_audio_tokens(part) for part in parts_of(messages, "input_audio"))
    text = _prompt_text_tokens(request)
    accepted, rejected = _prediction(request, choices)
    reasoning = reasoning_tokens(request) * len(choices)
    spoken = sum(choice.text_tokens for choice in choices)
    audio = sum(choice.audio_tokens for choice in choices)
    prompt, completion = text + images + sound, spoken + audio + reasoning + rejected
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
        "prompt_tokens_details": {
            "cached_tokens": 0,
            "audio_tokens": sound,
            "text_tokens": text,
            "image_tokens": images,
        },
        "completion_tokens_details": {
            "reasoning_tokens": reasoning,
            "audio_tokens": audio,
            "text_tokens": spoken,
            "accepted_prediction_tokens": accepted,
            "rejected_prediction_tokens": rejected,
        },
    }


def _prompt_text_tokens(request: Mapping[str, Any]) -> int:
    messages = request["messages"]
    size = 3 + sum(4 + tokens.count(text_of(message)) for message in messages)
    extras = [m[k] for m in messages for k in ("tool_calls", "function_call") if m.get(k)]
    extras += [request[k] for k in ("tools", "functions") if request.get(k)]
    return size + sum(tokens.count(json.dumps(extra, default=str)) for extra in extras)


def _audio_tokens(part: Mapping[str, Any]) -> int:
    return 1 + len((part.get("input_audio") or {}).get("data") or "") // 3200


def _prediction(request: Mapping[str, Any], choices: Sequence[Choice]) -> tuple[int, int]:
    predicted = tokens.split(predicted_text(request))
    content = choices[0].body["message"]["content"] or ""
    accepted = 0
    for mine, theirs in zip(predicted, tokens.split(content), strict=False):
        if mine != theirs:
            break
        accepted += 1
    return accepted, len(predicted) - accepted
