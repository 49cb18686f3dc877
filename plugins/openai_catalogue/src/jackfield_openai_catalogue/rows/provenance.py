"""Where rows come from and when that was so: the ``source`` and ``as_of`` of a row.

``as_of`` is the date of the oldest source that a row rests on; the README says how it was found.
"""

from __future__ import annotations

from typing import Any

_SEED_DATE = "2025-11-13"
_REFUSAL_DATE = "2026-05-18"
_PAGES_DATE = "2026-06-03"
_SCHEMA_DATE = "2026-08-21"

SEED: dict[str, Any] = {"source": "LiteLLM's OpenAI page (later)", "as_of": _SEED_DATE}
SEED_PAGES: dict[str, Any] = {
    "source": "LiteLLM's OpenAI page (later); figures and status: OpenAI model pages",
    "as_of": _SEED_DATE,
}
SCHEMA: dict[str, Any] = {"source": "official schema", "as_of": _SCHEMA_DATE}
SCHEMA_PAGES: dict[str, Any] = {
    "source": "official schema; figures and status: OpenAI model pages",
    "as_of": _PAGES_DATE,
}
SCHEMA_SEED: dict[str, Any] = {
    "source": (
        "official schema; facts: LiteLLM's OpenAI page (later) and OpenAI model pages, "
        "for the family"
    ),
    "as_of": _SEED_DATE,
}
SCHEMA_RECORDED: dict[str, Any] = {
    "source": "official schema; effort: recorded exchanges and OpenAI reasoning guide; "
    "figures and status: OpenAI model pages",
    "as_of": _PAGES_DATE,
}
RECORDED: dict[str, Any] = {
    "source": "recorded exchanges; facts: OpenAI model pages",
    "as_of": _PAGES_DATE,
}
PAGES: dict[str, Any] = {"source": "OpenAI model pages", "as_of": _PAGES_DATE}


def with_refusal(known: dict[str, Any]) -> dict[str, Any]:
    """A source, and the API's own words on tools while reasoning, as they were reported."""
    refusal = "tools while reasoning: the API's refusal (openai/openai-openapi#541)"
    return {
        "source": f"{known['source']}; {refusal}",
        "as_of": min(known["as_of"], _REFUSAL_DATE),
    }
