"""What becomes of ``stream`` on models that can only answer whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jackfield.params import Param

_WHOLE = "the model cannot stream: the answer comes whole, as one sequence of events"


def rows_for(
    surface: str, row: Mapping[str, Any] | None, params: Mapping[str, Any] | None
) -> Iterator[tuple[str, Param]]:
    """The parameter rows of a model.

    Args:
        surface: ``transcription``, ``translation``, ``speech`` or ``chat``.
        row: its catalogue row; None for a model that is not catalogued, which takes everything.
        params: the call's parameters; None to describe the model in general.
    """
    if row is None or row.get("streaming") is not False:
        return
    yield "stream", Param("mapped", _WHOLE)
    if surface == "speech" and (params is None or params.get("stream")):
        yield "stream_format", Param("mapped", _WHOLE, to={"sse": "audio"})
