"""A value made for a schema satisfies it, by the judgement of jsonschema."""

from __future__ import annotations

import re
from typing import Any

import jsonschema
import material
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jackfield_testing.sandbox.patterns import examples
from jackfield_testing.sandbox.schema_checks import conforms
from jackfield_testing.sandbox.schema_values import Unsatisfiable, value_for

NAMES = st.sampled_from(["city", "unit", "name", "items", "next", "count"])
SCALARS: st.SearchStrategy[Any] = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from(["a", "bc", ""])
)
PATTERNS = st.sampled_from(
    [
        r"^[a-z]{3}$",
        r"\d+",
        r"^(foo|bar)-\d{2,4}$",
        r"^[^\s]+$",
        r"^\w+@\w+\.com$",
        r"^[A-Z][a-z]*$",
    ]
)


@st.composite
def bounds(draw: st.DrawFn, low: str, high: str, most: int) -> dict[str, int]:
    small = draw(st.integers(0, most))
    kept = {low: small, high: draw(st.integers(small, most + 2))}
    return {key: kept[key] for key in kept if draw(st.booleans())}


def strings() -> st.SearchStrategy[dict[str, Any]]:
    plain = bounds("minLength", "maxLength", 12).map(lambda b: {"type": "string", **b})
    formats = st.sampled_from(["date", "email", "uuid", "uri", "date-time", "ipv4"])
    return st.one_of(
        plain,
        PATTERNS.map(lambda p: {"type": "string", "pattern": p}),
        formats.map(lambda f: {"type": "string", "format": f}),
    )


@st.composite
def numbers(draw: st.DrawFn) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": draw(st.sampled_from(["integer", "number"]))}
    low = draw(st.integers(-50, 50))
    if draw(st.booleans()):
        schema[draw(st.sampled_from(["minimum", "exclusiveMinimum"]))] = low
    if draw(st.booleans()):
        schema[draw(st.sampled_from(["maximum", "exclusiveMaximum"]))] = low + 20
    if draw(st.booleans()):
        schema["multipleOf"] = draw(st.sampled_from([1, 2, 3, 0.5, 0.25, 7]))
    return schema


def simple() -> st.SearchStrategy[Any]:
    return st.one_of(
        strings(),
        numbers(),
        st.just({"type": "boolean"}),
        st.just({"type": "null"}),
        st.just({"type": ["string", "null"]}),
        st.just({}),
        st.just(True),
        st.just({"$ref": "#/$defs/node"}),
        SCALARS.map(lambda value: {"const": value}),
        st.lists(SCALARS, min_size=1, max_size=3).map(lambda values: {"enum": values}),
    )


@st.composite
def objects(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> dict[str, Any]:
    properties = draw(st.dictionaries(NAMES, inner, max_size=4))
    required = [name for name in properties if draw(st.booleans())]
    schema: dict[str, Any] = {"type": "object", "properties": properties, "required": required}
    if draw(st.booleans()):
        schema["additionalProperties"] = False
    return schema


@st.composite
def arrays(draw: st.DrawFn, inner: st.SearchStrategy[Any]) -> dict[str, Any]:
    schema = {"type": "array", "items": draw(inner), **draw(bounds("minItems", "maxItems", 3))}
    return schema


def compound(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=3)
    apart = st.lists(st.sampled_from(["integer", "string", "null"]), min_size=1, unique=True)
    return st.one_of(
        objects(inner),
        arrays(inner),
        several.map(lambda parts: {"anyOf": parts}),
        apart.map(lambda types: {"oneOf": [{"type": name} for name in types]}),
        st.lists(objects(inner), min_size=1, max_size=2).map(_disjoint),
    )


def _disjoint(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """Objects that ask for different properties, so that all of them can hold at once."""
    renamed = []
    for number, part in enumerate(parts):
        properties = {f"{name}{number}": rule for name, rule in part["properties"].items()}
        required = [f"{name}{number}" for name in part["required"]]
        renamed.append({"type": "object", "properties": properties, "required": required})
    return {"allOf": renamed}


NODE = {
    "type": "object",
    "properties": {
        "value": {"type": "integer"},
        "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
        "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
    },
    "required": ["value", "next", "children"],
    "additionalProperties": False,
}
SCHEMAS = objects(st.recursive(simple(), compound, max_leaves=6)).map(
    lambda schema: {**schema, "$defs": {"node": NODE}}
)


def is_valid(value: Any, schema: Any) -> bool:
    found: bool = jsonschema.Draft202012Validator(schema).is_valid(value)
    return found


@given(SCHEMAS, st.text(max_size=30))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_value_satisfies_its_schema_whatever_the_texts(schema: Any, text: str) -> None:
    value = value_for(schema, texts=[text])
    assert is_valid(value, schema), value
    assert conforms(value, schema, schema)


@given(SCHEMAS)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_the_same_schema_gives_the_same_value(schema: Any) -> None:
    assert value_for(schema, texts=["one", "two"]) == value_for(schema, texts=["one", "two"])


@given(PATTERNS)
def test_some_example_matches_its_pattern(pattern: str) -> None:
    assert any(re.search(pattern, text) for text in examples(pattern))


SATISFIABLE = {
    "const in anyOf": {"anyOf": [{"const": 5}, {"type": "null"}]},
    "draft 4 bounds": {"type": "integer", "minimum": 3, "exclusiveMinimum": 3},
    "enum narrowed by a type": {"type": "string", "enum": [1, "a"]},
    "exclusive and multiple": {
        "type": "integer",
        "exclusiveMinimum": 6,
        "multipleOf": 6,
        "exclusiveMaximum": 13,
    },
    "if then else": {"if": {"type": "string"}, "then": {"minLength": 40}, "type": "string"},
    "negative maximum": {"type": "integer", "maximum": -7, "multipleOf": 2},
    "not": {"type": "string", "not": {"const": "example"}},
    "open number range": {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 0.01},
    "oneOf that overlaps": {"oneOf": [{"type": "integer"}, {"type": "number", "maximum": -1}]},
    "pattern and length": {
        "type": "string",
        "pattern": "^[a-z]+$",
        "minLength": 9,
        "maxLength": 13,
    },
    "prefix items": {
        "type": "array",
        "prefixItems": [{"type": "integer"}, {"type": "string"}],
        "items": False,
        "minItems": 2,
    },
    "properties by number": {"type": "object", "minProperties": 3},
    "properties by pattern": {
        "type": "object",
        "additionalProperties": {"type": "integer"},
        "minProperties": 2,
    },
    "property without a rule": {"type": "object", "required": ["x"]},
    "unique booleans": {
        "type": "array",
        "items": {"type": "boolean"},
        "uniqueItems": True,
        "minItems": 2,
    },
    "unique strings": {
        "type": "array",
        "items": {"type": "string", "maxLength": 3},
        "uniqueItems": True,
        "minItems": 6,
    },
}


@pytest.mark.parametrize("name", SATISFIABLE)
def test_a_value_is_found_where_keywords_meet(name: str) -> None:
    schema = SATISFIABLE[name]
    if name != "draft 4 bounds":
        assert is_valid(value_for(schema), schema)
    else:
        assert value_for(schema) == 4


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"type": "object", "properties": {"a": {"$ref": "#"}}, "required": ["a"]},
        {"$ref": "#/$defs/missing"},
        {"$ref": "#"},
        {"enum": []},
        {"type": "string", "minLength": 3, "maxLength": 2},
    ],
)
def test_no_value_for_what_cannot_be_satisfied(schema: Any) -> None:
    with pytest.raises(Unsatisfiable):
        value_for(schema)


def test_texts_fill_the_strings_and_names_take_precedence() -> None:
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string"}, "note": {"type": "string"}},
    }
    made = value_for(schema, texts=["first", "second"], named={"city": "Paris"})
    assert made == {"city": "Paris", "note": "first"}


def test_every_recorded_schema_gets_a_value(needs_shared: object) -> None:
    schemas = []
    for record in material.recorded("/chat/completions"):
        request = record["request"].get("json") or {}
        schemas += [
            tool["function"]["parameters"]
            for tool in request.get("tools") or ()
            if (tool.get("function") or {}).get("parameters")
        ]
        format_ = request.get("response_format") or {}
        if (format_.get("json_schema") or {}).get("schema"):
            schemas.append(format_["json_schema"]["schema"])
    unique = {repr(schema): schema for schema in schemas}
    assert unique
    for schema in unique.values():
        assert is_valid(value_for(schema, texts=["Paris"]), schema), schema
