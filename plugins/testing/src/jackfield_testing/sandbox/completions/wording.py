"""The text that follows a prompt."""

from __future__ import annotations

from typing import Any

from jackfield_testing.sandbox.chat.conversation import excerpt
from jackfield_testing.sandbox.identity import identify

_OPENINGS = (
    "and so it went on after",
    "which is what follows from",
    "as was to be expected of",
    "the sequel to",
    "in short, what comes after",
    "word for word the reply to",
)
_CLOSINGS = (
    "The Jackfield sandbox wrote this; the same prompt always gets the same text.",
    "No model was asked: this is the Jackfield sandbox.",
)


def text_for(prompt: str, suffix: str | None, seed: Any, candidate: int) -> str:
    """Give the text of one candidate, before any stop sequence or limit.

    It quotes the prompt, and what it leads to where there is a suffix.
    """
    identity = identify("continuation", {"prompt": prompt, "suffix": suffix, "seed": seed})
    first = identity.number("opening", len(_OPENINGS))
    opening = _OPENINGS[(first + candidate) % len(_OPENINGS)]
    again = "" if candidate < len(_OPENINGS) else f" ({candidate // len(_OPENINGS) + 1})"
    quoted = f" “{excerpt(prompt)}”" if prompt.strip() else " nothing at all"
    leading = f", up to “{excerpt(suffix, 60)}”" if suffix else ""
    closing = _CLOSINGS[identity.number("closing", len(_CLOSINGS))]
    return f"\n\n{opening.capitalize()}{again}{quoted}{leading}. {closing}"
