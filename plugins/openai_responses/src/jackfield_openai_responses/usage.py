"""Token counts: the same numbers under the names of either surface.

Only names change, at both levels; counts and details that one surface has and the other hasn't
keep the name they have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_CHAT_NAMES = {
    "input_tokens": "prompt_tokens",
    "input_tokens_details": "prompt_tokens_details",
    "output_tokens": "completion_tokens",
    "output_tokens_details": "completion_tokens_details",
}
_NAMES = {chat: name for name, chat in _CHAT_NAMES.items()}
# What a Response's counts always have.
_DETAILS = {
    "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
    "output_tokens_details": {"reasoning_tokens": 0},
}


def chat_usage(usage: Any) -> dict[str, Any] | None:
    """A chat completion's ``usage`` for a Response's; None for none."""
    return _renamed(usage, _CHAT_NAMES) if isinstance(usage, Mapping) else None


def response_usage(usage: Any) -> dict[str, Any] | None:
    """A Response's ``usage`` for a chat completion's; None for none.

    Counts that a Response always has and that were not given are 0, the total their sum.
    """
    if not isinstance(usage, Mapping):
        return None
    found = _renamed(usage, _NAMES)
    for name, least in _DETAILS.items():
        details = found.get(name)
        found[name] = {**least, **(details if isinstance(details, Mapping) else {})}
        found[name] |= {key: 0 for key in least if found[name][key] is None}
    counts = [found.get(name) or 0 for name in ("input_tokens", "output_tokens")]
    for name, count in zip(("input_tokens", "output_tokens"), counts, strict=True):
        found[name] = count
    if found.get("total_tokens") is None:
        found["total_tokens"] = sum(counts)
    return found


def _renamed(usage: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """``usage`` under other names; one that is there under both names keeps the surface's own."""
    taken = {names[key] for key in usage if key in names}
    return {names.get(key, key): value for key, value in usage.items() if key not in taken}
