"""GPT-5 and what followed it under that name."""

from __future__ import annotations

from typing import Any

from jackfield_openai_catalogue.rows.provenance import (
    PAGES,
    RECORDED,
    SCHEMA,
    SCHEMA_PAGES,
    SCHEMA_RECORDED,
    SCHEMA_SEED,
    SEED_PAGES,
    with_refusal,
)

# What the later of the two pages says of the series. Official text of 2026 gives `concise` to every
# reasoning model *after* gpt-5; for the models that the page knows, the page holds (decision 18).
_SERIES: dict[str, Any] = {
    "surfaces": ("chat", "responses"),
    "mapping": "reasoning",
    "summary": ("auto", "detailed"),
    "verbosity": ("low", "medium", "high"),
    "input": ("text", "image"),
    "output": ("text",),
    "context_window": 400_000,
    "max_output_tokens": 128_000,
    "status": "current",
    **SEED_PAGES,
}

_GPT_5: dict[str, Any] = {
    **_SERIES,
    "effort": ("minimal", "low", "medium", "high"),
    "effort_default": "medium",
    "prices": {
        "input": 1.25,
        "output": 10.0,
        "cached_input": 0.125,
        "batch_input": 0.625,
        "batch_output": 5.0,
    },
}

_GPT_5_MINI: dict[str, Any] = {
    **_SERIES,
    "effort": ("none", "minimal", "low", "medium", "high"),
    "effort_default": "medium",
    "prices": {
        "input": 0.25,
        "output": 2.0,
        "cached_input": 0.025,
        "batch_input": 0.125,
        "batch_output": 1.0,
    },
}

_GPT_5_NANO: dict[str, Any] = {
    **_SERIES,
    "effort": ("none", "low", "medium", "high"),
    "effort_default": "none",
    "prices": {
        "input": 0.05,
        "output": 0.4,
        "cached_input": 0.005,
        "batch_input": 0.025,
        "batch_output": 0.2,
    },
}

_GPT_5_1: dict[str, Any] = {
    **_SERIES,
    "effort": ("none", "low", "medium", "high"),
    "effort_default": "none",
    "prices": {
        "input": 1.25,
        "output": 10.0,
        "cached_input": 0.125,
        "batch_input": 0.625,
        "batch_output": 5.0,
    },
}

# The only figures on either page: windows, prices, tools and modalities as its "Special Notes" say,
# which call the window "tokens input".
_GPT_5_PRO: dict[str, Any] = {
    "surfaces": ("responses",),
    "mapping": "reasoning",
    "effort": ("high",),
    "effort_default": "high",
    "summary": ("auto", "detailed"),
    "verbosity": ("low", "medium", "high"),
    "streaming": False,
    "tools": ("web_search", "file_search", "image_generation", "mcp"),
    "tools_excluded": (
        "code_interpreter",
        "computer_use",
        "computer_use_preview",
        "computer",
    ),
    "input_excluded": ("audio", "input_audio", "video"),
    "input": ("text", "image"),
    "output": ("text",),
    "context_window": 400_000,
    "max_input_tokens": 400_000,
    "max_output_tokens": 272_000,
    "prices": {"input": 15.0, "output": 120.0, "batch_input": 7.5, "batch_output": 60.0},
    "status": "current",
    "source": "LiteLLM's OpenAI page (later)",
    "as_of": "2025-11-13",
}

_CODEX_SERIES: dict[str, Any] = {
    "surfaces": ("responses",),
    "mapping": "reasoning",
    "summary": ("auto", "detailed"),
    "verbosity": (),
    "input": ("text", "image"),
    "output": ("text",),
    "context_window": 400_000,
    "max_output_tokens": 128_000,
    "prices": {"input": 1.25, "output": 10.0, "cached_input": 0.125},
    "status": "deprecated",
    **SEED_PAGES,
}

_CODEX: dict[str, Any] = {
    **_CODEX_SERIES,
    "effort": ("low", "medium", "high"),
    "effort_default": "adaptive",
}

# Chat models without reasoning parameters.
_CHAT: dict[str, Any] = {
    "surfaces": ("chat", "responses"),
    "input": ("text", "image"),
    "output": ("text",),
    "context_window": 128_000,
    "max_output_tokens": 16_384,
    **SEED_PAGES,
}

_AFTER: dict[str, Any] = {
    "surfaces": ("chat", "responses"),
    "mapping": "reasoning",
    "summary": ("auto", "concise", "detailed"),
    "input": ("text", "image"),
    "output": ("text",),
    "status": "current",
    **SCHEMA_RECORDED,
}

_GPT_5_2: dict[str, Any] = {
    **_AFTER,
    "effort": ("none", "low", "medium", "high", "xhigh"),
    "effort_default": "none",
    "context_window": 400_000,
    "max_output_tokens": 128_000,
    "prices": {
        "input": 1.75,
        "output": 14.0,
        "cached_input": 0.175,
        "batch_input": 0.875,
        "batch_output": 7.0,
    },
}

# From here on chat refuses function tools to a model that reasons, and names Responses instead.
_TOOLS_ON_RESPONSES: dict[str, Any] = {
    **_AFTER,
    "tools_while_reasoning": ("responses",),
    **with_refusal(SCHEMA_RECORDED),
}

_GPT_5_4: dict[str, Any] = {
    **_TOOLS_ON_RESPONSES,
    "effort": ("none", "low", "medium", "high", "xhigh"),
    "effort_default": "none",
}

_GPT_5_5: dict[str, Any] = {**_TOOLS_ON_RESPONSES, "effort_default": "medium"}

_GPT_5_6: dict[str, Any] = {
    **_TOOLS_ON_RESPONSES,
    "effort": ("none", "low", "medium", "high", "xhigh", "max"),
    "effort_default": "medium",
}

_CHAT_AFTER: dict[str, Any] = {
    "surfaces": ("chat", "responses"),
    "mapping": "reasoning",
    "input": ("text", "image"),
    "output": ("text",),
    "status": "deprecated",
    **SCHEMA_PAGES,
}

_RESPONSES_ONLY: dict[str, Any] = {"surfaces": ("responses",), "mapping": "reasoning"}

# The model pages, and the API's own answers, put these on Responses alone, although the schema
# lists gpt-5.2-pro, gpt-5.1-codex and codex-mini-latest among the shared names.
_PRO_AFTER: dict[str, Any] = {
    **_RESPONSES_ONLY,
    "summary": ("auto", "concise", "detailed"),
    "input": ("text", "image"),
    "output": ("text",),
    **SCHEMA_PAGES,
}

ROWS: dict[str, dict[str, Any]] = {
    "gpt-5": _GPT_5,
    "gpt-5-2025-08-07": _GPT_5,
    "gpt-5-mini": _GPT_5_MINI,
    "gpt-5-mini-2025-08-07": _GPT_5_MINI,
    "gpt-5-nano": _GPT_5_NANO,
    "gpt-5-nano-2025-08-07": _GPT_5_NANO,
    "gpt-5-chat": _CHAT,
    "gpt-5-chat-latest": {**_CHAT, "status": "deprecated"},
    "gpt-5-pro": _GPT_5_PRO,
    "gpt-5-pro-2025-10-06": {**_GPT_5_PRO, **SCHEMA_SEED},
    "gpt-5-codex": _CODEX,
    "gpt-5.1": _GPT_5_1,
    "gpt-5.1-2025-11-13": {**_GPT_5_1, **SCHEMA_SEED},
    "gpt-5.1-mini": {
        "surfaces": ("chat", "responses"),
        "mapping": "reasoning",
        "summary": ("auto", "detailed"),
        **SCHEMA_SEED,
    },
    "gpt-5.1-chat-latest": _CHAT_AFTER,
    "gpt-5.1-codex": _CODEX,
    "gpt-5.1-codex-mini": {
        **_CODEX,
        "prices": {"input": 0.25, "output": 2.0, "cached_input": 0.025},
    },
    "gpt-5.1-codex-max": {
        **_CODEX_SERIES,
        "effort": ("low", "medium", "high", "xhigh"),
        **SCHEMA_SEED,
    },
    "gpt-5.2": _GPT_5_2,
    "gpt-5.2-2025-12-11": _GPT_5_2,
    "gpt-5.2-chat-latest": _CHAT_AFTER,
    "gpt-5.2-pro": _PRO_AFTER,
    "gpt-5.2-pro-2025-12-11": _PRO_AFTER,
    "gpt-5.2-codex": {**_RESPONSES_ONLY, "status": "deprecated", **PAGES},
    "gpt-5.3-chat-latest": _CHAT_AFTER,
    "gpt-5.3-codex": {**_RESPONSES_ONLY, **SCHEMA_PAGES},
    "gpt-5.4": _GPT_5_4,
    "gpt-5.4-mini": _GPT_5_4,
    "gpt-5.4-mini-2026-03-17": _GPT_5_4,
    "gpt-5.4-nano": _GPT_5_4,
    "gpt-5.4-nano-2026-03-17": _GPT_5_4,
    "gpt-5.5": _GPT_5_5,
    "gpt-5.5-2026-04-23": _GPT_5_5,
    "gpt-5.5-pro": _PRO_AFTER,
    "gpt-5.5-pro-2026-04-23": _PRO_AFTER,
    "gpt-5.6": {**_GPT_5_6, **with_refusal(RECORDED)},
    "gpt-5.6-sol": _GPT_5_6,
    "gpt-5.6-terra": _GPT_5_6,
    "gpt-5.6-luna": _GPT_5_6,
    "gpt-5.6-cyber": {**_RESPONSES_ONLY, **SCHEMA},
    "gpt-daybreak-blue-latest": {"surfaces": ("responses",), **SCHEMA},
    "gpt-daybreak-red-latest": {"surfaces": ("responses",), **SCHEMA},
}
