"""Options that every command with calls has, and what they say, as one argument."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import click

from jackfield_cli.output import json_option
from jackfield_cli.parameters import collecting

if TYPE_CHECKING:
    from jackfield_cli.connection import Connection

_F = TypeVar("_F", bound=Callable[..., Any])


@dataclass(frozen=True)
class How:
    """How calls are made.

    Args:
        params: parameters and settings of the calls, from ``-p``.
        api_base: the upstream's base URL; None for the environment's.
        api_key: the key; likewise.
        as_json: whether stdout is for programs.
    """

    params: dict[str, Any]
    api_base: str | None
    api_key: str | None
    as_json: bool

    def connect(self, model: str, surface: str) -> AbstractContextManager[Connection]:
        """As `jackfield_cli.connection.connected`, with these settings."""
        from jackfield_cli.connection import connected

        return connected(model, surface, api_base=self.api_base, api_key=self.api_key)


def call_options(taken: Mapping[str, str | None]) -> Callable[[_F], _F]:
    """Add ``-p``, ``--api-base``, ``--api-key`` and ``--json``, as the argument ``how``.

    Args:
        taken: parameters that can't be given with ``-p``, and what they are given with, if with
            anything.
    """

    def decorate(command: _F) -> _F:
        @functools.wraps(command)
        def run(
            *args: Any,
            params: dict[str, Any],
            api_base: str | None,
            api_key: str | None,
            as_json: bool,
            **given: Any,
        ) -> Any:
            return command(*args, how=How(params, api_base, api_key, as_json), **given)

        decorated: Any = run
        for option in (
            json_option,
            click.option("--api-key", help="The key, instead of OPENAI_API_KEY."),
            click.option("--api-base", help="The upstream's base URL, instead of OPENAI_BASE_URL."),
            click.option(
                "-p",
                "params",
                multiple=True,
                metavar="NAME=VALUE",
                callback=collecting(taken),
                help="Any parameter or setting of the call; the value is JSON or text. Repeatable.",
            ),
        ):
            decorated = option(decorated)
        return decorated  # type: ignore[no-any-return]  # click decorates what it is given

    return decorate
