"""Reasoning: its items, and the tokens that it costs."""

from __future__ import annotations

from typing import Any

from jackfield_testing.sandbox.chat.conversation import excerpt
from jackfield_testing.sandbox.responses.model_checks import effort_of
from jackfield_testing.sandbox.responses.parts import item, part
from jackfield_testing.sandbox.responses.turn import Turn

_TOKENS = {
    "none": 0,
    "minimal": 0,
    "low": 64,
    "medium": 128,
    "high": 256,
    "xhigh": 512,
    "max": 1024,
}
#: What is encrypted looks like this: a version and a time come first.
_SEALED = "gAAAAAB"


def reasons(turn: Turn) -> bool:
    """Whether there is any reasoning."""
    return effort_of(turn.request, turn.model) not in (None, "none")


def reasoning_tokens(turn: Turn) -> int:
    """Give how many tokens it takes, the limit permitting."""
    effort = effort_of(turn.request, turn.model)
    spent = 0 if effort is None else _TOKENS[effort]
    limit = turn.request.get("max_output_tokens")
    return spent if limit is None else min(spent, int(limit))


def reasoning_item(turn: Turn, number: int) -> dict[str, Any]:
    """Give the item that says, or does not say, what was thought before the next one.

    Args:
        turn: the request and its context.
        number: which of the response's reasoning items it is.
    """
    summary = [part("summary_text", text=text) for text in _summary(turn, number)]
    content = []
    if turn.model.thinks_aloud:
        thought = f"Thought {number + 1}: the user says “{excerpt(turn.text)}”. Answer that."
        content = [part("reasoning_text", text=thought)]
    return item(
        id=turn.id("reasoning", str(number)),
        type="reasoning",
        content=content,
        encrypted_content=sealed(turn, f"reasoning {number}", 400),
        summary=summary,
    )


def sealed(turn: Turn, purpose: str, length: int) -> str:
    """Give something that nobody can read."""
    pieces = (turn.identity.text(f"{purpose} {n}", 40) for n in range(length // 40 + 1))
    return _SEALED + "".join(pieces)[:length]


def summary_kind(turn: Turn) -> str | None:
    """Give the kind of summary that there is: ``auto`` is the most detailed one."""
    asked: str | None = (turn.request.get("reasoning") or {}).get("summary")
    return "detailed" if asked == "auto" else asked


def _summary(turn: Turn, number: int) -> list[str]:
    kind = summary_kind(turn)
    if kind is None:
        return []
    topic = excerpt(turn.text, 80)
    if number:
        return [f"**Going on**\n\nI have what I need to go on with “{topic}”."]
    texts = [f"**Reading the request**\n\nThe user says “{topic}”. I need to answer that."]
    if kind == "detailed":
        texts.append("**Planning the answer**\n\nA short answer that quotes the request will do.")
    return texts
