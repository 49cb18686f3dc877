"""Lazy typed views over raw JSON: what results and chunks are.

A view shows a JSON object without copying it. Declared fields are attributes with types, None where
absent; every other key of the object can be read as an attribute too. Child views are made on
access and kept, so ``a.b is a.b``. Assignment to a declared field or to any key (``view["key"]``)
writes through; to a misspelt attribute it is an error. Equality, copy and pickle follow the raw
JSON.

Declare a view by annotating a subclass of `View`; fields that are views themselves use `child` and
`children`::

    class Message(View):
        role: str
        content: str | None

    class Choice(View):
        index: int
        message: Message = child(Message)
"""

from __future__ import annotations

import copy
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import TYPE_CHECKING, Any, ClassVar, SupportsIndex, TypeVar

if TYPE_CHECKING:
    from jackfield.envelope import Loss

_V = TypeVar("_V", bound="View")
_T = TypeVar("_T")


def raw(value: Any) -> Any:
    """The plain JSON behind a value that may be a view, or hold views."""
    if isinstance(value, View):
        return value._raw
    if isinstance(value, Views):
        return value._raw
    if isinstance(value, dict):
        return {key: raw(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [raw(item) for item in value]
    return value


class _Child:
    """Declared by `child` and `children`: the field's view class, and whether it is a list."""

    __slots__ = ("many", "of")

    def __init__(self, of: type[View], many: bool) -> None:
        self.of = of
        self.many = many


def child(of: type[_V]) -> Any:
    """Declare a field that holds one object of this view."""
    return _Child(of, many=False)


def children(of: type[_V]) -> Any:
    """Declare a field that holds a list of objects of this view."""
    return _Child(of, many=True)


def _plain(name: str) -> property:
    return _property(name, lambda self: self._raw.get(name))


def _object(name: str, of: type[View]) -> property:
    def get(self: View) -> Any:
        value: Any = self._raw.get(name)
        if type(value) is not dict:
            return value
        kept = self._views
        if kept is None:
            view = of(value)
            self._views = view
            return view
        found = _kept(self, kept, name, value)
        # One raw object may stand in two fields of different kinds.
        return found if type(found) is of else _keep(self, kept, name, of(value))

    return _property(name, get)


def _array(name: str, of: type[View]) -> property:
    def get(self: View) -> Any:
        value: Any = self._raw.get(name)
        if type(value) is not list:
            return value
        kept = self._views
        if kept is None:
            views = list_view(value, of)
            self._views = views
            return views
        if type(kept) is Views and kept._raw is value and kept._of is of:
            return kept
        found = _kept(self, kept, name, value)
        if type(found) is Views and found._of is of:
            return found
        return _keep(self, kept, name, list_view(value, of))

    return _property(name, get)


# A view keeps its child views: one alone as it is, several in a dict by name. There are many views,
# and most of them have one child or none.


def _kept(self: View, kept: Any, name: str, value: Any) -> Any:
    view = kept.get(name) if type(kept) is dict else kept
    return view if view is not None and view._raw is value else None


def _keep(self: View, kept: Any, name: str, view: Any) -> Any:
    if type(kept) is not dict:
        earlier = next(
            (f for f in self._fields if self._raw.get(f) is kept._raw and f != name), None
        )
        kept = {} if earlier is None else {earlier: kept}
        self._views = kept
    kept[name] = view
    return view


def _property(name: str, get: Callable[[View], Any]) -> property:
    def put(self: View, value: Any) -> None:
        self._raw[name] = raw(value)

    def delete(self: View) -> None:
        self._raw.pop(name, None)

    return property(get, put, delete)


class _ViewType(type):
    """Turns a view's annotations into properties, and keeps instances without a ``__dict__``."""

    def __new__(
        mcs, name: str, bases: tuple[type, ...], space: dict[str, Any], **kwargs: Any
    ) -> _ViewType:
        own = [field for field in space.get("__annotations__", {}) if field[0] != "_"]
        for field in own:
            declared = space.get(field)
            if isinstance(declared, _Child):
                space[field] = (_array if declared.many else _object)(field, declared.of)
            elif declared is None:
                space[field] = _plain(field)
        inherited = [f for base in bases for f in getattr(base, "_fields", ()) if f not in own]
        space["_fields"] = (*inherited, *own)
        space.setdefault("__slots__", ())
        return super().__new__(mcs, name, bases, space, **kwargs)


class View(metaclass=_ViewType):
    """A lazy typed view over one JSON object."""

    __slots__ = ("__weakref__", "_raw", "_views")
    _fields: ClassVar[tuple[str, ...]]
    _raw: dict[str, Any]
    _views: Any

    def __init__(self, raw: dict[str, Any]) -> None:
        self._raw = raw
        self._views = None

    # Attribute access to what is not declared ----------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        if name[:1] != "_":
            try:
                return self._raw[name]
            except KeyError:
                pass
        raise AttributeError(f"{type(self).__name__} has no field {name!r}")

    def __dir__(self) -> Iterable[str]:
        return sorted({*super().__dir__(), *self._raw})

    # Mapping access ------------------------------------------------------------------------------

    def __getitem__(self, key: str) -> Any:
        if key in self._fields:
            return getattr(self, key)
        return self._raw[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self._raw[key] = raw(value)

    def __delitem__(self, key: str) -> None:
        del self._raw[key]

    def __contains__(self, key: object) -> bool:
        return key in self._raw

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)

    def __bool__(self) -> bool:
        return True

    def keys(self) -> KeysView[str]:
        """The raw object's keys."""
        return self._raw.keys()

    def values(self) -> ValuesView[Any]:
        """The values, views where declared."""
        return ValuesView(self)

    def items(self) -> ItemsView[str, Any]:
        """Keys and values, views where declared."""
        return ItemsView(self)

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key that is there, else ``default``."""
        return self[key] if key in self._raw else default

    # Out -----------------------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """A deep copy of the raw JSON."""
        return copy.deepcopy(self._raw)

    def to_json(self, *, indent: int | None = None) -> str:
        """The raw JSON as text."""
        import json

        from jackfield.jsonio import encode

        if indent is not None:
            return json.dumps(self._raw, indent=indent, ensure_ascii=False)
        return encode(self._raw).decode("utf-8")

    def model_dump(self, *, exclude_none: bool = False, **_: Any) -> dict[str, Any]:
        """`to_dict`, under the name people know from pydantic; other options are ignored."""
        found = self.to_dict()
        return _without_none(found) if exclude_none else found

    def model_dump_json(self, *, indent: int | None = None, **_: Any) -> str:
        """`to_json`, under the name people know from pydantic."""
        return self.to_json(indent=indent)

    def structure(self, into: type[_T]) -> _T:
        """The raw JSON as an instance of a class of yours (attrs, dataclass, TypedDict), by cattrs.

        Raises:
            ValueError: it does not fit.
        """
        from jackfield.structured import structure

        return structure(self._raw, into)

    def __repr__(self) -> str:
        shown = ", ".join(f"{key}={self[key]!r}" for key in self._raw)
        return f"{type(self).__name__}({shown})"

    # Following the raw ---------------------------------------------------------------------------

    def __eq__(self, other: object) -> bool:
        if isinstance(other, View):
            return self._raw == other._raw
        if isinstance(other, Mapping):
            return self._raw == other
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # mutable

    def _like(self: _V, content: dict[str, Any]) -> _V:
        return type(self)(content)

    def __copy__(self: _V) -> _V:
        return self._like(dict(self._raw))

    def __deepcopy__(self: _V, memo: dict[int, Any]) -> _V:
        return self._like(copy.deepcopy(self._raw, memo))

    def __reduce__(self) -> Any:
        return type(self), (self._raw,)


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_without_none(item) for item in value]
    return value


class Views(list[Any]):
    """A list of views over a raw list; changes to it are made in the raw list too."""

    __slots__ = ("_of", "_raw")
    # The list's own, which does not touch the raw list.
    append_view = list.append

    _raw: list[Any]
    _of: type[View]

    def _again(self) -> None:
        kept = {id(v._raw): v for v in self if isinstance(v, View)}
        super().__setitem__(
            slice(None),
            [kept.get(id(r)) or (self._of(r) if type(r) is dict else r) for r in self._raw],
        )

    def append(self, item: Any) -> None:
        """Add an item, here and in the raw list."""
        self._raw.append(raw(item))
        self._again()

    def extend(self, items: Iterable[Any]) -> None:
        """Add items, here and in the raw list."""
        self._raw.extend([raw(item) for item in items])
        self._again()

    def insert(self, index: SupportsIndex, item: Any) -> None:
        """Insert an item, here and in the raw list."""
        self._raw.insert(index, raw(item))
        self._again()

    def __setitem__(self, index: Any, value: Any) -> None:
        self._raw[index] = raw(list(value)) if isinstance(index, slice) else raw(value)
        self._again()

    def __delitem__(self, index: SupportsIndex | slice) -> None:
        del self._raw[index]
        self._again()

    def __iadd__(self, items: Iterable[Any]) -> Views:  # type: ignore[misc]  # always this list
        self.extend(items)
        return self

    def __imul__(self, times: SupportsIndex) -> Views:  # always this list
        self._raw *= times
        self._again()
        return self

    def pop(self, index: SupportsIndex = -1) -> Any:
        """Take an item out, here and in the raw list."""
        item = self[index]
        del self[index]
        return item

    def remove(self, value: Any) -> None:
        """Take the first equal item out, here and in the raw list."""
        del self[self.index(value)]

    def clear(self) -> None:
        """Take everything out, here and in the raw list."""
        del self[:]

    def reverse(self) -> None:
        """Reverse, here and in the raw list."""
        self._raw.reverse()
        self._again()

    def sort(self, **kwargs: Any) -> None:
        """Sort by a key on views, here and in the raw list."""
        self._raw[:] = [raw(item) for item in sorted(self, **kwargs)]
        self._again()

    def __copy__(self) -> list[Any]:
        return list(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> Views:
        return list_view(copy.deepcopy(self._raw, memo), self._of)

    def __reduce_ex__(self, protocol: SupportsIndex) -> Any:
        return list_view, (self._raw, self._of)


def list_view(content: list[Any], of: type[View]) -> Views:
    """A `Views` over a raw list."""
    views = Views()
    views._raw = content
    views._of = of
    for item in content:
        views.append_view(of(item) if type(item) is dict else item)
    return views


class ResultView(View):
    """A result: a view that also knows the response's headers and what was lost on the way."""

    __slots__ = ("_losses", "_response_headers")
    _response_headers: dict[str, str]

    def __init__(
        self,
        raw: dict[str, Any],
        headers: Mapping[str, str] | None = None,
        losses: Iterable[Loss] = (),
    ) -> None:
        super().__init__(raw)
        self._response_headers = dict(headers or {})
        self._losses = tuple(losses)

    @property
    def request_id(self) -> str | None:
        """The upstream's ``x-request-id``."""
        return self._response_headers.get("x-request-id")

    @property
    def warnings(self) -> list[Loss]:
        """What was mapped, dropped or passed on the way; empty if the call went as given."""
        return list(self._losses)

    def _like(self: Any, content: dict[str, Any]) -> Any:
        return type(self)(content, self._response_headers, self._losses)

    def __reduce__(self) -> Any:
        return type(self), (self._raw, self._response_headers, self._losses)
