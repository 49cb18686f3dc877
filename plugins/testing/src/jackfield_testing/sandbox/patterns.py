"""Regular expression to a string that matches it: the part of the syntax that schemas use.

Python's own parser reads the expression. What it cannot read (``\\p{…}``) or what cannot be
satisfied by walking its tree (look-arounds) gives strings that may not match; callers check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from typing import Any

_PALETTE = "a0A_- .@/:+#,;!?%&=()[]{}<>'\"\\\n\té中"
_STRETCHES = (0, 1, 2, 3, 5, 8, 13, 21, 34, 64, 128)


def compile_pattern(pattern: str) -> re.Pattern[str] | None:
    """Compile an ECMA-262 expression as far as Python's syntax agrees; None where it does not."""
    try:
        return re.compile(re.sub(r"\(\?<(?![=!])", "(?P<", pattern))
    except (re.error, OverflowError, RecursionError):
        return None


def examples(pattern: str) -> Iterator[str]:
    """Give candidates for a pattern, from short to long; nothing where it cannot be read."""
    compiled = compile_pattern(pattern)
    if compiled is None:
        return
    tree = import_module("re._parser").parse(compiled.pattern)
    seen = set()
    for stretch in _STRETCHES:
        text = _walk(tree, stretch, {})
        if text not in seen:
            seen.add(text)
            yield text


def _walk(tree: Any, stretch: int, groups: dict[int, str]) -> str:
    return "".join(_node(str(op), value, stretch, groups) for op, value in tree)


def _node(op: str, value: Any, stretch: int, groups: dict[int, str]) -> str:
    if op == "LITERAL":
        return chr(value)
    if op == "NOT_LITERAL":
        return next(c for c in _PALETTE if c != chr(value))
    if op == "ANY":
        return "a"
    if op == "IN":
        return _member(value)
    if op in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        low, high, inner = value
        return "".join(_walk(inner, stretch, groups) for _ in range(min(int(high), low + stretch)))
    if op == "SUBPATTERN":
        number, _, _, inner = value
        text = _walk(inner, stretch, groups)
        if number is not None:
            groups[number] = text
        return text
    if op == "ATOMIC_GROUP":
        return _walk(value, stretch, groups)
    if op == "BRANCH":
        return _walk(value[1][0], stretch, groups)
    if op == "GROUPREF":
        return groups.get(value, "")
    return ""  # anchors and look-arounds match nothing by themselves


def _member(items: list[tuple[Any, Any]]) -> str:
    negated = str(items[0][0]) == "NEGATE"
    if not negated:
        op, value = items[0]
        if str(op) == "LITERAL":
            return chr(value)
        if str(op) == "RANGE":
            return chr(value[0])
    for character in _PALETTE:
        inside = any(_contains(str(op), value, character) for op, value in items)
        if inside is not negated:
            return character
    return "a"


def _contains(op: str, value: Any, character: str) -> bool:
    if op == "LITERAL":
        return chr(value) == character
    if op == "RANGE":
        return bool(value[0] <= ord(character) <= value[1])
    if op == "CATEGORY":
        kind = str(value).removeprefix("CATEGORY_")
        found = {
            "DIGIT": character.isdigit(),
            "SPACE": character.isspace(),
            "WORD": character.isalnum() or character == "_",
        }[kind.removeprefix("NOT_")]
        return not found if kind.startswith("NOT_") else found
    return False
