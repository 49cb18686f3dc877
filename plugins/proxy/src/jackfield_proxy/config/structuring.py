"""From plain data to the configuration's classes, every problem noted where it is."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from functools import partial
from typing import Annotated, Any, TypeVar, get_args, get_origin

import attrs
from cattrs import BaseConverter

from jackfield_proxy.config import checks
from jackfield_proxy.config.environment import UNSET
from jackfield_proxy.config.model import General, Info, Params, Router
from jackfield_proxy.config.places import Block, Items, plain
from jackfield_proxy.config.problems import Failed, Path, Report, Unfit

T = TypeVar("T")
_Hook = Callable[[Any, Any], Any]

_SECTIONS: dict[str, type] = {
    "litellm_params": Params,
    "model_info": Info,
    "general_settings": General,
    "router_settings": Router,
}


def structure(data: Block, cls: type[T], report: Report) -> T:
    """An object of ``cls`` from what `composing.load` gave.

    Raises:
        Failed: something doesn't fit; it is in ``report``.
    """
    found: T = _Structuring(report).converter.structure(data, cls)
    return found


def _keys(field: attrs.Attribute[Any]) -> tuple[str, ...]:
    keys: tuple[str, ...] = field.metadata.get("keys", (field.name,))
    return keys


def _known(cls: type) -> list[str]:
    fields = [f for f in attrs.fields(cls) if f.init and not {"rest", "line"} & set(f.metadata)]
    return [key for field in fields for key in _keys(field)]


class _Structuring:
    """A converter whose hooks note what is wrong and go on with the next key."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self.converter = converter = BaseConverter()
        converter.register_structure_hook_factory(attrs.has, self._class)
        converter.register_structure_hook_factory(_is_list, self._list)
        converter.register_structure_hook_factory(_is_checked, _check)
        converter.register_structure_hook_func(lambda kind: kind == checks.Headers, self._headers)
        converter.register_structure_hook_func(
            lambda kind: kind == checks.Fallbacks, self._fallbacks
        )

    # One value --------------------------------------------------------------------------------

    def _try(self, line: int, path: Path, value: Any, read: Callable[[Any], T]) -> T:
        """What ``read`` makes of a value.

        Raises:
            Failed: it was noted.
        """
        if value is UNSET:
            raise Failed
        try:
            return read(value)
        except Unfit as unfit:
            self._report.problem(line, path, str(unfit))
            raise Failed from None

    def _all(self, block: Block, read: Callable[[str, Any], T]) -> dict[str, T]:
        found: dict[str, T] = {}
        failed = False
        for key, value in block.items():
            try:
                path = (*block.path, key)
                found[key] = self._try(block.lines[key], path, value, partial(read, key))
            except Failed:
                failed = True
        if failed:
            raise Failed
        return found

    # Lists ------------------------------------------------------------------------------------

    def _list(self, kind: Any) -> _Hook:
        inner = get_args(kind)[0]
        read = self.converter.get_structure_hook(inner)

        def structure_list(value: Any, _: Any) -> tuple[Any, ...]:
            items = self._items(value)
            found, failed = [], False
            for index, (item, line) in enumerate(zip(items, items.lines, strict=True)):
                try:
                    path = (*items.path, index)
                    found.append(self._try(line, path, item, lambda v: read(v, inner)))
                except Failed:
                    failed = True
            if failed:
                raise Failed
            return tuple(found)

        return structure_list

    def _items(self, value: Any) -> Items:
        if not isinstance(value, Items):
            raise Unfit(f"must be a list, not {checks.kind(value)}")
        return value

    # Mappings ---------------------------------------------------------------------------------

    def _block(self, value: Any) -> Block:
        if not isinstance(value, Block):
            raise Unfit(f"must be a mapping, not {checks.kind(value)}")
        return value

    def _class(self, cls: Any) -> _Hook:
        attrs.resolve_types(cls)
        fields = [field for field in attrs.fields(cls) if field.init]
        known = _known(cls)
        rest = next((field.name for field in fields if field.metadata.get("rest")), None)
        line = next((field.name for field in fields if field.metadata.get("line")), None)
        read_from_file = [field for field in fields if field.name not in (rest, line)]

        def structure_class(value: Any, _: Any) -> Any:
            block = self._block(value)
            found: dict[str, Any] = {}
            failed = False
            for field in read_from_file:
                try:
                    self._field(field, block, found)
                except Failed:
                    failed = True
            others = [key for key in block if key not in known]
            if rest is None:
                for key in others:
                    self._unknown(block, key, known)
            else:
                found[rest] = {key: plain(block[key]) for key in others}
            if line is not None:
                found[line] = block.line
            if failed:
                raise Failed
            return cls(**found)

        return structure_class

    def _field(self, field: Any, block: Block, found: dict[str, Any]) -> None:
        given = [key for key in _keys(field) if key in block]
        required = field.default is attrs.NOTHING
        if not given:
            if required:
                self._report.problem(block.line, (*block.path, _keys(field)[0]), "is missing")
                raise Failed
            return
        key = given[0]
        path, line = (*block.path, key), block.lines[key]
        if len(given) > 1:
            other = f"is the same setting as {given[1]} on line {block.lines[given[1]]}"
            self._report.problem(line, path, f"{other}: keep one of them")
            raise Failed
        if block[key] is None:
            if required or field.metadata.get("never_null"):
                self._report.problem(line, path, "has no value")
                raise Failed
            return
        read = self.converter.get_structure_hook(field.type)
        found[field.name] = self._try(line, path, block[key], lambda v: read(v, field.type))

    def _unknown(self, block: Block, key: str, known: list[str]) -> None:
        home = next((name for name, cls in _SECTIONS.items() if key in _known(cls)), None)
        plainer = key.lower().replace("-", "_")
        near = difflib.get_close_matches(plainer, known, 1, 0.7)
        hint = f"; it belongs into {home}" if home else ""
        if near:
            hint = f"; did you mean {near[0]}?"
        path = (*block.path, key)
        self._report.warning(block.lines[key], path, f"unknown key, ignored{hint}")

    def _headers(self, value: Any, _: Any) -> dict[str, str]:
        block = self._block(value)
        seen: dict[str, str] = {}
        for name in block:
            other = seen.setdefault(name.lower(), name)
            if other != name:
                message = f"is the same header as the one on line {block.lines[other]}"
                self._report.problem(block.lines[name], (*block.path, name), message)
                raise Failed
        return self._all(block, checks.header)

    def _fallbacks(self, value: Any, _: Any) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        names = self.converter.get_structure_hook(tuple[checks.Name, ...])
        items = self._items(value)
        failed = False
        for index, (item, line) in enumerate(zip(items, items.lines, strict=True)):
            try:
                row = self._try(line, (*items.path, index), item, self._block)
                for name, others in self._all(row, lambda _, v: names(v, tuple)).items():
                    found[name] = tuple(dict.fromkeys((*found.get(name, ()), *others)))
            except Failed:
                failed = True
        if failed:
            raise Failed
        return found


def _is_list(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _is_checked(kind: Any) -> bool:
    return get_origin(kind) is Annotated and callable(kind.__metadata__[0])


def _check(kind: Any) -> _Hook:
    check: Callable[[Any], Any] = kind.__metadata__[0]
    return lambda value, _: check(value)
