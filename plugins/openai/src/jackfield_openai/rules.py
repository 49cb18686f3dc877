"""The parameter rows of a chat call: what GPT-5 and o-series models take, and under which name.

The tables are data in ``jackfield-openai-catalogue``, and so is what most of them mean; here is
only what chat completions adds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jackfield.params import Param
from jackfield_openai_catalogue import rules

_SUMMARY = Param(
    "unsupported",
    "chat completions has no reasoning summary; install jackfield-openai-responses, which calls "
    "the model through the Responses API",
)


def rows_for(
    row: Mapping[str, Any] | None, params: Mapping[str, Any] | None
) -> Iterator[tuple[str, Param]]:
    """The parameter rows of a model.

    Args:
        row: its catalogue row; None for a model that is not catalogued, which takes everything.
        params: the call's parameters; without them the rows are those of a call with none.
    """
    effort = (params or {}).get("reasoning_effort")
    level = effort.get("effort") if isinstance(effort, dict) else effort
    if params is None or isinstance(effort, dict):
        yield "reasoning_effort.summary", _SUMMARY
        yield "reasoning_effort.generate_summary", _SUMMARY
    if row is None:
        return
    path = "reasoning_effort.effort" if isinstance(effort, dict) else "reasoning_effort"
    yield from rules.effort(row, path)
    yield from rules.verbosity(row, "verbosity")
    if row.get("mapping") == "reasoning":
        reason = "reasoning models count reasoning too"
        yield "max_tokens", Param("mapped", reason, maps_to="max_completion_tokens")
    yield from rules.sampling(row, level)
    yield from rules.tools(row)
    yield from rules.inputs(row, "messages[].content[].type")
    yield from rules.roles(row, "messages[].role")
    yield from rules.streaming(row)
