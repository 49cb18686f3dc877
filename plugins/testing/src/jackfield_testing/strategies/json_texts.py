"""How JSON can be written: any spelling of a value that reads as that value."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from hypothesis import strategies as st

_SHORT = {
    '"': '\\"',
    "\\": "\\\\",
    "/": "\\/",
    "\b": "\\b",
    "\f": "\\f",
    "\n": "\\n",
    "\r": "\\r",
    "\t": "\\t",
}


@st.composite
def json_texts(draw: st.DrawFn, value: Any) -> bytes:
    """The bytes of a JSON text that says ``value``: spaces and escapes as somebody may like them.

    Args:
        draw: given by Hypothesis.
        value: plain JSON; of non-finite numbers there is no JSON. Lone surrogates are escaped.
    """
    how = draw(st.sampled_from(["plain", "ascii", "compact", "indented", "odd", "odd"]))
    if how != "odd":
        text = json.dumps(
            value,
            ensure_ascii=how == "ascii",
            separators=(",", ":") if how == "compact" else None,
            indent=2 if how == "indented" else None,
        )
        return _encoded(text)
    random = draw(st.randoms(use_true_random=False))
    return _encoded(_odd(value, random, random.choice([0.0, 0.1, 0.5, 1.0])))


def _encoded(text: str) -> bytes:
    """UTF-8, with the surrogates that it can't hold as escapes."""
    return "".join(
        f"\\u{ord(char):04x}" if "\ud800" <= char <= "\udfff" else char for char in text
    ).encode()


def _odd(value: Any, random: Random, share: float) -> str:
    def space() -> str:
        return random.choice(["", "", "", " ", "\n", "\t", "\r\n", "  "])

    def inside(items: list[str], opening: str, closing: str) -> str:
        between = f"{space()},{space()}".join(items)
        return f"{opening}{space()}{between}{space()}{closing}"

    if isinstance(value, dict):
        pairs = [
            f"{_quoted(key, random, share)}{space()}:{space()}{_odd(item, random, share)}"
            for key, item in value.items()
        ]
        return inside(pairs, "{", "}")
    if isinstance(value, list):
        return inside([_odd(item, random, share) for item in value], "[", "]")
    return _quoted(value, random, share) if isinstance(value, str) else json.dumps(value)


def _quoted(text: str, random: Random, share: float) -> str:
    return '"' + "".join(_spelled(char, random, share) for char in text) + '"'


def _spelled(char: str, random: Random, share: float) -> str:
    must = char in '"\\' or char < " "
    if not must and random.random() >= share:
        return char
    if char in _SHORT and random.random() < 0.5:
        return _SHORT[char]
    units = char.encode("utf-16-be", "surrogatepass")
    found = "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
    return found if random.random() < 0.5 else found.upper().replace("\\U", "\\u")
