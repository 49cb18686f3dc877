"""A chat completion as a Response."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jackfield.envelope import Loss
from jackfield_openai_responses.answers.contents import content_of
from jackfield_openai_responses.answers.echoes import echoes
from jackfield_openai_responses.answers.ids import response_id
from jackfield_openai_responses.answers.items import REASONING, output_of, tokens_of
from jackfield_openai_responses.answers.to_chat import logprobs as logprobs_of
from jackfield_openai_responses.endings import STATUSES, failure_of, has_failed, is_known, status_of
from jackfield_openai_responses.fields import TELLING
from jackfield_openai_responses.losses import TO_RESPONSES, row
from jackfield_openai_responses.usage import response_usage

_MAPPED = frozenset(
    {"id", "object", "created", "model", "choices", "usage", "service_tier", "obfuscation"}
)
_MAPPED_OF_A_CHOICE = frozenset({"index", "message", "finish_reason", "logprobs"})
_TOKENS = ("content", "refusal")
_MAPPED_OF_A_MESSAGE = frozenset(
    {
        "role",
        "content",
        "refusal",
        "annotations",
        "audio",
        "tool_calls",
        "function_call",
        "reasoning_items",
        *REASONING,
    }
)
_MAPPED_OF_WHAT_WAS_KEPT = frozenset({"items", "output_items", "status", "stream_events"})


def responses_answer(completion: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    """The Response that says what a chat completion says.

    Its id is ``resp_`` and the chat completion's; the output is that of the first choice. Fields of
    the completion without a place keep their names; those of the choice and of the message are in
    ``provider_specific_fields``, under ``choice`` and ``message``.

    Args:
        completion: a chat completion; it is not changed.
        request: the parameters of the Responses request, which a Response says again.

    Raises:
        APIError: the choice ended in an error; the class is that of the error's code, and
            ``partial`` the failed Response.
    """
    choice = _first_choice(completion)
    if has_failed(choice):
        error = failure_of(choice, completion.get("model"))
        partial = _answer(completion, choice, request)
        said = {"code": error.code or "server_error", "message": error.message}
        error.partial = {**partial, "status": "failed", "error": said}
        raise error
    return _answer(completion, choice, request)


def _answer(
    completion: Mapping[str, Any], choice: Mapping[str, Any], request: Mapping[str, Any]
) -> dict[str, Any]:
    status, details = status_of(choice.get("finish_reason"))
    known = completion.get("status")
    answer = started(completion, request) | {
        "status": known if str(known) in STATUSES else status,
        "incomplete_details": completion.get("incomplete_details") or details,
    }
    answer["output"] = output_of(completion.get("id"), choice, answer["status"])
    usage = response_usage(completion.get("usage"))
    if usage is not None:
        answer["usage"] = usage
    for name, value in completion.items():
        if name not in _MAPPED and (name not in answer or (name in TELLING and value)):
            answer[name] = value
    kept = _without_a_place(choice, answer["output"])
    return {**answer, "provider_specific_fields": kept} if kept else answer


def started(completion: Mapping[str, Any], request: Mapping[str, Any]) -> dict[str, Any]:
    """The Response that a chat completion will be, while there is nothing of it yet.

    Args:
        completion: the chat completion, or a chunk of it.
        request: the parameters of the Responses request.
    """
    tier = completion.get("service_tier") or request.get("service_tier")
    return {
        "id": response_id(completion.get("id")),
        "object": "response",
        "created_at": completion.get("created") or 0,
        "status": "in_progress",
        "error": None,
        "incomplete_details": None,
        "model": completion.get("model") or "",
        "output": [],
        **echoes(request),
        **({"service_tier": tier} if tier is not None else {}),
    }


def unplaced(completion: Mapping[str, Any]) -> tuple[Loss, ...]:
    """What of a chat completion is not in the Response: every choice but the first."""
    choices = completion.get("choices")
    count = len(choices) if isinstance(choices, (list, tuple)) else 0
    reason = row(TO_RESPONSES, "answer", "field", "choices").reason
    return tuple(Loss(f"choices[{index}]", "dropped", reason) for index in range(1, count))


def _first_choice(completion: Mapping[str, Any]) -> Mapping[str, Any]:
    choices = completion.get("choices")
    first = choices[0] if isinstance(choices, (list, tuple)) and choices else {}
    return first if isinstance(first, Mapping) else {}


def _without_a_place(choice: Mapping[str, Any], output: Sequence[Any]) -> dict[str, Any]:
    message = choice.get("message") or {}
    said = {name: value for name, value in message.items() if name not in _MAPPED_OF_A_MESSAGE}
    # Some servers give other things, where the API has a text.
    refusal = message.get("refusal")
    odd = {"content": content_of(message.get("content")).rest}
    odd["refusal"] = None if isinstance(refusal, str) else refusal
    said |= {name: value for name, value in odd.items() if value is not None}
    kept = said.pop("provider_specific_fields", None)
    if isinstance(kept, Mapping):
        kept = {k: v for k, v in kept.items() if k not in _MAPPED_OF_WHAT_WAS_KEPT}
    if kept:
        said["provider_specific_fields"] = kept
    rest = {name: value for name, value in choice.items() if name not in _MAPPED_OF_A_CHOICE}
    if not is_known(choice.get("finish_reason")):
        rest["finish_reason"] = choice["finish_reason"]
    tokens = {name: tokens_of(choice.get("logprobs"), name) or None for name in _TOKENS}
    if any(tokens.values()) and logprobs_of(output) != tokens:
        rest["logprobs"] = choice["logprobs"]  # some are of no text: a tool call's
    return {name: found for name, found in (("message", said), ("choice", rest)) if found}
