"""Bodies that are sent in pieces, and the sources in them."""

from __future__ import annotations

import email.parser
import email.policy
import io
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield.envelope import FilePart, Multipart
from jackfield.errors import RequestError, SourceError
from jackfield.multipart import MultipartBody, SourceBody
from jackfield.sources import PIECE, Source
from jackfield_testing import strategies

UNQUOTED = re.compile(r'[^"\\\x00-\x1f\x7f-\x9f\u2028\u2029]+')
NAMES = strategies.texts(min_size=1, max_size=8).filter(
    lambda name: UNQUOTED.fullmatch(name) and name.strip() == name
)
TEXTS = strategies.texts().map(lambda text: text.replace("\r", "").replace("\n", ""))
CONTENTS = st.binary(max_size=60) | st.sampled_from([b"\r\n--", b"--\r\n", b"\r", b"\n", b""])
FILES = st.builds(
    FilePart,
    source=CONTENTS | CONTENTS.map(Source.of) | CONTENTS.map(io.BytesIO).map(Source.of),
    name=st.none() | NAMES,
    content_type=st.none() | st.sampled_from(["audio/wav", "text/plain"]),
)


def parsed(body: MultipartBody) -> list[tuple[str, str | None, str, bytes]]:
    """Name, file name, type and content of every field, as the standard library reads them."""
    head = f"Content-Type: {body.content_type}\r\n\r\n".encode()
    message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(
        head + b"".join(body.pieces())
    )
    found = []
    for part in message.iter_parts():
        raw = dict(part.raw_items())["Content-Disposition"]
        text = raw.encode("ascii", "surrogateescape").decode("utf-8")
        names = dict(re.findall(r'(name|filename)="([^"]*)"', text))
        content = part.get_payload(decode=True)
        found.append((names["name"], names.get("filename"), part.get_content_type(), content))
    return found


@given(st.lists(st.tuples(NAMES, TEXTS | FILES), max_size=4))
def test_a_form_parses_back_to_its_fields(fields: list[tuple[str, Any]]) -> None:
    body = MultipartBody(Multipart(fields))
    assert body.length == len(b"".join(body.pieces()))
    found = parsed(body) if fields else []
    assert len(found) == len(fields)
    for (name, value), (got, filename, kind, content) in zip(fields, found, strict=True):
        assert got == name
        if isinstance(value, str):
            assert (filename, content) == (None, value.encode())
            continue
        source = value.source
        assert content == (source if isinstance(source, bytes) else source.read("all", None))
        assert filename == (value.name or "upload")
        assert kind == (value.content_type or "application/octet-stream")
    assert b"".join(body.pieces()) == b"".join(body.pieces())


@given(CONTENTS, st.integers(0, 60), st.none() | st.integers(0, 70))
def test_a_file_object_is_read_from_where_it_stands_and_put_back(
    content: bytes, position: int, limit: int | None
) -> None:
    file = io.BytesIO(content)
    file.seek(position)
    source = Source.of(file)
    assert source is not None
    assert source.size == max(0, len(content) - position) or position > len(content)
    wanted = content[position:][:limit]
    assert b"".join(source.pieces(limit)) == wanted
    assert file.tell() == position
    assert source.read("head", limit) == content[position:][: PIECE if limit is None else limit]
    assert file.tell() == position
    pieces = source.pieces()
    next(pieces, None)
    pieces.close()
    assert file.tell() == position


@given(CONTENTS)
def test_a_path_is_read_again_and_again(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.bin"
        path.write_bytes(content)
        source = Source.of(path)
        assert source is not None
        body = SourceBody(source)
        assert body.length == len(content)
        assert b"".join(body.pieces()) == b"".join(body.pieces()) == content
        assert source.name == "a.bin"


class Pipe(io.RawIOBase):
    """A file object that can be read once."""

    def __init__(self, content: bytes) -> None:
        self._content = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._content.read(size)


@given(CONTENTS)
def test_what_can_be_read_once_says_so_the_second_time(content: bytes) -> None:
    source = Source.of(Pipe(content))
    assert source is not None
    assert (source.replayable, source.size) == (False, None)
    body = MultipartBody(Multipart([("file", FilePart(source))]))
    assert body.length is None
    assert not body.replayable
    b"".join(body.pieces())
    with pytest.raises(SourceError, match="only once"):
        list(body.pieces())


@pytest.mark.parametrize(
    "value", [io.StringIO("text"), Path("/nowhere/at/all"), Path("/")], ids=["text", "none", "dir"]
)
def test_what_cannot_be_read_is_our_error(value: Any) -> None:
    with pytest.raises(SourceError):
        list(Source.of(value).pieces())  # type: ignore[union-attr]  # bytes have one


def test_a_file_that_was_closed_meanwhile_is_our_error() -> None:
    file = io.BytesIO(b"abc")
    source = Source.of(file)
    assert source is not None
    file.close()
    with pytest.raises(SourceError, match="closed"):
        Source.of(file)
    with pytest.raises(SourceError):
        list(source.pieces())


def test_a_file_over_the_limit_is_not_read_further() -> None:
    for value in (b"x" * 100, io.BytesIO(b"x" * 100), Pipe(b"x" * 100)):
        source = Source.of(value)
        assert source is not None
        with pytest.raises(SourceError, match="limit of 99 bytes"):
            source.read("all", 99)
        assert Source.of(b"x" * 99).read("all", 99) == b"x" * 99  # type: ignore[union-attr]  # bytes have one


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ([("a\ud83d", "x")], "a"),
        ([("a", "\ud83d")], "a"),
        ([("file", FilePart(b"x", name="\udc00.wav"))], "file"),
        ([("file", FilePart(b"x", content_type="audio/wav\r\nX-Injected: 1"))], "file"),
    ],
)
def test_what_a_form_cannot_hold_is_our_error(fields: list[tuple[str, Any]], what: str) -> None:
    with pytest.raises(RequestError, match=what):
        MultipartBody(Multipart(fields))


def test_quotes_and_line_breaks_in_names_cannot_end_them() -> None:
    body = MultipartBody(Multipart([('a"\r\nX: y', FilePart(b"x", name='b".wav\n'))]))
    head = b"".join(body.pieces()).split(b"\r\n\r\n")[0]
    assert head.count(b"\r\n") == 2
    assert b'name="a%22%0D%0AX: y"; filename="b%22.wav%0A"' in head
