"""Files in requests: a form, with a name and a type that the API can use."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import jsonschema
import material
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield.answers import Fetch, Fetched, FilePart, Multipart
from jackfield.canonical import canonical
from jackfield.envelope import Call, WireRequest
from jackfield.errors import RequestError, SourceError
from jackfield.sources import Source
from jackfield_openai_video import hooks
from jackfield_testing import laws, strategies

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01"
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"
WEBP = b"RIFF\x24\x00\x00\x00WEBPVP8 "
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom"
TEXT = b"just a note\n"


def settled(operation: str, params: dict[str, Any]) -> Any:
    """What is sent for a call as a caller makes it, after every file was looked at."""
    plain, _ = canonical(params)
    call = Call("video", "sora-2" if operation == "create" else "", plain, operation=operation)
    for _ in range(4):
        answer = hooks.transform_request(call)
        if isinstance(answer, Call):
            call = answer
        elif isinstance(answer, Fetch):
            assert answer.mode == "head"
            found = {ref: Fetched(ref.read("head", answer.max_bytes)) for ref in answer.refs}
            call = call.replace(fetched={**call.fetched, **found})
        else:
            assert laws.transform_is_pure(hooks, call) == answer
            return answer
    raise AssertionError("it asks again and again")


def part(operation: str, name: str, value: Any) -> FilePart:
    """The file in the form that a call makes."""
    request = settled(operation, {"prompt": "p", name: value})
    assert isinstance(request, WireRequest)
    assert isinstance(request.body, Multipart)
    [found] = [value for field, value in request.body.fields if field == name]
    assert isinstance(found, FilePart)
    return found


def named(data: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(data)
    file.name = name
    return file


@pytest.mark.parametrize(
    ("given_file", "name", "kind"),
    [
        (PNG, "input_reference.png", "image/png"),
        (bytearray(JPEG), "input_reference.jpg", "image/jpeg"),
        (memoryview(WEBP), "input_reference.webp", "image/webp"),
        (TEXT, "input_reference", None),
        (io.BytesIO(PNG), "input_reference.png", "image/png"),
        (named(PNG, "cat.png"), "cat.png", "image/png"),
        (named(PNG, "cat"), "cat.png", "image/png"),
        (named(JPEG, "cat.png"), "cat.png", "image/jpeg"),
        (named(TEXT, "cat.png"), "cat.png", "image/png"),
        (("mine", PNG), "mine", "image/png"),
        (("mine.png", TEXT), "mine.png", "image/png"),
        (["mine.png", PNG], "mine.png", "image/png"),
        (("mine.bin", PNG, "image/x-mine"), "mine.bin", "image/x-mine"),
        (("mine.bin", PNG, None), "mine.bin", "image/png"),
        ({"image_url": PNG}, "input_reference.png", "image/png"),
    ],
)
def test_the_name_and_type_of_a_file(given_file: Any, name: str, kind: str | None) -> None:
    found = part("create", "input_reference", given_file)
    assert (found.name, found.content_type) == (name, kind)


@pytest.mark.parametrize("as_given", [str, Path, lambda path: ("other.png", path)])
def test_a_path_is_a_file(tmp_path: Path, as_given: Any) -> None:
    path = tmp_path / "cat.png"
    path.write_bytes(PNG * 1000)
    found = part("create", "input_reference", as_given(path))
    assert isinstance(found.source, Source)
    assert b"".join(found.source.pieces()) == PNG * 1000
    assert found.name in ("cat.png", "other.png")
    assert found.content_type == "image/png"


@pytest.mark.parametrize("operation", ["edit", "extension"])
def test_a_video_may_be_a_file(operation: str) -> None:
    found = part(operation, "video", MP4)
    assert (found.name, found.content_type) == ("video.mp4", "video/mp4")


def test_the_fields_of_a_form_are_in_the_callers_order() -> None:
    params = {
        "seconds": 4,
        "input_reference": PNG,
        "prompt": "a\r\nb",
        "characters": [{"id": "char_1"}, {"id": "char_2"}],
        "loop": True,
        "note": {"a": None},
    }
    request = settled("create", params)
    fields = [(n, v if isinstance(v, str) else v.name) for n, v in request.body.fields]
    assert fields == [
        ("model", "sora-2"),
        ("seconds", "4"),
        ("input_reference", "input_reference.png"),
        ("prompt", "a\r\nb"),
        ("characters[][id]", "char_1"),
        ("characters[][id]", "char_2"),
        ("loop", "true"),
        ("note[a]", ""),
    ]


@pytest.mark.usefixtures("needs_shared")
@given(strategies.video_params(), st.sampled_from([PNG, JPEG, WEBP, ("a.png", PNG)]))
def test_a_form_is_what_the_schema_says(params: dict[str, Any], file: Any) -> None:
    request = settled("create", params | {"input_reference": file})
    fields = {n: v if isinstance(v, str) else "a file" for n, v in request.body.fields}
    assert fields["input_reference"] == "a file"
    document = {**(material.schemas() or {}), "$ref": "#/$defs/CreateVideoMultipartBody"}
    jsonschema.Draft202012Validator(document).validate(fields)


def test_a_file_that_can_be_read_once_is_looked_at_and_still_whole() -> None:
    class Pipe(io.RawIOBase):
        def __init__(self, data: bytes) -> None:
            self._data = data

        def read(self, size: int = -1) -> bytes:
            taken, self._data = self._data[:size], self._data[size:]
            return taken

    found = part("create", "input_reference", Pipe(PNG * 1000))
    assert found.content_type == "image/png"
    assert isinstance(found.source, Source)
    assert b"".join(found.source.pieces()) == PNG * 1000


@pytest.mark.parametrize("empty", [b"", io.BytesIO(), ("a.png", b"", "image/png")])
def test_an_empty_file_is_an_error(empty: Any) -> None:
    with pytest.raises(SourceError, match=r"input_reference: .* is empty"):
        settled("create", {"prompt": "p", "input_reference": empty})


def test_a_path_that_cannot_be_read_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"nowhere\.png"):
        settled("create", {"prompt": "p", "input_reference": str(tmp_path / "nowhere.png")})
    with pytest.raises(SourceError, match="not a regular file"):
        settled("create", {"prompt": "p", "input_reference": tmp_path})
    (tmp_path / "empty.png").touch()
    with pytest.raises(SourceError, match=r"empty\.png is empty"):
        settled("create", {"prompt": "p", "input_reference": tmp_path / "empty.png"})


def test_a_query_carries_no_file() -> None:
    with pytest.raises(RequestError, match="after is a file"):
        settled("list", {"after": PNG})
