"""Calls to the audio surfaces through the real pipeline, and on to a server that the test makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield import surfaces
from jackfield.canonical import canonical
from jackfield.discovery import Plugin
from jackfield.registry import Registry
from jackfield_openai_audio.manifest import MANIFEST
from jackfield_testing import laws

REGISTRY = Registry(
    [
        Plugin("openai-audio", "jackfield-openai-audio", manifest=MANIFEST),
        Plugin("surfaces", "jackfield", manifest=surfaces.MANIFEST),
    ]
)


def ask(
    surface: str,
    params: Mapping[str, Any],
    *replies: Any,
    model: str = "openai/gpt-4o-transcribe",
    **settings: Any,
) -> laws.Outcome:
    """A call with parameters as a caller gives them; no I/O but reading its files."""
    plain, _ = canonical(params)
    return laws.ask(
        plain,
        laws.Upstream(*replies),
        model=model,
        surface=surface,
        registry=REGISTRY,
        stream=bool(plain.get("stream")),
        **settings,
    )
