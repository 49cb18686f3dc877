"""The example of a question about an image."""

from __future__ import annotations

import base64
import io
import os
from pathlib import Path
from typing import Any

import asked
import pytest
from marks import CHAT, CONTENT, covers

from jackfield import completion
from jackfield_testing import Sandbox

URL = "https://example.com/thumb/a/b/boardwalk.jpg/2560px-boardwalk.jpg"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
)


def asking(image: Any) -> list[Any]:
    content = [
        {"type": "text", "text": "What is in this image?"},
        {"type": "image_url", "image_url": image},
    ]
    return [{"role": "user", "content": content}]


@covers(CHAT, both="openai-vision-models/usage#block:1")
def test_an_image_by_its_address(upstream: Sandbox) -> None:
    os.environ["OPENAI_API_KEY"] = "your-api-key"
    response = completion(model="gpt-4-vision-preview", messages=asking({"url": URL}))
    assert "an image (https://example.com" in (response.choices[0].message.content or "")
    asked.chat(
        upstream,
        {"model": "gpt-4-vision-preview", "messages": asking({"url": URL})},
        authorization="Bearer your-api-key",
    )


@covers(CONTENT, both="openai-vision-models/usage#block:1")
@pytest.mark.parametrize("kind", ["path", "Path", "bytes", "file"])
def test_an_image_of_ones_own(upstream: Sandbox, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "dot.png"
    path.write_bytes(PNG)
    given: Any = {"path": str(path), "Path": path, "bytes": PNG, "file": io.BytesIO(PNG)}[kind]
    completion(model="gpt-4-vision-preview", messages=asking({"url": given, "detail": "low"}))
    sent = {"url": "data:image/png;base64," + base64.b64encode(PNG).decode(), "detail": "low"}
    asked.chat(upstream, {"model": "gpt-4-vision-preview", "messages": asking(sent)})
