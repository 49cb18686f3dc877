"""Images, case by case."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jackfield.envelope import Call
from jackfield.errors import RequestError, SourceError
from jackfield.sources import Source
from jackfield_openai_content import hooks
from jackfield_testing.strategies import png

PNG = png()
BASE64 = base64.b64encode(PNG).decode()
URL = f"data:image/png;base64,{BASE64}"
WEB = "https://example.com/cat"
Send = Callable[..., Any]


def chat(value: Any) -> dict[str, Any]:
    return {"type": "image_url", "image_url": value}


@pytest.mark.parametrize("url", [WEB, "gs://bucket/cat.png", URL, "data:image/svg+xml,<svg/>"])
def test_a_url_goes_as_it_is(sent_part: Send, url: str) -> None:
    assert sent_part(chat({"url": url})) == chat({"url": url})
    assert sent_part(chat(url)) == chat({"url": url})
    part = {"type": "input_image", "image_url": url}
    assert sent_part(part, responses=True) == part


def test_a_source_of_a_url_is_not_downloaded(sent_part: Send) -> None:
    assert sent_part(chat(Source.url(WEB))) == chat({"url": WEB})


def test_what_else_the_part_holds_is_kept_in_order(sent_part: Send) -> None:
    part = {"x": None, **chat({"detail": "low", "url": PNG, "y": [1]}), "z": 0}
    sent = sent_part(part)
    assert list(sent) == ["x", "type", "image_url", "z"]
    assert list(sent["image_url"].items()) == [("detail", "low"), ("url", URL), ("y", [1])]


def test_an_upload_goes_as_it_is(sent_part: Send) -> None:
    part = {"type": "input_image", "file_id": "file-1", "image_url": None, "detail": "auto"}
    assert sent_part(part, responses=True) == part


def test_an_image_in_the_place_of_an_uploads_id(sent_part: Send) -> None:
    for value, url in ((WEB, WEB), (PNG, URL)):
        sent = sent_part({"type": "input_image", "file_id": value}, responses=True)
        assert sent == {"type": "input_image", "image_url": url}


def test_chats_object_in_a_part_of_responses(sent_part: Send) -> None:
    part = {"type": "input_image", "image_url": {"url": PNG, "detail": "high", "type": "x"}}
    sent = sent_part(part, responses=True)
    assert sent == {"type": "input_image", "image_url": URL, "detail": "high"}


@pytest.mark.parametrize(
    "params",
    [
        {"items": [{"type": "message", "role": "user", "content": [None]}]},
        {"prompt": {"id": "pmpt_1", "variables": {"picture": None}}},
        {"input": [{"type": "function_call_output", "call_id": "c", "output": ["x", None]}]},
        {"messages": [{"role": "tool", "tool_call_id": "c", "content": [None]}]},
    ],
)
def test_a_part_may_stand_anywhere(params: dict[str, Any]) -> None:
    def holding(value: Any, part: Any) -> Any:
        if isinstance(value, dict):
            return {key: holding(item, part) for key, item in value.items()}
        if isinstance(value, list):
            return [holding(item, part) for item in value]
        return part if value is None else value

    given = holding(params, {"type": "input_image", "image_url": BASE64})
    call = hooks.transform_request(Call("responses", "m", {"x": None, **given}))
    assert isinstance(call, Call)
    wanted = holding(params, {"type": "input_image", "image_url": URL})
    assert list(call.params.items()) == [("x", None), *wanted.items()]


def test_tools_are_not_looked_into() -> None:
    tool = {"type": "image_url", "image_url": BASE64}
    assert hooks.transform_request(Call("chat", "m", {"messages": [], "tools": [tool]})) is None


# format ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["image/x-new", "webp"])
@pytest.mark.parametrize("value", [PNG, BASE64, URL, b"\x00\x01new"])
def test_format_names_the_type(sent_part: Send, format: str, value: Any) -> None:
    kind = "image/webp" if format == "webp" else format
    sent = sent_part(chat({"url": value, "format": format}))["image_url"]
    assert list(sent) == ["url"]
    assert sent["url"].startswith(f"data:{kind};base64,")


def test_format_is_not_sent_with_a_url(sent_part: Send) -> None:
    sent = sent_part(chat({"url": WEB, "format": "image/png", "detail": "low"}))
    assert sent == chat({"url": WEB, "detail": "low"})


def test_a_format_that_says_nothing_is_not_sent_either(sent_part: Send) -> None:
    assert sent_part(chat({"url": PNG, "format": None})) == chat({"url": URL})


def test_a_type_with_a_name_and_the_bytes(sent_part: Send) -> None:
    assert sent_part(chat(("a.bin", PNG))) == chat({"url": URL})
    assert sent_part(chat(("a.bin", PNG, "image/x")))["image_url"]["url"].startswith(
        "data:image/x;"
    )


@pytest.mark.parametrize("format", [5, "nonsense", ["image/png"]])
def test_a_format_that_is_none(refused: Send, format: Any) -> None:
    error = refused(chat({"url": PNG, "format": format}))
    assert type(error) is RequestError
    assert error.path == "messages[0].content[1].image_url.format"
    assert "image/png" in error.message


# What is wrong -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (b"", "is empty"),
        (b"plain", "PNG, JPEG, WebP and GIF"),
        (b"%PDF-1.7\n", "application/pdf, not an image; give it in a part of type 'file'"),
        (b"\n%PDF-1.7\n", "application/pdf"),
        (b"ID3\x04\x00", "audio/mpeg, not an image; give it in a part of type 'input_audio'"),
        (base64.b64encode(b"plain text").decode(), "pathlib.Path"),
        ("photos/cat12", "pathlib.Path"),
        (URL.replace("=", "\n="), "b64encode"),
        (base64.encodebytes(PNG).decode(), "b64encode"),
        ("data:image/png;base64", "comma"),
        ("data:image/png;base64,", "without any data"),
    ],
)
@pytest.mark.parametrize("bare", [False, True], ids=["object", "bare"])
def test_what_is_no_image(refused: Send, value: Any, words: str, bare: bool) -> None:
    error = refused(chat(value if bare else {"url": value}))
    assert isinstance(error, RequestError)
    assert error.path == "messages[0].content[1].image_url" + ("" if bare else ".url")
    assert error.message.startswith(error.path)
    assert words in error.message


def test_the_right_part_is_named_as_responses_call_it(refused: Send) -> None:
    error = refused({"type": "input_image", "image_url": b"%PDF-1.7\n"}, responses=True)
    assert "'input_file'" in error.message
    assert error.path == "input[0].content[1].image_url"


@pytest.mark.parametrize(
    "value", [None, 5, "", [], {}, {"url": None}, {"url": 5}, {"url": ""}, True]
)
def test_what_is_no_form_of_an_image_is_left_to_the_api(sent_part: Send, value: Any) -> None:
    assert sent_part(chat(value)) == chat(value)


def test_a_part_without_an_image_is_left_to_the_api(sent_part: Send) -> None:
    assert sent_part({"type": "image_url"}) == {"type": "image_url"}
    assert sent_part({"type": "input_image"}, responses=True) == {"type": "input_image"}


def test_missing_files_and_folders(refused: Send, folder: Path) -> None:
    for value in (folder / "none.png", str(folder / "none.png")):
        error = refused(chat(value))
        assert isinstance(error, SourceError)
        assert str(folder / "none.png") in error.message
        assert "No such file" in error.message
    error = refused(chat(folder))
    assert isinstance(error, SourceError)
    assert "not a regular file" in error.message


def test_a_string_of_a_remote_call_is_never_a_file(folder: Path) -> None:
    (folder / "secret.png").write_bytes(PNG)
    path = str(folder / "secret.png")
    for part in (chat(path), chat({"url": path}), {"type": "input_image", "image_url": path}):
        params = {"messages": [{"role": "user", "content": [part]}]}
        assert hooks.transform_request(Call("chat", "m", params, origin="remote")) is None
        assert hooks.transform_request(Call("chat", "m", params)) is not None


def test_base64_of_a_remote_call_is_an_image_as_ever() -> None:
    params = {"messages": [{"role": "user", "content": [chat(BASE64)]}]}
    call = hooks.transform_request(Call("chat", "m", params, origin="remote"))
    assert isinstance(call, Call)
    assert call.params["messages"][0]["content"] == [chat({"url": URL})]
