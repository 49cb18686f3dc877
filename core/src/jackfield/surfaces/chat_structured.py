"""Structured output on chat: a Python type as ``response_format``, and ``message.parsed``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jackfield.canonical import Typed
from jackfield.errors import RequestError
from jackfield.structured import name_of, parsed, schema_of
from jackfield.surfaces.chat import Message
from jackfield.views import View, Views


def prepare(params: Mapping[str, Any]) -> tuple[dict[str, Any], Callable[[Any], None]]:
    """The parameters with a strict ``json_schema`` for the type, and what fills ``parsed``.

    Raises:
        RequestError: a type elsewhere than in ``response_format``, or one without a schema.
    """
    given = params.get("response_format")
    if not isinstance(given, Typed):
        raise RequestError("a Python type can be given as response_format only")
    schema = schema_of(given.type)
    if schema.get("type") != "object":
        raise RequestError(
            "response_format needs a class with named fields (attrs, dataclass, TypedDict, "
            f"pydantic), not {given.type!r}",
            path="response_format",
        )
    wire = {
        "type": "json_schema",
        "json_schema": {"name": name_of(given.type), "strict": True, "schema": schema},
    }
    changed = {name: wire if name == "response_format" else v for name, v in params.items()}

    def parse(message: Any) -> Any:
        if message.refusal:
            return message.refusal
        return parsed(message.content, given.type)

    def finish(result: Any) -> None:
        for choice in result.choices if isinstance(result.choices, Views) else ():
            message: Any = choice.message if isinstance(choice, View) else None
            if isinstance(message, Message):
                message._parsed = _once(parse)  # type: ignore[attr-defined]  # a slot

    return changed, finish


def _once(parse: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Parse a text once: ``message.parsed is message.parsed``."""
    kept: list[tuple[Any, Any]] = []

    def read(message: Any) -> Any:
        text = message.refusal or message.content
        if not kept or kept[0][0] != text:
            kept[:] = [(text, parse(message))]
        return kept[0][1]

    return read
