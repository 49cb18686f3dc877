"""What the strategies promise, and that the laws notice when it is broken."""

from __future__ import annotations

import base64
import json
from types import SimpleNamespace
from typing import Any

import jsonschema
import material
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackfield.envelope import END, Call, Event, Result, WireRequest, WireResponse
from jackfield.manifest import Surface
from jackfield.params import Param, ParamSet
from jackfield.sse import Decoder
from jackfield.structured import schema_of
from jackfield.surfaces import CHAT
from jackfield.views import View, child
from jackfield_testing import laws, strategies
from jackfield_testing.laws.failures import ends_in_an_answer_or_our_error

strategies.use()


def official(name: str, relaxed: bool = False) -> Any:
    document = material.schemas(relaxed)
    if document is None:
        pytest.skip("the official schemas are not beside this checkout")
    return jsonschema.Draft202012Validator({**document, "$ref": f"#/$defs/{name}"})


@given(strategies.chat_params(unknown=False))
def test_requests_have_the_parameters_of_the_official_schema(params: dict[str, Any]) -> None:
    validator = official("CreateChatCompletionRequest")
    names: set[str] = set()
    _properties(material.schemas(), "CreateChatCompletionRequest", names)
    assert set(params) <= names
    errors = list(validator.iter_errors({"model": "gpt-5", **params}))
    # What the strategy adds on purpose: unknown fields inside, and schemas that are none.
    told = {error.absolute_path[0] for error in errors if error.absolute_path}
    assert told <= {"messages", "tools", "functions", "prompt_cache_options", "moderation"}, errors


def test_requests_reach_every_official_parameter() -> None:
    from jackfield_testing.strategies.requests import optional_params

    official("CreateChatCompletionRequest")
    names: set[str] = set()
    _properties(material.schemas(), "CreateChatCompletionRequest", names)
    assert names == {"model", "messages", "stream", *optional_params()}


def _properties(document: Any, name: str, found: set[str]) -> None:
    schema = document["$defs"][name]
    for part in (schema, *schema.get("allOf", ())):
        found |= set(part.get("properties", ()))
        if "$ref" in part:
            _properties(document, part["$ref"].rpartition("/")[2], found)


@given(strategies.chat_results())
def test_results_have_what_the_official_schema_requires(result: dict[str, Any]) -> None:
    assert json.loads(json.dumps(result)) == result
    assert [choice["index"] for choice in result["choices"]] == list(range(len(result["choices"])))
    schema = official("CreateChatCompletionResponse", relaxed=True)
    plain = {**result, "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}
    plain["choices"] = [
        {
            **choice,
            "message": {
                "refusal": None,
                **{k: v for k, v in choice["message"].items() if k != "function_call" or v},
            },
        }
        for choice in result["choices"]
    ]
    schema.validate({**plain, "metadata": {}})


@given(strategies.chunk_sequences())
def test_streams_are_made_of_official_chunks(
    case: tuple[dict[str, Any], list[dict[str, Any]]],
) -> None:
    result, chunks = case
    assert len(chunks) >= 2 * len(result["choices"])
    ends = [c["index"] for chunk in chunks for c in chunk["choices"] if c["finish_reason"]]
    assert sorted(ends) == [choice["index"] for choice in result["choices"]]
    for chunk in chunks:
        for choice in chunk["choices"]:
            audio = choice["delta"].get("audio") or {}
            base64.b64decode(audio.get("data", ""), validate=True)


@given(st.text(max_size=20), st.data())
def test_pieces_join_to_the_text(text: str, data: st.DataObject) -> None:
    assert "".join(data.draw(strategies.pieces_of_text(text))) == text


@given(strategies.lines(), st.data())
def test_cuts_join_to_the_stream(stream: bytes, data: st.DataObject) -> None:
    pieces = data.draw(strategies.cuts(stream))
    assert b"".join(pieces) == stream
    assert all(pieces)


@given(strategies.with_a_non_finite())
def test_a_non_finite_is_where_its_path_says(case: tuple[dict[str, Any], str]) -> None:
    import re

    value, path = case
    found: Any = value
    for key, index in re.findall(r"([a-z]+)|\[(\d+)\]", path):
        found = found[key] if key else found[int(index)]
    assert found != found or abs(found) == float("inf")


@given(strategies.texts(surrogates=True))
def test_texts_are_what_json_gives_back(text: str) -> None:
    assert json.loads(json.dumps(text)) == text


@settings(max_examples=300)
@given(st.data())
def test_landscapes_lead_everywhere(data: st.DataObject) -> None:
    land = data.draw(strategies.landscapes())
    assert laws.routing.verdict(land.plugins, land.surface, land.name)[0] in {
        "route",
        "reserved",
        "tie",
        "nobody",
    }


def test_landscapes_reach_every_kind_of_verdict() -> None:
    seen: set[Any] = set()

    @settings(max_examples=600, database=None, derandomize=True)
    @given(strategies.landscapes())
    def look(land: strategies.Landscape) -> None:
        found = laws.routing.verdict(land.plugins, land.surface, land.name)
        seen.add(found[0] if found[0] != "route" else found[2])

    look()
    assert seen == {"exact", "prefix", "fallback", "reserved", "tie", "nobody"}


def test_structures_reach_every_kind_of_type() -> None:
    seen: set[str] = set()

    @settings(max_examples=100, database=None, derandomize=True)
    @given(strategies.structures())
    def look(made: strategies.Structure) -> None:
        seen.add(made.kind)
        assert made.value != made.wrong
        schema_of(made.type)

    look()
    assert {"attrs", "dataclass", "typeddict"} <= seen


def broken(law: Any, *arguments: Any) -> None:
    """The law does not hold."""
    with pytest.raises(AssertionError):
        law(*arguments)


def test_laws_notice_an_impure_transform() -> None:
    def changing(call: Call) -> WireRequest:
        call.params["messages"].append({})
        return WireRequest(body={})

    counter = iter(range(100))

    def wavering(call: Call) -> WireRequest:
        return WireRequest(body={"n": next(counter)})

    for hook in (changing, wavering):
        call = Call("chat", "m", {"messages": []})
        broken(laws.transform_is_pure, SimpleNamespace(transform_request=hook), call)


def test_laws_notice_impure_answers_and_chunks() -> None:
    def answer(response: WireResponse) -> Result:
        response.json["x"] = 1
        return Result({})

    def chunk(event: Event, state: dict[str, Any]) -> Any:
        if event is not END:
            event.json.clear()
        return ()

    call = Call("chat", "m", {})
    module = SimpleNamespace(transform_response=answer, stream_chunk=chunk)
    broken(laws.response_is_pure, module, call, WireResponse(200, {}, {}))
    broken(laws.chunks_are_pure, module, call, [Event({"a": 1})])


def test_laws_notice_a_lost_and_a_changed_parameter() -> None:
    body = b'{"model": "m", "a": 1, "b": null}'
    laws.request_survives(body, "m", {"a": 1, "b": None})
    broken(laws.request_survives, body, "n", {"a": 1, "b": None})
    broken(laws.request_survives, body, "m", {"b": None, "a": 1})
    broken(laws.request_survives, body, "m", {"a": 1, "b": None, "c": 1})
    broken(laws.request_survives, body, "m", {"a": 1.0, "b": None})


def test_laws_notice_a_fold_that_loses_and_a_stream_that_ends_early() -> None:
    lossy = Surface("x", fold="builtins:len", split="builtins:list", complete="builtins:bool")
    broken(laws.folds_back, lossy, [{}], {"a": 1})
    broken(laws.split_folds_back, lossy, {"a": 1})
    begun = [{"choices": [{"index": 0, "delta": {}, "finish_reason": None}]}]
    broken(laws.complete_only_when_finished, CHAT, begun)


def test_laws_notice_a_decoder_that_depends_on_cuts() -> None:
    class Hasty(Decoder):
        def feed(self, piece: bytes) -> Any:
            return Decoder().feed(piece)

    laws.decodes_by_the_rules(Hasty(), [b"data: x\n\n"])
    broken(laws.decodes_by_the_rules, Hasty(), [b"data: x\n", b"\n"])


def test_laws_notice_another_error_and_a_shown_key() -> None:
    broken(ends_in_an_answer_or_our_error, laws.Outcome(error=ValueError("x")))
    leaky = laws.ask({}).error
    assert leaky is not None
    leaky.args = (laws.flows.KEY,)
    broken(ends_in_an_answer_or_our_error, laws.Outcome(error=leaky))


def test_laws_notice_a_loose_schema() -> None:
    strict = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}
    laws.is_strict(strict)
    broken(laws.is_strict, {**strict, "properties": {"a": {"type": "string"}}})
    broken(laws.is_strict, {"type": "string"})
    broken(laws.is_strict, {**strict, "properties": {"a": {"$ref": "#/$defs/X"}}, "$defs": {}})


class Forgetful(View):
    name: str
    other: Any = child(View)

    def __deepcopy__(self, memo: Any) -> Any:
        return self


def test_laws_notice_a_view_that_forgets() -> None:
    broken(laws.shows, Forgetful, {"name": "x"})


def test_laws_notice_a_policy_that_drops_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    from jackfield import params as parameters

    rows = ParamSet({"a": Param("unsupported", "no")})
    laws.policy_holds({"a": 1, "b": 2}, rows)
    real = parameters.apply

    def greedy(call: Call, declared: ParamSet, **more: Any) -> Call:
        found = real(call, declared, **more)
        return found.replace(params={}) if found.losses else found

    monkeypatch.setattr(parameters, "apply", greedy)
    broken(laws.policy_holds, {"a": 1, "b": 2}, rows)
