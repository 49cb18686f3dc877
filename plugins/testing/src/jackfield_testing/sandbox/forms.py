"""``multipart/form-data``: the parts of a body, and the fields that their names spell."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterable
from functools import cached_property
from typing import Any, TypeAlias

import attrs
from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header


@attrs.frozen
class FormFile:
    """A file part.

    Args:
        filename: as sent.
        content_type: as sent, parameters included; an empty string where the part has none.
        data: the bytes.
    """

    filename: str
    content_type: str
    data: bytes = attrs.field(repr=False)

    @property
    def size(self) -> int:
        """How many bytes there are."""
        return len(self.data)

    @cached_property
    def sha256(self) -> str:
        """The digest of the bytes, in hexadecimal digits."""
        return hashlib.sha256(self.data).hexdigest()


# Without any handler, logging's last resort would print what the parser says of broken forms.
logging.getLogger("python_multipart").addHandler(logging.NullHandler())

Part: TypeAlias = tuple[str, str | FormFile]


@attrs.frozen
class Form:
    """What a body holds.

    Args:
        parts: the parts that are complete, in order.
        problem: why the body is no form, or an empty string.
    """

    parts: tuple[Part, ...] = ()
    problem: str = ""


def parse_form(content_type: str, body: bytes) -> Form:
    """Take a body apart; a body of another type is an empty form.

    Nothing is raised: a body that is cut short or malformed gives the parts up to there.
    """
    kind, options = parse_options_header(content_type.encode("latin-1"))
    if kind != b"multipart/form-data":
        return Form()
    boundary = options.get(b"boundary")
    if not boundary:
        return Form(problem="the content type names no boundary")
    if body.strip() == b"--" + boundary + b"--":
        return Form()  # what a client without a field sends
    reader = _Reader()
    try:
        parser = MultipartParser(boundary, reader.callbacks())
        parser.write(body)
        parser.finalize()
    except (FormParserError, ValueError) as error:
        return Form(tuple(reader.parts), str(error) or type(error).__name__)
    problem = "" if reader.ended else "the body ends before its last boundary"
    return Form(tuple(reader.parts), problem)


class _Reader:
    """Collects parts from the parser's callbacks."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.ended = False

    def callbacks(self) -> Any:
        return {
            "on_part_begin": self.part_begin,
            "on_header_field": self.header_field,
            "on_header_value": self.header_value,
            "on_header_end": self.header_end,
            "on_part_data": self.part_data,
            "on_part_end": self.part_end,
            "on_end": self.end,
        }

    def part_begin(self) -> None:
        self.headers: dict[bytes, bytes] = {}
        self.field = self.value = b""
        self.pieces: list[bytes] = []

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self.field += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self.value += data[start:end]

    def header_end(self) -> None:
        self.headers[self.field.lower()] = self.value
        self.field = self.value = b""

    def part_data(self, data: bytes, start: int, end: int) -> None:
        self.pieces.append(data[start:end])

    def part_end(self) -> None:
        _, options = parse_options_header(self.headers.get(b"content-disposition", b""))
        if b"name" not in options:
            raise ValueError("a part has no name")
        name, data = options[b"name"].decode("utf-8"), b"".join(self.pieces)
        if b"filename" in options:
            content_type = self.headers.get(b"content-type", b"").decode("latin-1").strip()
            filename = options[b"filename"].decode("utf-8", "replace")
            self.parts.append((name, FormFile(filename, content_type, data)))
        else:
            self.parts.append((name, data.decode("utf-8")))

    def end(self) -> None:
        self.ended = True


def fields_of(parts: Iterable[Part]) -> dict[str, Any]:
    """Give the fields of a form: ``a[]`` is an item of a list, ``a[b]`` a member of an object."""
    fields: dict[str, Any] = {}
    for name, value in parts:
        found = re.fullmatch(r"([^\[\]]+)((?:\[[^\[\]]*\])*)", name)
        keys = re.findall(r"\[([^\[\]]*)\]", found[2]) if found else []
        _put(fields, found[1] if found else name, keys, value)
    return fields


def _put(fields: dict[str, Any], name: str, keys: list[str], value: Any) -> None:
    if not keys:
        fields[name] = value
        return
    key, *rest = keys
    if key == "":
        items = fields.get(name)
        if not isinstance(items, list):
            items = fields[name] = []
        inner: dict[str, Any] = {}
        _put(inner, "", rest, value)
        items.append(inner[""])
        return
    members = fields.get(name)
    if not isinstance(members, dict):
        members = fields[name] = {}
    _put(members, key, rest, value)
