"""A stand-in for the tokeniser: word-like pieces that join to exactly the text they came from."""

from __future__ import annotations

import re
from typing import Any

from jackfield_testing.sandbox.identity import Identity

_PIECE = re.compile(r"\s*\w{1,8}|\s*[^\w\s]|\s+")
#: What a token could have been instead.
LIKELY = (
    " the", " a", ".", ",", " and", " to", " of", " in", " is", " it", " for", " on",
    " with", " as", " at", " this", " that", "!", "?", ":", ";",
)  # fmt: skip


def split(text: str) -> list[str]:
    """Cut a text into tokens; joined they give the text again."""
    return _PIECE.findall(text)


def count(text: str) -> int:
    """Count the tokens of a text."""
    return len(split(text))


def stopped(text: str, stop: Any) -> str:
    """Cut a text before the first stop sequence in it.

    Args:
        text: the text.
        stop: a sequence, a list of them, or None.
    """
    sequences = [stop] if isinstance(stop, str) else stop or []
    found = [text.find(s) for s in sequences if isinstance(s, str) and s and s in text]
    return text[: min(found)] if found else text


def logprobs(tokens: list[str], top: int, identity: Identity, salt: str) -> list[dict[str, Any]]:
    """Give one log-probability entry per token, with ``top`` likeliest tokens in each.

    Args:
        tokens: the tokens of the answer.
        top: the length of each ``top_logprobs``; the token itself is the first of them.
        identity: where the figures come from.
        salt: tells choices apart.
    """
    entries = []
    for position, token in enumerate(tokens):
        logprob = -identity.number(f"logprob {salt} {position}", 900_000) / 1e6
        others = [other for other in LIKELY if other != token][: max(top - 1, 0)]
        ranked = [_entry(token, logprob)] if top else []
        ranked += [_entry(other, logprob - 1.5 - step) for step, other in enumerate(others)]
        entries.append({**_entry(token, logprob), "top_logprobs": ranked})
    return entries


def _entry(token: str, logprob: float) -> dict[str, Any]:
    return {"token": token, "logprob": round(logprob, 6), "bytes": list(token.encode("utf-8"))}
