"""The o-series, deep research, computer use, and the first codex model."""

from __future__ import annotations

from typing import Any

from jackfield_openai_catalogue.rows.provenance import (
    SCHEMA_PAGES,
    SCHEMA_SEED,
    SEED_PAGES,
)

_EFFORT: dict[str, Any] = {"effort": ("low", "medium", "high"), "effort_default": "medium"}

_O_SERIES: dict[str, Any] = {
    "surfaces": ("chat", "responses"),
    "mapping": "reasoning",
    "input": ("text", "image"),
    "output": ("text",),
    "context_window": 200_000,
    "max_output_tokens": 100_000,
    "status": "current",
    **SEED_PAGES,
}

_O1: dict[str, Any] = {
    **_O_SERIES,
    **_EFFORT,
    "summary": (),
    "prices": {
        "input": 15.0,
        "output": 60.0,
        "cached_input": 7.5,
        "batch_input": 7.5,
        "batch_output": 30.0,
    },
}

_O1_PRO: dict[str, Any] = {
    **_O_SERIES,
    **_EFFORT,
    "surfaces": ("responses",),
    "streaming": False,
    "prices": {"input": 150.0, "output": 600.0, "batch_input": 75.0, "batch_output": 300.0},
    **SCHEMA_PAGES,
}

# The first two know neither instructions nor an effort (see the recorded refusal of `developer`).
_O1_FIRST: dict[str, Any] = {
    **_O_SERIES,
    "rejects_roles": ("system", "developer"),
    "input": ("text",),
    "context_window": 128_000,
    "status": "retired",
}
_O1_MINI: dict[str, Any] = {**_O1_FIRST, "max_output_tokens": 65_536}
_O1_PREVIEW: dict[str, Any] = {**_O1_FIRST, "max_output_tokens": 32_768}

_SUMMARIES: dict[str, Any] = {"summary": ("auto", "concise", "detailed")}

_O3: dict[str, Any] = {
    **_O_SERIES,
    **_EFFORT,
    **_SUMMARIES,
    "prices": {
        "input": 2.0,
        "output": 8.0,
        "cached_input": 0.5,
        "batch_input": 1.0,
        "batch_output": 4.0,
    },
}

_O3_PRO: dict[str, Any] = {
    **_O_SERIES,
    **_EFFORT,
    **_SUMMARIES,
    "surfaces": ("responses",),
    "prices": {"input": 20.0, "output": 80.0, "batch_input": 10.0, "batch_output": 40.0},
}

_O3_MINI: dict[str, Any] = {
    **_O_SERIES,
    **_EFFORT,
    "summary": (),
    "input": ("text",),
    "prices": {
        "input": 1.1,
        "output": 4.4,
        "cached_input": 0.55,
        "batch_input": 0.55,
        "batch_output": 2.2,
    },
}

_O4_MINI: dict[str, Any] = {
    **_O_SERIES,
    **_EFFORT,
    **_SUMMARIES,
    "prices": {
        "input": 1.1,
        "output": 4.4,
        "cached_input": 0.275,
        "batch_input": 0.55,
        "batch_output": 2.2,
    },
}

_O3_DEEP: dict[str, Any] = {
    **_O_SERIES,
    "surfaces": ("responses",),
    "status": "deprecated",
    "prices": {
        "input": 10.0,
        "output": 40.0,
        "cached_input": 2.5,
        "batch_input": 5.0,
        "batch_output": 20.0,
    },
}

_O4_MINI_DEEP: dict[str, Any] = {
    **_O_SERIES,
    "surfaces": ("responses",),
    "status": "deprecated",
    "prices": {
        "input": 2.0,
        "output": 8.0,
        "cached_input": 0.5,
        "batch_input": 1.0,
        "batch_output": 4.0,
    },
    **SCHEMA_PAGES,
}

_COMPUTER_USE: dict[str, Any] = {
    "surfaces": ("responses",),
    "input": ("text", "image"),
    "output": ("text",),
    "context_window": 8_192,
    "max_output_tokens": 1_024,
    "status": "deprecated",
    **SCHEMA_PAGES,
}

ROWS: dict[str, dict[str, Any]] = {
    "o1": _O1,
    "o1-2024-12-17": {**_O1, **SCHEMA_SEED},
    "o1-pro": _O1_PRO,
    "o1-pro-2025-03-19": _O1_PRO,
    "o1-mini": _O1_MINI,
    "o1-mini-2024-09-12": {**_O1_MINI, **SCHEMA_SEED},
    "o1-preview": _O1_PREVIEW,
    "o1-preview-2024-09-12": {**_O1_PREVIEW, **SCHEMA_SEED},
    "o3": _O3,
    "o3-2025-04-16": {**_O3, **SCHEMA_SEED},
    "o3-pro": _O3_PRO,
    "o3-pro-2025-06-10": {**_O3_PRO, **SCHEMA_SEED},
    "o3-mini": _O3_MINI,
    "o3-mini-2025-01-31": {**_O3_MINI, **SCHEMA_SEED},
    "o4-mini": _O4_MINI,
    "o4-mini-2025-04-16": {**_O4_MINI, **SCHEMA_SEED},
    "o3-deep-research": _O3_DEEP,
    "o3-deep-research-2025-06-26": _O3_DEEP,
    "o4-mini-deep-research": _O4_MINI_DEEP,
    "o4-mini-deep-research-2025-06-26": _O4_MINI_DEEP,
    "computer-use-preview": _COMPUTER_USE,
    "computer-use-preview-2025-03-11": _COMPUTER_USE,
    "codex-mini-latest": {
        "surfaces": ("responses",),
        "input": ("text", "image"),
        "output": ("text",),
        "context_window": 200_000,
        "max_output_tokens": 100_000,
        "status": "deprecated",
        **SCHEMA_PAGES,
    },
}
