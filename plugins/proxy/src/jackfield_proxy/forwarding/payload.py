"""The body of a request that is forwarded, and the model that it names."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Generator
from typing import TYPE_CHECKING, Any

from jackfield import jsonio
from jackfield_proxy.forwarding.fields import Fields, check_pairs
from jackfield_proxy.lanes.splice import with_model
from jackfield_proxy.requests.access import check_fields
from jackfield_proxy.requests.errors import Refused
from jackfield_proxy.requests.incoming import Gone

if TYPE_CHECKING:
    from jackfield_proxy.requests.incoming import Incoming
    from jackfield_proxy.service import Service

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_JSON = frozenset({b"application/json", b"text/json"})
_FORMS = b"multipart/"
_PAIRS = b"application/x-www-form-urlencoded"
_MAYBE = frozenset({b"", b"text/plain", _PAIRS})
"""Of bodies that are said to be this, servers look whether they are JSON all the same."""
_LOOKED_AT = 64 * 1024
"""Bytes of a form in which its model is looked for, and of anything else in which it is looked
whether it is JSON all the same; what is longer goes on as it comes."""


class Payload:
    """A body that goes on as it is.

    Attributes:
        content: what is sent.
        again: whether it can be sent more than once.
        model: the model that it names; None where it names none, or more than one.
    """

    def __init__(self, content: Any, *, again: bool = True, model: str | None = None) -> None:
        self.content = content
        self.again = again
        self.model = model

    def asking(self, model: str) -> Any:
        """The content with another model's name in the place of its own."""
        return self.content


async def read(service: Service, incoming: Incoming) -> Payload:
    """The body of a request; what is no JSON goes on while it comes.

    Raises:
        Refused: it is too large, no JSON, or sets what a client may not.
        Gone: the client left.
    """
    if incoming.method not in _WITH_BODY:
        return Payload(None)
    given = incoming.headers.get(b"content-type", b"")
    kind = given.partition(b";")[0].strip().lower()
    general = service.config.general
    if kind in _JSON or kind.endswith(b"+json"):
        return _json(await incoming.body(general.max_body_bytes))
    limit = general.max_upload_bytes
    incoming.check_length(limit)
    length = incoming.headers.get(b"content-length")
    if length == b"0" or (length is None and b"transfer-encoding" not in incoming.headers):
        return Payload(None)
    if kind in _MAYBE:
        return _perhaps(await incoming.body(general.max_body_bytes), kind)
    pieces = incoming.pieces(limit)
    total = int(length) if length is not None and length.isdigit() else None
    begun = bytearray()
    while len(begun) < _LOOKED_AT:
        piece = await anext(pieces, b"")
        if not piece and not kind.startswith(_FORMS):  # all of it is here
            return _perhaps(bytes(begun), kind)
        if not piece:
            break
        begun += piece
    if kind.startswith(_FORMS):
        return Form(bytes(begun), pieces, total, given)
    return Payload(Streamed(pieces, total, bytes(begun)), again=False)


def _json(data: bytes) -> Payload:
    if not data:
        return Payload(b"")
    try:
        body = jsonio.decode(data)
    except ValueError as error:
        raise Refused(400, f"The request body is not valid JSON: {error}") from None
    if not isinstance(body, dict):
        return Payload(data)
    return Json(data, body)


def _perhaps(data: bytes, kind: bytes) -> Payload:
    try:
        body = jsonio.decode(data)
    except ValueError:
        body = None
    if isinstance(body, dict):
        return Json(data, body)
    if kind == _PAIRS:
        check_pairs(data)
    return Payload(data or None)


class Json(Payload):
    """An object in JSON.

    Raises:
        Refused: it sets what a client may not.
    """

    def __init__(self, data: bytes, body: dict[str, Any]) -> None:
        check_fields(body)
        name = body.get("model")
        super().__init__(data, model=name if isinstance(name, str) else None)
        self._body = body

    def asking(self, model: str) -> bytes:
        """The bytes, but for the model's name."""
        return with_model(self.content, self._body, model)


class Form(Payload):
    """A multipart form, of which the beginning is there.

    Raises:
        Refused: it sets what a client may not; `Streamed` raises it of the rest.
    """

    def __init__(
        self, begun: bytes, rest: AsyncIterator[bytes], length: int | None, kind: bytes
    ) -> None:
        fields = Fields(kind)
        fields.look(begun)
        self._begun = begun
        self._rest = _looked_at(rest, fields)
        self._length = length
        self._span = _model_in(begun[:_LOOKED_AT], kind)
        name = None if self._span is None else begun[slice(*self._span)].decode("utf-8")
        super().__init__(Streamed(self._rest, length, begun), again=False, model=name)

    def asking(self, model: str) -> Streamed:
        """The bytes, but for the model's name."""
        assert self._span is not None
        start, end = self._span
        begun = self._begun[:start] + model.encode("utf-8") + self._begun[end:]
        more = len(begun) - len(self._begun)
        length = None if self._length is None else self._length + more
        return Streamed(self._rest, length, begun)


async def _looked_at(pieces: AsyncIterator[bytes], fields: Fields) -> AsyncIterator[bytes]:
    async for piece in pieces:
        fields.look(piece)
        yield piece


def _model_in(begun: bytes, kind: bytes) -> tuple[int, int] | None:
    """Where the value of a form's one ``model`` field begins and ends, if all of it is there."""
    from python_multipart.exceptions import FormParserError
    from python_multipart.multipart import MultipartParser, parse_options_header

    boundary = parse_options_header(kind)[1].get(b"boundary")
    if not boundary:
        return None
    header = {b"name": b"", b"value": b""}
    parts: list[tuple[bytes, list[tuple[int, int]]]] = []
    whole: list[tuple[int, int]] = []

    def name(data: bytes, start: int, end: int) -> None:
        header[b"name"] += data[start:end]

    def value(data: bytes, start: int, end: int) -> None:
        header[b"value"] += data[start:end]

    def header_end() -> None:
        if header[b"name"].lower() == b"content-disposition":
            options = parse_options_header(header[b"value"])[1]
            if options.get(b"name") == b"model" and b"filename" not in options:
                parts[-1] = (b"model", [])
        header.update({b"name": b"", b"value": b""})

    def data(source: bytes, start: int, end: int) -> None:
        parts[-1][1].append((start, end) if source is begun else (-1, -1))

    def part_end() -> None:
        field, spans = parts[-1]
        if field == b"model" and len(spans) == 1:
            whole.extend(span for span in spans if span[0] >= 0)

    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": lambda: parts.append((b"", [])),
            "on_header_field": name,
            "on_header_value": value,
            "on_header_end": header_end,
            "on_part_data": data,
            "on_part_end": part_end,
        },
    )
    try:
        parser.write(begun)
    except FormParserError:  # the upstream will say so
        return None
    if len(whole) != 1 or sum(field == b"model" for field, _ in parts) != 1:
        return None
    try:
        begun[slice(*whole[0])].decode("utf-8")
    except UnicodeDecodeError:
        return None
    return whole[0]


class Streamed:
    """A body that is sent on while it arrives; see `jackfield_proxy.upstream`."""

    replayable = False

    def __init__(
        self, pieces: AsyncIterator[bytes], length: int | None, begun: bytes = b""
    ) -> None:
        self._pieces = pieces
        self._begun = begun
        self.length = length
        self.failure: Exception | None = None

    def pieces(self) -> Generator[bytes, None, None]:
        """Not used: this body arrives on the loop."""
        raise NotImplementedError

    async def arriving(self) -> AsyncGenerator[bytes, None]:
        """The body, a piece at a time, as the client sends it."""
        try:
            if self._begun:
                yield self._begun
            async for piece in self._pieces:
                yield piece
        except (Refused, Gone) as failure:
            self.failure = failure  # the client's fault, which the transport would hide
            raise
