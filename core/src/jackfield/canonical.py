"""From what a caller gives to canonical parameters: plain JSON, sources, and what occurs in them.

Views and objects with ``model_dump`` become plain JSON, tuples become lists, paths, bytes and file
objects become `Source`, Python types become `Typed`. The caller's own objects are not changed, and
are reused where nothing had to be.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any, get_origin

from jackfield.errors import RequestError, SourceError
from jackfield.sources import Source
from jackfield.views import View, Views

_MAX_DEPTH = 200


class Typed:
    """A Python type given where the API wants a schema."""

    __slots__ = ("type",)

    def __init__(self, type: Any) -> None:
        self.type = type


class Found:
    """What occurs in parameters: values of ``type`` keys, sources, Python types."""

    __slots__ = ("_given", "parts", "sources", "typed")

    def __init__(self) -> None:
        self._given: dict[int, tuple[Any, Source]] = {}
        self.parts: set[str] = set()
        self.sources: list[tuple[str, Source]] = []
        self.typed: list[str] = []

    def source(self, value: Any) -> Source | None:
        """The source for a value, the same one wherever that very object was given."""
        known = self._given.get(id(value))
        if known is not None:
            return known[1]
        source = Source.of(value)
        if source is not None:
            self._given[id(value)] = (value, source)  # the value is kept, so that its id is its own
        return source


def canonical(params: Mapping[str, Any]) -> tuple[dict[str, Any], Found]:
    """Make parameters canonical, and tell what occurs in them.

    Raises:
        RequestError: something that is no JSON; ``path`` says where.
        SourceError: a file object that can't be used.
    """
    found = Found()
    plain = {key: _plain(value, key, found, 0) for key, value in params.items()}
    return plain, found


def _plain(value: Any, path: str, found: Found, depth: int) -> Any:
    kind = type(value)
    if kind is str or value is None or kind is bool or kind is int:
        return value
    if kind is dict:
        return _object(value, path, found, depth)
    if kind is list:
        return _array(value, path, found, depth)
    if kind is float:
        if not isfinite(value):
            raise RequestError(f"{path} is {value}, which JSON cannot hold", path=path)
        return value
    return _other(value, path, found, depth)


def _object(value: Mapping[Any, Any], path: str, found: Found, depth: int) -> dict[Any, Any]:
    if depth > _MAX_DEPTH:
        raise RequestError(f"{path} is nested too deeply, or holds itself", path=path)
    part = value.get("type")
    if type(part) is str:
        found.parts.add(part)
    changed: dict[Any, Any] | None = None if type(value) is dict else {}
    for key, item in value.items():
        plain = item if type(item) is str else _plain(item, f"{path}.{key}", found, depth + 1)
        if changed is not None:
            changed[key] = plain
        elif plain is not item:
            changed = {}
            for earlier, kept in value.items():
                if earlier == key:
                    break
                changed[earlier] = kept
            changed[key] = plain
    return value if changed is None else changed  # type: ignore[return-value]  # a dict: others are copied


def _array(value: Any, path: str, found: Found, depth: int) -> list[Any]:
    if depth > _MAX_DEPTH:
        raise RequestError(f"{path} is nested too deeply, or holds itself", path=path)
    plain = [
        item
        if type(item) is str or type(item) is int
        else _plain(item, f"{path}[{index}]", found, depth + 1)
        for index, item in enumerate(value)
    ]
    if type(value) is list and all(a is b for a, b in zip(plain, value, strict=True)):
        return value
    return plain


def _other(value: Any, path: str, found: Found, depth: int) -> Any:
    if isinstance(value, (View, Views)):
        return _plain(value._raw, path, found, depth)
    if isinstance(value, Typed):
        found.typed.append(path)
        return value
    try:
        source = found.source(value)
    except SourceError as error:
        raise SourceError(f"{path}: {error.message}", path=path) from None
    if source is not None:
        found.sources.append((path, source))
        return source
    if isinstance(value, type) or get_origin(value) is not None:
        found.typed.append(path)
        return Typed(value)
    if isinstance(value, (str, int, float)):  # subclasses, enums among them
        plain = getattr(value, "value", value)
        for base in (str, int, float):
            if isinstance(plain, base):
                return _plain(base(plain), path, found, depth)
    if isinstance(value, Mapping):
        return _object(value, path, found, depth)
    if isinstance(value, tuple):
        return _array(value, path, found, depth)
    dump = getattr(value, "model_dump", None)
    if callable(dump):
        return _plain(dump(mode="json", exclude_unset=True), path, found, depth)
    raise RequestError(f"{path} is a {type(value).__name__}, which JSON cannot hold", path=path)


def parts_in(params: Mapping[str, Any]) -> set[str]:
    """The values of ``type`` keys in parameters that are canonical already."""
    found = Found()
    for key, value in params.items():
        _plain(value, key, found, 0)
    return found.parts
