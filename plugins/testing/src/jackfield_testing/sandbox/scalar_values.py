"""Strings and numbers for a schema: candidates, likeliest first."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

from jackfield_testing.sandbox.patterns import examples

_FORMATS = {
    "date": "2025-01-15",
    "date-time": "2025-01-15T09:30:00Z",
    "duration": "P1DT2H",
    "email": "ada@example.com",
    "hostname": "example.com",
    "idn-email": "ada@example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "iri": "https://example.com/",
    "iri-reference": "/page",
    "json-pointer": "/name",
    "regex": "^a+$",
    "relative-json-pointer": "0/name",
    "time": "09:30:00Z",
    "uri": "https://example.com/",
    "uri-reference": "/page",
    "uri-template": "https://example.com/{name}",
    "uuid": "7b9c1f1e-5a0d-4a5e-9d3b-2f6c8e1a4b70",
}


def strings(schema: Mapping[str, Any], text: str) -> Iterator[str]:
    """Give strings for a schema: the text where it fits, else what its keywords ask for."""
    least = schema.get("minLength", 0)
    most = schema.get("maxLength")
    if "format" in schema and schema["format"] in _FORMATS:
        yield _FORMATS[schema["format"]]
    if "pattern" in schema:
        yield text
        for example in examples(schema["pattern"]):
            yield example
            yield _fitted(example, least, most)
    yield _fitted(text, least, most)
    number = 1
    while number < 1000:  # for lists of distinct strings
        number += 1
        yield _fitted(f"{text} {number}", least, most)
        yield _fitted(f"{number}", least, most)


def _fitted(text: str, least: int, most: int | None) -> str:
    if len(text) < least:
        text = (text or "x") + " " + (text or "x") * (least // max(len(text), 1) + 1)
        text = text[: max(least, 1)]
    return text if most is None else text[:most]


def numbers(schema: Mapping[str, Any], *, integer: bool) -> Iterator[int | float]:
    """Give numbers within a schema's bounds, multiples of its step, from near 1 outwards."""
    low, above = _bound(schema, "minimum", "exclusiveMinimum")
    high, below = _bound(schema, "maximum", "exclusiveMaximum")
    step = Fraction(str(schema["multipleOf"])) if schema.get("multipleOf") else None
    if integer:
        step = _whole(step) if step else Fraction(1)
    if step is None:
        yield from _between(low, high)
        return
    start = Fraction(1) if low is None else low
    if high is not None:
        start = min(start, high) if low is None else start
    first = math.ceil(start / step)
    if low is None and high is not None:
        first = math.floor(start / step)
    if above and low is not None and first * step == low:
        first += 1
    if below and low is None and high is not None and first * step == high:
        first -= 1
    direction = -1 if low is None and high is not None else 1
    for offset in range(1000):
        yield _plain((first + direction * offset) * step)


def _bound(schema: Mapping[str, Any], closed: str, opened: str) -> tuple[Fraction | None, bool]:
    edge, other = schema.get(closed), schema.get(opened)
    if isinstance(other, bool):  # draft 4: a flag beside the closed bound
        return (None if edge is None else Fraction(str(edge))), other
    if other is None:
        return (None if edge is None else Fraction(str(edge))), False
    candidate = Fraction(str(other))
    if edge is None:
        return candidate, True
    closed_edge = Fraction(str(edge))
    stricter = candidate >= closed_edge if closed == "minimum" else candidate <= closed_edge
    return (candidate, True) if stricter else (closed_edge, False)


def _whole(step: Fraction) -> Fraction:
    """Give the least multiple of a step that is an integer."""
    return Fraction(abs(step.numerator))


def _between(low: Fraction | None, high: Fraction | None) -> Iterator[int | float]:
    if low is None and high is None:
        low, high = Fraction(1), Fraction(1001)
    elif low is None and high is not None:
        low = high - 1000
    elif high is None and low is not None:
        high = low + 1000
    assert low is not None
    assert high is not None
    width = high - low
    if low <= 1 <= high:
        yield 1
    yield _plain(low)
    yield _plain(high)
    for part in range(1, 200):
        yield _plain(low + width * Fraction(part, 200))


def _plain(value: Fraction) -> int | float:
    return int(value) if value.denominator == 1 else float(value)
