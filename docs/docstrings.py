"""Griffe extensions: what docstrings and classes say that the pages would not show otherwise."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import griffe

_VIEWS = frozenset({"jackfield.views.View", "jackfield.views.ResultView"})
_DEFAULT = re.compile(r"\b(?:default=(?P<value>[^,()]+)|factory=(?P<factory>\w+))")


class LiteralBlocks(griffe.Extension):
    """A line ``::`` goes, and a line that ends in ``::`` ends in a colon: Markdown has no such."""

    def on_instance(self, *, obj: Any, **_: Any) -> None:
        if obj.docstring is not None:
            text = re.sub(r"^[ ]*::$", "", obj.docstring.value, flags=re.MULTILINE)
            obj.docstring.value = re.sub(r"::$", ":", text, flags=re.MULTILINE)


class Together(griffe.Extension):
    """Attributes that are described together (``code, param:``) are no name with a type."""

    def on_instance(self, *, obj: Any, **_: Any) -> None:
        if obj.docstring is not None and "Attributes:" in obj.docstring.value:
            obj.docstring.value = re.sub(
                r"^ +(?:\w+, )+\w+:",
                lambda names: "    " + names[0].strip().replace(", ", ",\u00a0"),
                obj.docstring.value,
                flags=re.MULTILINE,
            )


class Fields(griffe.Extension):
    """The fields of results and of attrs classes, with types and defaults, below the summary."""

    def on_class(self, *, cls: griffe.Class, **_: Any) -> None:
        if cls.docstring is None or not (_is_attrs(cls) or _is_view(cls)):
            return
        fields = list(_fields(cls))
        if fields:
            summary, blank, rest = cls.docstring.value.partition("\n\n")
            block = "\n".join(["```python", *fields, "```"])
            cls.docstring.value = f"{summary}\n\n{block}{blank}{rest}"


class Composites(griffe.Extension):
    """A composite strategy is called without its ``draw``, and gives a strategy."""

    def on_function(self, *, func: griffe.Function, **_: Any) -> None:
        if any(str(found.value).endswith("composite") for found in func.decorators):
            del func.parameters["draw"]
            func.returns = f"SearchStrategy[{func.returns}]"


def _is_attrs(cls: griffe.Class) -> bool:
    return any(str(found.value).startswith("attrs.") for found in cls.decorators)


def _is_view(cls: griffe.Class) -> bool:
    if cls.path in _VIEWS:
        return False
    return any(base.path in _VIEWS for base in cls.mro())


def _fields(cls: griffe.Class) -> Iterator[str]:
    for name, member in cls.members.items():
        if not isinstance(member, griffe.Attribute) or "property" in member.labels:
            continue
        if member.annotation is not None and not name.startswith("_"):
            yield f"{name}: {member.annotation}{_default(str(member.value or ''))}"


def _default(value: str) -> str:
    """What stands behind a field: nothing where its value only says how it is read."""
    if value.startswith(("child(", "children(")):
        return ""
    if value.startswith("attrs.field("):
        found = _DEFAULT.search(value)
        if found is None:
            return ""
        made = {"dict": "{}", "list": "[]", "tuple": "()"}
        value = found["value"] or made.get(found["factory"], f"{found['factory']}()")
    return f" = {value}" if value else ""
