"""Embedding calls: whole and pure; in batches as in one request; vectors bit by bit."""

from __future__ import annotations

import base64
import copy
import json
from functools import partial
from typing import Any

import jsonschema
import material
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jackfield import surfaces
from jackfield.answers import Next
from jackfield.envelope import Call, Result, WireRequest, WireResponse
from jackfield.surfaces.embeddings import EmbeddingResponse
from jackfield_openai_embeddings import batches, hooks, joining, vectors
from jackfield_openai_embeddings.manifest import MANIFEST
from jackfield_testing import laws, strategies
from jackfield_testing.laws.embeddings import packed

REGISTRY = laws.registry_of(surfaces.MANIFEST, MANIFEST)
OFFICIAL = MANIFEST.endpoint.base_url if MANIFEST.endpoint else ""
ELSEWHERE = "https://upstream.invalid/v1"
MODEL = "text-embedding-3-small"
LIMITS = st.tuples(st.integers(1, 5), st.integers(1, 20))


def ask(params: dict[str, Any], embedder: Any = None, base: str = OFFICIAL, **more: Any) -> Any:
    return laws.ask(
        params,
        laws.Upstream(embedder or laws.Embedder()),
        model=MODEL,
        surface="embedding",
        registry=REGISTRY,
        base_url=base,
        **more,
    )


# Batches ------------------------------------------------------------------------------------------


@given(strategies.input_lists(surrogates=True, min_size=0), LIMITS)
@example(["é" * 10, "🙂" * 5, "x" * 21, "x" * 20, ""], (2, 20))
def test_batches_hold_every_input_within_the_limits(
    inputs: list[Any], limits: tuple[int, int]
) -> None:
    before = copy.deepcopy(inputs)
    sizes = [
        len(item) if isinstance(item, list) else len(item.encode("utf-8", "surrogatepass"))
        for item in inputs
    ]
    laws.batches_hold(batches.spans(inputs, *limits), sizes, *limits)
    assert inputs == before


@given(strategies.embedding_params(surrogates=True), LIMITS, st.sampled_from([OFFICIAL, ELSEWHERE]))
@example({"input": ["a", "b", "c"], "encoding_format": "base64", "user": "u"}, (1, 9), OFFICIAL)
@example({"input": [[1, 2], [3], [4, 5, 6]], "x_new": {"a": [1]}}, (2, 3), ELSEWHERE)
def test_many_requests_ask_for_and_give_what_one_does(
    params: dict[str, Any], limits: tuple[int, int], base: str
) -> None:
    whole = ask(params, base=base)
    with pytest.MonkeyPatch.context() as patch:
        cut = partial(batches.spans, max_inputs=limits[0], max_tokens=limits[1])
        patch.setattr(hooks, "spans", cut)
        split = ask(params, base=base)
        shuffled = ask(params, laws.Embedder(reversed), base=base)
    if len(cut(params["input"])) > 1:
        assert len(split.sent) == len(cut(params["input"]))
        laws.joins_to_the_whole(split, whole)
        laws.joins_to_the_whole(shuffled, whole)
    else:
        assert split.body() == whole.body()
        assert laws.identical(split.value, whole.value)
        assert laws.identical(shuffled.value, whole.value)


@given(strategies.json_values(), strategies.json_values())
@example({"a": 1, "b": {"c": 2, "x": "y"}}, {"b": {"c": 3, "d": 4}, "e": 0.5})
@example({"a": True, "b": None, "c": "x"}, {"a": True, "b": 2, "c": "y"})
@example(2**63, 1)
def test_usage_is_summed_field_by_field(one: Any, two: Any) -> None:
    before = copy.deepcopy([one, two])
    found = joining.summed(one, two)
    assert laws.identical([one, two], before)
    assert laws.identical(joining.summed(None, one), one)
    if isinstance(one, dict) and isinstance(two, dict):
        assert list(found) == [*one, *(key for key in two if key not in one)]
        for key in found:
            if key in one and key in two:
                assert laws.identical(found[key], joining.summed(one[key], two[key]))
            else:
                assert laws.identical(found[key], one[key] if key in one else two[key])
    elif type(one) in (int, float) and type(two) in (int, float):
        assert found == one + two
    elif one is not None:
        assert laws.identical(found, one)


# Requests -----------------------------------------------------------------------------------------


@given(strategies.embedding_params(surrogates=True))
def test_every_parameter_reaches_another_server_and_nothing_is_added(
    params: dict[str, Any],
) -> None:
    outcome = ask(params, base=ELSEWHERE)
    assert outcome.error is None
    laws.request_survives(outcome.body(), MODEL, params)
    assert outcome.sent[0].url == f"{ELSEWHERE}/embeddings"
    assert outcome.sent[0].method == "POST"
    assert outcome.losses == ()


@given(strategies.embedding_params(surrogates=True))
def test_openai_itself_is_asked_for_base64_where_no_format_is_given(params: dict[str, Any]) -> None:
    outcome = ask(params)
    wanted = {"encoding_format": "base64", **params}
    order = [*params, "encoding_format"] if "encoding_format" not in params else list(params)
    laws.request_survives(outcome.body(), MODEL, {name: wanted[name] for name in order})


@given(strategies.embedding_params(unknown=False), LIMITS)
def test_requests_are_official_ones(params: dict[str, Any], limits: tuple[int, int]) -> None:
    document = material.schemas()
    if document is None:
        pytest.skip("the official schemas are not beside this checkout")
    schema = {**document, "$ref": "#/$defs/CreateEmbeddingRequest"}
    validator = jsonschema.Draft202012Validator(schema)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            hooks,
            "spans",
            partial(batches.spans, max_inputs=limits[0], max_tokens=limits[1]),
        )
        for base in (OFFICIAL, ELSEWHERE):
            for outgoing in ask(params, base=base).sent:
                validator.validate(json.loads(outgoing.body))


@given(strategies.embedding_params(), st.booleans())
def test_hooks_are_pure(params: dict[str, Any], official: bool) -> None:
    call = Call("embedding", MODEL, params, official=official)
    assert isinstance(laws.transform_is_pure(hooks, call), WireRequest)
    laws.exchange_is_pure(params, model=MODEL, surface="embedding", registry=REGISTRY)


@given(strategies.embedding_results(max_size=3), st.booleans())
def test_answers_are_read_purely(result: dict[str, Any], official: bool) -> None:
    data = [{**item, "embedding": packed(item["embedding"])} for item in result["data"]]
    answer = WireResponse(200, {}, {**result, "data": data[::-1]})
    inputs = [f"text {at}" for at in range(len(data))]
    call = Call("embedding", MODEL, {"input": inputs}, official=official)
    assert isinstance(laws.response_is_pure(hooks, call, answer), Result)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hooks, "spans", partial(batches.spans, max_inputs=len(data)))
        long = Call("embedding", MODEL, {"input": inputs * 2}, official=official)
        step = laws.response_is_pure(hooks, long, answer)
        assert isinstance(step, Next)
        kept = copy.deepcopy(step.state)
        later = WireResponse(200, {}, answer.json, step.state)
        assert isinstance(laws.response_is_pure(hooks, long, later), Result)
        assert step.state == kept


# Vectors ------------------------------------------------------------------------------------------


@given(strategies.vectors(max_size=40))
@example([0.0, -0.0, 2.0**-149, 3.4028234663852886e38, -3.4028234663852886e38] * 400)
def test_a_vector_is_read_as_it_was_written(vector: list[float]) -> None:
    laws.decodes_back(vectors.decode, vector)


@given(st.text(max_size=30) | st.binary(max_size=30).map(lambda data: data.hex()))
@example("AAAA")
@example("AAAAAA=")
@example("AAAA AAA=")
@example("AACAfw==")
@example("AADAfw==")
@example("é")
def test_any_text_is_a_vector_or_a_value_error(text: str) -> None:
    try:
        found = vectors.decode(text)
    except ValueError:
        return
    assert base64.b64decode(packed(found)) == base64.b64decode(text)


@given(strategies.embedding_results())
def test_any_answer_comes_back_as_floats(result: dict[str, Any]) -> None:
    encoded = [{**item, "embedding": packed(item["embedding"])} for item in result["data"]]
    body = json.dumps({**result, "data": encoded}).encode()
    outcome = ask({"input": "x"}, laws.Reply(body=body))
    assert outcome.error is None
    assert laws.identical(outcome.value, result)
    body = json.dumps(result).encode()
    for base in (OFFICIAL, ELSEWHERE):  # a server that answers numbers all the same
        assert laws.identical(ask({"input": "x"}, laws.Reply(body=body), base).value, result)


@given(strategies.embedding_results())
def test_a_result_shows_its_json(result: dict[str, Any]) -> None:
    laws.shows(EmbeddingResponse, result)
    view = EmbeddingResponse(result)
    assert [item.embedding for item in view.data] == [i["embedding"] for i in result["data"]]


@given(strategies.json_values())
@example({"data": [1, None, "x", {"embedding": 5}]})
@example({"data": [{"embedding": "AAAA"}], "object": "list"})
@example([])
def test_any_json_is_a_result_or_our_error(value: Any) -> None:
    for inputs in ("x", ["x"] * 3):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(hooks, "spans", partial(batches.spans, max_inputs=2))
            outcome = ask({"input": inputs}, laws.Reply(body=json.dumps(value).encode()))
        laws.ends_in_an_answer_or_our_error(outcome)
