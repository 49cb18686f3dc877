"""What a bare string is: the rules of `jackfield_openai_content.strings`, one by one."""

from __future__ import annotations

import base64
import contextlib
import string

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from jackfield.errors import RequestError
from jackfield_openai_content.strings import LONGEST_PATH, is_base64, notation

NAMES = st.text(string.ascii_letters + string.digits + "-_ ", min_size=1, max_size=12)
BINARY = st.binary(min_size=1, max_size=600)


@given(BINARY)
def test_base64_is_base64_however_long(data: bytes) -> None:
    text = base64.b64encode(data).decode()
    assert notation(text, "p") == "base64"


@given(st.text(max_size=40) | BINARY.map(lambda data: base64.b64encode(data).decode()))
@example("a===")
@example("=aaa")
@example("aa=a")
@example("aa a")
@example("aaaé")
@example("٣٣٣٣")
def test_what_is_taken_for_base64_can_be_decoded(text: str) -> None:
    if is_base64(text):
        assert base64.b64decode(text, validate=True)
    else:
        with contextlib.suppress(ValueError):
            assert not base64.b64decode(text, validate=True)


@given(BINARY)
def test_base64_in_lines_is_an_error(data: bytes) -> None:
    """`encodebytes` ends each line, the last one too, with a line feed."""
    for text in (
        base64.encodebytes(data).decode(),
        base64.encodebytes(data).decode().replace("\n", "\r\n"),
        base64.b64encode(data).decode() + "\n",
    ):
        with pytest.raises(RequestError, match="b64encode") as caught:
            notation(text, "messages[3].content[1].file")
        assert caught.value.path == "messages[3].content[1].file"
        assert caught.value.message.startswith("messages[3].content[1].file ")


def test_long_base64_with_spaces_is_an_error() -> None:
    """What becomes of ``+`` in a form that was decoded once too often."""
    text = base64.b64encode(b"\xfb\xef\xbe" * 200).decode()
    spaced = text[:8] + " " + text[8:]
    with pytest.raises(RequestError, match="whitespace"):
        notation(spaced, "p")


@given(st.lists(NAMES, min_size=1, max_size=4), st.sampled_from(["png", "pdf", "mp3", "tar.gz"]))
def test_a_name_with_an_extension_is_a_path(names: list[str], extension: str) -> None:
    for text in ("/".join(names), "\\".join(names), "/" + "/".join(names), "C:\\" + names[0]):
        assert notation(f"{text}.{extension}", "p") == "path"


@pytest.mark.parametrize(
    "text", ["cat.png", "a b", "photo", "./x", "~/x", "ünï", "my notes", "a-b"]
)
def test_paths(text: str) -> None:
    assert notation(text, "p") == "path"


@pytest.mark.parametrize("text", ["Makefile", "photos/cat12", "abcd"])
def test_a_path_that_reads_as_base64_is_base64(text: str) -> None:
    assert notation(text, "p") == "base64"


@pytest.mark.parametrize(
    "text",
    ["http://x/a", "HTTPS://X", "gs://b/o", "file:///etc/passwd", "s3+x://b", "a.b-c://x"],
)
def test_urls(text: str) -> None:
    assert notation(text, "p") == "url"


@pytest.mark.parametrize("text", ["data:image/png;base64,AAAA", "DATA:,x", "data:"])
def test_data_urls(text: str) -> None:
    assert notation(text, "p") == "data_url"


@given(st.text(min_size=LONGEST_PATH + 1, max_size=LONGEST_PATH + 50))
def test_a_long_string_is_no_path(text: str) -> None:
    assume(len(text) % 4)
    try:
        assert notation(text, "p") != "path"
    except RequestError:
        assert is_base64("".join(text.split()))


@pytest.mark.parametrize("text", ["", "a\0b", "\ud800.png"])
def test_what_no_file_can_be_called_is_left_alone(text: str) -> None:
    assert notation(text, "p") == "other"
