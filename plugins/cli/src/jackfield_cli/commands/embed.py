"""``jackfield embed``."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import click

from jackfield_cli import piped
from jackfield_cli.options import How, call_options
from jackfield_cli.output import emit_json
from jackfield_cli.tables import Layout, emit_table

if TYPE_CHECKING:
    from jackfield import EmbeddingResponse

_ROWS = 50
_LONGEST = 48  # characters of an input that the table shows
_FIRST = 4
_LAYOUT = Layout(
    fixed=("#", "dimensions", "norm", "first values"),
    right=("#", "dimensions"),
    spare=("#", "dimensions"),
)


@click.command()
@click.argument("texts", nargs=-1, metavar="[TEXT]...")
@click.option("-f", "--file", "path", help="A file with a text on each line; '-' for stdin.")
@click.option(
    "-m", "--model", default="text-embedding-3-small", show_default=True, help="The model."
)
@click.option("--dimensions", type=click.IntRange(min=1), help="Numbers of a vector.")
@call_options({"input": "TEXT or --file", "dimensions": "--dimensions"})
def embed(
    texts: tuple[str, ...], path: str | None, model: str, dimensions: int | None, how: How
) -> None:
    """Turn texts into vectors.

    Each TEXT is one input; "-", or none with something piped in, reads stdin, of which each line is
    one. Empty lines are left out. The table shows how the vectors begin; --json has all of them.
    """
    inputs = _inputs(texts, path)

    from jackfield_cli.bars import Bars
    from jackfield_cli.errors import note, note_losses

    params = {"dimensions": dimensions, **how.params}
    with how.connect(model, "embedding") as connection:
        doing = f"embedding {len(inputs):,} text{'s' if len(inputs) > 1 else ''}"
        with Bars(doing, (len(inputs), "texts")) as bars:
            result = connection.client.embedding(model, inputs, on_progress=bars.report, **params)
        note_losses(result.warnings)
        if how.as_json:
            emit_json(result.to_dict(), indent=None)  # a line per number would help nobody
            return
        _show(inputs, result)
        if result.usage is not None:
            note(f"usage: {result.usage.total_tokens} tokens")


def _inputs(texts: tuple[str, ...], path: str | None) -> list[str]:
    """The texts, or the lines of a file or of stdin.

    Raises:
        click.UsageError: there are none, or from two places.
        SourceError: the file can't be read.
    """
    if path is not None and path != "-":
        if texts:
            raise click.UsageError("give TEXT or --file, not both")
        return _lines(_read(path), path)
    given = piped.words((*texts, "-") if path else texts, "TEXT")
    if isinstance(given, str):
        return _lines(given, "stdin")
    if "-" in given:
        raise click.UsageError("'-' reads stdin, and stands alone")
    return list(given)


def _read(path: str) -> str:
    from jackfield.errors import SourceError
    from jackfield.sources import Source

    try:
        return b"".join(Source.path(path).pieces()).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceError(f"{path} is no text in UTF-8") from None


def _lines(text: str, where: str) -> list[str]:
    lines = [line for line in re.split("\r\n|\n|\r", text) if line.strip()]
    if not lines:
        raise click.UsageError(f"there is no text in {where}")
    return lines


def _show(inputs: Sequence[str], result: EmbeddingResponse) -> None:
    rows = [
        _row(place, text, _vector(item.embedding))
        for place, (text, item) in enumerate(zip(inputs, result.data or (), strict=False))
        if place < _ROWS
    ]
    emit_table(("#", "text", "dimensions", "norm", "first values"), rows, _LAYOUT)
    if len(inputs) > _ROWS:
        click.echo(f"{len(inputs) - _ROWS:,} more; --json has all of them.")


def _row(place: int, text: str, vector: Sequence[float]) -> tuple[str, ...]:
    shown = " ".join(text.split())
    shown = shown if len(shown) <= _LONGEST else f"{shown[: _LONGEST - 1]}…"
    first = ", ".join(f"{number:+.4f}" for number in vector[:_FIRST])
    more = ", …" if len(vector) > _FIRST else ""
    return str(place), shown, str(len(vector)), f"{_norm(vector):.4f}", first + more


def _norm(vector: Iterable[float]) -> float:
    return math.sqrt(math.fsum(number * number for number in vector))


def _vector(embedding: Any) -> Sequence[float]:
    """The numbers, of base64 too: it holds 32-bit floats, little-endian."""
    if not isinstance(embedding, str):
        return list(embedding or ())
    import base64
    import struct

    try:
        packed = base64.b64decode(embedding)
    except ValueError:
        return ()
    return struct.unpack(f"<{len(packed) // 4}f", packed[: len(packed) // 4 * 4])
