"""The catalogue for people: one typed record per model, for documents and the command line.

Plugins read the rows themselves (`jackfield_openai_catalogue.lookup.row`).
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import attrs

if TYPE_CHECKING:
    from cattrs import Converter

Surface = Literal[
    "chat",
    "responses",
    "text_completion",
    "embedding",
    "transcription",
    "translation",
    "speech",
    "image",
    "video",
    "moderation",
    "realtime",
]
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
EffortDefault = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max", "adaptive"]
Modality = Literal["text", "image", "audio", "video"]


@attrs.frozen
class Prices:
    """USD per million tokens; None where no source gives it."""

    input: float
    output: float
    cached_input: float | None = None
    batch_input: float | None = None
    batch_output: float | None = None


@attrs.frozen
class ModelRecord:
    """What is known of one model. None means that nothing here says.

    Args:
        name: without prefix.
        surfaces: where it is served.
        source: the documents that the row rests on.
        as_of: the date of the oldest of them.
        mapping: ``reasoning`` where sampling parameters and ``max_tokens`` need mapping on chat.
        effort: accepted values of ``reasoning_effort``.
        effort_default: what the API takes where none is sent.
        summary: accepted values of a reasoning summary; empty: it gives none.
        verbosity: accepted values; empty: it has no such parameter.
        streaming: False where it answers only whole.
        tools: types of built-in tools that it is known to take.
        tools_excluded: types of built-in tools that it rejects.
        tools_while_reasoning: surfaces on which it takes function tools while it reasons; None: on
            all of its own.
        input_excluded: kinds and part types of input that it rejects.
        input, output: modalities.
        context_window, max_input_tokens, max_output_tokens: in tokens.
        prices: see `Prices`.
        rejects_roles: roles of messages that it rejects; ``user`` is what it takes instead.
        status: whether OpenAI still offers it. Nothing is refused because of it.
    """

    name: str
    surfaces: tuple[Surface, ...]
    source: str
    as_of: date
    mapping: Literal["reasoning"] | None = None
    effort: tuple[Effort, ...] | None = None
    effort_default: EffortDefault | None = None
    summary: tuple[Literal["auto", "concise", "detailed"], ...] | None = None
    verbosity: tuple[Literal["low", "medium", "high"], ...] | None = None
    streaming: bool = True
    tools: tuple[str, ...] = ()
    tools_excluded: tuple[str, ...] = ()
    tools_while_reasoning: tuple[Surface, ...] | None = None
    input_excluded: tuple[str, ...] = ()
    input: tuple[Modality, ...] | None = None
    output: tuple[Modality, ...] | None = None
    context_window: int | None = None
    max_input_tokens: int | None = None
    max_output_tokens: int | None = None
    prices: Prices | None = None
    rejects_roles: tuple[Literal["system", "developer"], ...] = ()
    status: Literal["current", "preview", "deprecated", "retired", "unknown"] = "unknown"


def structured(name: str, facts: dict[str, Any]) -> ModelRecord:
    """The record for one row.

    Raises:
        cattrs.BaseValidationError: a key that no record has, a missing one, or a value that its
            field does not take.
    """
    return _converter().structure({"name": name, **facts}, ModelRecord)


@lru_cache(maxsize=1)
def _converter() -> Converter:
    from cattrs import Converter

    converter = Converter(forbid_extra_keys=True)
    converter.register_structure_hook(date, lambda text, _: date.fromisoformat(text))
    converter.register_structure_hook(float, lambda number, _: _exactly(number, float))
    converter.register_structure_hook(str, lambda text, _: _exactly(text, str))
    converter.register_structure_hook(bool, lambda flag, _: _exactly(flag, bool))
    converter.register_structure_hook(int, lambda number, _: _exactly(number, int))
    return converter


def _exactly(value: Any, kind: type) -> Any:
    if type(value) is not kind:
        raise TypeError(f"{value!r} is no {kind.__name__}")
    return value


def records() -> list[ModelRecord]:
    """Every row as a record, sorted by name; each is validated on the way.

    Raises:
        cattrs.BaseValidationError: see `structured`.
    """
    from jackfield_openai_catalogue.rows import ROWS

    return [structured(name, facts) for name, facts in sorted(ROWS.items())]
