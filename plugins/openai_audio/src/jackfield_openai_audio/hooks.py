"""The hooks: each surface has a module of its own, loaded when it is first called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jackfield.hookspecs import hookimpl

if TYPE_CHECKING:
    from jackfield.answers import Fetch
    from jackfield.envelope import Call, Result, WireRequest, WireResponse
    from jackfield.params import ParamSet


@hookimpl
def transform_request(call: Call) -> Call | Fetch | WireRequest:
    """Send speech as JSON and files as a form; chat on a model that transcribes goes there."""
    if call.surface == "speech":
        from jackfield_openai_audio import speech

        return speech.request(call)
    if call.surface == "chat":
        from jackfield_openai_audio import chat

        return chat.rerouted(call)
    from jackfield_openai_audio import transcription

    return transcription.request(call)


@hookimpl
def transform_response(call: Call, response: WireResponse) -> Result | None:
    """A transcript that came as text becomes a result; everything else is one already."""
    if call.surface == "speech":
        return None
    from jackfield_openai_audio import transcription

    return transcription.result(response)


@hookimpl
def supported_params(surface: str, model: str, params: Mapping[str, Any] | None) -> ParamSet:
    """Rows for the models that cannot stream; the API judges everything else."""
    from jackfield.params import ParamSet
    from jackfield_openai_audio.rules import rows_for
    from jackfield_openai_catalogue.lookup import row

    return ParamSet(dict(rows_for(surface, row(model), params)))
