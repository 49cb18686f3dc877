"""Server-sent events as bytes, in all the ways the rules allow, and byte streams in pieces."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs
from hypothesis import strategies as st

from jackfield_testing.strategies.json_values import texts

BOM = b"\xef\xbb\xbf"


@attrs.frozen
class Encoding:
    """One way of writing events.

    Attributes:
        newline: ends every line.
        bom: whether a byte-order mark comes first.
        space: whether a space follows ``data:``.
        between: lines (comments, other fields) before each event, in turn.
        name: the events' name, if they have one.
        split_data: whether data with line feeds goes into several ``data`` lines; JSON has them
            between tokens only, so any upstream may.
    """

    newline: bytes = b"\n"
    bom: bool = False
    space: bool = True
    between: tuple[bytes, ...] = ()
    name: str | None = None
    split_data: bool = True

    def encode(self, datas: Iterable[bytes]) -> bytes:
        """The bytes of a stream of these events."""
        return encode_events(datas, self)


_BETWEEN = [
    b"",  # an empty line, and with it an event without data
    b": keep-alive",
    b":",
    b": data: {not this}",
    b"id: 7",
    b"id",
    b"retry: 3000",
    b"retry: soon",
    b"unknown: field",
    b"datax: no",
    b" data: no",
]


def encodings(
    *, names: Sequence[str | None] = (None, "message", "chunk")
) -> st.SearchStrategy[Encoding]:
    """Newline styles, byte-order mark, comments, keep-alives, other fields, names."""
    return st.builds(
        Encoding,
        newline=st.sampled_from([b"\n", b"\r\n", b"\r"]),
        bom=st.booleans(),
        space=st.booleans(),
        between=st.lists(st.sampled_from(_BETWEEN), max_size=3).map(tuple),
        name=st.sampled_from(names),
    )


def encode_events(datas: Iterable[bytes], encoding: Encoding) -> bytes:
    """Events as bytes; each data may have line feeds, which become several ``data`` lines."""
    newline = encoding.newline
    lines: list[bytes] = []
    for at, data in enumerate(datas):
        if encoding.between:
            lines.append(encoding.between[at % len(encoding.between)])
        if encoding.name is not None:
            lines.append(b"event: " + encoding.name.encode())
        parts = data.split(b"\n") if encoding.split_data else [data]
        for part in parts:
            needed = encoding.space or part.startswith(b" ")  # one space is taken off again
            lines.append((b"data: " if needed else b"data:") + part)
        lines.append(b"")
    return (BOM if encoding.bom else b"") + b"".join(line + newline for line in lines)


def event_data() -> st.SearchStrategy[bytes]:
    """Data of an event: any text in UTF-8 without carriage returns, or any octets but those."""
    octets = st.binary(max_size=12).map(lambda raw: raw.replace(b"\r", b"").replace(b"\n", b""))
    return texts().map(lambda text: text.replace("\r", "").encode()) | octets


_LINES = [
    b"",
    b"",
    b"data: a",
    b"data:b",
    b"data",
    b"data:",
    b"data:  two",
    b"event: e",
    b"event:",
    b"event",
    b": comment",
    b"id: 1",
    b"retry: 1",
    b"x",
    b"\xff\xfe",
    b"data: \xc3\xa9",
    BOM + b"data: late mark",
]


@st.composite
def lines(draw: st.DrawFn) -> bytes:
    """A stream of lines of every kind, each with a newline of its own, the last perhaps cut."""
    found = draw(
        st.lists(
            st.tuples(
                st.sampled_from(_LINES) | st.binary(max_size=4),
                st.sampled_from([b"\n", b"\r\n", b"\r"]),
            ),
            max_size=14,
        )
    )
    stream = b"".join(line + newline for line, newline in found)
    stream = (BOM if draw(st.booleans()) else b"") + stream
    return stream[: len(stream) - draw(st.sampled_from([0, 0, 0, 1, 2]))]


@st.composite
def cuts(draw: st.DrawFn, stream: bytes) -> list[bytes]:
    """``stream`` in pieces: whole, byte by byte, or cut anywhere; no piece is empty."""
    if not stream:
        return []
    way = draw(st.sampled_from(["anywhere", "anywhere", "bytes", "whole"]))
    if way == "whole":
        return [stream]
    if way == "bytes":
        return [stream[at : at + 1] for at in range(len(stream))]
    ends = sorted(set(draw(st.lists(st.integers(1, len(stream)), max_size=12))) | {len(stream)})
    return [stream[start:end] for start, end in zip([0, *ends], ends, strict=False)]
