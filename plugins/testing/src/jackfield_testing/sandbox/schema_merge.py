"""Several schemas that hold at once, as one schema."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_testing.sandbox.schema_checks import is_type, same

_GREATEST = {"minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"}
_LEAST = {"maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"}


def merge(left: Mapping[str, Any], right: Mapping[str, Any]) -> dict[str, Any]:
    """Give a schema that asks for both; ``allOf`` keeps what no single keyword can say."""
    merged = dict(left)
    for key, value in right.items():
        if key not in merged or same(merged[key], value):
            merged[key] = value
            continue
        mine = merged[key]
        if key in _GREATEST:
            merged[key] = max(mine, value)
        elif key in _LEAST:
            merged[key] = min(mine, value)
        elif key == "required":
            merged[key] = [*mine, *(name for name in value if name not in mine)]
        elif key == "type":
            merged[key] = _types(mine, value)
        elif key == "enum":
            merged[key] = [option for option in mine if any(same(option, o) for o in value)]
        elif key in {"properties", "$defs", "definitions"}:
            merged[key] = _properties(mine, value)
        elif key == "allOf":
            merged[key] = [*mine, *value]
        elif key in {"items", "additionalProperties"}:
            merged[key] = both(mine, value)
        elif key in {"anyOf", "oneOf", "not", "pattern", "multipleOf", "const", "$ref", "format"}:
            merged["allOf"] = [*merged.get("allOf", ()), {key: value}]
    return merged


def both(left: Any, right: Any) -> Any:
    """Give a schema that asks for both of two, either of which may be a boolean."""
    if left is False or right is False:
        return False
    if not isinstance(left, Mapping):
        return right
    if not isinstance(right, Mapping):
        return left
    return merge(left, right)


def _types(left: str | list[str], right: str | list[str]) -> list[str]:
    mine = [left] if isinstance(left, str) else list(left)
    theirs = [right] if isinstance(right, str) else list(right)
    shared = [name for name in mine if name in theirs]
    if "integer" in mine + theirs and "number" in mine + theirs and "integer" not in shared:
        shared.append("integer")
    return shared


def _properties(left: Mapping[str, Any], right: Mapping[str, Any]) -> dict[str, Any]:
    shared = {name: both(left[name], right[name]) for name in left if name in right}
    return {**left, **right, **shared}


def options(schema: Mapping[str, Any]) -> list[Any] | None:
    """Give the values that ``const`` and ``enum`` leave, or None where neither is there."""
    if "const" in schema:
        return [schema["const"]]
    if "enum" not in schema:
        return None
    types = schema.get("type")
    names = [types] if isinstance(types, str) else types
    return [v for v in schema["enum"] if names is None or any(is_type(v, n) for n in names)]
