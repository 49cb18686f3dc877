"""The hooks, by surface: Responses as they are, chat over Responses, and Responses over chat."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jackfield.envelope import END, Call, Chunk, Event, Result, WireRequest, WireResponse
from jackfield.hookspecs import hookimpl
from jackfield_openai_catalogue import waiting
from jackfield_openai_responses import routing

if TYPE_CHECKING:
    from jackfield.answers import Decline, Delegate, Next
    from jackfield.params import ParamSet

_GIVING_RESPONSES = ("create", "retrieve")
"""The operations whose result can be waited for."""


@hookimpl
def transform_request(call: Call) -> Call | Delegate | WireRequest | Decline:
    """The request of a call on either surface."""
    if call.surface == "chat":
        from jackfield_openai_responses import chat_over_responses

        return chat_over_responses.request(call)
    waiting.check(call, _GIVING_RESPONSES)
    if routing.over_chat(call):
        from jackfield_openai_responses import responses_over_chat

        return responses_over_chat.request(call)
    from jackfield_openai_responses import native

    return native.request(call)


@hookimpl
def transform_response(call: Call, response: WireResponse) -> Result | Next | None:
    """The result of a call on either surface."""
    if call.surface == "chat":
        from jackfield_openai_responses import chat_over_responses

        return chat_over_responses.result(call, response)
    if routing.over_chat(call):
        from jackfield_openai_responses import responses_over_chat

        return responses_over_chat.result(call, response)
    if not waiting.wanted(call):
        return None
    from jackfield_openai_responses import polling

    return polling.look_again(call, response)


@hookimpl
def stream_chunk(call: Call, event: Event, state: dict[str, Any]) -> Sequence[Chunk]:
    """The chunks of one event on either surface."""
    if call.surface == "chat":
        from jackfield_openai_responses import chat_over_responses

        return chat_over_responses.chunks(call, event, state)
    if routing.over_chat(call):
        from jackfield_openai_responses import responses_over_chat

        return responses_over_chat.chunks(call, event, state)
    return () if event is END else (event.json,)


@hookimpl
def supported_params(surface: str, model: str, params: Mapping[str, Any] | None) -> ParamSet:
    """What becomes of parameters: what the model takes, and what crosses from chat."""
    from jackfield.params import ParamSet
    from jackfield_openai_catalogue.lookup import row
    from jackfield_openai_responses import rules

    if surface == "chat":
        return ParamSet(dict(rules.from_chat(row(model), params)))
    if params is None and routing.is_chats(model):
        return ParamSet(dict(rules.to_chat()))
    return ParamSet(dict(rules.native(row(model))))
