"""The official schemas, each made into a validator once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import jsonschema
import material
import pytest


@cache
def _validator(name: str, relaxed: bool) -> Any:
    document = material.schemas(relaxed=relaxed)
    if document is None:
        return None
    schema = {"$ref": f"#/$defs/{name}", "$defs": document["$defs"]}
    return jsonschema.Draft202012Validator(schema)


Flaw = Callable[[dict[str, Any]], None]
"""Changes the definitions of the official schemas where they refuse what the API itself takes."""


def as_any_of(definitions: Any) -> Any:
    """``oneOf`` as ``anyOf``.

    Values that are right fit two alternatives of some ``oneOf``: a user's message is both an easy
    message and an item, for one. What a value must hold is not touched: its required keys, their
    types, the words of an ``enum``.
    """
    if isinstance(definitions, list):
        return [as_any_of(each) for each in definitions]
    if not isinstance(definitions, dict):
        return definitions
    lists = {name for name, each in definitions.items() if name == "oneOf" and type(each) is list}
    return {
        "anyOf" if name in lists else name: as_any_of(each) for name, each in definitions.items()
    }


def said_by_a_client(definitions: dict[str, Any]) -> None:
    """An assistant's message that a client sends may be without id, status and log probabilities.

    A server gives these, and the conversation may have had another, or none. The API takes such
    messages, and the schema has no other form for a refusal.
    """
    given = {"OutputMessage": ("id", "status"), "OutputTextContent": ("logprobs",)}
    for name, fields in given.items():
        known = definitions[name]
        known["required"] = [each for each in known["required"] if each not in fields]


def custom_calls_are_streamed(definitions: dict[str, Any]) -> None:
    """A delta may be of a custom tool's call: the schema of whole answers has these."""
    delta = definitions["ChatCompletionMessageToolCallChunk"]
    delta["properties"]["type"]["enum"].append("custom")


def tokens_without_bytes(definitions: dict[str, Any]) -> None:
    """A token may have no bytes: chat says null then, and here there is no word for it."""
    for name in ("LogProb", "TopLogProb"):
        definitions[name]["properties"]["bytes"]["type"] = ["array", "null"]


@cache
def strict(name: str, *flaws: Flaw) -> Any:
    """The validator of a definition of the strict schemas, with ``anyOf`` and without flaws.

    None where the schemas are absent.
    """
    document = material.schemas()
    if document is None:
        return None
    definitions: dict[str, Any] = as_any_of(document["$defs"])
    for mend in flaws:
        mend(definitions)
    return jsonschema.Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": definitions})


needs_schemas = pytest.mark.skipif(
    material.schemas() is None, reason="the official schemas are not beside this checkout"
)


def complaints(value: Any, name: str, *flaws: Flaw) -> list[str]:
    """What a definition of the strict schemas says against a value; see `strict`."""
    return [
        f"{'/'.join(map(str, _deepest(error).absolute_path))}: {_deepest(error).message:.300}"
        for error in strict(name, *flaws).iter_errors(value)
    ]


def _deepest(error: Any) -> Any:
    return max([error, *map(_deepest, error.context or ())], key=lambda e: len(e.absolute_path))


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
