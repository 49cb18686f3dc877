"""Speech, images and video."""

from __future__ import annotations

from typing import Any

from jackfield_openai_catalogue.rows.provenance import (
    SCHEMA,
    SCHEMA_PAGES,
    SEED_PAGES,
)

_TRANSCRIBER: dict[str, Any] = {
    "surfaces": ("transcription",),
    "input": ("audio", "text"),
    "output": ("text",),
}
_SPEECH: dict[str, Any] = {
    "surfaces": ("speech",),
    "input": ("text",),
    "output": ("audio",),
    "status": "current",
    **SCHEMA_PAGES,
}
_IMAGE: dict[str, Any] = {
    "surfaces": ("image",),
    "input": ("text", "image"),
    "output": ("image",),
    **SCHEMA_PAGES,
}
_VIDEO: dict[str, Any] = {
    "surfaces": ("video",),
    "input": ("text", "image"),
    "output": ("video", "audio"),
    **SCHEMA_PAGES,
}

ROWS: dict[str, dict[str, Any]] = {
    # `stream` is ignored by whisper-1, says the schema.
    "whisper-1": {
        **_TRANSCRIBER,
        "surfaces": ("transcription", "translation"),
        "streaming": False,
        "status": "current",
        **SEED_PAGES,
    },
    "gpt-transcribe": {**_TRANSCRIBER, **SCHEMA},
    "gpt-4o-transcribe": {**_TRANSCRIBER, "status": "current", **SEED_PAGES},
    "gpt-4o-mini-transcribe": {**_TRANSCRIBER, "status": "current", **SEED_PAGES},
    "gpt-4o-mini-transcribe-2025-12-15": {**_TRANSCRIBER, **SCHEMA},
    "gpt-4o-transcribe-diarize": {**_TRANSCRIBER, "status": "current", **SCHEMA_PAGES},
    # They give no events (`stream_format: sse`), says the schema.
    "tts-1": {**_SPEECH, "streaming": False},
    "tts-1-hd": {**_SPEECH, "streaming": False},
    "gpt-4o-mini-tts": _SPEECH,
    "gpt-4o-mini-tts-2025-12-15": _SPEECH,
    "dall-e-2": {**_IMAGE, "status": "deprecated"},
    "dall-e-3": {**_IMAGE, "input": ("text",), "status": "deprecated"},
    "gpt-image-1": _IMAGE,
    "gpt-image-1-mini": _IMAGE,
    "gpt-image-1.5": _IMAGE,
    "gpt-image-2": _IMAGE,
    "gpt-image-2-2026-04-21": _IMAGE,
    "chatgpt-image-latest": _IMAGE,
    "sora-2": _VIDEO,
    "sora-2-2025-10-06": _VIDEO,
    "sora-2-2025-12-08": _VIDEO,
    "sora-2-pro": _VIDEO,
    "sora-2-pro-2025-10-06": _VIDEO,
}
