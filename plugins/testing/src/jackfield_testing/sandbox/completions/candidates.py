"""The candidates for a prompt's choices, and the best of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from jackfield_testing.sandbox import tokens
from jackfield_testing.sandbox.completions.logprobs import token_logprob
from jackfield_testing.sandbox.completions.validation import DEFAULT_LIMIT
from jackfield_testing.sandbox.completions.wording import text_for
from jackfield_testing.sandbox.identity import Identity


@attrs.frozen
class Candidate:
    """A text that could follow a prompt.

    Args:
        pieces: its tokens.
        reason: why it ended: ``stop`` or ``length``.
        salt: tells it from the others, of all prompts.
    """

    pieces: list[str]
    reason: str
    salt: str

    def score(self, identity: Identity, start: int) -> float:
        """Give the mean log probability of its tokens, of which the first is at ``start``."""
        positions = range(start, start + len(self.pieces))
        total = sum(token_logprob(identity, self.salt, position) for position in positions)
        return total / max(len(self.pieces), 1)


def candidates(request: Mapping[str, Any], prompt: str, number: int) -> list[Candidate]:
    """Give as many candidates for a prompt as ``best_of`` or ``n`` asks for.

    Args:
        request: a valid request.
        prompt: the prompt.
        number: which of the request's prompts it is.
    """
    limit = DEFAULT_LIMIT if request.get("max_tokens") is None else int(request["max_tokens"])
    count = int(request.get("best_of") or request.get("n") or 1)
    return [_candidate(request, prompt, f"{number}.{one}", one, limit) for one in range(count)]


def _candidate(
    request: Mapping[str, Any], prompt: str, salt: str, index: int, limit: int
) -> Candidate:
    text = text_for(prompt, request.get("suffix"), request.get("seed"), index)
    pieces = tokens.split(tokens.stopped(text, request.get("stop")))
    if len(pieces) > limit:
        return Candidate(pieces[:limit], "length", salt)
    return Candidate(pieces, "stop", salt)
