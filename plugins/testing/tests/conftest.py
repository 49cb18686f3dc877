"""What the tests of several endpoints need: the official schemas, and a sound."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import jsonschema
import material
import pytest

from jackfield_testing import Sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A plain HTTP client with a key, below ``/v1``."""
    headers = {"authorization": f"Bearer {sandbox.api_key}"}
    with httpx.Client(base_url=sandbox.base_url, headers=headers, timeout=30) as client:
        yield client


@pytest.fixture
def official() -> Callable[..., None]:
    """Check a value against an official schema, where the schemas are."""

    def check(name: str, value: Any, *, relaxed: bool = False) -> None:
        document = material.schemas(relaxed)
        if document is not None:
            schema = {**document, "$ref": f"#/$defs/{name}"}
            jsonschema.Draft202012Validator(schema).validate(value)

    return check


@pytest.fixture
def wav() -> Callable[..., bytes]:
    """Make a WAV file that lasts so many seconds."""

    def make(seconds: float = 6.0, rate: int = 8000) -> bytes:
        buffer = io.BytesIO()
        with wave.open(buffer, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(rate)
            file.writeframes(bytes(2 * round(seconds * rate)))
        return buffer.getvalue()

    return make
