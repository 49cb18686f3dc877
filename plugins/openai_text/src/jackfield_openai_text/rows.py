"""Parameter rows of chat over ``/completions``.

What the endpoint has under the same name has no row and is sent as given, and so is what nobody
knows; ``metadata`` counts as such here as on every surface.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jackfield.params import Param
from jackfield_openai_text.prompt import RENDERED, RENDERED_OF_PARTS, TEXT_PARTS

_NO_TOOLS = "a text model calls no tools"
_NO_REASONING = "a text model does not reason"
_NO_PLACE = "/completions has no such parameter"

UNSUPPORTED = {
    "tools": _NO_TOOLS,
    "tool_choice": _NO_TOOLS,
    "parallel_tool_calls": _NO_TOOLS,
    "functions": _NO_TOOLS,
    "function_call": _NO_TOOLS,
    "web_search_options": _NO_TOOLS,
    "reasoning_effort": _NO_REASONING,
    "verbosity": _NO_REASONING,
    "audio": "a text model speaks no audio",
    "prediction": _NO_PLACE,
    "moderation": _NO_PLACE,
    "service_tier": _NO_PLACE,
    "safety_identifier": f"{_NO_PLACE}; user is what it has",
    "prompt_cache_key": _NO_PLACE,
    "prompt_cache_options": _NO_PLACE,
    "prompt_cache_retention": _NO_PLACE,
    "prompt": "the messages become the prompt",
}
"""Chat's parameters that neither a prompt nor ``/completions`` has a place for, and why."""

_PLAIN_ANYWAY: dict[str, tuple[Any, str]] = {
    "response_format": ({"type": "text"}, "a text model has no other format than text"),
    "modalities": (["text"], "a text model gives text only"),
    "store": (False, "/completions stores nothing"),
}
_ALTERNATIVES = (0, 1, 2, 3, 4, 5)
_TEXT_ONLY = "a prompt holds text only"


def rows_for(params: Mapping[str, Any] | None) -> Iterator[tuple[str, Param]]:
    """The rows.

    Args:
        params: the call's parameters; without them the rows are those of a call with none.
    """
    for name, reason in UNSUPPORTED.items():
        yield name, Param("unsupported", reason)
    for name, (value, reason) in _PLAIN_ANYWAY.items():
        yield name, Param("mapped", reason, accepts=(value,))
    yield "max_completion_tokens", Param("mapped", "its name there", maps_to="max_tokens")
    yield from _logprobs({"logprobs": True, "top_logprobs": 0} if params is None else params)
    yield "messages[].content[].type", Param(accepts=TEXT_PARTS, reason=_TEXT_ONLY)
    yield "messages[].audio", Param(accepts=(None,), reason=_TEXT_ONLY)
    for path in sorted(_without_a_place((params or {}).get("messages"))):
        yield path, Param("mapped", "not sent: a prompt has no place for it")


def _logprobs(params: Mapping[str, Any]) -> Iterator[tuple[str, Param]]:
    """Chat has a switch and a number of alternatives, ``/completions`` the number alone."""
    switch, count = params.get("logprobs"), params.get("top_logprobs")
    if switch is True:
        fits = count in _ALTERNATIVES and not isinstance(count, bool)
        reason = "sent as the number of alternatives"
        yield "logprobs", Param("mapped", reason, to={True: count if fits else 0})
    elif switch is False:
        yield "logprobs", Param("mapped", "not sent: that is how /completions turns it off")
    if count is None:
        return
    if switch is False:
        yield "top_logprobs", Param("unsupported", "logprobs is False")
        return
    # Beside the switch it is the switch's value; alone, or beside a number, a name for it.
    yield (
        "top_logprobs",
        Param(
            "mapped",
            "sent as logprobs",
            accepts=_ALTERNATIVES,
            maps_to=None if switch is True else "logprobs",
        ),
    )


def _without_a_place(messages: Any) -> set[str]:
    """Paths of what messages and their parts hold besides what the template renders."""
    found: set[str] = set()
    for message in messages if isinstance(messages, list) else ():
        if not isinstance(message, dict):
            continue
        found |= {f"messages[].{key}" for key in _telling(message) - RENDERED - {"audio"}}
        content = message.get("content")
        for part in content if isinstance(content, list) else ():
            if isinstance(part, dict) and part.get("type") in TEXT_PARTS:
                extra = _telling(part) - RENDERED_OF_PARTS
                found |= {f"messages[].content[].{key}" for key in extra}
    return found


def _telling(value: dict[str, Any]) -> set[str]:
    """The keys under which there is something: null and empty values say nothing."""
    return {key for key, held in value.items() if held is not None and held not in ("", [], {})}
