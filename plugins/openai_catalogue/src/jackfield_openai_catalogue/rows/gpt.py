"""Chat models before GPT-5: GPT-3.5, GPT-4, GPT-4o with its audio and search kin, GPT-4.1."""

from __future__ import annotations

from typing import Any

from jackfield_openai_catalogue.rows.provenance import (
    RECORDED,
    SCHEMA_PAGES,
    SEED_PAGES,
)

_TEXT: dict[str, Any] = {
    "surfaces": ("chat", "responses"),
    "input": ("text",),
    "output": ("text",),
    **SEED_PAGES,
}
_VISION: dict[str, Any] = {**_TEXT, "input": ("text", "image")}

_GPT_3_5: dict[str, Any] = {
    **_TEXT,
    "context_window": 16_385,
    "max_output_tokens": 4_096,
    "status": "deprecated",
}
_GPT_3_5_0125: dict[str, Any] = {
    **_GPT_3_5,
    "prices": {"input": 0.5, "output": 1.5, "batch_input": 0.25, "batch_output": 0.75},
}
_GPT_3_5_FIRST: dict[str, Any] = {**_TEXT, "context_window": 4_096, "status": "retired"}
_GPT_3_5_16K: dict[str, Any] = {**_TEXT, "context_window": 16_385, "status": "retired"}

_GPT_4: dict[str, Any] = {
    **_TEXT,
    "context_window": 8_192,
    "max_output_tokens": 8_192,
    "prices": {"input": 30.0, "output": 60.0, "batch_input": 15.0, "batch_output": 30.0},
    "status": "deprecated",
}
_GPT_4_32K: dict[str, Any] = {**_TEXT, "context_window": 32_768, "status": "retired"}

_GPT_4_PREVIEW: dict[str, Any] = {
    **_TEXT,
    "context_window": 128_000,
    "max_output_tokens": 4_096,
    "prices": {"input": 10.0, "output": 30.0, "batch_input": 5.0, "batch_output": 15.0},
    "status": "deprecated",
}
_GPT_4_VISION: dict[str, Any] = {
    **_VISION,
    "context_window": 128_000,
    "max_output_tokens": 4_096,
    "status": "retired",
}
_GPT_4_TURBO: dict[str, Any] = {
    **_VISION,
    "context_window": 128_000,
    "max_output_tokens": 4_096,
    "prices": {"input": 10.0, "output": 30.0, "batch_input": 5.0, "batch_output": 15.0},
}

_GPT_4O: dict[str, Any] = {
    **_VISION,
    "context_window": 128_000,
    "max_output_tokens": 16_384,
    "prices": {
        "input": 2.5,
        "output": 10.0,
        "cached_input": 1.25,
        "batch_input": 1.25,
        "batch_output": 5.0,
    },
    "status": "current",
}
_GPT_4O_MAY: dict[str, Any] = {
    **_VISION,
    "context_window": 128_000,
    "max_output_tokens": 4_096,
    "prices": {"input": 5.0, "output": 15.0, "batch_input": 2.5, "batch_output": 7.5},
}
_GPT_4O_MINI: dict[str, Any] = {
    **_GPT_4O,
    "prices": {
        "input": 0.15,
        "output": 0.6,
        "cached_input": 0.075,
        "batch_input": 0.075,
        "batch_output": 0.3,
    },
}

# The schema lists these among the shared names; their pages name Chat Completions alone.
_AUDIO: dict[str, Any] = {
    "surfaces": ("chat",),
    "input": ("text", "audio"),
    "output": ("text", "audio"),
    "context_window": 128_000,
    "max_output_tokens": 16_384,
    "status": "preview",
    **SCHEMA_PAGES,
}
_AUDIO_DEPRECATED: dict[str, Any] = {**_AUDIO, "status": "deprecated"}
_SEARCH: dict[str, Any] = {
    "surfaces": ("chat",),
    "input": ("text",),
    "output": ("text",),
    "context_window": 128_000,
    "max_output_tokens": 16_384,
    "status": "preview",
    **SCHEMA_PAGES,
}
_SEARCH_DEPRECATED: dict[str, Any] = {**_SEARCH, "status": "deprecated"}

_GPT_4_1: dict[str, Any] = {
    **_VISION,
    "context_window": 1_047_576,
    "max_output_tokens": 32_768,
    "prices": {
        "input": 2.0,
        "output": 8.0,
        "cached_input": 0.5,
        "batch_input": 1.0,
        "batch_output": 4.0,
    },
    "status": "current",
}
_GPT_4_1_MINI: dict[str, Any] = {
    **_GPT_4_1,
    "prices": {
        "input": 0.4,
        "output": 1.6,
        "cached_input": 0.1,
        "batch_input": 0.2,
        "batch_output": 0.8,
    },
}
_GPT_4_1_NANO: dict[str, Any] = {
    **_GPT_4_1,
    "prices": {
        "input": 0.1,
        "output": 0.4,
        "cached_input": 0.025,
        "batch_input": 0.05,
        "batch_output": 0.2,
    },
}

_GPT_4_5: dict[str, Any] = {
    **_VISION,
    "context_window": 128_000,
    "max_output_tokens": 16_384,
    "status": "retired",
    **RECORDED,
}

_GPT_AUDIO: dict[str, Any] = {
    "surfaces": ("chat",),
    "input": ("text", "audio"),
    "output": ("text", "audio"),
    "context_window": 128_000,
    "max_output_tokens": 16_384,
    "status": "current",
    **RECORDED,
}

ROWS: dict[str, dict[str, Any]] = {
    "gpt-3.5-turbo": _GPT_3_5_0125,
    "gpt-3.5-turbo-0125": _GPT_3_5_0125,
    "gpt-3.5-turbo-1106": {
        **_GPT_3_5,
        "prices": {"input": 1.0, "output": 2.0, "batch_input": 0.5, "batch_output": 1.0},
    },
    "gpt-3.5-turbo-0301": _GPT_3_5_FIRST,
    "gpt-3.5-turbo-0613": _GPT_3_5_FIRST,
    "gpt-3.5-turbo-16k": _GPT_3_5_16K,
    "gpt-3.5-turbo-16k-0613": _GPT_3_5_16K,
    "gpt-4": _GPT_4,
    "gpt-4-0314": _GPT_4,
    "gpt-4-0613": _GPT_4,
    "gpt-4-32k": _GPT_4_32K,
    "gpt-4-32k-0314": _GPT_4_32K,
    "gpt-4-32k-0613": _GPT_4_32K,
    "gpt-4-turbo": _GPT_4_TURBO,
    "gpt-4-turbo-2024-04-09": {**_GPT_4_TURBO, **SCHEMA_PAGES},
    "gpt-4-turbo-preview": _GPT_4_PREVIEW,
    "gpt-4-0125-preview": _GPT_4_PREVIEW,
    "gpt-4-1106-preview": _GPT_4_PREVIEW,
    "gpt-4-vision-preview": _GPT_4_VISION,
    "gpt-4-1106-vision-preview": {**_GPT_4_VISION, **RECORDED},
    "gpt-4.1": _GPT_4_1,
    "gpt-4.1-2025-04-14": {**_GPT_4_1, **SCHEMA_PAGES},
    "gpt-4.1-mini": _GPT_4_1_MINI,
    "gpt-4.1-mini-2025-04-14": {**_GPT_4_1_MINI, **SCHEMA_PAGES},
    "gpt-4.1-nano": _GPT_4_1_NANO,
    "gpt-4.1-nano-2025-04-14": {**_GPT_4_1_NANO, **SCHEMA_PAGES},
    "gpt-4.5-preview": _GPT_4_5,
    "gpt-4.5-preview-2025-02-27": _GPT_4_5,
    "gpt-4o": _GPT_4O,
    "gpt-4o-2024-05-13": _GPT_4O_MAY,
    "gpt-4o-2024-08-06": _GPT_4O,
    "gpt-4o-2024-11-20": {**_GPT_4O, **SCHEMA_PAGES},
    "gpt-4o-mini": _GPT_4O_MINI,
    "gpt-4o-mini-2024-07-18": _GPT_4O_MINI,
    "chatgpt-4o-latest": {
        **_VISION,
        "context_window": 128_000,
        "max_output_tokens": 16_384,
        "status": "deprecated",
        **SCHEMA_PAGES,
    },
    "gpt-4o-audio-preview": _AUDIO,
    "gpt-4o-audio-preview-2024-10-01": {**_AUDIO, "status": "retired"},
    "gpt-4o-audio-preview-2024-12-17": _AUDIO_DEPRECATED,
    "gpt-4o-audio-preview-2025-06-03": _AUDIO,
    "gpt-4o-mini-audio-preview": _AUDIO,
    "gpt-4o-mini-audio-preview-2024-12-17": _AUDIO_DEPRECATED,
    "gpt-4o-search-preview": _SEARCH,
    "gpt-4o-search-preview-2025-03-11": _SEARCH_DEPRECATED,
    "gpt-4o-mini-search-preview": _SEARCH,
    "gpt-4o-mini-search-preview-2025-03-11": _SEARCH_DEPRECATED,
    "gpt-audio": _GPT_AUDIO,
    "gpt-audio-mini": _GPT_AUDIO,
}
