"""What the four policies make of parameters, place by place."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from jackfield import params as parameters
from jackfield.envelope import Call
from jackfield.errors import UnsupportedParamsError
from jackfield.params import Param, ParamSet
from jackfield_testing.laws.flows import raised
from jackfield_testing.laws.json_identity import identical

_DROP = object()
Path = tuple[Any, ...]


def _places(value: Any, parts: list[str], path: Path) -> list[Path]:
    """Where a row's path leads in some parameters."""
    if not parts:
        return [path]
    head, *rest = parts
    key = head.removesuffix("[]")
    if not isinstance(value, dict) or key not in value:
        return []
    if key == head:
        return _places(value[key], rest, (*path, key))
    items = value[key] if isinstance(value[key], list) else []
    return [
        found for at, item in enumerate(items) for found in _places(item, rest, (*path, key, at))
    ]


def _at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value


def _same(value: Any, other: Any) -> bool:
    return bool(value == other) and isinstance(value, bool) == isinstance(other, bool)


def unsupported(row: Param, value: Any) -> bool:
    """Whether a row refuses a value."""
    if row.status == "unsupported" or any(_same(value, refused) for refused in row.refuses):
        return True
    return row.accepts is not None and not any(_same(value, ok) for ok in row.accepts)


def _shown(path: Path) -> str:
    text = ""
    for key in path:
        text += f"[{key}]" if isinstance(key, int) else (f".{key}" if text else key)
    return text


def policy_holds(params: Mapping[str, Any], declared: ParamSet) -> None:
    """Each policy does what it says to these parameters, and nothing else."""
    before = copy.deepcopy(dict(params))
    bad = [
        place
        for path, row in declared.rows.items()
        for place in _places(params, path.split("."), ())
        if unsupported(row, _at(params, place))
    ]
    _raising(params, declared, bad)
    _passing(params, declared, bad)
    _dropping(params, declared, bad)
    assert identical(dict(params), before), "a policy changed the caller's parameters"


def _raising(params: Mapping[str, Any], declared: ParamSet, bad: list[Path]) -> None:
    call = Call("s", "m", params, unsupported="raise")
    error = raised(UnsupportedParamsError, lambda: parameters.apply(call, declared, provider="p"))
    if error is None:
        assert not bad, f"{_shown(bad[0])} is unsupported and went through"
        return
    assert bad, f"nothing is unsupported, and yet: {error}"
    assert error.param == _shown(bad[0])
    assert error.param in str(error)
    assert (error.model, error.provider) == ("m", "p")


def _passing(params: Mapping[str, Any], declared: ParamSet, bad: list[Path]) -> None:
    passed = parameters.apply(Call("s", "m", params, unsupported="pass"), declared)
    assert identical(dict(passed.params), dict(params)), "pass changed something"
    assert [(loss.path, loss.kind) for loss in passed.losses] == [
        (_shown(place), "passed") for place in bad
    ]


def _dropping(params: Mapping[str, Any], declared: ParamSet, bad: list[Path]) -> None:
    dropped = parameters.apply(Call("s", "m", params, unsupported="drop"), declared)
    warned = parameters.apply(Call("s", "m", params, unsupported="warn"), declared)
    assert identical(dict(dropped.params), dict(warned.params))
    assert dropped.losses == warned.losses
    wanted: Any = copy.deepcopy(dict(params))
    _unshare(wanted)
    wanted, losses = _model(wanted, dict(params), declared)
    assert identical(dict(dropped.params), wanted), f"{dropped.params!r} is not {wanted!r}"
    found = {(loss.path, loss.kind) for loss in dropped.losses}
    assert found == losses, f"{found} is not {losses}"
    assert {(_shown(place), "dropped") for place in bad} <= found


def _unshare(value: Any) -> None:
    """Make every object its own, where one stood in two places."""
    for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
        if isinstance(inner, (dict, list)):
            value[key] = copy.copy(inner)
            _unshare(value[key])


def _model(value: Any, given: Any, declared: ParamSet) -> tuple[Any, set[tuple[str, str]]]:
    losses: set[tuple[str, str]] = set()
    gone: list[Path] = []
    renamed: list[tuple[Path, str]] = []
    for path, row in declared.rows.items():
        for place in _places(given, path.split("."), ()):
            *around, last = place
            holder = _at(given, tuple(around))
            if unsupported(row, _at(given, place)):
                losses.add((_shown(place), "dropped"))
                lists = [at for at, key in enumerate(place) if isinstance(key, int)]
                # Inside a list the whole element goes.
                gone.append(place[: lists[-1] + 1] if lists else place)
            elif row.status != "mapped":
                continue
            elif row.to is not None:
                old = _at(given, place)
                if isinstance(old, (str, int, float)) and old in row.to:
                    _at(value, tuple(around))[last] = row.to[old]
                    losses.add((_shown(place), "mapped"))
            elif row.maps_to is None or isinstance(last, int):
                gone.append(place)
                losses.add((_shown(place), "mapped"))
            elif row.maps_to in holder or (tuple(around), row.maps_to) in [
                (before[:-1], to) for before, to in renamed
            ]:
                gone.append(place)
                losses.add((_shown(place), "dropped"))
            else:
                renamed.append((place, row.maps_to))
                losses.add((_shown(place), "mapped"))
    marked = [(_at(value, place[:-1]), place[-1]) for place in gone if _exists(value, place)]
    moves: dict[int, dict[Any, str]] = {}
    for place, to in renamed:
        moves.setdefault(id(_at(value, place[:-1])), {})[place[-1]] = to
    for holder, key in marked:
        holder[key] = _DROP
    return _without(value, moves), losses


def _exists(value: Any, place: Path) -> bool:
    try:
        _at(value, place)
    except (KeyError, IndexError, TypeError):
        return False
    return True


def _without(value: Any, moves: dict[int, dict[Any, str]]) -> Any:
    if isinstance(value, dict):
        names = moves.get(id(value), {})
        return {
            names.get(key, key): _without(item, moves)
            for key, item in value.items()
            if item is not _DROP
        }
    if isinstance(value, list):
        return [_without(item, moves) for item in value if item is not _DROP]
    return value
