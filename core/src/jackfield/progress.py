"""How far long work has come, for callbacks (``on_progress=``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeAlias

import attrs

from jackfield.value import Value


@attrs.frozen(eq=False, repr=False)
class Progress(Value):
    """How far one stage of a call has come.

    Args:
        stage: ``upload`` or ``download`` (``done`` and ``total`` are bytes), or ``wait`` for a job
            elsewhere (percent).
        done: how much is done. An upload or download that is tried again starts from 0.
        total: how much there is; None where that is unknown.
        partial: at ``wait``, the result as far as it is known: the job, with its id and status.
    """

    stage: Literal["upload", "download", "wait"]
    done: float
    total: float | None = None
    partial: Any = None


Report: TypeAlias = Callable[[Progress], object]
"""What a caller gives as ``on_progress``. What it raises ends the call, and reaches the caller."""
