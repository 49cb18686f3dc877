"""The names of a form's fields, looked at while the form goes by."""

from __future__ import annotations

from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from jackfield_proxy.requests.access import check_fields


class Fields:
    """Finds what a client may not set in a multipart form that is not read here.

    Args:
        kind: the ``Content-Type``.
    """

    def __init__(self, kind: bytes) -> None:
        boundary = parse_options_header(kind)[1].get(b"boundary")
        self._header = {b"name": b"", b"value": b""}
        self._parser: MultipartParser | None = None
        if boundary:
            callbacks = {
                "on_header_field": lambda data, start, end: self._add(b"name", data[start:end]),
                "on_header_value": lambda data, start, end: self._add(b"value", data[start:end]),
                "on_header_end": self._end,
            }
            self._parser = MultipartParser(boundary, callbacks)  # type: ignore[arg-type]  # some of them

    def look(self, data: bytes) -> None:
        """Look at more of the form. What is no form is the upstream's to refuse.

        Raises:
            Refused: 400, naming the field.
        """
        if self._parser is not None:
            try:
                self._parser.write(data)
            except FormParserError:
                self._parser = None

    def _add(self, which: bytes, data: bytes) -> None:
        self._header[which] += data

    def _end(self) -> None:
        name, value = self._header[b"name"], self._header[b"value"]
        self._header = {b"name": b"", b"value": b""}
        if name.lower() == b"content-disposition":
            field = parse_options_header(value)[1].get(b"name", b"")
            check_fields([field.partition(b"[")[0].decode("latin-1")])


def check_pairs(data: bytes) -> None:
    """Look at the fields of a form that is written like a query.

    Raises:
        Refused: 400, naming the field.
    """
    pairs = parse_qsl(data.decode("latin-1"), keep_blank_values=True)
    check_fields(name.partition("[")[0] for name, _ in pairs)
