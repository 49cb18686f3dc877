"""Embedding strategies keep to the official shapes, and the laws notice what breaks them."""

from __future__ import annotations

import base64
import struct
from typing import Any

import jsonschema
import material
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield_testing import laws, strategies

strategies.use()


def official(name: str) -> Any:
    document = material.schemas()
    if document is None:
        pytest.skip("the official schemas are not beside this checkout")
    return jsonschema.Draft202012Validator({**document, "$ref": f"#/$defs/{name}"})


@given(strategies.embedding_params(unknown=False))
def test_requests_are_official(params: dict[str, Any]) -> None:
    official("CreateEmbeddingRequest").validate({"model": "text-embedding-3-small", **params})


@given(strategies.embedding_results())
def test_results_are_official(result: dict[str, Any]) -> None:
    official("CreateEmbeddingResponse").validate(result)
    assert [item["index"] for item in result["data"]] == list(range(len(result["data"])))


@given(strategies.vectors())
def test_vectors_fit_into_32_bits(vector: list[float]) -> None:
    packed = struct.pack(f"<{len(vector)}f", *vector)
    assert list(struct.unpack(f"<{len(vector)}f", packed)) == vector


def _big_endian(text: str) -> list[float]:
    data = base64.b64decode(text)
    return list(struct.unpack(f">{len(data) // 4}f", data))


def _rounded(text: str) -> list[float]:
    data = base64.b64decode(text)
    return [round(number, 6) for number in struct.unpack(f"<{len(data) // 4}f", data)]


@pytest.mark.parametrize("decode", [_big_endian, _rounded, lambda text: (), lambda text: [1]])
def test_a_decoder_that_is_wrong_is_noticed(decode: Any) -> None:
    with pytest.raises(AssertionError):
        laws.decodes_back(decode, [0.1 + 2**-20, -2.5])


@pytest.mark.parametrize(
    "spans",
    [
        [(0, 2)],
        [(0, 2), (2, 4), (3, 4)],
        [(2, 4), (0, 2)],
        [(0, 3), (3, 4)],
        [(0, 1), (1, 2), (2, 4)],
        [(0, 2), (2, 2), (2, 4)],
    ],
    ids=["missing", "twice", "order", "too large", "too small", "empty"],
)
def test_batches_that_are_wrong_are_noticed(spans: list[tuple[int, int]]) -> None:
    laws.batches_hold([(0, 2), (2, 4)], [1] * 4, 2, 9)
    with pytest.raises(AssertionError):
        laws.batches_hold(spans, [1] * 4, 2, 9)
    with pytest.raises(AssertionError):
        laws.batches_hold([(0, 2), (2, 4)], [5] * 4, 2, 9)


@given(st.sampled_from(["input", "user", "value"]))
def test_a_call_that_is_put_together_wrongly_is_noticed(what: str) -> None:
    def made(*bodies: bytes, value: Any = 1) -> laws.Outcome:
        sent: Any = [_Sent(body) for body in bodies]
        return laws.Outcome(value={"data": [value]}, sent=sent)

    whole = made(b'{"model": "m", "input": ["a", "b"], "user": "u"}')
    first, second = (b'{"model": "m", "input": ["%b"], "user": "u"}' % x for x in (b"a", b"b"))
    laws.joins_to_the_whole(made(first, second), whole)
    broken = {
        "input": made(second, first),
        "user": made(first, second.replace(b'"user"', b'"person"')),
        "value": made(first, second, value=2),
    }[what]
    with pytest.raises(AssertionError):
        laws.joins_to_the_whole(broken, whole)


class _Sent:
    def __init__(self, body: bytes) -> None:
        self.body = body
