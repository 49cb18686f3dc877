"""A Response as a chat completion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jackfield_openai_responses.endings import FAILED, UNFINISHED, failure, finish_reason
from jackfield_openai_responses.fields import kept_fields
from jackfield_openai_responses.output_items import Tokens, kind, message_logprobs
from jackfield_openai_responses.turns import message_of
from jackfield_openai_responses.usage import chat_usage


def chat_answer(response: Mapping[str, Any]) -> dict[str, Any]:
    """The chat completion that says what a Response says.

    Its id, model and time are the Response's. There is one choice, with the message of
    `jackfield_openai_responses.turns.message_of`. Fields without a place in chat keep their names,
    except for echoes of the request, see `jackfield_openai_responses.fields`. For a Response that
    is still being made, the finish reason is None and the message's ``provider_specific_fields``
    has the ``status``.

    Args:
        response: a Response object; it is not changed.

    Raises:
        APIError: it failed or was cancelled; the class is that of its error's code, and
            ``partial`` the chat completion of what there is.
    """
    output = response.get("output")
    answer = answer_of(response, output if isinstance(output, list) else [])
    if str(response.get("status")) in FAILED:
        error = failure(response)
        error.partial = answer
        raise error
    return answer


def answer_of(response: Mapping[str, Any], output: Sequence[Any]) -> dict[str, Any]:
    """The chat completion of a Response with these output items, whatever became of it."""
    message = message_of(output)
    status = response.get("status")
    if str(status) in UNFINISHED:
        kept = message.get("provider_specific_fields", {})
        message["provider_specific_fields"] = {"status": status, **kept}
    choice = {
        "index": 0,
        "message": message,
        "logprobs": logprobs(output),
        "finish_reason": finish_reason(response, calls="tool_calls" in message),
    }
    usage = chat_usage(response.get("usage"))
    return {
        **head(response),
        "choices": [choice],
        **({} if usage is None else {"usage": usage}),
        **kept_fields(response),
    }


def head(response: Mapping[str, Any]) -> dict[str, Any]:
    """What every chat completion and chunk begins with; ``created`` is in whole seconds."""
    created = response.get("created_at")
    return {
        "id": response.get("id"),
        "object": "chat.completion",
        "created": int(created) if isinstance(created, (int, float)) else created,
        "model": response.get("model"),
    }


def logprobs(output: Sequence[Any]) -> dict[str, Any] | None:
    """The choice's log probabilities: those of all text parts and of all refusals, or None."""
    found: dict[Tokens, list[Any]] = {"content": [], "refusal": []}
    for item in output:
        if kind(item) == "message":
            for name, entries in message_logprobs(item).items():
                found[name] += entries
    if not any(found.values()):
        return None
    return {name: entries or None for name, entries in found.items()}
