"""Parameters that Responses has under another name, or as part of an object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_openai_responses.crossing import Crossing
from jackfield_openai_responses.nesting import flattened

LOGPROBS = "message.output_text.logprobs"
"""What ``include`` has to name for an answer to have log probabilities."""


def limit_of(params: Mapping[str, Any], crossing: Crossing) -> Any:
    """``max_output_tokens``: the one given, Responses' own name first, ``max_tokens`` last."""
    names = ("max_output_tokens", "max_completion_tokens", "max_tokens")
    given = [name for name in names if params.get(name) is not None]
    for name in given[1:]:
        crossing.lose(name, "parameter", "given twice")
    return params[given[0]] if given else None


def reasoning_of(params: Mapping[str, Any], crossing: Crossing) -> Any:
    """``reasoning``: a word is its effort, an object is all of it."""
    effort, given = params.get("reasoning_effort"), params.get("reasoning")
    if effort is None:
        return given
    meant = effort if isinstance(effort, Mapping) else {"effort": effort}
    return _joined(meant, given, "reasoning_effort", crossing)


def text_of(params: Mapping[str, Any], crossing: Crossing) -> Any:
    """``text``: the answer's format and verbosity."""
    meant: dict[str, Any] = {}
    form, verbosity = params.get("response_format"), params.get("verbosity")
    if form is not None:
        meant["format"] = _format(form, crossing)
    if verbosity is not None:
        meant["verbosity"] = verbosity
    given = params.get("text")
    return _joined(meant, given, "text", crossing) if meant else given


def _format(form: Any, crossing: Crossing) -> Any:
    if not isinstance(form, Mapping) or form.get("type") != "json_schema":
        return form
    flat = flattened(form, "json_schema", "response_format", crossing)
    return form if flat is None else flat


def _joined(meant: Mapping[str, Any], given: Any, path: str, crossing: Crossing) -> dict[str, Any]:
    """What chat's parameters mean, and the object that was given too, which counts."""
    given = given or {}
    for name in meant:
        if name in given and given[name] != meant[name]:
            crossing.lose(f"{path}.{name}", "parameter", "given twice")
    return {**meant, **given}


def include_of(params: Mapping[str, Any], crossing: Crossing) -> Any:
    """``include``: what was asked for, and log probabilities if they were."""
    given = params.get("include")
    if not params.get("logprobs"):
        return given
    found = list(given or ())
    return found if LOGPROBS in found else [*found, LOGPROBS]


def stream_options_of(params: Mapping[str, Any], crossing: Crossing) -> Any:
    """``stream_options`` without ``include_usage``, which Responses does unasked."""
    given = params.get("stream_options") or {}
    return {name: value for name, value in given.items() if name != "include_usage"} or None
