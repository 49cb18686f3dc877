"""Objects and lists are counted as a reader of JSON finds them, in time that has a bound."""

from __future__ import annotations

import json
from typing import Any

import pytest
from handed_over import incoming, pieces, run
from hypothesis import given
from hypothesis import strategies as st

from jackfield_proxy.requests import containers
from jackfield_proxy.requests.errors import Refused
from jackfield_testing import strategies

MANY = 64 * 1024 * 1024


def found(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(found, value.values()))
    return 1 + sum(map(found, value)) if isinstance(value, list) else 0


@given(st.data())
def test_as_many_as_there_are(data: st.DataObject) -> None:
    value = data.draw(strategies.json_values() | st.text('"\\{[,', max_size=40))
    text = data.draw(strategies.json_texts([value, value]))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(containers, "MOST", 0)  # always looked at closely
        assert containers.count(text) == found(json.loads(text))


@given(st.binary(max_size=60))
def test_of_what_is_no_json_some_number(data: bytes) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(containers, "MOST", 0)
        assert 0 <= containers.count(data) <= len(data)


def body(data: bytes) -> bytes:
    asked, _ = incoming(pieces([data]))
    read: bytes = run(asked.body(2 * MANY))
    return read


TOO_MANY = containers.MOST + 1
REFUSED = {
    "objects": b'{"a":[' + b"{}," * TOO_MANY + b"{}]}",
    "lists": b"[" * TOO_MANY,
    "between strings": b'["' + b'",{},"' * TOO_MANY + b'"]',
    "after escapes": b'["\\\\",' + b"[]," * TOO_MANY + b'"\\""]',
}
TAKEN = {
    "in a string": b'{"a":"' + b"{[" * TOO_MANY + b'"}',
    "in many strings": b"[" + b'"{","[",' * TOO_MANY + b'""]',
    "after an escaped quote": b'["\\"' + b"{" * TOO_MANY + b'"]',
    "as many as allowed": b"[" + b"{}," * (containers.MOST - 2) + b"{}]",
}


@pytest.mark.parametrize("name", REFUSED)
def test_too_many_are_refused(name: str) -> None:
    with pytest.raises(Refused) as refused:
        body(REFUSED[name])
    assert (refused.value.status, refused.value.code) == (413, "request_too_large")


@pytest.mark.parametrize("name", TAKEN)
def test_text_may_have_more(name: str) -> None:
    assert body(TAKEN[name]) == TAKEN[name]


@pytest.mark.parametrize(
    "piece", [b"\\\\", b'\\"', b'"', b'"{', b"{", b'""{', b'"\\"', b"\\"], ids=repr
)
def test_no_text_takes_long(piece: bytes) -> None:
    """A pattern that went back and forth in one of these would take hours."""
    text = b'"' + b"{" * TOO_MANY + piece * (MANY // len(piece))
    assert containers.count(text) >= 0
