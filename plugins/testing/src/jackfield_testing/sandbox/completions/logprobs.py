"""Log probabilities in the form of completions: four arrays side by side."""

from __future__ import annotations

from typing import Any

from jackfield_testing.sandbox import tokens
from jackfield_testing.sandbox.identity import Identity

_LOWEST = -0.9


def token_logprob(identity: Identity, salt: str, position: int) -> float:
    """Give the log probability of the token at a position, below 0."""
    below = int(-_LOWEST * 1_000_000)
    return -(1 + identity.number(f"logprob {salt} {position}", below)) / 1_000_000


def entries(
    pieces: list[str], salts: list[str], start: int, top: int, echoed: bool, identity: Identity
) -> dict[str, Any]:
    """Give the ``logprobs`` of a choice.

    Args:
        pieces: its tokens, those of an echoed prompt included.
        salts: for each, what tells its prompt or candidate apart.
        start: where the first of them begins, in characters from the beginning of the prompt.
        top: how many of the likeliest tokens to give at each position; the token itself comes as
            well where it is not among them.
        echoed: whether the first token is the prompt's first, of which nothing is known.
        identity: where the figures come from.
    """
    chosen: list[float | None] = []
    ranked: list[dict[str, float] | None] = []
    offsets, offset = [], start
    for position, (piece, salt) in enumerate(zip(pieces, salts, strict=True)):
        offsets.append(offset)
        offset += len(piece)
        if echoed and position == 0:
            chosen.append(None)
            ranked.append(None)
            continue
        logprob = token_logprob(identity, salt, position)
        chosen.append(logprob)
        others = [other for other in tokens.LIKELY if other != piece]
        if top > 0 and identity.number(f"surprise {salt} {position}", 4) == 0:
            likelier = {other: logprob * (step + 1) / 8 for step, other in enumerate(others[:top])}
            ranked.append({piece: logprob, **likelier})
        else:
            less = {
                other: logprob - 1.5 - step for step, other in enumerate(others[: max(top - 1, 0)])
            }
            ranked.append({piece: logprob, **less})
    return {
        "tokens": pieces,
        "token_logprobs": chosen,
        "top_logprobs": ranked,
        "text_offset": offsets,
    }
