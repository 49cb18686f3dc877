"""Lists that are read page by page: the query, and the page that it asks for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs

from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.field_types import check_choice, check_range


def list_page(
    query: str, things: Sequence[dict[str, Any]], *, most: int, default: int
) -> dict[str, Any]:
    """Give the page that ``after``, ``limit`` and ``order`` ask for.

    Args:
        query: the raw query string.
        things: what there is, oldest first, each with its ``id``.
        most: the highest ``limit``.
        default: the limit where none is given.

    Raises:
        APIFault: 400 for a bad value, or an ``after`` that is none of the things.
    """
    asked = {name: values[-1] for name, values in parse_qs(query).items()}
    limit = _limit(asked.get("limit"), most, default)
    check_choice("order", asked.get("order", "desc"), ("asc", "desc"))
    ordered = list(things) if asked.get("order") == "asc" else list(things)[::-1]
    after = asked.get("after")
    if after is not None:
        ids = [thing["id"] for thing in ordered]
        if after not in ids:
            raise APIFault(400, f"Invalid 'after': there is no '{after}'.", param="after")
        ordered = ordered[ids.index(after) + 1 :]
    page = ordered[:limit]
    return {
        "object": "list",
        "data": page,
        "first_id": page[0]["id"] if page else None,
        "last_id": page[-1]["id"] if page else None,
        "has_more": len(ordered) > limit,
    }


def _limit(text: str | None, most: int, default: int) -> int:
    if text is None:
        return default
    try:
        limit = int(text)
    except ValueError:
        raise APIFault(
            400,
            "Invalid type for 'limit': expected an integer, but got a string instead.",
            param="limit",
            code="invalid_type",
        ) from None
    check_range("limit", limit, 0, most)
    return limit
