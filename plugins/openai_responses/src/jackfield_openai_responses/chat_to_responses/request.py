"""A chat request as a request of the Responses API. Pure: the given parameters are not changed.

What Responses has under the same name, and what nobody knows, is sent as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jackfield.envelope import Loss
from jackfield.errors import RequestError
from jackfield_openai_responses.chat_to_responses.messages import items_of_messages, split_off
from jackfield_openai_responses.chat_to_responses.parameters import (
    include_of,
    limit_of,
    reasoning_of,
    stream_options_of,
    text_of,
)
from jackfield_openai_responses.chat_to_responses.tools import tool_choice_of, tools_of
from jackfield_openai_responses.crossing import Crossing
from jackfield_openai_responses.losses import TO_RESPONSES

_MADE: dict[str, tuple[Callable[[Mapping[str, Any], Crossing], Any], tuple[str, ...]]] = {
    "max_output_tokens": (limit_of, ("max_tokens", "max_completion_tokens")),
    "reasoning": (reasoning_of, ("reasoning_effort",)),
    "text": (text_of, ("response_format", "verbosity")),
    "include": (include_of, ("logprobs",)),
    "stream_options": (stream_options_of, ()),
    "tools": (tools_of, ("functions", "web_search_options")),
    "tool_choice": (tool_choice_of, ("function_call",)),
}
"""What a parameter of Responses is made of, beside the one of the same name."""

_MADE_INTO = {name: made for made, (_, names) in _MADE.items() for name in (made, *names)}

_SHAPES: dict[str, tuple[type, ...]] = {
    "reasoning": (dict,),
    "text": (dict,),
    "include": (list, tuple),
    "stream_options": (dict,),
    "tools": (list, tuple),
    "functions": (list, tuple),
    "web_search_options": (dict,),
}
"""What is read as a part of something else, if it has this shape. The API says what is wrong with
a value of another, which is sent as it is.
"""


def to_responses(
    params: Mapping[str, Any], *, passing: bool
) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    """The parameters of a Responses request that asks what a chat request asks.

    Args:
        params: the parameters of the chat request, its policy applied.
        passing: whether to send what Responses has no place for (``unsupported="pass"``), which is
            left out otherwise.

    Returns:
        The parameters, in the order of those given, and what was lost.

    Raises:
        RequestError: ``input`` was given beside ``messages``.
    """
    if params.get("input") is not None and "messages" in params:
        raise RequestError("input can't be given beside messages, which become it", path="input")
    crossing = Crossing(TO_RESPONSES, passing=passing)
    request: dict[str, Any] = {}
    done: set[str] = set()
    odd = {
        name: value
        for name, value in params.items()
        if name in _SHAPES and value is not None and not isinstance(value, _SHAPES[name])
    }
    readable = {name: value for name, value in params.items() if name not in odd}
    for name, value in params.items():
        made = None if name in odd else _MADE_INTO.get(name)
        if name == "messages":
            _put_messages(request, value, params, crossing)
        elif made is None:
            if _is_sent(name, value, crossing):
                request[name] = value
        elif made not in done:
            done.add(made)
            found = _MADE[made][0](readable, crossing)
            if found is None or (found == [] and params.get(made) is None):
                continue
            if made in odd:
                crossing.lose(name, "parameter", "given twice")
            else:
                request[made] = found
    return request, tuple(crossing.lost)


def _put_messages(
    request: dict[str, Any], messages: Any, params: Mapping[str, Any], crossing: Crossing
) -> None:
    if not isinstance(messages, (list, tuple)):
        request["input"] = messages  # the API says what is wrong with it
        return
    given = params.get("instructions") is not None
    instructions, start = (None, 0) if given else split_off(messages)
    if instructions is not None:
        request["instructions"] = instructions
    stored = params.get("store") is not False
    request["input"] = items_of_messages(messages, crossing, start=start, stored=stored)


def _is_sent(name: str, value: Any, crossing: Crossing) -> bool:
    """Whether a parameter is sent under its own name."""
    row = crossing.row("parameter", name)
    if crossing.passing or row is None or row.outcome != "unsupported":
        return True
    if value is not None and value not in row.neutral:
        crossing.lose(name, "parameter", name)
    return False
