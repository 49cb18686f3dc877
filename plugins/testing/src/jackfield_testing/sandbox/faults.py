"""Faults on demand, asked for in the ``x-sandbox-fault`` header or after ``!`` in a model name.

Directives are separated by commas: ``status=429,retry-after=0,times=2`` fails the first two
requests with this directive and body. The plugin's README lists them all.
"""

from __future__ import annotations

import contextlib
import math
import re
from typing import Any

import attrs
import orjson

from jackfield_testing.sandbox.errors import APIFault, status_error
from jackfield_testing.sandbox.reply import (
    DONE,
    Disturbance,
    Reply,
    event_bytes,
    json_reply,
    named_event_bytes,
)

HEADER = "x-sandbox-fault"

_WHOLE = {"status", "times", "cut", "cut-events", "error-event"}
_SECONDS = {"delay", "chunk-delay"}
_TEXT = {"code", "type", "retry-after", "retry-after-ms", "should-retry", "redirect"}
_FLAGS = {"no-done", "hang", "drop", "flat", "malformed", "empty", "html", "error-in-200"}
#: Every directive there is.
DIRECTIVES = _WHOLE | _SECONDS | _TEXT | _FLAGS

_WITH_COMMAS = {"retry-after", "redirect"}  # dates and addresses hold commas of their own
_HTML = b"<!DOCTYPE html><html><head><title>502</title></head><body>Bad gateway</body></html>"


@attrs.frozen
class Fault:
    """What goes wrong with a reply; nothing by default.

    Args:
        directive: the text it came from.
        values: the directives and their values, by name.
    """

    directive: str = ""
    values: dict[str, Any] = attrs.Factory(dict)

    def __bool__(self) -> bool:
        return bool(self.values)

    @property
    def times(self) -> int | None:
        """How many requests it strikes, or None for all of them."""
        value: int | None = self.values.get("times")
        return value

    @property
    def replaces(self) -> bool:
        """Whether nothing is left of the reply, so that what was asked for is not done at all."""
        return self.values.get("status", 200) >= 400 or bool(
            self.values.keys() & {"redirect", "error-in-200", "html"}
        )

    def strike(self, reply: Reply) -> Reply:
        """Give the reply as this fault leaves it."""
        disturbance = Disturbance(
            delay=self.values.get("delay", 0.0),
            chunk_delay=self.values.get("chunk-delay", 0.0),
            cut=self.values.get("cut"),
            cut_events=self.values.get("cut-events"),
            drop="drop" in self.values,
            hang="hang" in self.values,
        )
        reply = self._stream(self._replaced(reply))
        headers = (*reply.headers, *self._headers())
        return attrs.evolve(reply, headers=headers, disturbance=disturbance)

    def _headers(self) -> list[tuple[str, str]]:
        names = {"retry-after": "retry-after", "retry-after-ms": "retry-after-ms"}
        names |= {"should-retry": "x-should-retry", "redirect": "location"}
        return [
            (header, self.values[name]) for name, header in names.items() if name in self.values
        ]

    def _replaced(self, reply: Reply) -> Reply:
        values = self.values
        if "redirect" in values:
            return attrs.evolve(json_reply({}), status=values.get("status", 307))
        error = status_error(
            values.get("status", 500), type=values.get("type"), code=values.get("code")
        )
        if "error-in-200" in values:
            return json_reply(error)
        if "html" in values:
            return Reply(values.get("status", 200), (_HTML,), content_type="text/html")
        if "empty" in values:
            return Reply(values.get("status", 200), (b"",), content_type=reply.content_type)
        if "status" in values and values["status"] >= 400:
            reply = json_reply(error, values["status"])
        elif "status" in values:
            reply = attrs.evolve(reply, status=values["status"])
        if "malformed" in values and not reply.is_stream:
            return attrs.evolve(reply, pieces=(b"".join(reply.pieces)[:-3],))
        return reply

    def _stream(self, reply: Reply) -> Reply:
        if not reply.is_stream:
            return reply
        pieces, newline = list(reply.pieces), reply.newline
        if "malformed" in self.values:
            place = min(1, len(pieces) - 1)
            pieces[place] = pieces[place].rstrip(b"\r\n")[:-3] + newline * 2
        if "no-done" in self.values:
            last = len(pieces) - 1 if reply.named else len(pieces)
            pieces = [piece for piece in pieces[:last] if piece.strip() != DONE.strip()]
        if "error-event" in self.values:
            values = self.values
            error = status_error(500, type=values.get("type"), code=values.get("code"))
            pieces = pieces[: values["error-event"]]
            pieces.append(
                self._named_error(error, pieces) if reply.named else event_bytes(error, newline)
            )
        return attrs.evolve(reply, pieces=tuple(pieces))

    def _named_error(self, error: dict[str, Any], sent: list[bytes]) -> bytes:
        """Give an error event: nested, as the API sends it, or flat, as its reference has it."""
        number = len(sent)
        with contextlib.suppress(IndexError, orjson.JSONDecodeError):  # nothing, or cut short
            number = orjson.loads(sent[-1].partition(b"data: ")[2])["sequence_number"] + 1
        fields = error
        if "flat" in self.values:
            fields = {name: error["error"][name] for name in ("code", "message", "param")}
        return named_event_bytes({"type": "error", **fields, "sequence_number": number})


def parse_fault(text: str) -> Fault:
    """Read directives.

    Raises:
        APIFault: 400 with code ``invalid_sandbox_fault`` for a directive that there is not, or a
            value that it does not take.
    """
    values: dict[str, Any] = {}
    last = ""
    for part in filter(None, text.split(",")):
        name, equals, value = part.strip().partition("=")
        if name in _FLAGS and not equals:
            values[name] = True
        elif equals and name in _WHOLE | _SECONDS | _TEXT:
            values[name] = _value(name, value)
        elif last in _WITH_COMMAS:
            values[last] = _value(last, f"{values[last]},{part}")
            continue
        else:
            raise _invalid(f"There is no fault directive '{part.strip()}'.")
        last = name
    return Fault(text, values)


def _value(name: str, text: str) -> Any:
    if name in _WHOLE:
        if not re.fullmatch(r"[0-9]{1,9}", text):
            raise _invalid(f"'{name}' takes a whole number, not '{text}'.")
        if name == "status" and not 200 <= int(text) <= 599:
            raise _invalid(f"'status' takes a number from 200 to 599, not '{text}'.")
        return int(text)
    if name in _SECONDS:
        try:
            seconds = float(text)
        except ValueError:
            seconds = -1.0
        if not (math.isfinite(seconds) and seconds >= 0):
            raise _invalid(f"'{name}' takes seconds, not '{text}'.")
        return seconds
    if not (text.isascii() and text.isprintable()):
        raise _invalid(f"'{name}' takes printable ASCII text.")
    return text


def _invalid(message: str) -> APIFault:
    return APIFault(400, message, param=HEADER, code="invalid_sandbox_fault")


def model_fault(model: str | None) -> str:
    """Give the directive in a model's name, or an empty string."""
    return (model or "").partition("!")[2]
