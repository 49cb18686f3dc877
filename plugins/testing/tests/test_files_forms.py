"""``multipart/form-data``: what arrives, what the journal shows, and what is broken."""

from __future__ import annotations

import hashlib
import re
import socket
import string
from typing import Any

import attrs
import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackfield_testing import Sandbox
from jackfield_testing.sandbox.app import ENDPOINTS
from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.forms import FormFile, fields_of, parse_form
from jackfield_testing.sandbox.journal import RecordedRequest
from jackfield_testing.sandbox.world import World

NAMES = st.text(string.ascii_lowercase + "_[]é", min_size=1, max_size=8)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
FILES = st.builds(
    FormFile,
    filename=st.text(string.ascii_letters + " .-é", min_size=1, max_size=12),
    content_type=st.sampled_from(["", "audio/wav", "text/plain; charset=utf-8"]),
    data=st.binary(max_size=200),
)
PARTS = st.lists(st.tuples(NAMES, TEXTS | FILES), max_size=5)


def encode(parts: Any, boundary: str) -> bytes:
    lines = []
    for name, value in parts:
        head = f'content-disposition: form-data; name="{name}"'
        if isinstance(value, FormFile):
            head += f'; filename="{value.filename}"'
            if value.content_type:
                head += f"\r\nContent-Type: {value.content_type}"
        data = value.data if isinstance(value, FormFile) else value.encode()
        lines.append(f"--{boundary}\r\n{head}\r\n\r\n".encode() + data + b"\r\n")
    return b"".join(lines) + f"--{boundary}--\r\n".encode()


@given(PARTS, st.from_regex(r"[a-zA-Z0-9'_,./:=?-]{20,60}", fullmatch=True))
@settings(deadline=None)
def test_a_form_is_read_as_it_was_written(parts: Any, boundary: str) -> None:
    form = parse_form(f'multipart/form-data; boundary="{boundary}"', encode(parts, boundary))
    assert form.problem == ""
    assert list(form.parts) == parts


@given(PARTS.filter(bool), st.data())
@settings(deadline=None)
def test_a_cut_form_is_a_problem_and_keeps_what_is_complete(
    parts: Any, data: st.DataObject
) -> None:
    whole = encode(parts, "xxxxxxxxxxxxxxxxxxxx")
    size = data.draw(st.integers(0, len(whole) - len("--\r\n")))
    form = parse_form("multipart/form-data; boundary=xxxxxxxxxxxxxxxxxxxx", whole[:size])
    assert form.problem
    assert list(form.parts) == parts[: len(form.parts)]


@given(st.text(max_size=60).map(lambda text: text.encode("latin-1", "replace").decode("latin-1")))
@settings(deadline=None)
def test_any_content_type_is_read(content_type: str) -> None:
    parse_form(content_type, b"x")
    form = parse_form(f"multipart/form-data;{content_type}", b"--x--")
    assert form.parts == ()


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_any_body_is_read(body: bytes) -> None:
    parse_form("multipart/form-data; boundary=x", body)
    parse_form("multipart/form-data; boundary=x", b"--x\r\n" + body)


@pytest.mark.parametrize(
    ("parts", "fields"),
    [
        ([("a", "1"), ("a", "2")], {"a": "2"}),
        ([("a[]", "1"), ("a[]", "2")], {"a": ["1", "2"]}),
        ([("a[b]", "1"), ("a[c]", "2")], {"a": {"b": "1", "c": "2"}}),
        ([("a[b][c]", "1"), ("a[b][d][]", "2")], {"a": {"b": {"c": "1", "d": ["2"]}}}),
        ([("a[][b]", "1"), ("a[][b]", "2")], {"a": [{"b": "1"}, {"b": "2"}]}),
        ([("a", "1"), ("a[b]", "2")], {"a": {"b": "2"}}),
        ([("a[b", "1"), ("[c]", "2"), ("", "3")], {"a[b": "1", "[c]": "2", "": "3"}),
    ],
)
def test_names_spell_fields(parts: Any, fields: dict[str, Any]) -> None:
    assert fields_of(parts) == fields


def test_the_journal_shows_forms(client: httpx.Client, sandbox: Sandbox) -> None:
    data, sound = {"model": "tts-1!status=418", "a[]": ["1", "2"]}, b"RIFF\x00\xff"
    client.post("/audio/transcriptions", data=data, files={"file": ("ä.wav", sound, "audio/wav")})
    form = sandbox.last.form
    assert [name for name, _ in form] == ["model", "a[]", "a[]", "file"]
    assert [value for _, value in form[:3]] == ["tts-1!status=418", "1", "2"]
    file = dict(form)["file"]
    assert isinstance(file, FormFile)
    assert (file.filename, file.content_type, file.data) == ("ä.wav", "audio/wav", sound)
    assert (file.size, file.sha256) == (6, hashlib.sha256(sound).hexdigest())
    assert repr(sound) not in repr(file)
    assert sandbox.last.body.count(sound) == 1
    assert sandbox.last.model == "tts-1!status=418"
    assert sandbox.last.status == 418
    root = sandbox.base_url.removesuffix("/v1")
    (shown,) = client.get(f"{root}/_sandbox/requests").json()
    assert shown["body"] is None
    assert shown["form"][0] == {"name": "model", "value": "tts-1!status=418"}
    assert shown["form"][3] == {
        "name": "file",
        "filename": "ä.wav",
        "content_type": "audio/wav",
        "size": 6,
        "sha256": file.sha256,
    }


def test_other_bodies_are_no_forms(client: httpx.Client, sandbox: Sandbox) -> None:
    client.post("/audio/speech", json={"model": "tts-1"})
    assert sandbox.last.form == []
    assert sandbox.last.model == "tts-1"
    client.get("/models")
    assert sandbox.last.form == []
    assert sandbox.last.model is None


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=x", b""),
        ("multipart/form-data; boundary=x", b"--y--"),
        ("multipart/form-data; boundary=x", b'--x\r\ncontent-disposition: form-data; name="a"'),
        ("multipart/form-data; boundary=x", b"--x\r\nno header\r\n\r\n1\r\n--x--\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\na: b\r\n\r\n1\r\n--x--\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--\r\n',
        ),
        ("multipart/form-data; boundary=" + 300 * "x", b"--x--"),
    ],
)
@pytest.mark.parametrize("path", ["/files", "/audio/transcriptions", "/videos"])
def test_broken_forms_are_a_400(
    client: httpx.Client, sandbox: Sandbox, path: str, content_type: str, body: bytes
) -> None:
    response = client.post(path, content=body, headers={"content-type": content_type})
    assert response.status_code == 400
    message = response.json()["error"]["message"]
    assert re.match(r"Could not parse multipart form: \S.*\.$", message)
    assert sandbox.last.form_problem


def test_an_upload_that_is_broken_off_is_in_the_journal(sandbox: Sandbox) -> None:
    host, port = sandbox.host, sandbox.port
    head = (
        f"POST /v1/files HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer k\r\n"
        "Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000\r\n\r\n"
        '--x\r\ncontent-disposition: form-data; name="purpose"\r\n\r\nvision\r\n--x\r\n'
    )
    with socket.create_connection((host, port)) as connection:
        connection.sendall(head.encode())
    headers = {"authorization": "Bearer k"}
    for _ in range(1000):  # each request gives the server's loop another turn
        if sandbox.requests and sandbox.requests[0].method == "POST":
            break
        httpx.get(f"{sandbox.base_url}/models", headers=headers)
    left = next(request for request in sandbox.requests if request.method == "POST")
    assert left.wait(5)
    assert left.disconnected
    assert left.status is None
    assert left.form == [("purpose", "vision")]
    assert httpx.get(f"{sandbox.base_url}/files", headers=headers).json()["data"] == []


FIELDS = ["file", "model", "response_format", "stream", "temperature", "language", "prompt"]
FIELDS += ["include[]", "timestamp_granularities[]", "chunking_strategy", "chunking_strategy[type]"]
FIELDS += ["known_speaker_names[]", "known_speaker_references[]", "purpose", "expires_after"]
FIELDS += ["expires_after[seconds]", "seconds", "size", "video", "video[id]", "input_reference"]
FIELDS += ["input_reference[file_id]", "input_reference[image_url]", "input", "voice", "x[]"]
WORDS = ["", "whisper-1", "gpt-4o-transcribe-diarize", "sora-2", "json", "verbose_json", "true"]
WORDS += ["auto", '{"type": "server_vad"}', "{", "logprobs", "word", "4", "720x1280", "batch"]
WORDS += ["nan", "created_at", "data:audio/wav;base64,", "A cat", "[looks=0]", "ü"]
CONTENTS = [b"", b"ID3", b"RIFF\0\0\0\0WAVE", b"fLaC" + bytes(50), b"\0\0\0\x18ftypmp42"]
ANYTHING = st.sampled_from(WORDS) | st.builds(
    FormFile,
    filename=st.sampled_from(["a.wav", "a.mp3", "a.jsonl", "a", ""]),
    content_type=st.sampled_from(["", "audio/wav", "image/png"]),
    data=st.sampled_from(CONTENTS),
)


@attrs.frozen
class Asked:
    content_type: str
    body: bytes


asked = st.builds(
    lambda parts: Asked("multipart/form-data; boundary=xxxx", encode(parts, "xxxx")),
    st.lists(st.tuples(st.sampled_from(FIELDS), ANYTHING), max_size=8),
)


@given(asked, st.sampled_from([e for e in ENDPOINTS if e.method == "POST"]))
@settings(deadline=None, max_examples=300)
def test_any_form_is_answered_or_rejected(asked: Asked, endpoint: Any) -> None:
    record = RecordedRequest("POST", "/v1", "", {"content-type": asked.content_type}, asked.body)
    status = 0
    try:
        status = endpoint.handle(record, {"id": "video_0"}, World()).status
    except APIFault as fault:
        status = fault.status
    assert status == 200 or 400 <= status < 500
