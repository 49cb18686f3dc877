"""JSON Schema to a value that satisfies it: the same schema and texts always give the same value.

Understood: type(s), enum, const, nested objects and arrays, required, optional (where shallow),
additionalProperties, min/max of length, items, properties and value, multipleOf, uniqueItems,
prefixItems, pattern, format, anyOf/oneOf/allOf, ``$ref`` with recursion, nullable, booleans as
schemas. Candidates are checked, so where one keyword narrows another the next one is tried.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import attrs

from jackfield_testing.sandbox.scalar_values import numbers, strings
from jackfield_testing.sandbox.schema_checks import Unresolvable, conforms, resolve, same
from jackfield_testing.sandbox.schema_merge import both, options

_STEPS = 20_000
_SHALLOW = 2
_TRIES = 24


class Unsatisfiable(ValueError):
    """No value was found for a schema."""


def value_for(
    schema: Any,
    *,
    texts: Sequence[str] = (),
    named: Mapping[str, str] | None = None,
) -> Any:
    """Give a value that satisfies a schema.

    Args:
        schema: the JSON Schema, a mapping or a boolean; ``$ref`` is looked up in it.
        texts: what string fields hold where their constraints allow it, in turn.
        named: texts for certain top-level properties, by name.

    Raises:
        Unsatisfiable: when there is no such value, or none that this module can find.
    """
    try:
        return _value_for(schema, tuple(texts) or ("example",), dict(named or {}))
    except (AttributeError, LookupError, TypeError, ValueError, RecursionError) as error:
        if isinstance(error, Unsatisfiable):
            raise
        raise Unsatisfiable("the schema is no JSON Schema, or too deep") from error


def _value_for(schema: Any, texts: tuple[str, ...], named: dict[str, str]) -> Any:
    maker = _Maker(schema, texts, named)
    for value in islice(maker.values(schema, 0), _TRIES):
        if conforms(value, schema, schema):
            return value
    raise Unsatisfiable("no value was found for the schema")


@attrs.define
class _Maker:
    root: Any
    texts: tuple[str, ...]
    named: dict[str, str]
    used: int = 0
    steps: int = 0
    open_refs: list[str] = attrs.Factory(list)

    def values(self, schema: Any, depth: int, hint: str | None = None) -> Iterator[Any]:
        """Give candidates, likeliest first; each is checked by whoever asked."""
        self.steps += 1
        if self.steps > _STEPS or schema is False:
            return
        if not isinstance(schema, Mapping):
            yield self.text(hint)
            return
        if "$ref" in schema:
            yield from self.referred(schema, depth, hint)
        elif "allOf" in schema:
            whole: Any = {k: v for k, v in schema.items() if k != "allOf"}
            for part in schema["allOf"]:
                whole = both(whole, self.opened(part))
            yield from self.values(whole, depth, hint)
        elif "anyOf" in schema or "oneOf" in schema:
            yield from self.branches(schema, depth, hint)
        elif "if" in schema:
            rest = {key: schema[key] for key in schema if key not in ("if", "then", "else")}
            met = both(both(rest, schema["if"]), schema.get("then", True))
            for part in (met, both(rest, schema.get("else", True))):
                for value in islice(self.values(part, depth, hint), 4):
                    if conforms(value, schema, self.root):
                        yield value
        else:
            yield from self.plain(schema, depth, hint)

    def opened(self, part: Any) -> Any:
        """Put a ``$ref``'s target beside its siblings, so that it can be merged."""
        seen: list[str] = []
        while isinstance(part, Mapping) and "$ref" in part and part["$ref"] not in seen:
            seen.append(part["$ref"])
            siblings = {k: v for k, v in part.items() if k != "$ref"}
            part = both(siblings, self.target(part["$ref"]))
        return part

    def target(self, ref: str) -> Any:
        try:
            return resolve(self.root, ref)
        except Unresolvable as error:
            raise Unsatisfiable(f"the schema's $ref {ref!r} points nowhere") from error

    def referred(self, schema: Mapping[str, Any], depth: int, hint: str | None) -> Iterator[Any]:
        ref = schema["$ref"]
        if ref in self.open_refs:  # a value that contains itself has no end: take another branch
            return
        siblings = {key: value for key, value in schema.items() if key != "$ref"}
        found = list(self._within(ref, both(siblings, self.target(ref)), depth, hint))
        yield from found

    def _within(self, ref: str, schema: Any, depth: int, hint: str | None) -> Iterator[Any]:
        self.open_refs.append(ref)
        try:
            yield from islice(self.values(schema, depth, hint), 4)
        finally:
            self.open_refs.pop()

    def branches(self, schema: Mapping[str, Any], depth: int, hint: str | None) -> Iterator[Any]:
        key = "anyOf" if "anyOf" in schema else "oneOf"
        siblings = {name: value for name, value in schema.items() if name != key}
        parts = [both(siblings, part) for part in schema[key]]
        # ``null`` is what an optional field looks like: a value says more, so it comes last
        parts.sort(key=lambda part: isinstance(part, Mapping) and part.get("type") == "null")
        for part in parts:
            for value in islice(self.values(part, depth, hint), 4):
                if conforms(value, schema, self.root):
                    yield value

    def plain(self, schema: Mapping[str, Any], depth: int, hint: str | None) -> Iterator[Any]:
        fixed = options(schema)
        if fixed is not None:
            yield from (value for value in fixed if conforms(value, schema, self.root))
            return
        for kind in _kinds(schema):
            if kind == "object":
                yield from self.objects(schema, depth)
            elif kind == "array":
                yield from self.arrays(schema, depth)
            elif kind == "string":
                yield from strings(schema, self.text(hint))
            elif kind in {"integer", "number"}:
                yield from numbers(schema, integer=kind == "integer")
            elif kind == "boolean":
                yield from (True, False)
            elif kind == "null":
                yield None
        if schema.get("nullable") is True:
            yield None

    def text(self, hint: str | None) -> str:
        if hint is not None:
            return hint
        self.used += 1
        return self.texts[(self.used - 1) % len(self.texts)]

    def first(self, schema: Any, depth: int, hint: str | None = None) -> Any:
        for value in islice(self.values(schema, depth, hint), _TRIES):
            if conforms(value, schema, self.root):
                return value
        raise Unsatisfiable("no value was found for part of the schema")

    def objects(self, schema: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
        known: Mapping[str, Any] = schema.get("properties", {})
        required = list(schema.get("required", ()))
        extra = schema.get("additionalProperties", True)
        try:
            made = {
                name: self.first(known.get(name, extra), depth + 1, self.hint(name, depth))
                for name in [*(n for n in known if n in required), *_not_in(required, known)]
            }
        except Unsatisfiable:
            return
        wanted = schema.get("minProperties", 0)
        limit = schema.get("maxProperties", len(made) + len(known))
        full = dict(made)
        for name in _not_in(known, made):
            shallow = depth < _SHALLOW and _is_scalar(known[name])
            if len(full) < limit and (shallow or len(full) < wanted):
                try:
                    full[name] = self.first(known[name], depth + 1, self.hint(name, depth))
                except Unsatisfiable:
                    continue
        number = 0
        while len(full) < wanted and extra is not False and number < wanted + len(known):
            number += 1
            full.setdefault(f"key_{number}", self.first(extra, depth + 1))
        ordered = {name: full[name] for name in [*known, *_not_in(full, known)] if name in full}
        yield ordered
        if len(made) < len(full):
            yield made

    def hint(self, name: str, depth: int) -> str | None:
        return self.named.get(name) if depth == 0 else None

    def arrays(self, schema: Mapping[str, Any], depth: int) -> Iterator[list[Any]]:
        least, most = schema.get("minItems", 0), schema.get("maxItems")
        prefix, rest = schema.get("prefixItems", ()), schema.get("items", True)
        if "contains" in schema and not prefix:
            rest, least = both(rest, schema["contains"]), max(least, schema.get("minContains", 1))
        wanted = max(least, len(prefix), 1 if depth < _SHALLOW + 1 and rest is not False else 0)
        if most is not None:
            wanted = min(wanted, most)
        made: list[Any] = []
        while len(made) < wanted:
            part = prefix[len(made)] if len(made) < len(prefix) else rest
            found = self.another(part, depth + 1, made if schema.get("uniqueItems") is True else [])
            if found is None:
                break
            made.append(found[0])
        if len(made) >= least:
            yield made
        if least == 0 and made:
            yield []

    def another(self, schema: Any, depth: int, taken: list[Any]) -> list[Any] | None:
        """Give a value that is none of those taken, in a list of one; None where there is none."""
        tried = 0
        for _ in range(len(taken) + 2):
            for value in islice(self.values(schema, depth), len(taken) + _TRIES):
                tried += 1
                if not any(same(value, t) for t in taken) and conforms(value, schema, self.root):
                    return [value]
        return None


def _kinds(schema: Mapping[str, Any]) -> list[str]:
    types = schema.get("type")
    if types is not None:
        names = [types] if isinstance(types, str) else list(types)
        return sorted(names, key=lambda name: name == "null")
    if schema.keys() & {"properties", "required", "additionalProperties", "minProperties"}:
        return ["object", "string"]
    if schema.keys() & {"items", "prefixItems", "minItems", "contains"}:
        return ["array", "string"]
    if schema.keys() & {"minimum", "maximum", "multipleOf", "exclusiveMinimum", "exclusiveMaximum"}:
        return ["number", "string"]
    return ["string", "object", "array", "number", "boolean", "null"]


def _is_scalar(schema: Any) -> bool:
    if not isinstance(schema, Mapping) or schema.keys() & {"$ref", "allOf"}:
        return False
    if "anyOf" in schema or "oneOf" in schema:
        return all(_is_scalar(part) for part in schema.get("anyOf", schema.get("oneOf", ())))
    return not {"object", "array"} & set(_kinds(schema)) or "enum" in schema or "const" in schema


def _not_in(names: Any, others: Any) -> list[str]:
    return [name for name in names if name not in others]
