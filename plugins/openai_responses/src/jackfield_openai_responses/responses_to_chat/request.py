"""A Responses request as a chat request. Pure: the given parameters are not changed.

What chat has under the same name, and what nobody knows, is sent as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jackfield.envelope import Loss
from jackfield.errors import RequestError
from jackfield_openai_responses.crossing import Crossing
from jackfield_openai_responses.losses import TO_CHAT
from jackfield_openai_responses.responses_to_chat.items import messages_of_items
from jackfield_openai_responses.responses_to_chat.parameters import (
    include_of,
    limit_of,
    reasoning_of,
    store_of,
    stream_of,
    stream_options_of,
    text_of,
    top_logprobs_of,
)
from jackfield_openai_responses.responses_to_chat.tools import tool_choice_of, tools_of

_READ: dict[str, tuple[Callable[[Mapping[str, Any], Crossing], dict[str, Any]], Any]] = {
    "max_output_tokens": (limit_of, object),
    "reasoning": (reasoning_of, dict),
    "text": (text_of, dict),
    "include": (include_of, (list, tuple)),
    "top_logprobs": (top_logprobs_of, object),
    "tools": (tools_of, (list, tuple)),
    "tool_choice": (tool_choice_of, object),
    "stream": (stream_of, object),
    "stream_options": (stream_options_of, object),
    "store": (store_of, object),
}
"""How a parameter of Responses is read, and the type that it must have for that. The server says
what is wrong with one of another type, which is sent as it is."""

_SENT = ("not carried", "error")
"""Outcomes of rows that say nothing against a parameter under its own name."""


def to_chat(
    params: Mapping[str, Any], *, passing: bool = False
) -> tuple[dict[str, Any], tuple[Loss, ...]]:
    """`crossed`, with what was lost alone."""
    request, crossing = crossed(params, passing=passing)
    return request, tuple(crossing.lost)


def crossed(params: Mapping[str, Any], *, passing: bool) -> tuple[dict[str, Any], Crossing]:
    """The parameters of a chat request that asks what a Responses request asks.

    Args:
        params: the parameters of the Responses request, its policy applied.
        passing: whether to send what chat has no place for (``unsupported="pass"``), which is left
            out otherwise: the messages hold everything then that the items did.

    Returns:
        The parameters, in the order of those given; and what was lost on the way, and what of it
        is the policy's to refuse.

    Raises:
        RequestError: an item is a reference to one that only a server of Responses has, or
            ``messages`` were given beside ``input``.
    """
    if params.get("messages") is not None and "input" in params:
        raise RequestError("messages can't be given beside input, which becomes them", path="input")
    crossing = Crossing(TO_CHAT, passing=passing)
    request: dict[str, Any] = {}
    for name, value in params.items():
        if name in ("input", "instructions"):
            if "messages" not in request:
                request["messages"] = _messages(params, crossing)
        elif name in _READ and value is None:
            continue
        elif name in _READ and isinstance(value, _READ[name][1]):
            request.update(_READ[name][0](params, crossing))
        elif _is_sent(name, value, crossing):
            request[name] = value
    return request, crossing


def _messages(params: Mapping[str, Any], crossing: Crossing) -> list[Any]:
    messages: list[Any] = []
    for name, role in (("instructions", "system"), ("input", "user")):
        given = params.get(name)
        if isinstance(given, (list, tuple)):
            messages += messages_of_items(given, name, crossing)
        elif given is not None:
            messages.append({"role": role, "content": given})
    return messages


def _is_sent(name: str, value: Any, crossing: Crossing) -> bool:
    """Whether a parameter is sent under its own name."""
    row = crossing.row("parameter", name)
    if row is None or row.outcome in _SENT or crossing.passing:
        return True
    if value is not None and value not in row.neutral:
        crossing.lose(name, "parameter", name)
    return False
