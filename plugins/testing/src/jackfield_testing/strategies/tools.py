"""Tools of a chat request, the choice among them, and the format of the answer."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from jackfield_testing.strategies.json_values import json_objects, texts

NAMES = ("get_weather", "run", "f-1")
_NAMES = st.sampled_from(NAMES)


def json_schemas() -> st.SearchStrategy[dict[str, Any]]:
    """Schemas of flat objects, with keywords that only some validators know."""
    kinds = st.sampled_from(
        [
            {"type": "string"},
            {"type": "integer", "minimum": -(2**70)},
            {"type": ["string", "null"], "default": None},
            {"enum": ["a", 1, None]},
            {"const": None},
            {"type": "array", "items": {"$ref": "#/$defs/x"}},
        ]
    )
    properties = st.dictionaries(st.sampled_from(["city", "days", "ü"]), kinds, max_size=3)
    return properties.map(
        lambda found: {
            "type": "object",
            "properties": found,
            "required": sorted(found),
            "additionalProperties": False,
        }
    )


def tools() -> st.SearchStrategy[dict[str, Any]]:
    """Function tools and custom ones."""
    function = st.fixed_dictionaries(
        {"name": _NAMES},
        optional={
            "description": texts(),
            "parameters": json_schemas() | st.just({}),
            "strict": st.none() | st.booleans(),
        },
    )
    grammar = st.fixed_dictionaries(
        {"definition": texts(), "syntax": st.sampled_from(["lark", "regex"])}
    )
    form = st.just({"type": "text"}) | grammar.map(lambda g: {"type": "grammar", "grammar": g})
    custom = st.fixed_dictionaries(
        {"name": _NAMES}, optional={"description": texts(), "format": form}
    )
    return function.map(lambda f: {"type": "function", "function": f}) | custom.map(
        lambda c: {"type": "custom", "custom": c}
    )


def tool_choices() -> st.SearchStrategy[Any]:
    """Every form of ``tool_choice``."""
    named = st.sampled_from(["function", "custom"]).flatmap(
        lambda kind: _NAMES.map(lambda name: {"type": kind, kind: {"name": name}})
    )
    allowed = st.fixed_dictionaries(
        {
            "mode": st.sampled_from(["auto", "required"]),
            "tools": st.lists(named, min_size=1, max_size=2),
        }
    ).map(lambda found: {"type": "allowed_tools", "allowed_tools": found})
    return st.sampled_from(["none", "auto", "required"]) | named | allowed


def response_formats() -> st.SearchStrategy[dict[str, Any]]:
    """Every form of ``response_format``."""
    schema = st.fixed_dictionaries(
        {"name": st.just("answer")},
        optional={
            "description": texts(),
            "schema": json_schemas() | json_objects(max_leaves=3),
            "strict": st.none() | st.booleans(),
        },
    )
    return st.sampled_from([{"type": "text"}, {"type": "json_object"}]) | schema.map(
        lambda found: {"type": "json_schema", "json_schema": found}
    )
