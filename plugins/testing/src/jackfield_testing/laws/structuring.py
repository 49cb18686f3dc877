"""Schemas of Python types are strict, and instances come back from JSON as what they were."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

import attrs

from jackfield.structured import schema_of, structure
from jackfield_testing.laws.json_identity import identical


def is_strict(schema: Mapping[str, Any]) -> None:
    """Every object is closed and requires all of its properties; every reference leads somewhere.

    What structured outputs ask for: https://platform.openai.com/docs/guides/structured-outputs
    """
    assert schema.get("type") == "object", "the top is no object"
    _strict(schema, schema)


def _strict(schema: Any, top: Mapping[str, Any]) -> None:
    if isinstance(schema, list):
        for item in schema:
            _strict(item, top)
    if not isinstance(schema, Mapping):
        return
    if "properties" in schema:
        assert schema["additionalProperties"] is False
        assert sorted(schema["required"]) == sorted(schema["properties"])
        assert schema["type"] == "object"
    assert "default" not in schema
    reference = schema.get("$ref")
    if isinstance(reference, str):
        assert reference.startswith("#/$defs/")
        assert reference.removeprefix("#/$defs/") in top["$defs"], f"{reference} leads nowhere"
    for key, value in schema.items():
        if key == "properties":
            for inner in value.values():
                _strict(inner, top)
        elif key == "$defs":
            for inner in value.values():
                assert inner, "a definition is empty"
                _strict(inner, top)
        elif key in ("items", "anyOf", "allOf"):
            _strict(value, top)


def plain(value: Any) -> Any:
    """The JSON that an instance stands for."""
    if isinstance(value, enum.Enum):
        return value.value
    if attrs.has(type(value)):
        return {
            field.name: plain(getattr(value, field.name)) for field in attrs.fields(type(value))
        }
    if hasattr(value, "__dataclass_fields__"):
        return {name: plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if hasattr(value, "model_dump"):
        return {name: plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def structures_back(of: Any, value: dict[str, Any]) -> Any:
    """JSON that fits a type becomes an instance of it, and the instance is that JSON."""
    is_strict(schema_of(of))
    built: Any = structure(value, of)
    if isinstance(of, type) and not hasattr(of, "__total__"):
        assert isinstance(built, of)
    assert identical(plain(built), _with_floats(plain(built), value), ordered=False)
    return built


def _with_floats(built: Any, given: Any) -> Any:
    """``given`` with its whole numbers as floats where ``built`` has floats."""
    if isinstance(built, dict) and isinstance(given, dict):
        return {key: _with_floats(built.get(key), item) for key, item in given.items()}
    if isinstance(built, list) and isinstance(given, list) and len(built) == len(given):
        return [_with_floats(b, g) for b, g in zip(built, given, strict=True)]
    if type(built) is float and type(given) is int:
        return float(given)
    return given
