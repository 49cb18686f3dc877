"""The hooks. Text completions go as they are; chat is what the modules beside this one do.

Text completion is OpenAI's own surface, so its answers and chunks pass without being asked about:
`transform_response` and `stream_chunk` concern chat only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jackfield.envelope import END, Call, Chunk, Event, Result, WireRequest, WireResponse
from jackfield.hookspecs import hookimpl

if TYPE_CHECKING:
    from jackfield.params import ParamSet


@hookimpl
def transform_request(call: Call) -> WireRequest:
    """Send the parameters as they are, the model first; of chat, the messages as one prompt."""
    if call.surface != "chat":
        return WireRequest(path="/completions", body=call.body())
    from jackfield_openai_text.requests import body_of

    return WireRequest(path="/completions", body=body_of(call))


@hookimpl
def transform_response(response: WireResponse) -> Result:
    """A chat completion with the texts as messages."""
    from jackfield_openai_text.answers import completion_of

    return Result(completion_of(response.json))


@hookimpl
def stream_chunk(event: Event, state: dict[str, Any]) -> Sequence[Chunk]:
    """A chat chunk for each text chunk. ``state`` knows which choices have begun."""
    if event is END:
        return ()
    from jackfield_openai_text.answers import chunk_of

    return (chunk_of(event.json, state.setdefault("begun", [])),)


@hookimpl
def supported_params(surface: str, model: str, params: Mapping[str, Any] | None) -> ParamSet:
    """What becomes of chat's parameters; ``/completions`` takes its own as they are."""
    from jackfield.params import ParamSet

    if surface != "chat":
        return ParamSet()
    from jackfield_openai_text.rows import rows_for

    return ParamSet(dict(rows_for(params)))
