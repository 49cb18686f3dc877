"""A body's model is found where it is sure, and every other byte stays as it is."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from handed_over import incoming, pieces
from hypothesis import given
from hypothesis import strategies as st

from jackfield_proxy.forwarding.payload import Payload, Streamed, read
from jackfield_proxy.requests.errors import Refused

BOUNDARY = "b"
KIND = b"multipart/form-data; boundary=b"


def part(name: str, value: bytes, more: str = "") -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n'
    return head.encode() + value + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


def taken(
    data: list[bytes], kind: bytes = KIND, named: str | None = None
) -> tuple[str | None, bytes, int | None]:
    """The model, and the bytes and the length that are sent, with another model if one is named."""
    general = SimpleNamespace(max_body_bytes=10**8, max_upload_bytes=10**8)
    service: Any = SimpleNamespace(config=SimpleNamespace(general=general))
    length = b"%d" % sum(map(len, data))
    asked, _ = incoming(pieces(data), [(b"content-type", kind), (b"content-length", length)])

    async def run() -> tuple[str | None, bytes, int | None]:
        body: Payload = await read(service, asked)
        content = body.content if named is None else body.asking(named)
        if isinstance(content, Streamed):
            sent = b"".join([piece async for piece in content.arriving()])
            return body.model, sent, content.length
        sent = b"" if content is None else bytes(content)
        return body.model, sent, len(sent)

    return asyncio.run(run())


VALUES = st.binary(max_size=200) | st.sampled_from([b"\r\n", b"\r\n--", b"\r\n--b", b"--b"])
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)


@given(
    st.lists(st.tuples(st.sampled_from(["a", "models", "model2", "é"]), VALUES), max_size=4),
    NAMES,
    NAMES,
    st.integers(0, 4),
    st.integers(1, 300),
)
def test_a_form_s_model_is_replaced_and_nothing_else(
    fields: list[tuple[str, bytes]], name: str, other: str, at: int, size: int
) -> None:
    if any(b"\r\n--b" in b"\r\n" + value + b"\r\n" for _, value in fields):
        return  # that would be another part
    before = b"".join(part(*field) for field in fields[:at])
    after = b"".join(part(*field) for field in fields[at:]) + END
    whole = before + part("model", name.encode()) + after
    cut = [whole[n : n + size] for n in range(0, len(whole), size)]
    if name.startswith("--b") or "\r\n--b" in name:
        return
    assert taken(cut) == (name, whole, len(whole))
    changed = before + part("model", other.encode()) + after
    assert taken(cut, named=other) == (name, changed, len(changed))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (part("model", b"a") + part("model", b"b") + END, KIND),
        (part("model", b"a", '; filename="x"') + END, KIND),
        (part("x", b"a") + END, KIND),
        (part("model", b"\xff\xfe") + END, KIND),
        (part("model", b"") + END, KIND),
        (part("model", b"a")[:-2], KIND),
        (part("file", b"x" * 70_000) + part("model", b"a") + END, KIND),
        (b'{"model": 1}', b"application/json"),
        (b'["model"]', b"application/json"),
    ],
)
def test_what_is_not_sure_goes_on_as_it_is(data: bytes, kind: bytes) -> None:
    for size in (1, 1000, 10**6):
        cut = [data[n : n + size] for n in range(0, len(data), size)]
        assert taken(cut, kind) == (None, data, len(data))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (part("model", b"a") + END, b"multipart/form-data"),
        (part("model", b"a") + END, b"multipart/form-data; boundary=other"),
        (b"\x00 no form at all", KIND),
    ],
)
def test_a_form_that_nobody_can_read_does_not_go_on(data: bytes, kind: bytes) -> None:
    for size in (1, 1000):
        with pytest.raises(Refused, match="no multipart form"):
            taken([data[n : n + size] for n in range(0, len(data), size)], kind)


KINDS = st.sampled_from([b"audio/wav", b"text/plain", b"", KIND])


@given(st.binary(min_size=1, max_size=300), KINDS)
def test_any_bytes_go_on_as_they_are(data: bytes, kind: bytes) -> None:
    try:
        sent = taken([data], kind)[1]
    except Refused:
        assert kind == KIND
    else:
        assert sent == data


def test_json_is_kept_but_for_its_model() -> None:
    data = b'{ "z":1.0 , "model" : "a","n":null}'
    for kind in (b"application/json", b"application/octet-stream", b"text/plain", b""):
        assert taken([data], kind) == ("a", data, len(data))
    changed = data.replace(b'"a"', b'"b/c"')
    assert taken([data], b"application/json; charset=utf-8", "b/c") == ("a", changed, len(changed))
