"""What every contender asks for. The measured processes import it too: keep it light."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

API_KEY = "sk-bench-0000000000000000000000000000000000000000"
MODEL = "gpt-4o"

MEMORY_CALLS = 20
MEMORY_STREAMS = 5

_SYSTEM = {"role": "system", "content": "You are a studio engineer. Answer in one sentence."}

MESSAGES: list[Any] = [
    _SYSTEM,
    {"role": "user", "content": "What is a jackfield, and what would I use one for?"},
]
"""The request of one call; its body must stay below 1,000 bytes (see `upstream.py`)."""

STREAM_MESSAGES: list[Any] = [
    _SYSTEM,
    {"role": "user", "content": "Rewrite this as a story: " + "mic 1 to desk 4, normalled. " * 60},
]
"""The request of one stream; its body must be 1,000 bytes or more (see `upstream.py`)."""

STREAM_OPTIONS: Any = {"include_usage": True}
