"""Parameters that chat has under another name, or as several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_openai_responses.chat_to_responses.parameters import LOGPROBS
from jackfield_openai_responses.crossing import Crossing
from jackfield_openai_responses.nesting import nested


def limit_of(params: Mapping[str, Any], crossing: Crossing) -> dict[str, Any]:
    """``max_tokens``: not every chat server knows ``max_completion_tokens``.

    One that does not would ignore the limit, or refuse the call. Models that want the newer name
    are OpenAI's, which have the Responses API themselves.
    """
    for name in ("max_tokens", "max_completion_tokens"):
        if params.get(name) is not None:
            crossing.lose("max_output_tokens", "parameter", "given twice")
            return {}
    return {"max_tokens": params["max_output_tokens"]}


def reasoning_of(params: Mapping[str, Any], crossing: Crossing) -> dict[str, Any]:
    """``reasoning_effort``: the effort alone, or, if passing, all of ``reasoning``."""
    given = params["reasoning"]
    if params.get("reasoning_effort") is not None:
        crossing.lose("reasoning", "parameter", "given twice")
        return {}
    if crossing.passing:
        alone = given.keys() == {"effort"} and isinstance(given["effort"], str)
        return {"reasoning_effort": given["effort"] if alone else given}
    for name, value in given.items():
        row = crossing.row("parameter", f"reasoning.{name}")
        if name != "effort" and value is not None and not (row and value in row.neutral):
            crossing.lose(f"reasoning.{name}", "parameter", row.name if row else _OTHER)
    effort = given.get("effort")
    return {} if effort is None else {"reasoning_effort": effort}


_OTHER = "reasoning.mode"


def text_of(params: Mapping[str, Any], crossing: Crossing) -> dict[str, Any]:
    """``response_format`` and ``verbosity``; what else there is in ``text`` stays there."""
    given = params["text"]
    found: dict[str, Any] = {}
    for name, chat_name in (("format", "response_format"), ("verbosity", "verbosity")):
        value = given.get(name)
        if value is None:
            continue
        if params.get(chat_name) is not None:
            crossing.lose(f"text.{name}", "parameter", "given twice")
        else:
            found[chat_name] = _format(value) if name == "format" else value
    rest = {name: given[name] for name in given if name not in ("format", "verbosity")}
    return {**found, "text": rest} if rest else found


def _format(form: Any) -> Any:
    if not isinstance(form, Mapping) or form.get("type") != "json_schema" or "json_schema" in form:
        return form
    return nested(form, "json_schema", "json_schema")


def include_of(params: Mapping[str, Any], crossing: Crossing) -> dict[str, Any]:
    """``logprobs``; what else was to be included is no part of a chat answer."""
    found: dict[str, Any] = {}
    rest = []
    for index, what in enumerate(params["include"]):
        if what == LOGPROBS and params.get("logprobs") is None:
            found["logprobs"] = True
        elif not crossing.leaves_out(f"include[{index}]", "parameter", "include"):
            rest.append(what)
    kept = rest or (crossing.passing and not params["include"])
    return {**found, "include": rest} if kept else found


def top_logprobs_of(params: Mapping[str, Any], crossing: Crossing) -> dict[str, Any]:
    """``top_logprobs``, with the switch that chat wants beside it."""
    found = {"top_logprobs": params["top_logprobs"]}
    if params["top_logprobs"] and params.get("logprobs") is None:
        found = {"logprobs": True, **found}
    return found


def stream_of(params: Mapping[str, Any], crossing: Crossing) -> dict[str, Any]:
    """``stream``, with the usage that a response ends with."""
    if params["stream"] is not True:
        return {"stream": params["stream"]}
    given = params.get("stream_options")
    if given is not None and not isinstance(given, Mapping):
        return {"stream": True}
    return {"stream": True, "stream_options": {"include_usage": True, **(given or {})}}


def stream_options_of(params: Mapping[str, Any], crossing: Crossing) -> dict[str, Any]:
    """``stream_options`` of a request that streams are in `stream_of`."""
    return {} if params.get("stream") is True else {"stream_options": params["stream_options"]}


def store_of(params: Mapping[str, Any], crossing: Crossing) -> dict[str, Any]:
    """``store``, which means less in chat."""
    if params["store"] is True:
        crossing.lose("store", "parameter", "store", "passed")
    return {"store": params["store"]}
