"""What one surface is to the app: a value. A further surface is one more package and one row."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs


@attrs.frozen
class Surface:
    """One POST route that takes JSON.

    Args:
        path: the path after ``/v1``.
        validate: raises ``APIFault`` for a request that the API would reject.
        answer: request to response body; pure, and the same for the same request.
        events: response body and request to the stream's JSON events.
    """

    path: str
    validate: Callable[[Mapping[str, Any]], None]
    answer: Callable[[Mapping[str, Any]], dict[str, Any]]
    events: Callable[[dict[str, Any], Mapping[str, Any]], Iterable[dict[str, Any]]]
