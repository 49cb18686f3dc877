"""Where output goes that is kept: a file, which appears when it is whole, or stdout."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import click

from jackfield_cli.errors import note
from jackfield_cli.output import emit_text, on_terminal

STDOUT = "-"


@contextlib.contextmanager
def text_to(output: str | None) -> Iterator[Callable[[str], None]]:
    """A function that writes pieces of text to a file, or to stdout where none is named.

    The file has its name only at the end; on any error, Ctrl-C among them, nothing is left of it.

    Raises:
        SourceError: the file can't be written.
    """
    if output is None or output == STDOUT:
        yield lambda piece: emit_text(piece, newline=False)
        return
    from jackfield.sources import Sink

    sink = Sink(output)
    sink.check()
    try:
        yield lambda piece: sink.write(piece.encode("utf-8", "replace"))
        saved = sink.finish()
    except BaseException:
        sink.abandon()
        raise
    note(f"{saved.size:,} bytes are in {output}")


def bytes_to(output: str) -> Any:
    """What a call takes as ``save_to``: the path, or stdout's bytes for ``-``.

    Raises:
        click.UsageError: stdout is a terminal.
    """
    if output != STDOUT:
        return output
    if on_terminal(sys.stdout):
        raise click.UsageError("--output is '-', and stdout is a terminal: pipe it, or name a file")
    return sys.stdout.buffer
