"""Chat served by the Responses API: the request as one of Responses, what comes back as chat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jackfield.envelope import END, Call, Chunk, Event, Result, WireRequest, WireResponse
from jackfield.errors import APIError, APIResponseValidationError
from jackfield_openai_catalogue import waiting
from jackfield_openai_responses.answers.to_chat import answer_of, chat_answer
from jackfield_openai_responses.chat_to_responses.request import to_responses
from jackfield_openai_responses.native import EVENTS
from jackfield_openai_responses.streams.to_chat import chat_chunks

if TYPE_CHECKING:
    from jackfield.answers import Next


def request(call: Call) -> Call | WireRequest:
    """``POST /responses``; before it, where something is lost, the call that says so.

    Raises:
        RequestError: by parameters of waiting that can't be used.
    """
    waiting.check(call, ("create",))
    params, lost = to_responses(waiting.sent(call), passing=call.unsupported == "pass")
    new = tuple(loss for loss in lost if loss not in call.losses)
    if new:
        return call.replace(losses=(*call.losses, *new))
    return WireRequest(path="/responses", body={"model": call.model, **params}, framing=EVENTS)


def result(call: Call, response: WireResponse) -> Result | Next:
    """The chat completion that a response says; another look at one that is waited for.

    Raises:
        APIError: the response failed or was cancelled; ``partial`` is the chat completion of what
            there is.
        APIResponseValidationError: the answer is no response.
    """
    answer = response.json
    if not isinstance(answer, dict) or not {"output", "status"} & answer.keys():
        raise APIResponseValidationError(
            "the upstream's answer is no response: it has neither output nor status",
            status_code=response.status,
            headers=response.headers,
            request_id=response.headers.get("x-request-id"),
            body=answer,
        )
    if waiting.wanted(call) and waiting.unfinished(answer):
        from jackfield_openai_responses import polling

        asked, _ = to_responses(waiting.sent(call), passing=call.unsupported == "pass")
        return polling.look(call, response, asked.get("include"), answer_of(answer, []))
    try:
        return Result(chat_answer(answer))
    except APIError as error:
        if waiting.wanted(call):
            error.retryable = False  # looking again finds the same
        error.headers = dict(response.headers)
        error.request_id = error.request_id or response.headers.get("x-request-id")
        raise


def chunks(call: Call, event: Event, state: dict[str, Any]) -> Sequence[Chunk]:
    """The chat chunks that an event makes."""
    options = call.params.get("stream_options")
    usage = isinstance(options, Mapping) and bool(options.get("include_usage"))
    return chat_chunks(END if event is END else event.json, state, include_usage=usage)
