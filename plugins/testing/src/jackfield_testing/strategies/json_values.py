"""JSON values: any text, integers of any size, finite floats, nested a little."""

from __future__ import annotations

import math
from typing import Any

from hypothesis import strategies as st

_TELLING = (
    "",
    " ",
    "0",
    "null",
    "true",
    "[DONE]",
    "data: x",
    "\n",
    "\r\n",
    "é",
    "\u2028",
    "🙂",
    "\0",
)


def texts(
    *, surrogates: bool = False, min_size: int = 0, max_size: int = 20
) -> st.SearchStrategy[str]:
    """Any text; with ``surrogates`` also lone ones, which JSON can hold and UTF-8 can't.

    Two that make a pair are one character already, as they are to JSON.
    """
    alphabet = st.characters() if surrogates else st.characters(exclude_categories=["Cs"])
    anything = st.text(alphabet, min_size=min_size, max_size=max_size)
    telling = [text for text in _TELLING if min_size <= len(text) <= max_size]
    if surrogates:
        telling += ["\ud83d", "x\udc00y"] if max_size > 2 else ["\ud83d"]
    found = anything | st.sampled_from(telling)
    return found.map(_paired) if surrogates else found


def _paired(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")


def keys(*, surrogates: bool = False) -> st.SearchStrategy[str]:
    """Names of object fields: mostly few short ones, so that they meet, some of them odd."""
    return st.sampled_from(["a", "b", "type", "text", "x-y", "$ref", "A"]) | texts(
        surrogates=surrogates, max_size=6
    )


def integers() -> st.SearchStrategy[int]:
    """Small ones, and those around and far beyond 64 bits."""
    edges = [2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**19, 10**40]
    return st.integers(-1000, 1000) | st.sampled_from(edges) | st.integers(-(2**80), 2**80)


def scalars(*, surrogates: bool = False) -> st.SearchStrategy[Any]:
    """Everything that holds nothing else, null among it."""
    return (
        st.none()
        | st.booleans()
        | integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | texts(surrogates=surrogates)
    )


def json_values(*, surrogates: bool = False, max_leaves: int = 8) -> st.SearchStrategy[Any]:
    """Any JSON value."""
    return st.recursive(
        scalars(surrogates=surrogates),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(keys(surrogates=surrogates), inner, max_size=4)
        ),
        max_leaves=max_leaves,
    )


def json_objects(
    *, surrogates: bool = False, max_leaves: int = 8
) -> st.SearchStrategy[dict[str, Any]]:
    """JSON objects with any content."""
    return st.dictionaries(
        keys(surrogates=surrogates),
        json_values(surrogates=surrogates, max_leaves=max_leaves),
        max_size=4,
    )


@st.composite
def with_a_non_finite(draw: st.DrawFn) -> tuple[dict[str, Any], str]:
    """Parameters with one NaN or infinity in them, and the path that leads there."""
    value: Any = draw(st.sampled_from([math.nan, math.inf, -math.inf]))
    path = ""
    for _ in range(draw(st.integers(0, 4))):
        if draw(st.booleans()):
            index = draw(st.integers(0, 2))
            value = [draw(scalars()) for _ in range(index)] + [value, *draw(st.just([1, "x"]))]
            path = f"[{index}]{path}"
        else:
            key = draw(st.sampled_from(["a", "b", "type", "text"]))
            others = draw(st.dictionaries(st.sampled_from(["c", "d"]), scalars(), max_size=2))
            value = {**others, key: value, "after": None}
            path = f".{key}{path}"
    name = draw(st.sampled_from(["temperature", "extra", "metadata"]))
    return {"messages": [], name: value, "last": 1}, name + path
