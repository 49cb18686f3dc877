"""The top-level fields of a Response, by what becomes of them in a chat completion."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MAPPED = frozenset(
    {"id", "object", "created_at", "model", "output", "output_text", "usage", "status"}
)
"""Told by the chat completion in its own words."""

ECHOES = frozenset(
    {
        "frequency_penalty",
        "include",
        "instructions",
        "max_output_tokens",
        "max_tool_calls",
        "parallel_tool_calls",
        "presence_penalty",
        "previous_response_id",
        "prompt",
        "prompt_cache_key",
        "prompt_cache_options",
        "prompt_cache_retention",
        "reasoning",
        "safety_identifier",
        "store",
        "temperature",
        "text",
        "tool_choice",
        "tools",
        "top_logprobs",
        "top_p",
        "truncation",
        "user",
    }
)
"""What the caller said, said again; a chat completion has no echo, so they are not carried."""

TELLING = frozenset(
    {
        "background",
        "billing",
        "completed_at",
        "conversation",
        "error",
        "incomplete_details",
        "metadata",
        "moderation",
        "tool_usage",
    }
)
"""Kept under their own names where they say something: not when null, false or empty."""

TAKEN = frozenset({"choices", "created", "obfuscation", "stream_events"})
"""A chat completion's own, or dropped by whoever folds chunks: no other field has such a name."""


def kept_fields(response: Mapping[str, Any]) -> dict[str, Any]:
    """What a chat completion keeps of a Response's top level under the same names.

    That is what the table says, the ``status`` of a Response that is not completed, and every
    field that the table doesn't know, as it is.
    """
    kept = {
        key: value
        for key, value in response.items()
        if key not in MAPPED
        and key not in ECHOES
        and key not in TAKEN
        and (value or key not in TELLING)
    }
    status = response.get("status")
    return kept if status in ("completed", None) else {**kept, "status": status}
