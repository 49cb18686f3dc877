"""From a catalogue row to parameter rows: what a model takes, whatever the surface calls it.

Each function gives the rows of one matter, under the paths that a surface has for it. A row that
says nothing of the matter gives none. `jackfield.params.Param` says what they mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from jackfield.params import Param

Row: TypeAlias = Mapping[str, Any]
Rows: TypeAlias = Iterator[tuple[str, Param]]

_NOT_REASONING = ("top_p", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs")


def effort(row: Row, path: str) -> Rows:
    """The values of a reasoning effort."""
    accepted = row.get("effort")
    if accepted is not None:
        yield path, Param(accepts=(*accepted, None))


def summary(row: Row, path: str) -> Rows:
    """The values of a reasoning summary."""
    accepted = row.get("summary")
    if accepted is not None:
        reason = "" if accepted else "the model gives no reasoning summary"
        yield path, Param(accepts=(*accepted, None), reason=reason)


def verbosity(row: Row, path: str) -> Rows:
    """The values of a verbosity."""
    accepted = row.get("verbosity")
    if accepted is not None:
        reason = "" if accepted else "the model has no verbosity"
        yield path, Param(accepts=(*accepted, None), reason=reason)


def sampling(row: Row, level: Any) -> Rows:
    """Chat's sampling parameters, which reasoning models leave to themselves.

    Args:
        row: of the model.
        level: the effort that the call asks for, None for the model's default.
    """
    if row.get("mapping") != "reasoning":
        return
    resolved = level if level is not None else row.get("effort_default")
    if resolved == "none" and "none" in row.get("effort", ()):
        return
    reason = "reasoning models sample in their own way"
    if "none" in row.get("effort", ()):
        reason += ' (reasoning_effort="none" allows it)'
    yield "temperature", Param(accepts=(1,), reason=reason)
    for name in _NOT_REASONING:
        yield name, Param("unsupported", reason)


def tools(row: Row) -> Rows:
    """The types of tools."""
    excluded = tuple(row.get("tools_excluded", ()))
    if excluded:
        reason = f"the model has no {' and no '.join(excluded)}"
        yield "tools[].type", Param(refuses=excluded, reason=reason)


def inputs(row: Row, path: str) -> Rows:
    """The types of content parts in the input."""
    excluded = tuple(row.get("input_excluded", ()))
    if excluded:
        reason = f"the model takes no {' and no '.join(excluded)}"
        yield path, Param(refuses=excluded, reason=reason)


def roles(row: Row, path: str) -> Rows:
    """The roles of messages; one that is rejected is sent as ``user``."""
    rejected = row.get("rejects_roles")
    if rejected:
        reason = "the model rejects this role; sent as user"
        yield path, Param("mapped", reason, to=dict.fromkeys(rejected, "user"))


def streaming(row: Row) -> Rows:
    """What asks for a stream, on a model that answers only whole."""
    if row.get("streaming") is False:
        reason = "the model cannot stream: the answer comes whole, as one chunk sequence"
        yield "stream", Param("mapped", reason)
        yield "stream_options", Param("mapped", reason)
