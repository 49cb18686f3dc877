"""What is wrong with a configuration, and where. Values are not shown: they may be secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable

import attrs

from jackfield.errors import ConfigError

Path = tuple[str | int, ...]
"""Keys and indices from the top of the file."""

_PLAIN = re.compile(r"[\w*/<-]+(\.[\w*/<-]+)*\Z", re.ASCII)
_SHOWN = 20
_LONGEST_KEY = 60


def spell(path: Path) -> str:
    """A path as people write it: ``model_list[1].litellm_params.api_key``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        elif _PLAIN.match(part) and len(part) <= _LONGEST_KEY:
            text += f".{part}" if text else part
        else:
            cut = part if len(part) <= _LONGEST_KEY else part[:_LONGEST_KEY] + "…"
            text += f"[{cut!a}]"
    return text


@attrs.frozen
class Problem:
    """One thing that is wrong or odd.

    Attributes:
        line: in the file, from 1; None where there is no file to look into.
        path: the key; empty where it is the file as a whole.
        message: the rest of the sentence.
    """

    line: int | None
    path: Path
    message: str

    def text(self, name: str) -> str:
        """One line for people: file, line, key, message."""
        where = name if self.line is None else f"{name}:{self.line}"
        return ": ".join(part for part in (where, spell(self.path), self.message) if part)


class Unfit(ValueError):
    """A value that a setting can't take; the message goes on after the setting's name."""


class Failed(Exception):
    """Something below was noted as a problem already."""


class ConfigFileError(ConfigError):
    """A configuration that can't be used; the message has a line for each of its ``problems``."""

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        lines = [problem.text(name) for problem in self.problems[:_SHOWN]]
        if len(self.problems) > _SHOWN:
            lines.append(f"{name}: and {len(self.problems) - _SHOWN} more problems")
        super().__init__("\n".join(lines))


class Report:
    """Problems and warnings as they are found, each once."""

    def __init__(self) -> None:
        self._problems: dict[Problem, None] = {}
        self._warnings: dict[Problem, None] = {}

    def problem(self, line: int | None, path: Path, message: str) -> None:
        """Note what makes the file unusable."""
        self._problems[Problem(line, path, message)] = None

    def warning(self, line: int | None, path: Path, message: str) -> None:
        """Note what is only odd."""
        self._warnings[Problem(line, path, message)] = None

    def stop(self, name: str) -> None:
        """Raise what was found so far, if anything.

        Raises:
            ConfigFileError: something was.
        """
        if self._problems:
            raise ConfigFileError(name, _in_order(self._problems))

    def warnings(self, name: str) -> tuple[str, ...]:
        """The warnings, a line each."""
        return tuple(problem.text(name) for problem in _in_order(self._warnings))


def _in_order(found: Iterable[Problem]) -> list[Problem]:
    return sorted(found, key=lambda problem: problem.line or 0)
