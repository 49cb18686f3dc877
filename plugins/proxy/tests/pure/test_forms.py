"""A form reads as the parameters that it was made of."""

from __future__ import annotations

from typing import Any

import pytest
from handed_over import incoming, pieces, run
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jackfield.answers import FilePart, Multipart
from jackfield.forms import flattened
from jackfield.multipart import MultipartBody
from jackfield.sources import Source
from jackfield_proxy.requests.errors import Refused
from jackfield_proxy.requests.forms import form_of
from jackfield_proxy.requests.incoming import Gone
from jackfield_testing import laws

LIMIT = 1024 * 1024
Read = dict[str, Any]


def read(data: bytes, content_type: bytes, cuts: Any = None, limit: int = LIMIT) -> Read:
    """The parameters of a form; of a file its name, bytes and type."""
    parts = [data[at : at + 7] for at in range(0, len(data), 7)] if cuts is None else cuts
    asked, _ = incoming(pieces(parts), [(b"content-type", content_type)])

    async def parse() -> Read:
        async with form_of(asked, limit, limit) as params:
            return {name: shown(value) for name, value in params.items()}

    found: Read = run(parse())
    return found


def shown(value: Any) -> Any:
    if isinstance(value, tuple):
        name, source, *kind = value
        assert isinstance(source, Source)
        return (name, b"".join(source.pieces()), *kind)
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items()}
    return [shown(item) for item in value] if isinstance(value, list) else value


def written(fields: list[tuple[str, Any]]) -> tuple[bytes, bytes]:
    body = MultipartBody(Multipart(fields), boundary="limit")
    return b"".join(body.pieces()), body.content_type.encode()


# What a field's name can say: no brackets, and nothing that a header's quotes can't hold.
KEYS = st.sampled_from(["model", "prompt", "type", "a-b", "é", "x.y", "1"]) | st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters='[]"\\;='), min_size=1
).filter(lambda text: text == text.strip())
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


def values(depth: int) -> st.SearchStrategy[Any]:
    leaf = TEXTS | st.lists(TEXTS, min_size=1, max_size=3)
    if not depth:
        return leaf
    return leaf | st.dictionaries(KEYS, values(depth - 1), min_size=1, max_size=3)


@given(st.dictionaries(KEYS.filter(lambda key: key != "stream"), values(3), max_size=4), st.data())
@example({"timestamp_granularities": ["word", "segment"]}, None)
@example({"chunking_strategy": {"type": "server_vad", "threshold": "0.5"}}, None)
@example({"a": {"b": {"c": {"d": {"e": {"f": {"g": {"h": "deep"}}}}}}}}, None)
def test_nested_fields_come_back(params: Read, data: Any) -> None:
    text, kind = written(list(flattened(params)))
    at = None
    if data is not None:
        cut = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
        at = [text[a:b] for a, b in zip([0, *cut], [*cut, len(text)], strict=True)]
    assert read(text, kind, at) == params


SCALARS = st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)


@given(st.dictionaries(KEYS, SCALARS, max_size=3))
def test_other_scalars_are_their_json(params: Read) -> None:
    fields = list(flattened(params))
    expected: Read = dict(fields)
    if expected.get("stream") in ("true", "false"):
        expected["stream"] = params["stream"]
    assert read(*written(fields)) == expected


@given(st.binary(max_size=3000), st.sampled_from(["a.mp3", "é.wav", "x y.png", "noext"]))
def test_a_file_is_its_bytes_name_and_type(content: bytes, name: str) -> None:
    part = FilePart(Source.of(content), name, "audio/mpeg")
    text, kind = written([("model", "whisper-1"), ("file", part), ("after", "x")])
    assert read(text, kind) == {
        "model": "whisper-1",
        "file": (name, content, "audio/mpeg"),
        "after": "x",
    }


def test_several_files_of_a_name_are_a_list() -> None:
    files = [
        FilePart(Source.of(data), f"{data.decode()}.png", "image/png") for data in (b"1", b"2")
    ]
    text, kind = written([("image[]", file) for file in files])
    assert read(text, kind) == {
        "image": [("1.png", b"1", "image/png"), ("2.png", b"2", "image/png")]
    }


def form(*fields: tuple[str, str]) -> tuple[bytes, bytes]:
    return written(list(fields))


@pytest.mark.parametrize(
    ("fields", "params"),
    [
        ([("a", "1"), ("a", "2"), ("a", "3")], {"a": ["1", "2", "3"]}),
        ([("a[]", "1"), ("a", "2")], {"a": ["1", "2"]}),
        ([("stream", "true")], {"stream": True}),
        ([("stream", "false")], {"stream": False}),
        ([("stream", "yes")], {"stream": "yes"}),
        ([("stream[]", "true")], {"stream": ["true"]}),
        ([("stream[a]", "true")], {"stream": {"a": "true"}}),
        ([("stream", "true"), ("stream", "true")], {"stream": ["true", "true"]}),
        ([("[]", "x")], {"[]": "x"}),
        ([("[a]", "x")], {"[a]": "x"}),
        ([("a[b", "x")], {"a": {"b": "x"}}),
    ],
)
def test_a_form_means(fields: list[tuple[str, str]], params: Read) -> None:
    assert read(*form(*fields)) == params


@pytest.mark.parametrize(
    "fields",
    [
        [("a", "1"), ("a[b]", "2")],
        [("a[b]", "1"), ("a[b][c]", "2")],
        [("a[]", "1"), ("a[b]", "2")],
        [("a[b]", "1"), ("a[]", "2")],
        [("a[][b]", "1")],
        [("a" + "[b]" * 8, "1")],
        [("a" + "[]" * 1000, "1")],
        [("a", "1"), ("a[]", "2")],
    ],
)
def test_fields_that_contradict_each_other_are_refused(fields: list[tuple[str, str]]) -> None:
    with pytest.raises(Refused) as caught:
        read(*form(*fields))
    assert (caught.value.status, caught.value.param) == (400, "a")
    assert len(caught.value.message) < 300


NAMES = st.text("ab[]\0", max_size=8)


@settings(max_examples=80)
@given(st.lists(st.tuples(NAMES, TEXTS), max_size=5))
def test_any_names_are_read_or_refused(fields: list[tuple[str, str]]) -> None:
    found = laws.flows.raised(Refused, lambda: read(*form(*fields)))
    assert found is None or (fields and found.status == 400)


JUNK = st.sampled_from(
    [
        *(b"--limit", b"\r\n", b"--limit--", b"\r\n\r\n", b"Content-Disposition: form-data; "),
        *(b'name="a"', b'filename="x"', b"\xff", b"\0", b":", b"Content-Type: x", b"--", b"text"),
        *(b"Content-Transfer-Encoding: base64", b"\n", b"; filename*=utf-8''%e2%82"),
    ]
)
TYPES = st.sampled_from(
    [
        *(b"multipart/form-data; boundary=limit", b"multipart/form-data", b"multipart/form-data;"),
        *(b"multipart/form-data; boundary=", b'multipart/form-data; boundary="limit"'),
        *(b"multipart/form-data; boundary=limit; charset=nonsense", b"\xff", b""),
        b"multipart/form-data; boundary=" + b"x" * 300,
    ]
)


@settings(max_examples=120)
@given(st.lists(JUNK, max_size=14).map(b"".join), TYPES)
def test_junk_is_read_or_refused(data: bytes, kind: bytes) -> None:
    refused = laws.flows.raised(Refused, lambda: read(data, kind))
    if refused is not None:
        assert refused.status == 400
        assert refused.message.startswith(("The form can't be read", "The field "))


def test_it_is_no_larger_than_allowed() -> None:
    text, kind = form(("a", "x" * 5000))
    assert read(text, kind, limit=len(text)) == {"a": "x" * 5000}
    with pytest.raises(Refused) as caught:
        read(text, kind, limit=len(text) - 1)
    assert caught.value.status == 413
    asked, _ = incoming([], [(b"content-type", kind), (b"content-length", b"%d" % (LIMIT + 1))])

    async def parse() -> None:
        async with form_of(asked, LIMIT, LIMIT):
            raise AssertionError("its length was not looked at")

    with pytest.raises(Refused) as caught:
        run(parse())
    assert caught.value.status == 413


def test_it_has_no_more_fields_than_allowed() -> None:
    fields = [("a[]", "x")] * 1000
    assert read(*form(*fields)) == {"a": ["x"] * 1000}
    with pytest.raises(Refused, match="Too many fields") as caught:
        read(*form(*fields, ("a[]", "x")))
    assert caught.value.status == 400


def test_a_client_that_leaves_is_gone() -> None:
    text, kind = form(("a", "x" * 100))
    asked, _ = incoming(pieces([text[:60]], leaves=True), [(b"content-type", kind)])

    async def parse() -> None:
        async with form_of(asked, LIMIT, LIMIT):
            raise AssertionError("half a form")

    with pytest.raises(Gone):
        run(parse())


def test_its_files_are_closed_afterwards() -> None:
    part = FilePart(Source.of(b"x" * 10), "x.wav", "audio/wav")
    text, kind = written([("file", part)])
    asked, _ = incoming(pieces([text]), [(b"content-type", kind)])
    kept: list[Any] = []

    async def parse() -> None:
        async with form_of(asked, LIMIT, LIMIT) as params:
            kept.append(params["file"][1])

    run(parse())
    with pytest.raises(Exception, match="closed"):
        list(kept[0].pieces())
