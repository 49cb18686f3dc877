"""What holds for every vector, and what is rejected."""

from __future__ import annotations

import array
import base64
import math
import struct
from typing import Any

import jsonschema
import material
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackfield_testing.sandbox import vocabulary
from jackfield_testing.sandbox.embeddings import answer, events, validate
from jackfield_testing.sandbox.errors import APIFault

SMALL = "text-embedding-3-small"
LARGE = "text-embedding-3-large"
ADA = "text-embedding-ada-002"
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
IDS = st.lists(st.integers(0, vocabulary.SIZE - 1), min_size=1, max_size=6)
BATCHES = st.one_of(st.lists(TEXTS, min_size=1, max_size=4), st.lists(IDS, min_size=1, max_size=4))


def vectors(**fields: Any) -> list[Any]:
    request = {"model": SMALL, **fields}
    validate(request)
    return [item["embedding"] for item in answer(request)["data"]]


def length(vector: list[float]) -> float:
    return math.sqrt(sum(number * number for number in vector))


@given(BATCHES, st.sampled_from([SMALL, LARGE, ADA]))
@settings(max_examples=40, deadline=None)
def test_a_text_has_its_vector_in_any_batch(batch: list[Any], model: str) -> None:
    together = vectors(input=batch, model=model)
    assert together == [vectors(input=one, model=model)[0] for one in batch]
    assert together[::-1] == vectors(input=batch[::-1], model=model)
    assert [len(vector) for vector in together] == [3072 if model == LARGE else 1536] * len(batch)
    assert all(length(vector) == pytest.approx(1, abs=1e-6) for vector in together)


@given(TEXTS, TEXTS)
def test_another_text_or_model_has_another_vector(one: str, other: str) -> None:
    assert (vectors(input=one) == vectors(input=other)) == (one == other)
    assert vectors(input=one) != vectors(input=one, model=ADA)


@given(IDS)
def test_tokens_have_the_vector_of_their_text(ids: list[int]) -> None:
    assert vectors(input=ids) == vectors(input=[ids]) == vectors(input=vocabulary.text_of(ids))


@given(TEXTS, st.integers(1, 3072))
@settings(max_examples=40, deadline=None)
def test_a_shortened_vector_points_the_same_way_and_has_length_one(text: str, size: int) -> None:
    (whole,) = vectors(input=text, model=LARGE)
    (short,) = vectors(input=text, model=LARGE, dimensions=size)
    assert len(short) == size
    if any(whole[:size]):
        assert length(short) == pytest.approx(1, abs=1e-6)
    scale = length(whole[:size])
    assert all(a * scale == pytest.approx(b, abs=1e-6) for a, b in zip(short, whole, strict=False))


@given(BATCHES, st.sampled_from([None, 1, 256, 1536]))
@settings(max_examples=40, deadline=None)
def test_base64_holds_the_same_floats(batch: list[Any], dimensions: int | None) -> None:
    floats = vectors(input=batch, dimensions=dimensions)
    assert floats == vectors(input=batch, dimensions=dimensions, encoding_format="float")
    encoded = vectors(input=batch, dimensions=dimensions, encoding_format="base64")
    for text, vector in zip(encoded, floats, strict=True):
        raw = base64.b64decode(text, validate=True)
        assert list(struct.unpack(f"<{len(vector)}f", raw)) == vector
        assert array.array("f", vector).tolist() == vector, "each is a 32-bit float"


def test_usage_counts_the_tokens_of_all_inputs() -> None:
    body = answer({"model": ADA, "input": [[1, 2, 3], [4]]})
    assert body["usage"] == {"prompt_tokens": 4, "total_tokens": 4}
    assert body["model"] == "text-embedding-ada-002-v2"
    assert [item["index"] for item in body["data"]] == [0, 1]
    assert answer({"model": SMALL, "input": "one two"})["usage"]["total_tokens"] == 2


def test_a_fault_in_the_models_name_changes_nothing() -> None:
    request = {"model": SMALL, "input": "x"}
    assert answer({**request, "model": f"{SMALL}!status=500"}) == answer(request)
    assert list(events(answer(request), request)) == []


@given(BATCHES)
@settings(max_examples=10, deadline=None)
def test_answers_satisfy_the_official_schema(batch: list[Any]) -> None:
    document = material.schemas()
    if document is None:
        pytest.skip("the official schemas are not beside this checkout")

    def check(name: str, value: Any) -> None:
        schema = {**document, "$ref": f"#/$defs/{name}"}
        jsonschema.Draft202012Validator(schema).validate(value)

    request = {"model": SMALL, "input": batch, "dimensions": 8}
    check("CreateEmbeddingRequest", request)
    check("CreateEmbeddingResponse", answer(request))


@pytest.mark.parametrize(
    ("fields", "status", "param", "code", "words"),
    [
        ({"model": ""}, 400, "model", "missing_required_parameter", "must provide"),
        ({"model": "does-not-exist"}, 404, None, "model_not_found", "does not exist"),
        ({"model": "gpt-4o"}, 403, None, None, "not allowed to generate embeddings"),
        ({"model": "davinci-002"}, 403, None, None, "not allowed to generate embeddings"),
        ({"input": None}, 400, "input", "missing_required_parameter", "Missing"),
        ({"input": 5}, 400, "input", "invalid_type", "expected a string or an array"),
        ({"input": []}, 400, "input", "empty_array", "minimum length 1"),
        ({"input": [[]]}, 400, "input[0]", "empty_array", "minimum length 1"),
        ({"input": ""}, 400, "input", None, "cannot be an empty string"),
        ({"input": ["a", ""]}, 400, "input", None, "cannot be an empty string"),
        ({"input": ["a", None]}, 400, "input[1]", "invalid_type", "null"),
        ({"input": [1, "a"]}, 400, "input[1]", "invalid_type", "expected an integer"),
        ({"input": [-1]}, 400, "input[0]", "integer_below_min_value", ">= 0"),
        ({"input": [[1, 100_277]]}, 400, "input[0][1]", "integer_above_max_value", "<= 100276"),
        ({"input": ["a"] * 2049}, 400, "input", None, "array length must be 2048 or less"),
        ({"input": [1] * 2049}, 400, "input", None, "array length must be 2048 or less"),
        ({"input": " a" * 8193}, 400, "input", None, "maximum input length is 8192 tokens"),
        ({"input": ["a", " a" * 8193]}, 400, "input[1]", None, "maximum input length is 8192"),
        ({"input": [[1] * 8193]}, 400, "input[0]", None, "maximum input length is 8192 tokens"),
        ({"dimensions": "5"}, 400, "dimensions", "invalid_type", "expected an integer"),
        ({"dimensions": 0}, 400, "dimensions", "integer_below_min_value", ">= 1"),
        ({"dimensions": 1537}, 400, None, None, "less than or equal to 1536"),
        ({"model": LARGE, "dimensions": 3073}, 400, None, None, "less than or equal to 3072"),
        ({"model": ADA, "dimensions": 1536}, 400, None, None, "does not support specifying"),
        ({"encoding_format": "int8"}, 400, "encoding_format", "invalid_value", "'base64'"),
        ({"user": 5}, 400, "user", "invalid_type", "expected a string"),
        ({"stream": True}, 400, "stream", "unknown_parameter", "'stream'"),
    ],
)
def test_rejected(
    fields: dict[str, Any], status: int, param: str | None, code: str | None, words: str
) -> None:
    with pytest.raises(APIFault) as caught:
        validate({"model": SMALL, "input": "Hi", **fields})
    assert caught.value.status == status
    error = caught.value.body["error"]
    assert (error["param"], error["code"]) == (param, code)
    assert error["type"] == "invalid_request_error"
    assert words in error["message"]


def test_more_tokens_than_a_request_may_have_are_rejected() -> None:
    validate({"model": SMALL, "input": [[1] * 8000] * 37 + [[1] * 4000]})
    with pytest.raises(APIFault, match="300000 tokens per request") as caught:
        validate({"model": SMALL, "input": [[1] * 8000] * 37 + [[1] * 4001]})
    error = caught.value.body["error"]
    assert (error["type"], error["code"]) == ("max_tokens_per_request", "max_tokens_per_request")


@pytest.mark.parametrize(
    "fields",
    [
        {"input": " "},
        {"input": ["a"] * 2048},
        {"input": " a" * 8192},
        {"dimensions": None, "encoding_format": None, "user": None},
        {"dimensions": 1536},
        {"model": LARGE, "dimensions": 1},
        {"model": "my-embedder"},
        {"stream": False, "unknown": 1},
    ],
)
def test_accepted(fields: dict[str, Any]) -> None:
    validate({"model": SMALL, "input": "Hi", **fields})


def test_every_recorded_request_is_answered_in_its_shape(needs_shared: object) -> None:
    seen = 0
    for record in material.recorded("/embeddings"):
        request, response = record["request"].get("json"), record["response"]
        if not request or response["status"] != 200:
            continue
        validate(request)
        mine, theirs = answer(request), response["json"]
        assert mine.keys() == theirs.keys()
        assert len(mine["data"]) == len(theirs["data"])
        for one, other in zip(mine["data"], theirs["data"], strict=True):
            assert one.keys() == other.keys()
            assert type(one["embedding"]) is type(other["embedding"])
            assert len(one["embedding"]) == len(other["embedding"])
        seen += 1
    assert seen > 40
