"""Structured output: strict schemas of Python types, and instances from the model's text."""

from __future__ import annotations

import dataclasses
import json
from typing import Annotated, Any, Literal, TypedDict

import attrs
import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jackfield import Client
from jackfield.errors import RequestError, StructuredOutputError
from jackfield.structured import name_of, schema_of, structure
from jackfield_testing import laws, strategies
from jackfield_testing.laws import passthrough

ANYTHING = r"\S"


@attrs.define
class Step:
    text: str
    score: float | None


@attrs.define
class Plan:
    """A plan with steps."""

    title: str
    steps: list[Step]
    kind: Literal["short", "long"]


@dataclasses.dataclass
class Node:
    value: int
    children: list[Node]


class City(TypedDict):
    name: Annotated[str, "in its own language", {"un": "hashable"}]
    people: int | None


@attrs.define
class Lenient:
    title: str = "untitled"


def answered(content: str | None, into: Any, **message: Any) -> Any:
    """The message of a call with ``response_format=into`` that is answered with ``content``."""

    def answer(request: httpx.Request) -> httpx.Response:
        asked = json.loads(request.content)["response_format"]
        assert asked["type"] == "json_schema"
        assert asked["json_schema"]["strict"] is True
        laws.is_strict(asked["json_schema"]["schema"])
        choice = {"index": 0, "message": {"role": "assistant", "content": content, **message}}
        return httpx.Response(200, json={"choices": [choice]})

    with httpx.Client(transport=httpx.MockTransport(answer)) as session:
        client = Client(plugins=[passthrough.MANIFEST], api_key="sk-x", client_session=session)
        return client.completion("raw/m", [], response_format=into).choices[0].message


@given(strategies.structures())
def test_any_type_has_a_strict_schema_and_structures_back(made: strategies.Structure) -> None:
    laws.structures_back(made.type, made.value)


@given(strategies.structures())
def test_a_value_that_does_not_fit_is_a_value_error(made: strategies.Structure) -> None:
    with pytest.raises(ValueError, match=ANYTHING):
        structure(made.wrong, made.type)
    for junk in ([], "text", 5, None, [made.value]):
        with pytest.raises(ValueError, match=ANYTHING):
            structure(junk, made.type)


@given(strategies.structures(), st.booleans())
def test_parsed_is_the_value_and_a_wrong_answer_keeps_its_text(
    made: strategies.Structure, wrong: bool
) -> None:
    text = json.dumps(made.wrong if wrong else made.value)
    message = answered(text, made.type)
    if not wrong:
        assert message.parsed is message.parsed
        assert laws.structuring.plain(message.parsed) == made.value
        return
    with pytest.raises(StructuredOutputError) as caught:
        _ = message.parsed
    assert caught.value.text == text
    assert message.content == text


@pytest.mark.parametrize("text", ["", "Sure! {", '{"title": 1}', "[]", "null", '{"steps": []}'])
def test_text_that_is_no_plan_is_an_error_that_keeps_it(text: str) -> None:
    message = answered(text, Plan)
    with pytest.raises(StructuredOutputError, match="Plan") as caught:
        _ = message.parsed
    assert caught.value.text == message.content == text
    assert not caught.value.retryable


def test_a_plan() -> None:
    text = '{"title": "t", "steps": [{"text": "a", "score": 1}], "kind": "long"}'
    assert answered(text, Plan).parsed == Plan("t", [Step("a", 1.0)], "long")


def test_a_refusal_is_what_parsed_is() -> None:
    assert answered(None, Plan, refusal="I can't").parsed == "I can't"
    assert answered(None, Plan).parsed is None


def test_the_schema_says_what_the_type_says() -> None:
    schema = schema_of(Plan)
    assert schema["description"] == "A plan with steps."
    assert list(schema["properties"]) == ["title", "steps", "kind"]
    assert schema["properties"]["kind"] == {"type": "string", "enum": ["short", "long"]}
    assert schema["properties"]["steps"]["items"] == {"$ref": "#/$defs/Step"}
    assert schema_of(City)["properties"]["name"]["description"] == "in its own language"


def test_a_type_may_hold_itself() -> None:
    laws.is_strict(schema_of(Node))
    value = {"value": 1, "children": [{"value": 2, "children": []}]}
    assert structure(value, Node) == Node(1, [Node(2, [])])


def test_too_deep_an_answer_is_a_value_error() -> None:
    for depth in (400, 2_000, 100_000):
        text = '{"value": 1, "children": [' * depth + "]}" * depth
        message = answered(text, Node)
        with pytest.raises(StructuredOutputError):
            _ = message.parsed
        assert message.content == text


def test_a_text_is_not_a_list_of_its_letters_and_a_list_is_no_object_of_defaults() -> None:
    @attrs.define
    class Tags:
        tags: list[str]
        more: set[str] = attrs.field(factory=set)

    assert structure({"tags": ["a"], "more": ["b"]}, Tags) == Tags(["a"], {"b"})
    for wrong in ({"tags": "abc"}, {"tags": {"a": 1}}, {"tags": ["a"], "more": "bc"}):
        with pytest.raises(ValueError, match=ANYTHING):
            structure(wrong, Tags)
    for junk in ([], "title", {}.keys()):
        with pytest.raises(ValueError, match=ANYTHING):
            structure(junk, Lenient)


def test_properties_of_a_pydantic_model_may_have_any_name() -> None:
    import pydantic

    fields = {"default": (str, ...), "properties": (int, ...), "x": (int, 3)}
    made = pydantic.create_model("A", **fields)
    nested = pydantic.create_model("B", items=(list[made], ...))
    for schema in (schema_of(made), schema_of(nested)["$defs"]["A"]):
        assert {n: s["type"] for n, s in schema["properties"].items()} == {
            "default": "string",
            "properties": "integer",
            "x": "integer",
        }
        assert schema["required"] == ["default", "properties", "x"]
        assert schema["additionalProperties"] is False
        assert "default" not in schema["properties"]["x"]
    laws.is_strict(schema_of(made))


def test_names_that_meet_stay_apart() -> None:
    first = attrs.make_class("Item", {"a": attrs.field(type=str)})
    second = attrs.make_class("Item", {"b": attrs.field(type=int)})
    third = attrs.make_class("Item_1", {"c": attrs.field(type=bool)})
    fourth = attrs.make_class("Item_2", {"d": attrs.field(type=float)})
    for order in ((first, second, third, fourth), (fourth, third, second, first)):
        top = attrs.make_class("Top", {f"f{n}": attrs.field(type=t) for n, t in enumerate(order)})
        schema = schema_of(top)
        laws.is_strict(schema)
        found = [
            list(schema["$defs"][field["$ref"].rpartition("/")[2]]["properties"])
            for field in schema["properties"].values()
        ]
        assert found == [[attrs.fields(kind)[0].name] for kind in order]


@pytest.mark.parametrize("of", [dict, list, dict[str, int], Any, object, tuple, bytes])
def test_a_type_without_a_strict_schema_is_our_error(of: Any) -> None:
    with pytest.raises(RequestError):
        schema_of(attrs.make_class("Odd", {"x": attrs.field(type=of)}))


def test_a_type_that_names_what_is_not_there_is_our_error() -> None:
    @attrs.define
    class Odd:
        x: Missing  # noqa: F821 - the point

    @dataclasses.dataclass
    class Odder:
        x: Missing  # noqa: F821 - that is the test

    for of in (Odd, Odder):
        with pytest.raises(RequestError, match="Missing"):
            schema_of(of)


@given(st.text())
def test_any_name_becomes_one_that_the_api_takes(name: str) -> None:
    class Odd:
        pass

    Odd.__name__ = name.replace("\0", "").encode("utf-8", "replace").decode()
    found = name_of(Odd)
    assert 1 <= len(found) <= 64
    assert all(char.isascii() and (char.isalnum() or char in "_-") for char in found)
