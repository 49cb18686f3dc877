"""Objects that are nested in chat and flat in Responses: tools, formats, images, files.

``{"type": "function", "function": {"name": "f"}}`` is ``{"type": "function", "name": "f"}`` there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from jackfield_openai_responses.crossing import Crossing


def flattened(
    given: Mapping[str, Any], key: str, path: str, crossing: Crossing
) -> dict[str, Any] | None:
    """The object with what is in ``key`` beside the rest; None where that can't be told apart.

    What is given inside and beside counts as it is inside; if the two differ that is a loss.
    """
    inner = given.get(key)
    if not isinstance(inner, Mapping) or "type" in inner:
        return None
    flat: dict[str, Any] = {}
    for name, value in given.items():
        if name == key:
            flat.update(inner)
        elif name not in inner:
            flat[name] = value
        elif inner[name] != value:
            crossing.lose(f"{path}.{name}", "parameter", "given twice")
    return flat


def nested(
    given: Mapping[str, Any], type_: str, key: str, beside: Iterable[str] = ()
) -> dict[str, Any]:
    """The object with everything but its type and what is named in ``beside`` inside ``key``."""
    outside = {"type", *beside}
    found: dict[str, Any] = {"type": type_}
    found[key] = {name: value for name, value in given.items() if name not in outside}
    found.update((name, given[name]) for name in given if name in outside and name != "type")
    return found


def renamed(given: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The object with some of its keys renamed, in the same order."""
    return {names.get(name, name): value for name, value in given.items()}
