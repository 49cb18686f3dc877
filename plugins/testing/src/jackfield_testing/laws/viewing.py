"""Views show the raw JSON and nothing but it."""

from __future__ import annotations

import copy
import pickle
from typing import Any

from jackfield.views import View, Views

_ABSENT = object()


def shows(of: type[View], raw: dict[str, Any]) -> None:
    """A view over ``raw`` reads, copies, pickles and compares as the raw JSON does.

    ``raw`` is changed on the way, and changed back.
    """
    before = copy.deepcopy(raw)
    view = of(raw)
    _reads(view, raw)
    _copies(view, before)
    _writes(view, raw)
    assert raw == before


def _reads(view: View, raw: dict[str, Any]) -> None:
    assert list(view) == list(view.keys()) == list(raw)
    assert len(view) == len(raw)
    for name in view._fields:
        value = getattr(view, name)
        assert view[name] is value
        if name not in raw:
            assert value is None, f"{name} is absent and reads {value!r}"
            assert name not in view
            assert view.get(name, _ABSENT) is _ABSENT
            continue
        assert value == raw[name]
        assert getattr(view, name) is value, f"{name} is another object each time"
        if isinstance(value, View):
            _reads(value, raw[name])
        elif isinstance(value, Views):
            assert len(value) == len(raw[name])
            for item, inner in zip(value, raw[name], strict=True):
                if isinstance(item, View):
                    _reads(item, inner)
    for name in raw:
        assert name in view
        assert view[name] == raw[name]
        if not hasattr(type(view), name) and not name.startswith("_"):
            assert getattr(view, name) == raw[name]
    assert dict(view.items()) == raw
    assert list(view.values()) == list(raw.values())


def _copies(view: View, before: dict[str, Any]) -> None:
    assert view == before
    assert before == view
    assert view == type(view)(copy.deepcopy(before))
    assert view != {**before, "zzz": 1}
    assert type(view.to_dict()) is dict
    assert view.to_dict() == view.model_dump() == before
    for again in (copy.copy(view), copy.deepcopy(view), pickle.loads(pickle.dumps(view))):
        assert type(again) is type(view)
        assert again == view
    loose = view.to_dict()
    loose["zzz"] = 1
    _spoil(loose)
    deep = copy.deepcopy(view)
    deep["zzz"] = 1
    _spoil(deep._raw)
    copy.copy(view)["zzz"] = 1
    assert view == before, "a copy shares what it should not"


def _spoil(value: Any) -> None:
    """Change every object and list inside."""
    for inner in list(value.values() if isinstance(value, dict) else value):
        if isinstance(inner, (dict, list)):
            _spoil(inner)
    if isinstance(value, dict):
        value["spoilt"] = True
    else:
        value.append("spoilt")


def _writes(view: View, raw: dict[str, Any]) -> None:
    view["an_unknown_one"] = 1
    assert raw["an_unknown_one"] == view.an_unknown_one == 1
    del view["an_unknown_one"]
    for name in view._fields:
        had, old = name in raw, raw.get(name)
        setattr(view, name, "new")
        assert raw[name] == view[name] == getattr(view, name) == "new"
        view[name] = {"a": [1]}
        assert raw[name] == {"a": [1]} == getattr(view, name)
        delattr(view, name)
        assert name not in raw
        if had:
            raw[name] = old
    order = list(raw)
    for name in order:  # back in place, in the same order
        raw[name] = raw.pop(name)


def lists_write_through(items: Views, raw: list[Any], new: dict[str, Any]) -> None:
    """Whatever is done to a list of views is done to the raw list, and shows in both."""
    assert items == raw

    def same(what: str) -> None:
        assert len(items) == len(raw), f"{what} left the lists apart"
        assert list(items) == raw, f"{what} left the lists apart"
        for item, inner in zip(items, raw, strict=True):
            if isinstance(item, View):
                assert item._raw is inner, f"{what} left views of something else"

    items.append(new)
    same("append")
    items.insert(0, dict(new))
    same("insert")
    items.extend([dict(new), dict(new)])
    same("extend")
    items += [dict(new)]
    same("+=")
    items[0] = {**new, "index": 7}
    same("item assignment")
    items[1:2] = [dict(new), dict(new)]
    same("slice assignment")
    items.reverse()
    same("reverse")
    items.sort(key=repr)
    same("sort")
    assert items.pop() is not None
    same("pop")
    items.remove(new)
    same("remove")
    del items[0]
    same("del")
    items *= 2
    same("*=")
    assert copy.deepcopy(items) == raw
    assert pickle.loads(pickle.dumps(items)) == raw
    items.clear()
    same("clear")
    assert raw == []
