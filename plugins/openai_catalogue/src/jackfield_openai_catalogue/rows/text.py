"""Text models without a conversation: completions, embeddings, moderation."""

from __future__ import annotations

from typing import Any

from jackfield_openai_catalogue.rows.provenance import SCHEMA_PAGES, SEED_PAGES

_COMPLETION: dict[str, Any] = {
    "surfaces": ("text_completion",),
    "input": ("text",),
    "output": ("text",),
    "status": "deprecated",
    **SCHEMA_PAGES,
}
_BASE: dict[str, Any] = {
    **_COMPLETION,
    "context_window": 16_384,
    "max_output_tokens": 16_384,
}
_EMBEDDING: dict[str, Any] = {
    "surfaces": ("embedding",),
    "input": ("text",),
    "context_window": 8_192,
    "status": "current",
    **SCHEMA_PAGES,
}
_MODERATION: dict[str, Any] = {"surfaces": ("moderation",), **SCHEMA_PAGES}

ROWS: dict[str, dict[str, Any]] = {
    "gpt-3.5-turbo-instruct": {
        **_COMPLETION,
        "context_window": 4_096,
        "max_output_tokens": 4_096,
        **SEED_PAGES,
    },
    "davinci-002": _BASE,
    "babbage-002": _BASE,
    "text-embedding-ada-002": {**_EMBEDDING, **SEED_PAGES},
    "text-embedding-3-small": _EMBEDDING,
    "text-embedding-3-large": _EMBEDDING,
    "omni-moderation-latest": {
        **_MODERATION,
        "input": ("text", "image"),
        "status": "current",
    },
    "omni-moderation-2024-09-26": {
        **_MODERATION,
        "input": ("text", "image"),
        "status": "current",
    },
    "text-moderation-latest": {**_MODERATION, "input": ("text",), "status": "retired"},
    "text-moderation-stable": {**_MODERATION, "input": ("text",), "status": "retired"},
}
