"""Embedding requests and answers: texts, token lists, lists of both, and vectors."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from jackfield_testing.strategies.json_values import json_values, texts


def vectors(*, min_size: int = 0, max_size: int = 8) -> st.SearchStrategy[list[float]]:
    """The numbers of a vector: finite, and such as 32 bits hold exactly."""
    numbers = st.floats(width=32, allow_nan=False, allow_infinity=False)
    return st.lists(numbers, min_size=min_size, max_size=max_size)


def token_lists(max_size: int = 6) -> st.SearchStrategy[list[int]]:
    """One input as tokens."""
    return st.lists(st.integers(0, 200_000), min_size=1, max_size=max_size)


def input_lists(
    *, surrogates: bool = False, min_size: int = 1, max_size: int = 12
) -> st.SearchStrategy[list[Any]]:
    """Several inputs: a list of texts, or one of token lists."""
    text = texts(surrogates=surrogates, max_size=8)
    return st.lists(text, min_size=min_size, max_size=max_size) | st.lists(
        token_lists(), min_size=min_size, max_size=max_size
    )


@st.composite
def embedding_params(
    draw: st.DrawFn, *, surrogates: bool = False, unknown: bool = True
) -> dict[str, Any]:
    """The parameters of an embedding call, ``input`` among them, in any order.

    Args:
        draw: given by Hypothesis.
        surrogates: also lone surrogates in texts.
        unknown: also parameters that no API has.
    """
    one = texts(surrogates=surrogates, min_size=1) | token_lists()
    found: dict[str, Any] = {"input": draw(one | input_lists(surrogates=surrogates))}
    optional: dict[str, st.SearchStrategy[Any]] = {
        "dimensions": st.integers(1, 4096),
        "encoding_format": st.sampled_from(["float", "base64"]),
        "user": texts(surrogates=surrogates, max_size=8),
    }
    if unknown:
        optional["x_new"] = json_values(surrogates=surrogates).filter(lambda v: v is not None)
    for name in draw(st.lists(st.sampled_from(sorted(optional)), unique=True)):
        found[name] = draw(optional[name])
    order = draw(st.permutations(list(found)))
    return {name: found[name] for name in order}


@st.composite
def embedding_results(draw: st.DrawFn, *, max_size: int = 4) -> dict[str, Any]:
    """An answer with vectors as numbers, and now and then with fields that the API may add."""
    size = draw(st.integers(0, 6))
    found = draw(st.lists(vectors(min_size=size, max_size=size), min_size=1, max_size=max_size))
    tokens = draw(st.integers(0, 10**6))
    result: dict[str, Any] = {
        "object": "list",
        "data": [
            {"object": "embedding", "index": at, "embedding": vector}
            for at, vector in enumerate(found)
        ],
        "model": draw(st.sampled_from(["text-embedding-3-small", "text-embedding-ada-002-v2"])),
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }
    if draw(st.booleans()):
        result["x_field"] = draw(json_values())
        result["usage"]["details"] = {"cached": draw(st.integers(0, 9)), "tier": "x"}
    return result
