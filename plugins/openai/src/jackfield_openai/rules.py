"""From a catalogue row to parameter rows: what GPT-5 and o-series models take, and how.

The tables are data in ``jackfield-openai-catalogue``; here is only what follows from them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jackfield.params import Param

_SUMMARY = Param(
    "unsupported",
    "chat completions has no reasoning summary; install jackfield-openai-responses, which calls "
    "the model through the Responses API",
)
_NOT_REASONING = ("top_p", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs")


def rows_for(
    row: Mapping[str, Any] | None, params: Mapping[str, Any] | None
) -> Iterator[tuple[str, Param]]:
    """The parameter rows of a model.

    Args:
        row: its catalogue row; None for a model that is not catalogued, which takes everything.
        params: the call's parameters; without them the rows are those of a call with none.
    """
    effort = (params or {}).get("reasoning_effort")
    if params is None or isinstance(effort, dict):
        yield "reasoning_effort.summary", _SUMMARY
        yield "reasoning_effort.generate_summary", _SUMMARY
    if row is None:
        return
    yield from _reasoning_effort(row, effort)
    yield from _verbosity(row)
    yield from _sampling(row, effort)
    yield from _excluded(row)
    if row.get("streaming") is False:
        reason = "the model cannot stream: the answer comes whole, as one chunk sequence"
        yield "stream", Param("mapped", reason)
        yield "stream_options", Param("mapped", reason)


def _reasoning_effort(row: Mapping[str, Any], effort: Any) -> Iterator[tuple[str, Param]]:
    accepted = row.get("effort")
    if accepted is None:
        return
    path = "reasoning_effort.effort" if isinstance(effort, dict) else "reasoning_effort"
    yield path, Param(accepts=(*accepted, None))


def _verbosity(row: Mapping[str, Any]) -> Iterator[tuple[str, Param]]:
    accepted = row.get("verbosity")
    if accepted is None:
        return
    if accepted:
        yield "verbosity", Param(accepts=tuple(accepted))
    else:
        yield "verbosity", Param("unsupported", "the model has no verbosity")


def _sampling(row: Mapping[str, Any], effort: Any) -> Iterator[tuple[str, Param]]:
    if row.get("mapping") != "reasoning":
        return
    yield (
        "max_tokens",
        Param("mapped", "reasoning models count reasoning too", maps_to="max_completion_tokens"),
    )
    level = effort.get("effort") if isinstance(effort, dict) else effort
    resolved = level if level is not None else row.get("effort_default")
    if resolved == "none" and "none" in row.get("effort", ()):
        return
    reason = "reasoning models sample in their own way"
    if "none" in row.get("effort", ()):
        reason += ' (reasoning_effort="none" allows it)'
    yield "temperature", Param(accepts=(1,), reason=reason)
    for name in _NOT_REASONING:
        yield name, Param("unsupported", reason)


def _excluded(row: Mapping[str, Any]) -> Iterator[tuple[str, Param]]:
    tools = tuple(row.get("tools_excluded", ()))
    if tools:
        yield (
            "tools[].type",
            Param(refuses=tools, reason=f"the model has no {' and no '.join(tools)}"),
        )
    inputs = tuple(row.get("input_excluded", ()))
    if inputs:
        yield (
            "messages[].content[].type",
            Param(refuses=inputs, reason=f"the model takes no {' and no '.join(inputs)}"),
        )
    roles = row.get("rejects_roles")
    if roles:
        yield (
            "messages[].role",
            Param(
                "mapped",
                "the model rejects this role; sent as user",
                to=dict.fromkeys(roles, "user"),
            ),
        )
