"""JSON Schema from Python types, and instances from JSON, for attrs, dataclasses and TypedDict.

The schemas are of the strict kind that structured outputs ask for: every property is required, no
others are allowed, optional ones may be null. pydantic models make their own schema. cattrs builds
the instances.
"""

from __future__ import annotations

import dataclasses
import enum
import types
import typing
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

import attrs

from jackfield import jsonio
from jackfield.errors import RequestError, StructuredOutputError

_T = TypeVar("_T")
_PLAIN: dict[Any, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
}

_ARRAYS: tuple[Any, ...] = (list, Sequence, set, frozenset, tuple)

# ReadOnly came with Python 3.13.
_QUALIFIERS = [
    getattr(typing, name)
    for name in ("Required", "NotRequired", "ReadOnly")
    if hasattr(typing, name)
]


def schema_of(of: Any) -> dict[str, Any]:
    """The strict JSON Schema of a type.

    Raises:
        RequestError: the type, or one inside it, has no strict schema.
    """
    if _is_pydantic(of):
        closed: dict[str, Any] = _strict(of.model_json_schema())
        return closed
    definitions: dict[str, Any] = {}
    schema = _schema(of, definitions, {})
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        recursive = f'"#/$defs/{name}"' in _text(definitions)
        schema = dict(definitions[name]) if recursive else definitions.pop(name)
    if definitions:
        schema["$defs"] = definitions
    return schema


def name_of(of: Any) -> str:
    """A name for the schema: letters, digits, ``_`` and ``-``, at most 64 of them."""
    name = getattr(of, "__name__", None) or str(of)
    kept = "".join(
        char if char.isascii() and (char.isalnum() or char in "_-") else "_" for char in name
    )
    return kept[:64] or "response"


def structure(value: Any, into: type[_T]) -> _T:
    """Build an instance from plain JSON.

    Raises:
        ValueError: it does not fit; the message says where.
    """
    if _is_pydantic(into):
        model: Any = into
        validated: _T = model.model_validate(value)
        return validated
    try:
        _check_shape(value, into, "$")
        return _built(value, into)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{type(error).__name__}: {error}") from error


def parsed(text: Any, into: Any) -> Any:
    """The value that an answer's text holds; None for no text.

    Raises:
        StructuredOutputError: the text is no JSON, or does not fit; its ``text`` has it.
    """
    if text is None:
        return None
    try:
        return structure(jsonio.decode(str(text).encode("utf-8", "surrogatepass")), into)
    except ValueError as error:
        failed = StructuredOutputError(
            f"the answer does not fit {name_of(into)}: {error}", body=text, retryable=False
        )
        failed.text = text
        raise failed from error


def _built(value: Any, into: type[_T]) -> _T:
    import cattrs

    try:
        built: _T = _converter().structure(value, into)
        return built
    except (cattrs.BaseValidationError, cattrs.StructureHandlerNotFoundError) as error:
        lines = (
            cattrs.transform_error(error)
            if isinstance(error, cattrs.BaseValidationError)
            else [str(error)]
        )
        raise ValueError("; ".join(lines)) from error


def _check_shape(value: Any, of: Any, where: str) -> None:
    """Find what is no list or no object where one is due: cattrs takes a text for its letters."""
    origin, args = get_origin(of), get_args(of)
    if origin is Annotated or origin in _QUALIFIERS:
        _check_shape(value, args[0], where)
    elif origin in (Union, types.UnionType):
        others = [arg for arg in args if arg is not type(None)]
        if value is not None and len(others) == 1:
            _check_shape(value, others[0], where)
    elif origin in _ARRAYS or of in _ARRAYS:
        if type(value) is not list:
            raise ValueError(f"{value!r} is not a list @ {where}")
        if args and (origin is not tuple or args[1:] == (...,)):
            for index, item in enumerate(value):
                _check_shape(item, args[0], f"{where}[{index}]")
    elif (fields := _fields(of)) is not None:
        if type(value) is not dict:
            raise ValueError(f"{value!r} is not an object @ {where}")
        for name, kind in fields.items():
            if name in value:
                _check_shape(value[name], kind, f"{where}.{name}")


def _converter() -> Any:
    global _made
    if _made is None:
        from cattrs.preconf.json import make_converter

        converter = make_converter(forbid_extra_keys=False)
        for plain in (str, int, float, bool):
            converter.register_structure_hook(plain, _exactly)
        _made = converter
    return _made


_made: Any = None


def _exactly(value: Any, wanted: type[Any]) -> Any:
    # cattrs would call str(), int() and so on, and make "None" of a null.
    if wanted is float and type(value) is int:
        return float(value)
    if issubclass(wanted, enum.Enum):  # IntEnum, StrEnum
        if any(value == m.value and type(value) is type(m.value) for m in wanted):
            return wanted(value)
        raise ValueError(f"{value!r} is not one of {[m.value for m in wanted]}")
    if type(value) is not wanted:
        raise ValueError(f"{value!r} is not a {wanted.__name__}")
    return value


def _is_pydantic(of: Any) -> bool:
    return isinstance(of, type) and hasattr(of, "model_json_schema")


def _text(value: Any) -> str:
    import json

    return json.dumps(value)


def _schema(of: Any, definitions: dict[str, Any], names: dict[Any, str]) -> dict[str, Any]:
    origin, args = get_origin(of), get_args(of)
    if origin is Annotated:  # before the rest: what it is annotated with may have no hash
        schema = _schema(args[0], definitions, names)
        notes = [note for note in args[1:] if isinstance(note, str)]
        return {**schema, "description": notes[0]} if notes and "$ref" not in schema else schema
    if of in _PLAIN:
        return dict(_PLAIN[of])
    if origin in _QUALIFIERS:
        return _schema(args[0], definitions, names)
    if origin is Literal:
        return _enum(list(args))
    if origin in (Union, types.UnionType):
        return {"anyOf": [_schema(arg, definitions, names) for arg in args]}
    if origin in (list, Sequence, set, frozenset) or of is list:
        if not args:
            raise RequestError(f"{of} says nothing of its items; write list[str] or the like")
        return {"type": "array", "items": _schema(args[0], definitions, names)}
    if isinstance(of, type) and issubclass(of, enum.Enum):
        return _enum([member.value for member in of])
    if of is Any or of in (dict, Mapping, tuple) or origin in (dict, Mapping, tuple):
        raise RequestError(f"{of} has no strict schema; use a class with named fields")
    fields = _fields(of)
    if fields is None:
        raise RequestError(f"{of!r} can't be turned into a JSON Schema")
    if of not in names:
        base = name_of(of)
        names[of], number = base, 1
        while names[of] in definitions:
            number += 1
            names[of] = f"{base[:60]}_{number}"
        definitions[names[of]] = {}
        definitions[names[of]] = _object(of, fields, definitions, names)
    return {"$ref": f"#/$defs/{names[of]}"}


def _enum(values: list[Any]) -> dict[str, Any]:
    kinds = {type(value) for value in values}
    schema: dict[str, Any] = {"enum": values}
    if len(kinds) == 1 and (kind := kinds.pop()) in _PLAIN:
        return {**_PLAIN[kind], **schema}
    return schema


@lru_cache(maxsize=256)
def _fields(of: Any) -> dict[str, Any] | None:
    """Names and types of a class's fields, or None for what has none."""
    if not isinstance(of, type):
        return None
    try:
        return _resolved(of)
    except NameError as error:
        raise RequestError(f"the types of {of.__name__} can't be resolved: {error}") from None


def _resolved(of: type) -> dict[str, Any] | None:
    if attrs.has(of):
        attrs.resolve_types(of, include_extras=True)
        return {field.name: field.type or Any for field in attrs.fields(of) if field.init}
    if dataclasses.is_dataclass(of) or typing.is_typeddict(of):
        hints = typing.get_type_hints(of, include_extras=True)
        if dataclasses.is_dataclass(of):
            return {field.name: hints[field.name] for field in dataclasses.fields(of) if field.init}
        return hints
    return None


def _object(
    of: Any, fields: dict[str, Any], definitions: dict[str, Any], names: dict[Any, str]
) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {n: _schema(t, definitions, names) for n, t in fields.items()},
        "required": list(fields),
        "additionalProperties": False,
    }
    doc = vars(of).get("__doc__")
    if doc and not doc.startswith((f"{of.__name__}(", "Method generated by attrs")):
        schema["description"] = " ".join(doc.split())
    return schema


_NAMED = ("properties", "$defs")
_NESTED = ("items", "prefixItems", "anyOf", "oneOf", "allOf", "additionalProperties")


def _strict(schema: Any) -> Any:
    """pydantic's schema with every object closed and every property required, without defaults."""
    if isinstance(schema, list):
        return [_strict(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    out = {key: value for key, value in schema.items() if key != "default"}
    for key in _NAMED:
        if key in out:
            out[key] = {name: _strict(item) for name, item in out[key].items()}
    for key in _NESTED:
        if key in out:
            out[key] = _strict(out[key])
    if "properties" in out and out.get("type") == "object":
        out["required"] = list(out["properties"])
        out["additionalProperties"] = False
    return out
