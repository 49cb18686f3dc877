"""The example of a question about a PDF file."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import asked
import pytest
from marks import CHAT, CONTENT, covers

from jackfield import completion
from jackfield_testing import Sandbox

BLOCK = "pdf-file-parsing#block:1"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def asking(file: Any) -> list[Any]:
    content = [
        {"type": "file", "file": file},
        {"type": "text", "text": "Which dragon comes first in this book?"},
    ]
    return [{"role": "user", "content": content}]


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = Path("dragons.pdf")
    path.write_bytes(PDF)
    return path


@covers(CHAT, later=BLOCK)
def test_a_file_encoded_by_hand(upstream: Sandbox, book: Path) -> None:
    with open("dragons.pdf", "rb") as f:
        data = f.read()
    base64_string = base64.b64encode(data).decode("utf-8")
    file = {
        "filename": "dragons.pdf",
        "file_data": f"data:application/pdf;base64,{base64_string}",
    }
    response = completion(model="gpt-4o", messages=asking(file))
    content = response.choices[0].message.content or ""
    assert f"a file (dragons.pdf, application/pdf, {len(PDF)} bytes)" in content
    asked.chat(upstream, {"model": "gpt-4o", "messages": asking(file)})


@covers(CONTENT, later=BLOCK)
def test_a_file_by_its_path(upstream: Sandbox, book: Path) -> None:
    completion(model="gpt-4o", messages=asking({"file_data": book}))
    sent = "data:application/pdf;base64," + base64.b64encode(PDF).decode()
    (part, _) = upstream.last.json["messages"][0]["content"]
    assert part["file"] == {"file_data": sent, "filename": "dragons.pdf"}
    asked.only(upstream)
