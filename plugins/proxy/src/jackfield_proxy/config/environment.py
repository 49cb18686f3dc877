"""``os.environ/NAME`` in a value: what the variable holds, from the process or from ``.env``."""

from __future__ import annotations

from typing import Any

from jackfield.config import environment
from jackfield.errors import ConfigError
from jackfield_proxy.config.places import Block, Items
from jackfield_proxy.config.problems import Path, Report

PREFIX = "os.environ/"


class Held(str):
    """Text that came from a variable. ``variable`` is its name; the text is never shown."""

    __slots__ = ("variable",)

    variable: str

    @classmethod
    def by(cls, variable: str, text: str) -> Held:
        """What ``variable`` holds."""
        held = cls(text)
        held.variable = variable
        return held


class Unset:
    """In the place of a value whose variable is not set; that was noted as a problem."""


UNSET = Unset()


def fill(data: Any, report: Report) -> Any:
    """Put the variables' values in place of their names, in ``data`` itself.

    Args:
        data: as `composing.load` gives it.
        report: where variables that are not set, or empty, are noted.
    """
    seen: set[int] = set()

    def visit(value: Any) -> None:
        if id(value) in seen:
            return
        seen.add(id(value))
        pairs: Any
        if isinstance(value, Block):
            pairs = [(key, value.line_of(key), inner) for key, inner in value.items()]
        else:
            pairs = [(i, value.lines[i], inner) for i, inner in enumerate(value)]
        for key, line, inner in pairs:
            if isinstance(inner, str) and inner.startswith(PREFIX):
                value[key] = _look_up(inner, line, (*value.path, key), report)
            elif isinstance(inner, (Block, Items)):
                visit(inner)

    if isinstance(data, (Block, Items)):
        visit(data)
    return data


def _look_up(text: str, line: int, path: Path, report: Report) -> Held | Unset:
    name = text.removeprefix(PREFIX).strip()
    if not name or not name.isprintable() or set(name) & set("= ") or len(name) > 200:
        report.problem(line, path, f"{PREFIX} is followed by the name of a variable")
        return UNSET
    try:
        value = environment([name])
    except UnicodeEncodeError:  # no variable can have this name here
        value = None
    except ConfigError as error:
        report.problem(line, path, f"{name} can't be looked up: {error}")
        return UNSET
    if value is None:
        report.problem(
            line,
            path,
            f"{name} is not set (export it, or put a line {name}=… into a file .env in the "
            "directory where the server starts)",
        )
        return UNSET
    return Held.by(name, value)
