"""The names of a form's fields, looked at while the form goes by."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from jackfield_proxy.requests.access import check_fields
from jackfield_proxy.requests.errors import Refused

_SPELLED = re.compile(rb"[;\s]name\*[^=;]*=\s*\"?(?:[^';]*'[^';]*')?([^;\"\s]*)", re.IGNORECASE)
"""A name as mail has it: in an encoding of its own, or in several pieces."""
_MOST = 10_000
"""Fields of a form that is written like a query."""


class Fields:
    """Finds what a client may not set in a multipart form that is not read here.

    Args:
        kind: the ``Content-Type``.

    Raises:
        Refused: 400, it says no boundary that can be.
    """

    def __init__(self, kind: bytes) -> None:
        boundary = parse_options_header(kind)[1].get(b"boundary")
        self._header = {b"name": b"", b"value": b""}
        callbacks = {
            "on_header_field": lambda data, start, end: self._add(b"name", data[start:end]),
            "on_header_value": lambda data, start, end: self._add(b"value", data[start:end]),
            "on_header_end": self._end,
        }
        try:
            if not boundary:
                raise FormParserError("it names no boundary")
            self._parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]  # some of them
        except FormParserError as error:
            raise _unreadable(error) from None

    def look(self, data: bytes) -> None:
        """Look at more of the form.

        Raises:
            Refused: 400, naming the field; or this is no form, and another reader might find in it
                what is not seen here.
        """
        try:
            self._parser.write(data)
        except FormParserError as error:
            raise _unreadable(error) from None

    def _add(self, which: bytes, data: bytes) -> None:
        self._header[which] += data

    def _end(self) -> None:
        name, value = self._header[b"name"], self._header[b"value"]
        self._header = {b"name": b"", b"value": b""}
        if name.strip().lower() == b"content-disposition":
            names = [parse_options_header(value)[1].get(b"name", b"")]
            names += [unquote_to_bytes(spelled[1]) for spelled in _SPELLED.finditer(value)]
            check_fields(map(_field, names))


def _field(name: bytes) -> str:
    return name.partition(b"[")[0].decode("latin-1")


def _unreadable(error: Exception) -> Refused:
    return Refused(400, f"The body is no multipart form that can be read: {error}")


def check_pairs(data: bytes) -> None:
    """Look at the fields of a form that is written like a query.

    Raises:
        Refused: 400, naming the field, or there are too many.
    """
    try:
        pairs = parse_qsl(data.decode("latin-1"), keep_blank_values=True, max_num_fields=_MOST)
    except ValueError:
        raise Refused(400, f"The form has more than {_MOST} fields.") from None
    check_fields(name.partition("[")[0] for name, _ in pairs)
