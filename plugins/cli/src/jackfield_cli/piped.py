"""What comes in through stdin."""

from __future__ import annotations

import sys
from typing import Any, BinaryIO

import click

from jackfield_cli.output import on_terminal


def is_terminal() -> bool:
    """Whether somebody types into stdin."""
    return on_terminal(sys.stdin)


def text(what: str) -> str:
    """All that was piped in.

    Args:
        what: the argument that it stands for.

    Raises:
        click.UsageError: there is nothing, or no text.
    """
    given = ""
    if sys.stdin is not None:
        try:
            given = sys.stdin.read()
        except UnicodeDecodeError as error:
            raise click.UsageError("what was piped in is not text") from error
    if not given.strip():
        raise click.UsageError(f"no {what}, and nothing was piped in")
    return given


def content(what: str) -> BinaryIO:
    """Stdin as a file of bytes.

    Raises:
        click.UsageError: nothing is piped in.
    """
    if sys.stdin is None or is_terminal():
        raise click.UsageError(f"{what} is '-', and nothing is piped in")
    return sys.stdin.buffer


def words(given: tuple[str, ...], what: str) -> Any:
    """Arguments as they are; for ``-``, and for none where something is piped in, that.

    Raises:
        click.UsageError: there is nothing.
    """
    if given == ("-",) or (not given and not is_terminal()):
        return text(what)
    if not given:
        raise click.UsageError(f"{what} is missing; '-' reads it from stdin")
    return given
