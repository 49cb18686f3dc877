"""What takes another way: chat that only the Responses API can serve, and what is waited for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jackfield.envelope import Call
from jackfield.hookspecs import hookimpl
from jackfield_openai_catalogue import waiting

OPENAI = "openai/"
RESPONSES = "openai/responses/"


@hookimpl
def transform_request(call: Call) -> Call | None:
    """The call under the name that goes where it has to; None where it is right already."""
    if call.prefix != OPENAI or not (_waits(call) or _bridged(call)):
        return None
    return call.replace(model=RESPONSES + call.model)


def _waits(call: Call) -> bool:
    """Whether a response is waited for: answers under the plain name are not looked at."""
    return call.surface == "responses" and waiting.wanted(call)


def _bridged(call: Call) -> bool:
    """Whether a chat call asks for what the model has on the Responses API alone."""
    if call.surface != "chat" or call.unsupported == "pass":  # what is given is what is sent
        return False
    from jackfield_openai_catalogue.lookup import row

    facts = row(call.model)
    if facts is not None and not {"chat", "responses"} <= {*facts["surfaces"]}:
        return False
    effort = call.params.get("reasoning_effort")
    if isinstance(effort, dict) and set(effort) - {"effort"}:
        return True
    return facts is not None and _reasons_with_tools(call, facts)


def _reasons_with_tools(call: Call, facts: Mapping[str, Any]) -> bool:
    """Whether it is given functions while it reasons, and refuses that on chat.

    An effort that the call does not ask for counts at OpenAI's own address only: elsewhere, the
    default of the catalogue may not be the server's.
    """
    if "chat" in facts.get("tools_while_reasoning", ("chat",)) or not any(_functions(call.params)):
        return False
    effort = call.params.get("reasoning_effort")
    level = effort.get("effort") if isinstance(effort, dict) else effort
    if level is None and call.official:
        level = facts.get("effort_default")
    return level not in (None, "none")


def _functions(params: Mapping[str, Any]) -> Iterator[bool]:
    """For each tool, whether it is a function."""
    for name in ("tools", "functions"):
        tools = params.get(name)
        for tool in tools if isinstance(tools, list) else ():
            yield name == "functions" or (isinstance(tool, dict) and tool.get("type") == "function")
