"""What was asked of the sandbox, in the order of arrival."""

from __future__ import annotations

import hashlib
import threading
from functools import cached_property
from typing import Any

import attrs
import orjson

from jackfield_testing.sandbox.forms import Form, Part, parse_form


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

    @property
    def form(self) -> list[Part]:
        """The parts of a multipart body: pairs of a name and a string or a ``FormFile``.

        Empty where the body is of another type; where it is broken, the parts before that.
        """
        return list(self._form.parts)

    @property
    def form_problem(self) -> str:
        """Why a multipart body could not be read to its end, or an empty string."""
        return self._form.problem

    @cached_property
    def _form(self) -> Form:
        return parse_form(self.headers.get("content-type", ""), self.body)

    @property
    def model(self) -> str | None:
        """The model that the body names, with its fault directive."""
        if self._form.parts:
            named: Any = dict(self._form.parts).get("model")
        else:
            body = self.json
            named = body.get("model") if isinstance(body, dict) else None
        return named if isinstance(named, str) else None

    @cached_property
    def fingerprint(self) -> str:
        """A digest of the body that leaves out where a client drew the boundaries of a form."""
        if not self._form.parts:
            return hashlib.sha256(self.body).hexdigest()
        digest = hashlib.sha256()
        for name, value in self._form.parts:
            text = value if isinstance(value, str) else f"{value!r} {value.sha256}"
            digest.update(repr((name, text)).encode())
        return digest.hexdigest()

    def wait(self, timeout: float = 5.0) -> bool:
        """Wait until the answer has ended, for whatever reason; False on a timeout (seconds)."""
        return self._finished.wait(timeout)

    def finish(self, *, disconnected: bool) -> None:
        """Note that the answer has ended."""
        self.disconnected = disconnected
        self._finished.set()

    def as_json(self) -> dict[str, Any]:
        """Give the record for other processes; of files in a form, all but their bytes."""
        form = [
            {"name": name, "value": value}
            if isinstance(value, str)
            else {
                "name": name,
                "filename": value.filename,
                "content_type": value.content_type,
                "size": value.size,
                "sha256": value.sha256,
            }
            for name, value in self._form.parts
        ]
        return {
            "method": self.method,
            "path": self.path,
            "query": self.query,
            "headers": self.headers,
            "body": None if form else self.body.decode("utf-8", "replace"),
            "json": self.json,
            "form": form or None,
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
