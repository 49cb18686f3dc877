"""The checks of fields that every one of these endpoints makes."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.field_types import (
    check_choice,
    check_range,
    check_shape,
    check_text_length,
    check_type,
    kind_of,
)
from jackfield_testing.sandbox.responses.shapes import CHOICES, INCLUDES, MOVED, RANGES, SHAPES

#: What arrays consist of; null is nothing that they could.
_ELEMENTS = {"context_management": "an object", "include": "a string", "tools": "an object"}
_REFERENCE = "https://platform.openai.com/docs/api-reference/responses/create"


def check_fields(request: Mapping[str, Any], known: Set[str]) -> None:
    """Check names, types, ranges and values; absent and null fields pass.

    Raises:
        APIFault: 400, naming the place.
    """
    for name in request:
        if name not in known:
            raise _unknown(name)
    for path, expected in SHAPES.items():
        check_shape(request, path, expected)
    for name, expected in _ELEMENTS.items():
        for index, element in enumerate(request.get(name) or ()):
            check_type(f"{name}[{index}]", element, expected)
    for name, (low, high) in RANGES.items():
        if request.get(name) is not None:
            check_range(name, request[name], low, high, decimal=SHAPES[name] == "a decimal")
    for path, choices in CHOICES.items():
        value = _at(request, path)
        if value is not None:
            check_choice(path, value, choices)
    for index, value in enumerate(request.get("include") or ()):
        check_choice(f"include[{index}]", value, INCLUDES)
    check_metadata(request.get("metadata"))


def check_metadata(metadata: Any) -> None:
    """Check metadata: sixteen pairs of texts at the most.

    Raises:
        APIFault: 400, naming the place.
    """
    if metadata is None:
        return
    check_type("metadata", metadata, "an object")
    if len(metadata) > 16:
        raise APIFault(
            400,
            "Invalid 'metadata': too many properties. Expected an object with at most 16 "
            f"properties, but got an object with {len(metadata)} properties instead.",
            param="metadata",
            code="object_above_max_properties",
        )
    for key, value in metadata.items():
        check_type(f"metadata.{key}", value, "a string")
        check_text_length(f"metadata.{key}", value, 0, 512)


def _unknown(name: str) -> APIFault:
    if name not in MOVED:
        return APIFault(400, f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")
    return APIFault(
        400,
        f"Unsupported parameter: '{name}'. In the Responses API, this parameter has moved to "
        f"'{MOVED[name]}'. Try again with the new parameter. See the API documentation for more "
        f"information: {_REFERENCE}.",
        param=name,
        code="unsupported_parameter",
    )


def _at(value: Any, path: str) -> Any:
    for step in path.split("."):
        value = value.get(step) if kind_of(value) == "object" else None
    return value
