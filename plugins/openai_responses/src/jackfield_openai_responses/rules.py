"""Parameter rows: what a model takes, by its catalogue row, and what crosses between the surfaces.

On responses nothing is mapped: there are limits, and a stream that the model can't give.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from jackfield.params import Param
from jackfield_openai_catalogue import rules
from jackfield_openai_responses import losses
from jackfield_openai_responses.losses import TO_CHAT, TO_RESPONSES, Direction, Kind

Rows: TypeAlias = Iterator[tuple[str, Param]]


def native(row: rules.Row | None) -> Rows:
    """The rows of a call on responses.

    Args:
        row: the model's; None for one that is not catalogued, which takes everything.
    """
    if row is None:
        return
    yield from _own(row)
    yield from rules.tools(row)
    yield from rules.inputs(row, "input[].content[].type")
    yield from rules.streaming(row)


def _own(row: rules.Row) -> Rows:
    """What the API has under names of its own, which a chat call may use too."""
    yield from rules.effort(row, "reasoning.effort")
    yield from rules.summary(row, "reasoning.summary")
    yield from rules.summary(row, "reasoning.generate_summary")
    yield from rules.verbosity(row, "text.verbosity")


def from_chat(row: rules.Row | None, params: Mapping[str, Any] | None) -> Rows:
    """The rows of a chat call that the Responses API serves.

    Args:
        row: the model's; None for one that is not catalogued.
        params: the call's parameters; without them the rows are those of a call with none.
    """
    if row is not None:
        effort = (params or {}).get("reasoning_effort")
        level = effort.get("effort") if isinstance(effort, dict) else effort
        path = "reasoning_effort.effort" if isinstance(effort, dict) else "reasoning_effort"
        yield from _own(row)
        yield from rules.effort(row, path)
        yield from rules.summary(row, "reasoning_effort.summary")
        yield from rules.summary(row, "reasoning_effort.generate_summary")
        yield from rules.verbosity(row, "verbosity")
        yield from rules.sampling(row, level)
        yield from rules.tools(row)
        yield from rules.inputs(row, "messages[].content[].type")
        yield from rules.roles(row, "messages[].role")
        yield from rules.streaming(row)
    # Last, so that they stand where a row says the same for a reason that can be helped.
    yield from _parameters(TO_RESPONSES, params)
    for lost in losses.rows(TO_RESPONSES, "request", "message field", "unsupported"):
        yield f"messages[].{lost.name}", Param(accepts=(None,), reason=lost.reason)


def to_chat() -> Rows:
    """The rows of a call on responses that a chat model serves, to be looked at.

    The call itself is judged where it is translated (`responses_over_chat`), because what a chat
    model lacks is seldom a parameter.
    """
    yield from _parameters(TO_CHAT, None)
    paths: dict[Kind, str] = {"tool": "tools[].type", "item": "input[].type"}
    for kind, path in paths.items():
        named = [row.name for row in losses.rows(TO_CHAT, "request", kind, "unsupported")]
        yield path, Param(refuses=tuple(named), reason="a chat model has no such thing")


def _parameters(direction: Direction, params: Mapping[str, Any] | None) -> Rows:
    """Rows for the parameters that the loss table leaves to the policy.

    Those that ask for nothing (``n=1``) have none: they are left out without a word.
    """
    for row in losses.rows(direction, "request", "parameter", "unsupported"):
        value = (params or {}).get(row.name)
        if params is None or (value is not None and value not in row.neutral):
            yield row.name, Param("unsupported", row.reason)
