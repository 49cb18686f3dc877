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


@attrs.frozen(eq=False, repr=False)
class Param(Value):
    """One row.

    Args:
        status: ``native`` (sent as given), ``mapped`` (sent under ``maps_to``, or not at all where
            that is None) or ``unsupported``.
        reason: why, for people.
        accepts: the values that are accepted; None for any. Another value is unsupported.
        refuses: values that are not accepted, where the others are.
        maps_to: the parameter it becomes. Where the caller gave that too, the caller's stays.
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
    value: Any, parts: list[str], path: str, element: tuple[list[Any], int] | None = None
) -> Iterator[tuple[str, Any, Any, Any, tuple[list[Any], int] | None]]:
    """Where ``parts`` lead: path, container, key or index, value, and the list element around."""
    if not isinstance(value, dict):
        return
    head, rest = parts[0], parts[1:]
    key = head.removesuffix("[]")
    if key not in value:
        return
    here = f"{path}.{key}" if path else key
    if not head.endswith("[]"):
        if rest:
            yield from _places(value[key], rest, here, element)
        else:
            yield here, value, key, value[key], element
    elif isinstance(value[key], list):
        items = value[key]
        for index, item in enumerate(items):
            if rest:
                yield from _places(item, rest, f"{here}[{index}]", (items, index))
            else:
                yield f"{here}[{index}]", items, index, item, None


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


_GONE = object()
_Edits: TypeAlias = dict[int, dict[Any, Any]]


def _rebuild(value: Any, edits: _Edits) -> Any:
    """A copy of JSON with the edits applied: by container identity, key → value or `_GONE`."""
    own = edits.get(id(value), {})
    if isinstance(value, dict):
        kept = {key: own.get(key, item) for key, item in value.items()}
        return {key: _rebuild(item, edits) for key, item in kept.items() if item is not _GONE}
    if isinstance(value, list):
        items = [own.get(index, item) for index, item in enumerate(value)]
        return [_rebuild(item, edits) for item in items if item is not _GONE]
    return value


def apply(call: Call, declared: ParamSet, *, provider: str | None = None) -> Call:
    """Apply the call's policy to its parameters.

    ``raise`` turns the first unsupported one into an error, ``warn`` and ``drop`` leave it out and
    say so in ``losses``, ``pass`` sends everything as given and says so. A key that is dropped
    inside a list's object (``tools[].type``) takes that whole object with it.

    Raises:
        UnsupportedParamsError: under ``raise``; names the parameter and what is accepted.
    """
    params: Any = call.params
    losses: list[Loss] = []
    edits: _Edits = {}
    renames: dict[str, str] = {}
    passing = call.unsupported == "pass"

    def edit(container: Any, key: Any, value: Any) -> None:
        edits.setdefault(id(container), {})[key] = value

    for path, row in declared.rows.items():
        for where, container, key, value, element in _places(params, path.split("."), ""):
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
                if passing:
                    continue
                if element is not None:
                    container, key = element
                edit(container, key, _GONE)
            elif row.status != "mapped" or passing:
                continue
            elif row.to is not None:
                if value in row.to:
                    edit(container, key, row.to[value])
                    losses.append(Loss(where, "mapped", row.reason))
            elif row.maps_to is None:
                edit(container, key, _GONE)
                losses.append(Loss(where, "mapped", row.reason))
            elif row.maps_to in params:
                edit(container, key, _GONE)
                losses.append(Loss(where, "dropped", f"{row.maps_to} was given too and wins"))
            else:
                renames[key] = row.maps_to
                losses.append(Loss(where, "mapped", row.reason or f"sent as {row.maps_to}"))
    if not losses:
        return call
    if edits:
        params = _rebuild(params, edits)
    if renames:
        params = {renames.get(key, key): value for key, value in params.items()}
    return call.replace(params=params, losses=(*call.losses, *losses))
