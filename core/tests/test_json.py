"""JSON in and out: nothing is lost in either direction."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jackfield import jsonio
from jackfield_testing import laws, strategies


@given(strategies.json_values(surrogates=True, max_leaves=12))
@example(2**64)
@example(-(2**63) - 1)
@example(10**400)
@example([-0.0, 5e-324, 1.7976931348623157e308, 1e22, 0.1])
@example("\udc00\ud83d")
@example({"\udfff": {"\ud800": "\U0001f642"}})
@example({"b": None, "a": [], "": {}})
@example(1234567890123456789.5)
def test_what_is_written_reads_back(value: Any) -> None:
    laws.reads_back(jsonio.encode, jsonio.decode, value)


@given(strategies.json_values(surrogates=True))
def test_other_peoples_json_reads_as_the_standard_library_reads_it(value: Any) -> None:
    for text in (json.dumps(value), json.dumps(value, indent=2)):
        assert laws.identical(jsonio.decode(text.encode()), json.loads(text))


@given(strategies.bodies())
def test_bytes_are_json_or_a_value_error(data: bytes) -> None:
    try:
        found = jsonio.decode(data)
    except ValueError:
        return
    jsonio.encode(found)


@pytest.mark.parametrize(
    "text",
    ["", " ", "NaN", "[Infinity]", "-Infinity", "1e999", "[-1e400]", "nul", "{'a': 1}", '{"a":1,}'],
)
def test_what_is_not_json_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - which words it has is the decoder's
        jsonio.decode(text.encode())


def test_deep_nesting_is_a_value_error_and_not_a_crash() -> None:
    with pytest.raises(ValueError, match="nested"):
        jsonio.decode(b"[" * 200_000 + b"]" * 200_000)


@given(st.integers(-(10**30), 10**30), st.text("0123456789 x", max_size=30))
def test_integers_stay_exact_beside_any_text(number: int, text: str) -> None:
    value = {"text": text, "number": number, "list": [number, text]}
    assert laws.identical(jsonio.decode(json.dumps(value).encode()), value)


def test_keys_that_are_no_strings_become_strings() -> None:
    written = jsonio.encode({2: "a", None: "b", True: "c", 2.5: "d"})
    assert json.loads(written) == {"2": "a", "null": "b", "true": "c", "2.5": "d"}


def test_what_is_no_json_is_a_type_error() -> None:
    for value in (object(), {1, 2}, b"bytes", {"a": [object()]}):
        with pytest.raises(TypeError):
            jsonio.encode(value)
    assert jsonio.encode({"a": object()}, default=lambda _: "x") == b'{"a":"x"}'


def test_laws_tell_kinds_of_numbers_and_orders_apart() -> None:
    assert not laws.identical(1, True)
    assert not laws.identical(1, 1.0)
    assert not laws.identical({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert laws.identical({"a": 1, "b": 2}, {"b": 2, "a": 1}, ordered=False)
    assert not laws.identical(0.0, -0.0)
    assert laws.identical([math.pi], [math.pi])
