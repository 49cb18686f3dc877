"""Responses served by a chat model: the request as one of chat, what comes back as Responses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from jackfield.answers import Decline, Delegate
from jackfield.envelope import END, Call, Chunk, Event, Loss, Result, WireResponse
from jackfield.errors import APIError, APIResponseValidationError, UnsupportedParamsError
from jackfield_openai_catalogue import waiting
from jackfield_openai_responses import losses
from jackfield_openai_responses.answers.to_responses import responses_answer, unplaced
from jackfield_openai_responses.losses import TO_RESPONSES
from jackfield_openai_responses.responses_to_chat.request import crossed
from jackfield_openai_responses.streams.to_responses import response_events

_OPENAI = "openai/"


def request(call: Call) -> Delegate | Decline:
    """A chat call of the same model.

    Raises:
        UnsupportedParamsError: by the call's policy; ``param`` is the path of what chat lacks.
        RequestError: an item is a reference to one that only a server of Responses has.
    """
    if call.operation != "create":
        return Decline("a chat model stores no responses and no conversations")
    given, passing = waiting.sent(call), call.unsupported == "pass"
    params, crossing = crossed(given, passing=passing)
    if call.unsupported == "raise" and crossing.refused:
        raise _refusal(crossing.refused[0], call)
    lost = [*call.losses, *crossing.lost]
    if call.stream and type(given.get("n")) is int and given["n"] > 1:
        # A whole answer says which choices are not in it, a stream can't.
        reason = losses.row(TO_RESPONSES, "stream", "field", "choices").reason
        lost.append(Loss("n", "mapped", reason))
    if passing:
        without = crossed(given, passing=False)[1].refused
        lost += [Loss(loss.path, "passed", loss.reason) for loss in without]
    model = _OPENAI + call.model if call.prefix else call.name
    return Delegate(Call("chat", model, params, losses=tuple(lost)))


def _refusal(loss: Loss, call: Call) -> UnsupportedParamsError:
    return UnsupportedParamsError(
        f"{loss.path} is not supported by {call.name}, a chat model: {loss.reason}. "
        'Leave it out, or use unsupported="drop" or "pass".',
        param=loss.path,
        model=call.name,
        provider="openai-responses",
    )


def result(call: Call, response: WireResponse) -> Result | None:
    """The response that a chat completion says; None for what is none.

    Raises:
        APIError: its choice ended in an error; ``partial`` is the failed response.
        APIResponseValidationError: it is no chat completion on closer look.
    """
    completion = response.json
    if not isinstance(completion, dict):
        return None
    choices = completion.get("choices")
    if not isinstance(choices, list) or not all(isinstance(each, dict) for each in choices):
        raise _misshapen("completion", "it has no choices", completion, response)
    try:
        return Result(responses_answer(completion, call.params), unplaced(completion))
    except APIError as error:
        error.headers = dict(response.headers)
        error.request_id = error.request_id or response.headers.get("x-request-id")
        raise
    except _MISSHAPEN as error:
        raise _misshapen("completion", type(error).__name__, completion, response) from error


def chunks(call: Call, event: Event, state: dict[str, Any]) -> Sequence[Chunk]:
    """The events that a chat chunk makes.

    Raises:
        APIResponseValidationError: it is no chunk of a chat completion on closer look.
    """
    try:
        return response_events(END if event is END else event.json, state, call.params)
    except _MISSHAPEN as error:
        raise _misshapen("chunk", type(error).__name__, event.json) from error


# Any server may answer here, with JSON of any shape.
_MISSHAPEN = (AttributeError, KeyError, TypeError, ValueError)


def _misshapen(
    what: str, why: str, body: Any, response: WireResponse | None = None
) -> APIResponseValidationError:
    return APIResponseValidationError(
        f"the chat provider gave a {what} of an unknown shape ({why})",
        status_code=response.status if response else None,
        headers=response.headers if response else None,
        request_id=response.headers.get("x-request-id") if response else None,
        body=body,
        retryable=False,
    )
