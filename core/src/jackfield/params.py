"""What becomes of parameters: the rows a plugin declares, and the policy that applies them.

Pure: a call goes in, a call with its losses comes out, or an error.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, TypeAlias

import attrs

from jackfield.envelope import Call, Loss
from jackfield.errors import UnsupportedParamsError
from jackfield.value import Value

_Place: TypeAlias = tuple[Any, ...]
"""The keys and indices that lead to a value."""


@attrs.frozen(eq=False, repr=False)
class Param(Value):
    """One row.

    Args:
        status: ``native`` (sent as given), ``mapped`` (sent under ``maps_to``, or not at all where
            that is None) or ``unsupported``.
        reason: why, for people.
        accepts: the values that are accepted; None for any. Another value is unsupported.
        refuses: values that are not accepted, where the others are.
        maps_to: the name it gets, in the same object. Where the caller gave that too, the caller's
            stays.
        to: maps values (``{"system": "developer"}``) instead of names.
    """

    status: Literal["native", "mapped", "unsupported"] = "native"
    reason: str = ""
    accepts: tuple[Any, ...] | None = None
    refuses: tuple[Any, ...] = ()
    maps_to: str | None = None
    to: Mapping[Any, Any] | None = None


@attrs.frozen(eq=False, repr=False)
class ParamSet(Value):
    """Rows by path: a parameter's name, ``name.key`` inside an object, ``name[].key`` in a list.

    What no row names is sent as given.
    """

    rows: Mapping[str, Param] = attrs.field(factory=dict)


def _places(
    value: Any, parts: list[str], path: str, place: _Place, element: _Place | None = None
) -> Iterator[tuple[str, _Place, Any, Any, _Place | None]]:
    """Where ``parts`` lead: path, place, container, value, and the list element around it."""
    if not isinstance(value, dict):
        return
    head, rest = parts[0], parts[1:]
    key = head.removesuffix("[]")
    if key not in value:
        return
    here, at = f"{path}.{key}" if path else key, (*place, key)
    if not head.endswith("[]"):
        if rest:
            yield from _places(value[key], rest, here, at, element)
        else:
            yield here, at, value, value[key], element
    elif isinstance(value[key], list):
        items = value[key]
        for index, item in enumerate(items):
            if rest:
                yield from _places(item, rest, f"{here}[{index}]", (*at, index), (*at, index))
            else:
                yield f"{here}[{index}]", (*at, index), items, item, None


def _accepted(row: Param, value: Any) -> bool:
    if row.status == "unsupported" or _among(value, row.refuses):
        return False
    return row.accepts is None or _among(value, row.accepts)


def _among(value: Any, values: tuple[Any, ...]) -> bool:
    # True is 1 to Python, and not to an API.
    return any(value == v and isinstance(value, bool) == isinstance(v, bool) for v in values)


def _complaint(path: str, value: Any, row: Param, model: str) -> str:
    if row.accepts is None:
        what = f"{path}={value!r}" if row.refuses else path
        return f"{what} is not supported by {model}: {row.reason or 'the model does not take it'}"
    accepted = ", ".join(repr(ok) for ok in row.accepts)
    because = f" ({row.reason})" if row.reason else ""
    return f"{path}={value!r} is not supported by {model}; it accepts {accepted}{because}"


def _mapped(values: Mapping[Any, Any], value: Any) -> Any:
    try:
        return values.get(value, _GONE)
    except TypeError:  # an object or a list is no key
        return _GONE


_GONE = object()


class _Edits:
    """What changes, by place: the same object in two places is two places."""

    def __init__(self) -> None:
        self.values: dict[_Place, Any] = {}
        self.names: dict[_Place, str] = {}

    def renamed_to(self, place: _Place) -> bool:
        """Whether something is renamed to this place already."""
        return any((*old[:-1], new) == place for old, new in self.names.items())

    def applied(self, params: Mapping[str, Any]) -> Any:
        """The parameters with the edits; what has none in it is shared."""
        touched = {
            place[:length]
            for place in (*self.values, *self.names)
            for length in range(1, len(place))
        }
        return self._rebuilt(params, (), touched | {()})

    def _rebuilt(self, value: Any, place: _Place, touched: set[_Place]) -> Any:
        if place not in touched:
            return value
        if isinstance(value, list):
            return [
                self._rebuilt(item, (*place, index), touched)
                for index, item in enumerate(value)
                if self.values.get((*place, index)) is not _GONE
            ]
        built: dict[str, Any] = {}
        for key, item in value.items():
            at = (*place, key)
            item = self.values.get(at, item)
            if item is not _GONE:
                built[self.names.get(at, key)] = self._rebuilt(item, at, touched)
        return built


def apply(call: Call, declared: ParamSet, *, provider: str | None = None) -> Call:
    """Apply the call's policy to its parameters.

    ``raise`` turns the first unsupported one into an error, ``warn`` and ``drop`` leave it out and
    say so in ``losses``, ``pass`` sends everything as given and says so. A key that is dropped
    inside a list's object (``tools[].type``) takes that whole object with it.

    Raises:
        UnsupportedParamsError: under ``raise``; names the parameter and what is accepted.
    """
    losses: list[Loss] = []
    edits = _Edits()
    passing = call.unsupported == "pass"
    for path, row in declared.rows.items():
        for where, place, container, value, element in _places(
            call.params, path.split("."), "", ()
        ):
            if not _accepted(row, value):
                complaint = _complaint(where, value, row, call.model)
                if call.unsupported == "raise":
                    raise UnsupportedParamsError(
                        f'{complaint}. Leave it out, or use unsupported="drop" or "pass".',
                        param=where,
                        model=call.model,
                        provider=provider,
                    )
                losses.append(Loss(where, "passed" if passing else "dropped", complaint))
                if not passing:
                    edits.values[element or place] = _GONE
            elif row.status != "mapped" or passing:
                continue
            elif row.to is not None:
                new = _mapped(row.to, value)
                if new is not _GONE:
                    edits.values.setdefault(place, new)
                    losses.append(Loss(where, "mapped", row.reason))
            elif row.maps_to is None or isinstance(container, list):
                edits.values[place] = _GONE
                losses.append(Loss(where, "mapped", row.reason))
            elif row.maps_to in container or edits.renamed_to((*place[:-1], row.maps_to)):
                edits.values[place] = _GONE
                losses.append(Loss(where, "dropped", f"{row.maps_to} was given too and wins"))
            else:
                edits.names[place] = row.maps_to
                losses.append(Loss(where, "mapped", row.reason or f"sent as {row.maps_to}"))
    if not losses:
        return call
    params = edits.applied(call.params) if edits.values or edits.names else call.params
    return call.replace(params=params, losses=(*call.losses, *losses))
