"""Where a list of inputs is cut so that each request stays within the API's limits."""

from __future__ import annotations

from typing import Any, TypeAlias

MAX_INPUTS = 2048
"""Inputs that one request may have. Source: the API reference, ``input`` of ``/embeddings``."""
MAX_TOKENS = 300_000
"""Tokens that all inputs of one request may have together. Source: the same."""

Span: TypeAlias = tuple[int, int]
"""The first input of a batch, and the one after its last."""


def spans(
    given: Any, max_inputs: int = MAX_INPUTS, max_tokens: int = MAX_TOKENS
) -> tuple[Span, ...]:
    """The batches of a list of inputs, in order; each as large as the limits allow.

    Args:
        given: the call's ``input``: a text or one token list, or a list of texts or token lists.
        max_inputs: how many inputs a batch may have.
        max_tokens: how many tokens; an input that has more is a batch by itself.

    Returns:
        Nothing where there is nothing to cut: for one input, and for what is none of the above.
    """
    if not isinstance(given, list) or not all(isinstance(item, (str, list)) for item in given):
        return ()
    found, start, tokens = [], 0, 0
    for at, item in enumerate(given):
        size = most_tokens(item)
        if at > start and (at - start == max_inputs or tokens + size > max_tokens):
            found.append((start, at))
            start, tokens = at, 0
        tokens += size
    return (*found, (start, len(given))) if given else ()


def most_tokens(item: str | list[Any]) -> int:
    """How many tokens an input has at most: a token stands for one byte of UTF-8 or for more."""
    if isinstance(item, list) or item.isascii():
        return len(item)
    return len(item.encode("utf-8", "surrogatepass"))
