"""Parameters as the fields of a form, written as the official SDK writes them.

A list is its field repeated as ``name[]``, an object has a field ``name[key]`` per key, numbers and
booleans are JSON. A form has no way to say null, an empty list or an empty object.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from jackfield.answers import FilePart
from jackfield.forms import flattened
from jackfield.sources import Source

Field: TypeAlias = tuple[str, str | FilePart]


def fields(params: Mapping[str, Any]) -> Iterator[Field]:
    """The fields of parameters, in their order; a file stays a file."""
    for name, value in flattened(params, lambda value: isinstance(value, Source)):
        if value is not None:
            yield name, FilePart(value) if isinstance(value, Source) else value


def unsaid(params: Mapping[str, Any]) -> Iterator[str]:
    """The paths of what a form can't say: nulls, empty lists and empty objects."""
    for name, value in params.items():
        yield from _unsaid(name, value)


def _unsaid(path: str, value: Any) -> Iterator[str]:
    if value is None or value == [] or value == {}:
        yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _unsaid(f"{path}.{key}", item)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unsaid(f"{path}[{index}]", item)
