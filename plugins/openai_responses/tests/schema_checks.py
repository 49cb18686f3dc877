"""The official schemas, each made into a validator once."""

from __future__ import annotations

from functools import cache
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import material
import pytest


@cache
def _validator(name: str, relaxed: bool) -> Any:
    document = material.schemas(relaxed=relaxed)
    if document is None:
        return None
    schema = {"$ref": f"#/$defs/{name}", "$defs": document["$defs"]}
    return jsonschema.Draft202012Validator(schema)


def validator(name: str, *, relaxed: bool = False) -> Any:
    """The validator of a definition; skips the test where the schemas are absent."""
    found = _validator(name, relaxed)
    if found is None:
        pytest.skip("the schemas are not beside this checkout")
    return found


def are_events(events: list[Any]) -> None:
    """Assert, where the schemas are there, that these are events of the Responses API."""
    found = _validator("ResponseStreamEvent", False)
    for event in events if found is not None else ():
        found.validate(event)
