"""What was asked of the sandbox, in the order of arrival."""

from __future__ import annotations

import threading
from typing import Any

import attrs
import orjson


@attrs.define
class RecordedRequest:
    """One request as it arrived.

    Args:
        method: ``POST``, ``GET``, …
        path: the path as sent, ``/v1`` included, without the query.
        query: the raw query string, without ``?``.
        headers: names in lower case; repeats are joined by ``, ``.
        body: the bytes.
    """

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes = attrs.field(repr=False)
    #: The status of the answer; None while there is none.
    status: int | None = None
    #: Whether the client went away before the answer was complete.
    disconnected: bool = False
    _finished: threading.Event = attrs.field(factory=threading.Event, repr=False, init=False)

    @property
    def json(self) -> Any:
        """The parsed body, or None where it is empty or no JSON."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError:
            return None

    def wait(self, timeout: float = 5.0) -> bool:
        """Wait until the answer has ended, for whatever reason; False on a timeout (seconds)."""
        return self._finished.wait(timeout)

    def finish(self, *, disconnected: bool) -> None:
        """Note that the answer has ended."""
        self.disconnected = disconnected
        self._finished.set()

    def as_json(self) -> dict[str, Any]:
        """Give the record for other processes."""
        return {
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": self.headers,
            "body": self.body.decode("utf-8", "replace"),
            "json": self.json,
            "status": self.status,
            "disconnected": self.disconnected,
        }


class Journal:
    """The recorded requests; safe to read from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: list[RecordedRequest] = []
        self._failures: dict[str, int] = {}
        self._sequence = 0

    def add(self, request: RecordedRequest) -> int:
        """Record a request; gives its number since the start, from 1."""
        with self._lock:
            self._requests.append(request)
            self._sequence += 1
            return self._sequence

    def count_failure(self, key: str) -> int:
        """Count one more request for a fault and body; gives how many there have been."""
        with self._lock:
            self._failures[key] = self._failures.get(key, 0) + 1
            return self._failures[key]

    @property
    def requests(self) -> list[RecordedRequest]:
        """A copy of the list."""
        with self._lock:
            return list(self._requests)

    def clear(self) -> None:
        """Forget the requests, and how often each ``times=`` fault has struck."""
        with self._lock:
            self._requests.clear()
            self._failures.clear()
