"""Embeddings: ``POST /embeddings``.

================  ============================================================
``validation``    what the API rejects
``vectors``       the vector of a text
``answer``        request to response body
================  ============================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jackfield_testing.sandbox.embeddings.answer import answer
from jackfield_testing.sandbox.embeddings.validation import validate
from jackfield_testing.sandbox.surface import Surface


def events(answer: Mapping[str, Any], request: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Give nothing: validation lets no request for a stream through."""
    return iter(())


SURFACE = Surface("/embeddings", validate=validate, answer=answer, events=events)

__all__ = ["SURFACE", "answer", "events", "validate"]
