"""Python types for structured output, with the JSON of an instance and an instance of it."""

from __future__ import annotations

import dataclasses
import enum
import importlib.util
import types
import typing
from typing import Any, Literal, Union

import attrs
from hypothesis import strategies as st

from jackfield_testing.strategies.json_values import texts

KINDS = ("attrs", "dataclass", "typeddict") + (
    ("pydantic",) if importlib.util.find_spec("pydantic") else ()
)


@attrs.frozen
class Structure:
    """A type, the JSON of one value of it, and JSON that does not fit.

    ``wrong`` is ``value`` with one field changed to something that no field of its type takes.
    """

    type: Any
    kind: str
    value: dict[str, Any]
    wrong: dict[str, Any]


class Colour(enum.Enum):
    """An enum of texts."""

    RED = "red"
    BLUE = "blue"


class Level(enum.IntEnum):
    """An enum of integers."""

    LOW = 1
    HIGH = 2


_Field = tuple[Any, st.SearchStrategy[Any], Any]
_SMALL = st.integers(-(2**53), 2**53)
_FLOATS = st.floats(allow_nan=False, allow_infinity=False, width=32)
# A type, its JSON values, and JSON that it does not take.
_LEAVES: tuple[_Field, ...] = (
    (str, texts(), 5),
    (int, _SMALL, "five"),
    (float, _FLOATS, "much"),
    (bool, st.booleans(), "perhaps"),
    (Literal["a", "b"], st.sampled_from(["a", "b"]), "c"),
    (Colour, st.sampled_from(["red", "blue"]), "green"),
    (Level, st.sampled_from([1, 2]), 3),
)


def _optional(field: _Field) -> _Field:
    made: Any = Union[field[0], None]  # noqa: UP007 - made at run time
    return made, st.none() | field[1], field[2]


def _listed(field: _Field) -> _Field:
    made: Any = types.GenericAlias(list, (field[0],))
    return made, st.lists(field[1], max_size=3), {"no": "list"}


def make_type(kind: str, name: str, fields: dict[str, Any]) -> Any:
    """A class with these fields: attrs, dataclass, TypedDict or pydantic model."""
    if kind == "attrs":
        return attrs.make_class(name, {n: attrs.field(type=t) for n, t in fields.items()})
    if kind == "dataclass":
        return dataclasses.make_dataclass(name, list(fields.items()))
    if kind == "typeddict":
        new: Any = typing.TypedDict
        return new(name, fields)
    import pydantic

    create: Any = pydantic.create_model
    return create(name, **{n: (t, ...) for n, t in fields.items()})


@st.composite
def _made(draw: st.DrawFn, kind: str, depth: int) -> tuple[_Field, dict[str, _Field]]:
    leaves = st.sampled_from(_LEAVES)
    fields: dict[str, _Field] = {}
    for name in draw(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True)):
        field = draw(leaves)
        if depth > 0 and draw(st.integers(0, 2)) == 0:
            # Nested classes often share a name, as `Item` does in real code.
            field = draw(_made(kind, depth - 1))[0]
        shape = draw(st.sampled_from(["plain", "plain", "optional", "list", "list of optional"]))
        if shape == "optional":
            field = _optional(field)
        elif shape == "list":
            field = _listed(field)
        elif shape == "list of optional":
            field = _listed(_optional(field))
        fields[name] = field
    made = make_type(kind, draw(st.sampled_from(["Item", "Item_1", "Box"])), _types(fields))
    values = st.fixed_dictionaries({name: field[1] for name, field in fields.items()})
    return (made, values, 17), fields


def _types(fields: dict[str, _Field]) -> dict[str, Any]:
    return {name: field[0] for name, field in fields.items()}


@st.composite
def structures(draw: st.DrawFn) -> Structure:
    """A class of some kind, nested up to two deep, with a value and a wrong one."""
    kind = draw(st.sampled_from(KINDS))
    (made, values, _), fields = draw(_made(kind, 2))
    value = draw(values)
    changed = draw(st.sampled_from(sorted(fields)))
    return Structure(made, kind, value, {**value, changed: fields[changed][2]})
