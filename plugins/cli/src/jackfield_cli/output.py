"""What goes to stdout: text for people, JSON for programs. Tables are `jackfield_cli.tables`."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Callable
from typing import IO, Any, TypeVar

import click

_F = TypeVar("_F", bound=Callable[..., Any])
# Control characters could drive the reader's terminal; tab and line break are all that text needs.
_CONTROLS = {code: None for code in (*range(32), *range(127, 160)) if chr(code) not in "\t\n"}


def json_option(command: _F) -> _F:
    """Add ``--json``, as the argument ``as_json``; the root's ``--json`` counts too."""

    def either(ctx: click.Context, _: click.Parameter, given: bool) -> bool:
        return given or bool(ctx.find_root().params.get("as_json"))

    return click.option(
        "--json", "as_json", is_flag=True, callback=either, help="Print plain JSON on stdout."
    )(command)


def plain(text: str) -> str:
    """``text`` without control characters other than tab and line break."""
    return text.translate(_CONTROLS)


def coloured(stream: IO[Any]) -> bool:
    """Whether colours may go there: a terminal, and no ``NO_COLOR``."""
    return on_terminal(stream) and not os.environ.get("NO_COLOR")


def on_terminal(stream: IO[Any] | None) -> bool:
    """Whether one of the standard streams is a terminal; a stream that was closed is None."""
    return stream is not None and not stream.closed and bool(stream.isatty())


class _Closed(io.RawIOBase):
    name = "<stdout>"

    def writable(self) -> bool:
        return True

    def write(self, _: Any) -> int:
        raise OSError(errno.EBADF, "stdout is closed")


def closed_stdout() -> io.TextIOWrapper:
    """What stands for a stdout that was closed before the start: writing to it fails."""
    return io.TextIOWrapper(_Closed(), "utf-8", write_through=True)


def emit_json(value: Any, *, indent: int | None = 2) -> None:
    """Print one JSON document."""
    click.echo(json_text(value, indent=indent))


def json_text(value: Any, *, indent: int | None = 2) -> str:
    """One JSON document; ASCII only where stdout's encoding can't take more."""
    import json

    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        text = json.dumps(value, indent=indent)
    return text


def emit_text(text: str, *, newline: bool = True) -> None:
    """Print a model's words at once; on a terminal without control characters."""
    click.echo(plain(text) if sys.stdout.isatty() else text, nl=newline)


def emit_heading(text: str) -> None:
    """Print a heading."""
    click.echo()
    if coloured(sys.stdout):
        click.echo(click.style(text, bold=True), color=True)
    else:
        click.echo(f"== {text} ==")
