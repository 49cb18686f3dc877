"""Structured output on responses: a Python type as ``text_format``, and ``output_parsed``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jackfield.canonical import Typed
from jackfield.errors import RequestError
from jackfield.structured import name_of, parsed, schema_of
from jackfield.surfaces.responses import Response

_NAME = "text_format"


def prepare(params: Mapping[str, Any]) -> tuple[dict[str, Any], Callable[[Any], None]]:
    """The parameters with a strict ``json_schema`` for the type, and what fills ``output_parsed``.

    Raises:
        RequestError: a type elsewhere than in ``text_format``, or one without a schema.
    """
    given = params.get(_NAME)
    if not isinstance(given, Typed):
        raise RequestError(f"a Python type can be given as {_NAME} only")
    schema = schema_of(given.type)
    if schema.get("type") != "object":
        raise RequestError(
            f"{_NAME} needs a class with named fields (attrs, dataclass, TypedDict, pydantic), "
            f"not {given.type!r}",
            path=_NAME,
        )
    text = params.get("text")
    if isinstance(text, dict) and "format" in text:
        raise RequestError(f"{_NAME} and text.format say the same: give one", path=_NAME)
    wire = {
        "format": {
            "type": "json_schema",
            "name": name_of(given.type),
            "strict": True,
            "schema": schema,
        }
    }
    changed = {name: value for name, value in params.items() if name != _NAME}
    changed["text"] = {**text, **wire} if isinstance(text, dict) else wire

    def finish(result: Any) -> None:
        if isinstance(result, Response):  # and not a count of tokens, say
            result._parse = _once(given.type)  # type: ignore[attr-defined]  # a slot

    return changed, finish


def _once(of: Any) -> Callable[[Any], Any]:
    """Parse a text once: ``output_parsed is output_parsed``."""
    kept: list[tuple[str, Any]] = []

    def read(response: Any) -> Any:
        refusal = response.refusal
        if refusal:
            return refusal
        text = response.output_text
        if not kept or kept[0][0] != text:
            kept[:] = [(text, parsed(text or None, of))]
        return kept[0][1]

    return read
