"""Text completions: ``POST /completions``.

================  ============================================================
``validation``    what the API rejects
``wording``       the text that follows a prompt
``candidates``    the candidates for a prompt's choices, and the best of them
``logprobs``      the log probabilities of a choice
``answer``        request to response body
``stream``        response body to chunks
================  ============================================================
"""

from __future__ import annotations

from jackfield_testing.sandbox.completions.answer import answer
from jackfield_testing.sandbox.completions.stream import events
from jackfield_testing.sandbox.completions.validation import validate
from jackfield_testing.sandbox.surface import Surface

SURFACE = Surface("/completions", validate=validate, answer=answer, events=events)

__all__ = ["SURFACE", "answer", "events", "validate"]
