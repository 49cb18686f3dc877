"""What the app serves, as values: a further one is one more package and one row.

A ``Surface`` is the common case, one POST route from JSON to JSON or a stream; an ``Endpoint`` is
any route at all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

import attrs

from jackfield_testing.sandbox.bodies import json_body
from jackfield_testing.sandbox.journal import RecordedRequest
from jackfield_testing.sandbox.reply import Reply, json_reply, stream_reply
from jackfield_testing.sandbox.world import World

#: Request, path parameters and state to reply; raises ``APIFault`` where the API would reject it.
Handle: TypeAlias = Callable[[RecordedRequest, Mapping[str, Any], World], Reply]


@attrs.frozen
class Endpoint:
    """One route for callers with a key.

    Args:
        method: ``GET``, ``POST`` or ``DELETE``.
        path: the path after ``/v1``, with parameters as ``{name}``.
        handle: makes the reply. What it makes depends on the request and on the state alone.
    """

    method: str
    path: str
    handle: Handle


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

    def endpoint(self) -> Endpoint:
        """Give the route."""
        return Endpoint("POST", self.path, self._handle)

    def _handle(self, record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
        body = json_body(record)
        self.validate(body)
        answer = self.answer(body)
        if body.get("stream"):
            return stream_reply(self.events(answer, body))
        return json_reply(answer)
