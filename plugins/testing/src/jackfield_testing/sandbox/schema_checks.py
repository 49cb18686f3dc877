"""Whether a value satisfies a JSON Schema: the keywords that ``schema_values`` works with.

It is how a candidate is chosen, not a validator for users: an unknown keyword is no constraint.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from jackfield_testing.sandbox.patterns import compile_pattern

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "null": type(None),
}


class Unresolvable(LookupError):
    """A ``$ref`` that points nowhere, or to another document."""


def resolve(root: Any, ref: str) -> Any:
    """Follow a ``$ref`` within the document.

    Raises:
        Unresolvable: when it points nowhere, or to another document.
    """
    if not ref.startswith("#"):
        raise Unresolvable(ref)
    target = root
    for step in ref[1:].strip("/").split("/") if ref[1:].strip("/") else ():
        name = step.replace("~1", "/").replace("~0", "~").replace("%25", "%")
        try:
            target = target[int(name)] if isinstance(target, list) else target[name]
        except (KeyError, IndexError, ValueError, TypeError):
            raise Unresolvable(ref) from None
    return target


def same(left: Any, right: Any) -> bool:
    """Compare as JSON does: true is not 1, and 1.0 is 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    return bool(left == right)


def is_type(value: Any, name: str) -> bool:
    """Whether a value is of a JSON Schema type."""
    if name == "boolean":
        return isinstance(value, bool)
    if name == "integer":
        return not isinstance(value, bool) and (
            isinstance(value, int) or (isinstance(value, float) and value.is_integer())
        )
    if name == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    return name in _TYPES and isinstance(value, _TYPES[name])


def conforms(value: Any, schema: Any, root: Any) -> bool:
    """Whether a value satisfies a schema; ``root`` is what ``$ref`` is looked up in."""
    if isinstance(schema, bool):
        return schema
    if not isinstance(schema, Mapping):
        return True
    if "$ref" in schema and not conforms(value, resolve(root, schema["$ref"]), root):
        return False
    types = schema.get("type")
    if types is not None:
        names = [types] if isinstance(types, str) else types
        nullable = schema.get("nullable") is True and value is None
        if not nullable and not any(is_type(value, name) for name in names):
            return False
    if "const" in schema and not same(value, schema["const"]):
        return False
    if "enum" in schema and not any(same(value, option) for option in schema["enum"]):
        return False
    return _combined(value, schema, root) and _by_kind(value, schema, root)


def _combined(value: Any, schema: Mapping[str, Any], root: Any) -> bool:
    if not all(conforms(value, part, root) for part in schema.get("allOf", ())):
        return False
    if "anyOf" in schema and not any(conforms(value, part, root) for part in schema["anyOf"]):
        return False
    if "oneOf" in schema and sum(conforms(value, part, root) for part in schema["oneOf"]) != 1:
        return False
    if "not" in schema and conforms(value, schema["not"], root):
        return False
    if "if" in schema:
        branch = "then" if conforms(value, schema["if"], root) else "else"
        return conforms(value, schema.get(branch, True), root)
    return True


def _by_kind(value: Any, schema: Mapping[str, Any], root: Any) -> bool:
    if isinstance(value, str):
        return _string(value, schema)
    if is_type(value, "number"):
        return _number(value, schema)
    if isinstance(value, list):
        return _array(value, schema, root)
    if isinstance(value, dict):
        return _object(value, schema, root)
    return True


def _string(value: str, schema: Mapping[str, Any]) -> bool:
    if not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value)):
        return False
    compiled = compile_pattern(schema["pattern"]) if "pattern" in schema else None
    return compiled is None or compiled.search(value) is not None


def _number(value: float, schema: Mapping[str, Any]) -> bool:
    low, high = schema.get("minimum", value), schema.get("maximum", value)
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if above is True:  # draft 4: a flag beside ``minimum``
        above = low
    if below is True:
        below = high
    if not low <= value <= high:
        return False
    if above is not None and above is not False and value <= above:
        return False
    if below is not None and below is not False and value >= below:
        return False
    step = schema.get("multipleOf")
    return not step or Fraction(str(value)) % Fraction(str(step)) == 0


def _array(value: list[Any], schema: Mapping[str, Any], root: Any) -> bool:
    if not schema.get("minItems", 0) <= len(value) <= schema.get("maxItems", len(value)):
        return False
    prefix = schema.get("prefixItems", ())
    rest = schema.get("items", True)
    if not all(conforms(item, part, root) for item, part in zip(value, prefix, strict=False)):
        return False
    if not all(conforms(item, rest, root) for item in value[len(prefix) :]):
        return False
    if schema.get("uniqueItems") is True:
        pairs = ((a, b) for i, a in enumerate(value) for b in value[:i])
        if any(same(a, b) for a, b in pairs):
            return False
    if "contains" in schema:
        found = sum(conforms(item, schema["contains"], root) for item in value)
        return bool(schema.get("minContains", 1) <= found <= schema.get("maxContains", found))
    return True


def _object(value: dict[str, Any], schema: Mapping[str, Any], root: Any) -> bool:
    if not set(schema.get("required", ())) <= value.keys():
        return False
    if not schema.get("minProperties", 0) <= len(value) <= schema.get("maxProperties", len(value)):
        return False
    known = schema.get("properties", {})
    patterns = [(compile_pattern(p), s) for p, s in schema.get("patternProperties", {}).items()]
    for name, item in value.items():
        matching = [s for p, s in patterns if p is not None and p.search(name)]
        rules = [*matching, *([known[name]] if name in known else ())]
        rules = rules or [schema.get("additionalProperties", True)]
        if not all(conforms(item, rule, root) for rule in rules):
            return False
        if not conforms(name, schema.get("propertyNames", True), root):
            return False
    needs = schema.get("dependentRequired", {})
    return all(set(names) <= value.keys() for name, names in needs.items() if name in value)
