"""Nested parameters under flat names, as OpenAI's forms and queries have them.

An object's values are ``name[key]``, a list's ``name[]``, once each; this is also what the official
SDK sends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from jackfield import jsonio


def flattened(
    params: Mapping[str, Any], whole: Callable[[Any], bool] = lambda value: False
) -> Iterator[tuple[str, Any]]:
    """Names and texts, in the order of the parameters.

    Args:
        params: plain JSON, and what ``whole`` knows.
        whole: whether a value is given as it is: a file, say.

    Yields:
        A flat name, and text, a ``whole`` value, or None for what has no text: null, ``[]``,
        ``{}``. Numbers and booleans are JSON.
    """
    for name, value in params.items():
        # A caller who writes the field's own name means the same.
        plain = name.removesuffix("[]") if isinstance(value, list) else name
        yield from _flat(plain, value, whole)


def _flat(name: str, value: Any, whole: Callable[[Any], bool]) -> Iterator[tuple[str, Any]]:
    if whole(value):
        yield name, value
    elif isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _flat(f"{name}[{key}]", item, whole)
    elif isinstance(value, list) and value:
        for item in value:
            yield from _flat(f"{name}[]", item, whole)
    elif value is None or isinstance(value, (dict, list)):
        yield name, None
    else:
        yield name, value if isinstance(value, str) else jsonio.encode(value).decode("utf-8")
