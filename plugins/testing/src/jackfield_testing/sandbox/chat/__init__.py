"""Chat completions: ``POST /chat/completions``.

================  ============================================================
``validation``    what the API rejects
``shapes``        the types of the fields
``conversation``  what the messages say
``topics``        what a text is about
``tool_calls``    which tools are called, with which arguments
``wording``       the text of an answer
``choices``       one choice of an answer
``answer``        request to response body
``usage``         the token figures
``stream``        response body to chunks
================  ============================================================
"""

from __future__ import annotations

from jackfield_testing.sandbox.chat.answer import answer
from jackfield_testing.sandbox.chat.stream import events
from jackfield_testing.sandbox.chat.validation import validate
from jackfield_testing.sandbox.surface import Surface

SURFACE = Surface("/chat/completions", validate=validate, answer=answer, events=events)

__all__ = ["SURFACE", "answer", "events", "validate"]
