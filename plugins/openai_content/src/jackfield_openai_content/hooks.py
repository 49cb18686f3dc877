"""The rewriter: asks for the files of a call's parts, and puts them in as the API takes them."""

from __future__ import annotations

from jackfield.envelope import Call, Fetch
from jackfield.hookspecs import hookimpl
from jackfield_openai_content.parts import rewritten
from jackfield_openai_content.reading import Reading

_WITH_PARTS = ("messages", "input", "items", "prompt")
"""Parameters that hold parts: of chat, of Responses and its conversations, of prompt templates."""


@hookimpl
def transform_request(call: Call) -> Call | Fetch | None:
    """Official content parts for any others; None where all are official."""
    reading = Reading(call)
    changed = {
        name: found
        for name in _WITH_PARTS
        if (found := rewritten(call.params.get(name), name, reading)) is not call.params.get(name)
    }
    wanted = reading.wanted
    if wanted is not None:
        return wanted
    if not changed:
        return None
    return call.replace(params={**call.params, **changed}, losses=(*call.losses, *reading.losses))
