"""Schemas in strict mode: what is wrong with one, and how one that says nothing is made strict."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

# Where schemas lie in a schema: by name, in a list, and by themselves.
_NAMED = ("properties", "$defs", "definitions")
_LISTED = ("anyOf", "allOf", "oneOf")
_SINGLE = ("items",)


def problem(schema: Mapping[str, Any]) -> str | None:
    """Say why a schema is not strict, in the API's words; None where it is."""
    if "$ref" not in schema and schema.get("type") != "object":
        return (
            "schema must be a JSON Schema of 'type: \"object\"', got "
            f"'type: \"{schema.get('type')}\"'."
        )
    for path, found in _objects(schema, ()):
        if found.get("additionalProperties") is not False:
            return (
                f"In context={_context(path)}, 'additionalProperties' is required to be supplied "
                "and to be false."
            )
        required = found.get("required")
        absent = [name for name in _names(found) if name not in _list(required)]
        if absent:
            return (
                f"In context={_context(path)}, 'required' is required to be supplied and to be an "
                f"array including every key in properties. Missing '{absent[0]}'."
            )
    return None


def strengthened(schema: Any) -> Any:
    """Close the objects of a schema and let them need all their properties.

    Gives None where an object is open on purpose, which strict mode has no way to say.
    """
    if any(found.get("additionalProperties") for _, found in _objects(schema, ())):
        return None
    return _closed(schema)


def _closed(schema: Any) -> Any:
    if not isinstance(schema, Mapping):
        return schema
    made = dict(schema)
    for name in _NAMED:
        if isinstance(made.get(name), Mapping):
            made[name] = {key: _closed(value) for key, value in made[name].items()}
    for name in _LISTED:
        if isinstance(made.get(name), list):
            made[name] = [_closed(value) for value in made[name]]
    made.update((name, _closed(made[name])) for name in _SINGLE if name in made)
    if _is_object(made):
        made["additionalProperties"] = False
        required = [name for name in _list(made.get("required")) if isinstance(name, str)]
        made["required"] = list(dict.fromkeys([*required, *_names(made)]))
    return made


def _is_object(schema: Mapping[str, Any]) -> bool:
    return "object" in (schema.get("type"), *_list(schema.get("type")))


def _objects(schema: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Give the objects in a schema, itself first, each with the way to it."""
    if not isinstance(schema, Mapping):
        return
    if _is_object(schema):
        yield path, schema
    for name in _NAMED:
        if isinstance(schema.get(name), Mapping):
            for key, value in schema[name].items():
                yield from _objects(value, (*path, name, key))
    for name in _LISTED:
        for index, value in enumerate(_list(schema.get(name))):
            yield from _objects(value, (*path, name, str(index)))
    for name in _SINGLE:
        yield from _objects(schema.get(name), (*path, name))


def _names(schema: Mapping[str, Any]) -> list[str]:
    properties = schema.get("properties")
    return list(properties) if isinstance(properties, Mapping) else []


def _list(value: Any) -> list[Any]:
    return [v for v in value if isinstance(v, str | Mapping)] if isinstance(value, list) else []


def _context(path: tuple[str, ...]) -> str:
    return repr(path) if path else "()"
