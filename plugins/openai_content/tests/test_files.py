"""Documents and other files, case by case."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jackfield.canonical import canonical
from jackfield.envelope import Call, Fetch, Fetched
from jackfield.errors import RequestError, SourceError
from jackfield.sources import Source
from jackfield_openai_content import hooks
from jackfield_openai_content.limits import MAX_AUDIO_BYTES, MAX_FILE_BYTES, MAX_IMAGE_BYTES
from jackfield_testing import laws
from jackfield_testing.strategies import png
from jackfield_testing.strategies.content import docx

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj"
BASE64 = base64.b64encode(PDF).decode()
URL = f"data:application/pdf;base64,{BASE64}"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WEB = "https://example.com/papers/a%20paper.pdf?token=x"
Send = Callable[..., Any]


def chat(value: Any) -> dict[str, Any]:
    return {"type": "file", "file": value}


def as_data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


# Official parts ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "file",
    [
        {"file_id": "file-1"},
        {"file_id": "file-1", "filename": "x"},
        {"filename": "a.pdf", "file_data": URL},
        {"file_data": BASE64, "filename": "odd name"},
        {"file_data": URL, "filename": None},
        {"file_data": None, "file_id": "file-1"},
        {"file_data": "no base64 (cut)" * 60, "filename": "a.pdf"},
        {"file_data": base64.b64encode(b"plain").decode()},
        {"file_data": "", "filename": "a.pdf"},
    ],
)
def test_official_fields_go_as_they_are(sent_part: Send, file: dict[str, Any]) -> None:
    assert list(sent_part(chat(file))["file"].items()) == list(file.items())
    part = {"type": "input_file", **file}
    assert list(sent_part(part, responses=True).items()) == list(part.items())


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (URL, "file.pdf"),
        (BASE64, "file.pdf"),
        (as_data("text/plain;charset=utf-8", b"x"), "file.txt"),
        (as_data("text/markdown", b"x"), "file.md"),
        (as_data("text/html", b"x"), "file.html"),
        (as_data(WORD, b"x"), "file.docx"),
        (as_data("", PDF), "file.pdf"),
        (as_data("application/octet-stream", PDF), "file.pdf"),
    ],
)
def test_a_missing_name_is_derived_from_the_type(sent_part: Send, data: str, name: str) -> None:
    assert sent_part(chat({"file_data": data}))["file"] == {"file_data": data, "filename": name}
    part = {"type": "input_file", "file_data": data}
    assert sent_part(part, responses=True) == {**part, "filename": name}


def test_of_a_type_without_an_extension_no_name_is_made(sent_part: Send) -> None:
    part = chat({"file_data": as_data("application/x-very-odd", b"x")})
    assert sent_part(part) == part


@pytest.mark.parametrize("value", [None, 5, "", {}, {"file_data": 5}, {"filename": "a.pdf"}, []])
def test_what_is_no_form_of_a_file_is_left_to_the_api(sent_part: Send, value: Any) -> None:
    assert sent_part(chat(value)) == chat(value)
    assert sent_part({"type": "file"}) == {"type": "file"}


def test_a_schema_that_looks_like_a_part_is_none(sent_part: Send) -> None:
    listed = {"type": "mcp_list_tools", "tools": [{"input_schema": {"type": "file"}}]}
    assert sent_part(listed, responses=True) == listed


# Types and names ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "kind", "sent"),
    [
        ("a.pdf", PDF, "application/pdf", "a.pdf"),
        ("A.PDF", PDF, "application/pdf", "A.PDF"),
        ("wrong.txt", PDF, "application/pdf", "wrong.pdf"),
        ("wrong.docx", PDF, "application/pdf", "wrong.pdf"),
        ("bare", PDF, "application/pdf", "bare.pdf"),
        ("2401.01234", PDF, "application/pdf", "2401.01234.pdf"),
        (".hidden", PDF, "application/pdf", ".hidden.pdf"),
        ("late.pdf", b"\r\n" + PDF, "application/pdf", "late.pdf"),
        ("a.docx", docx("x"), WORD, "a.docx"),
        ("a.zip", docx("x"), WORD, "a.docx"),
        ("a.txt", b"GIFTS, for one", "text/plain", "a.txt"),
        ("a.csv", b"BMI,weight\n20,60\n", "text/csv", "a.csv"),
        ("a.md", "# Grüße".encode(), "text/markdown", "a.md"),
        ("a.md", b"x" + "é".encode() * 5000, "text/markdown", "a.md"),
        ("a.json", b"{}", "application/json", "a.json"),
        ("a.py", b"pass", "text/x-python", "a.py"),
        ("a.rs", b"fn main() {}", "text/plain", "a.rs"),
        ("a.ts", b"let x", "application/typescript", "a.ts"),
        ("a.yaml", b"a: 1", "text/plain", "a.yaml"),
        ("a.odt", b"PK\x03\x04\x14\x00\x00", "application/vnd.oasis.opendocument.text", "a.odt"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1\0", "application/vnd.ms-excel", "a.xls"),
    ],
)
def test_the_bytes_tell_the_type_and_then_the_name(
    sent_part: Send, folder: Path, name: str, content: bytes, kind: str, sent: str
) -> None:
    (folder / name).write_bytes(content)
    wanted = {"file_data": as_data(kind, content), "filename": sent}
    for value in (folder / name, (name, content)):
        assert sent_part(chat(value))["file"] == wanted
    with (folder / name).open("rb") as file:
        assert sent_part(chat({"file_data": file}))["file"] == wanted
        assert file.tell() == 0


def test_the_callers_name_counts_before_the_files_own(sent_part: Send, folder: Path) -> None:
    (folder / "x.md").write_bytes(b"text")
    for given, kind in (("other.csv", "text/csv"), ("no extension", "text/markdown")):
        file = sent_part(chat({"filename": given, "file_data": folder / "x.md"}))["file"]
        assert list(file.items()) == [("filename", given), ("file_data", as_data(kind, b"text"))]


def test_a_callers_name_that_contradicts_the_bytes_is_corrected_and_told(
    settings: Callable[[bool], dict[str, Any]],
) -> None:
    part = chat({"file_data": PDF, "filename": "report.docx"})
    params, _ = canonical({"messages": [{"role": "user", "content": [part]}]})
    outcome = laws.ask(params, **settings(False))
    [loss] = outcome.losses
    assert (loss.path, loss.kind) == ("messages[0].content[0].file.filename", "mapped")
    assert "application/pdf" in loss.reason
    assert b'"filename":"report.pdf"' in outcome.body().replace(b'": "', b'":"')


def test_format_names_the_type(sent_part: Send) -> None:
    for value in (b"\x00\x01", base64.b64encode(b"\x00\x01").decode(), as_data("a/b", b"\x00\x01")):
        file = sent_part(chat({"file_data": value, "format": "application/x-tex"}))["file"]
        assert file["file_data"] == as_data("application/x-tex", b"\x00\x01")
        assert "format" not in file
    assert sent_part(chat({"file_id": "file-1", "format": "x/y"})) == chat({"file_id": "file-1"})
    part = {"type": "input_file", "file_data": png(), "format": "image/png", "filename": "a"}
    assert sent_part(part, responses=True)["file_data"] == as_data("image/png", png())


def test_a_name_that_is_none_is_left_to_the_api(sent_part: Send) -> None:
    sent = sent_part(chat({"file_data": PDF, "filename": 5}))
    assert sent["file"] == {"file_data": URL, "filename": 5}


# Fields ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["file_data", "file_id", "file_url", "url"])
@pytest.mark.parametrize("value", [PDF, io.BytesIO(PDF), URL])
def test_content_in_any_field_becomes_file_data(sent_part: Send, field: str, value: Any) -> None:
    wanted = {"x": 1, "file_data": URL, "y": None, "filename": "file.pdf"}
    fields = {"x": 1, field: value, "y": None}
    assert list(sent_part(chat(fields))["file"].items()) == list(wanted.items())
    sent = sent_part({"type": "input_file", **fields}, responses=True)
    assert sent == {"type": "input_file", **wanted}


def test_nulls_beside_the_content_do_not_count(sent_part: Send) -> None:
    for fields in ({"file_data": None, "url": PDF}, {"url": PDF, "file_data": None}):
        assert sent_part(chat(fields))["file"] == {"file_data": URL, "filename": "file.pdf"}


@pytest.mark.parametrize("field", ["file_id", "file_url", "url", "file_data"])
def test_responses_get_a_url_as_it_is(sent_part: Send, field: str) -> None:
    for value in (WEB, Source.url(WEB)):
        part = {"type": "input_file", field: value, "detail": "low"}
        sent = sent_part(part, responses=True)
        assert sent == {"type": "input_file", "file_url": WEB, "detail": "low"}


@pytest.mark.parametrize("field", ["file_url", "url", "file_data"])
@pytest.mark.parametrize("responses", [False, True])
def test_a_path_in_a_field_for_strings(
    sent_part: Send, folder: Path, field: str, responses: bool
) -> None:
    (folder / "p.pdf").write_bytes(PDF)
    fields = {field: str(folder / "p.pdf")}
    part = {"type": "input_file", **fields} if responses else chat(fields)
    sent = sent_part(part, responses)
    assert (sent if responses else sent["file"])["filename"] == "p.pdf"


def test_an_id_is_never_a_path(sent_part: Send, folder: Path) -> None:
    part = chat({"file_id": str(folder / "p.pdf")})
    assert sent_part(part) == part


@pytest.mark.parametrize("other", [{"file_id": "file-1"}, {"file_url": WEB}, {"url": PDF}])
def test_a_file_given_twice(refused: Send, other: dict[str, Any]) -> None:
    error = refused(chat({"file_data": PDF, **other}))
    assert type(error) is RequestError
    assert error.path == "messages[0].content[1].file"
    assert "twice" in error.message


# What is wrong -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"", "is empty"),
        (b"plain", "filename="),
        (b"\x00\x01\x02", "format="),
        (png(), "image/png, not a document; give it in a part of type 'image_url'"),
        (b"fLaC\x00", "audio/flac, not a document; give it in a part of type 'input_audio'"),
        (("a.pdf", png()), "a.pdf is image/png"),
        ("Makefile", "pathlib.Path"),
        (base64.encodebytes(PDF).decode(), "b64encode"),
        ("data:application/pdf", "comma"),
        ("data:application/pdf;base64,", "without any data"),
        ("data:application/pdf;base64,JVBE Ri0x", "b64encode"),
    ],
)
def test_what_is_no_document(refused: Send, value: Any, words: str) -> None:
    error = refused(chat(value))
    assert isinstance(error, RequestError)
    assert error.path is not None
    assert error.path.startswith("messages[0].content[1].file")
    assert error.message.startswith(error.path)
    assert words in error.message


def test_the_right_part_is_named_as_responses_call_it(refused: Send) -> None:
    error = refused({"type": "input_file", "file_data": png()}, responses=True)
    assert "'input_image'" in error.message
    assert error.path == "input[0].content[1].file_data"


# Reading -----------------------------------------------------------------------------------------


def call_with(*parts: Any, **more: Any) -> Call:
    params, _ = canonical({"messages": [{"role": "user", "content": list(parts)}]})
    return Call("chat", "m", params, **more)


def test_everything_with_one_limit_is_asked_for_at_once(folder: Path) -> None:
    path = str(folder / "x.pdf")
    call = call_with(
        chat(PDF), chat({"file_id": WEB}), chat(path), chat(Path(path)), chat({"url": WEB})
    )
    wanted = hooks.transform_request(call)
    assert isinstance(wanted, Fetch)
    assert [source.kind for source in wanted.refs] == ["bytes", "url", "path"]
    assert (wanted.mode, wanted.max_bytes) == ("all", MAX_FILE_BYTES)
    fetched = {source: Fetched(PDF, name=source.name) for source in wanted.refs}
    done = hooks.transform_request(call.replace(fetched=fetched))
    assert isinstance(done, Call)
    names = [part["file"]["filename"] for part in done.params["messages"][0]["content"]]
    assert names == ["file.pdf", "a paper.pdf", "x.pdf", "x.pdf", "a paper.pdf"]


def test_each_kind_has_its_limit() -> None:
    parts = [
        chat(b"f"),
        {"type": "image_url", "image_url": b"i"},
        {"type": "input_audio", "input_audio": b"a"},
    ]
    call = call_with(*parts)
    limits = []
    while isinstance(wanted := hooks.transform_request(call), Fetch):
        limits.append(wanted.max_bytes)
        content = {MAX_FILE_BYTES: PDF, MAX_IMAGE_BYTES: png(), MAX_AUDIO_BYTES: b"fLaC\0"}
        found = {source: Fetched(content[wanted.max_bytes or 0]) for source in wanted.refs}
        call = call.replace(fetched={**call.fetched, **found})
    assert limits == [MAX_FILE_BYTES, MAX_IMAGE_BYTES, MAX_AUDIO_BYTES]
    assert isinstance(wanted, Call)


@pytest.mark.parametrize(
    ("url", "served", "content", "kind", "name"),
    [
        (WEB, "application/pdf", PDF, "application/pdf", "a paper.pdf"),
        (WEB, None, PDF, "application/pdf", "a paper.pdf"),
        (WEB, "text/html", PDF, "application/pdf", "a paper.pdf"),
        ("https://x.org/pdf/2401.01234", "application/pdf", PDF, "application/pdf", None),
        ("https://x.org", "application/pdf", PDF, "application/pdf", "file.pdf"),
        ("https://x.org/?a=b.txt", "text/plain", b"x", "text/plain", "file.txt"),
        ("https://x.org/data", "text/csv", b"a,b", "text/csv", "data.csv"),
        ("https://x.org/a.csv", "application/octet-stream", b"a,b", "text/csv", "a.csv"),
        ("https://x.org/a.csv", "text/plain", b"a,b", "text/plain", "a.csv"),
        ("https://x.org/page", "text/html", b"<html>", "text/html", "page.html"),
        ("https://x.org/a%2Fb.pdf", None, PDF, "application/pdf", "a_b.pdf"),
    ],
)
def test_a_download_has_its_name_from_the_url_or_its_type(
    url: str, served: str | None, content: bytes, kind: str, name: str | None
) -> None:
    call = call_with(chat({"file_url": url}))
    wanted = hooks.transform_request(call)
    assert isinstance(wanted, Fetch)
    [source] = wanted.refs
    fetched = {source: Fetched(content, name=source.name, content_type=served)}
    done = hooks.transform_request(call.replace(fetched=fetched))
    assert isinstance(done, Call)
    [part] = done.params["messages"][0]["content"]
    name = name or "2401.01234.pdf"
    assert part == chat({"file_data": as_data(kind, content), "filename": name})


@pytest.mark.parametrize(
    ("served", "content", "words"),
    [
        ("text/html", b"<html>log in", "web page"),
        ("image/png", png(), "image_url"),
        (None, b"", "is empty"),
    ],
)
def test_a_download_of_something_else(served: str | None, content: bytes, words: str) -> None:
    call = call_with(chat({"file_url": WEB}))
    wanted = hooks.transform_request(call)
    assert isinstance(wanted, Fetch)
    fetched = {wanted.refs[0]: Fetched(content, name="a%20paper.pdf", content_type=served)}
    with pytest.raises(SourceError, match=words) as caught:
        hooks.transform_request(call.replace(fetched=fetched))
    assert caught.value.path == "messages[0].content[0].file.file_url"
    assert "token" not in caught.value.message


def test_a_remote_calls_url_is_downloaded_and_its_paths_are_left(folder: Path) -> None:
    (folder / "s.pdf").write_bytes(PDF)
    path = str(folder / "s.pdf")
    for part in (chat(path), chat({"file_data": path}), chat({"url": path})):
        assert hooks.transform_request(call_with(part, origin="remote")) is None
    assert isinstance(
        hooks.transform_request(call_with(chat({"url": WEB}), origin="remote")), Fetch
    )


@pytest.mark.parametrize("value", [WEB, {"file_id": WEB}, {"url": WEB}, {"file_url": WEB}])
def test_an_owner_that_takes_urls_gets_them(value: Any) -> None:
    call = call_with(chat(value)).replace(takes=("file_url",))
    done = hooks.transform_request(call) or call
    assert isinstance(done, Call)
    [part] = done.params["messages"][0]["content"]
    assert part == chat({"file_url": WEB})


def test_what_is_here_is_read_for_an_owner_that_takes_urls_too() -> None:
    call = call_with(chat({"file_data": Source.path("a.pdf")})).replace(takes=("file_url",))
    wanted = hooks.transform_request(call)
    assert isinstance(wanted, Fetch)
    picture = {wanted.refs[0]: Fetched(png(), name="a.png")}
    with pytest.raises(SourceError, match="image_url"):
        hooks.transform_request(call.replace(fetched=picture))
