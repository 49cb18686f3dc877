"""Chat request to chat completion: pure, and the same for the same request, streamed or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_testing.sandbox.chat.choices import make_choice
from jackfield_testing.sandbox.chat.usage import reasoning_tokens, usage
from jackfield_testing.sandbox.identity import identify
from jackfield_testing.sandbox.models import ModelName

_TIERS = {"flex": "flex", "priority": "priority", "fast": "priority", "scale": "scale"}


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Give the response body for a valid request.

    ``metadata`` comes back with ``store``, as the API keeps it with a stored completion.
    """
    model = ModelName.parse(request["model"])
    request = {**request, "model": model.name}
    identity = identify("chat.completion", request)
    limit = _limit(request)
    count = int(request.get("n") or 1)
    choices = [make_choice(request, identity, index, limit) for index in range(count)]
    body = {
        "id": f"chatcmpl-{identity.text('id', 29)}",
        "object": "chat.completion",
        "created": identity.created,
        "model": model.dated,
        "choices": [choice.body for choice in choices],
        "usage": usage(request, choices),
        "service_tier": _TIERS.get(request.get("service_tier") or "auto", "default"),
        "system_fingerprint": f"fp_{identify('fingerprint', {'model': model.dated}).hex('', 10)}",
    }
    if request.get("store") and request.get("metadata"):
        body["metadata"] = request["metadata"]
    return body


def _limit(request: Mapping[str, Any]) -> int | None:
    """Give how many tokens are left for text; reasoning is paid for first."""
    limit = request.get("max_completion_tokens")
    if limit is None:
        limit = request.get("max_tokens")
    return None if limit is None else max(int(limit) - reasoning_tokens(request), 0)
