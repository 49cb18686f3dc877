"""Images, files and sound that go with a question."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

_F = TypeVar("_F", bound=Callable[..., Any])

_URL = re.compile(r"data:|[A-Za-z][A-Za-z0-9+.-]+://", re.ASCII)
_UPLOADED = re.compile(r"file-[A-Za-z0-9]{6,}", re.ASCII)


def attachment_options(command: _F) -> _F:
    """Add ``--image``, ``--file`` and ``--audio``, as the argument ``attached``.

    That is a list of content parts, in the order of the command line.
    """

    def attach(kind: str, make: Callable[[str], dict[str, Any]], help: str) -> Callable[[_F], _F]:
        def keep(ctx: click.Context, _: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
            ctx.params.setdefault("attached", []).extend(make(text) for text in given)
            return given

        return click.option(
            f"--{kind}",
            metavar="PATH_OR_URL" if kind != "audio" else "PATH",
            multiple=True,
            expose_value=False,
            callback=keep,
            help=f"{help} Repeatable.",
        )

    decorated: Any = command
    for kind, make, help in (
        ("audio", _audio, "Sound for the model to hear."),
        ("file", _file, "A PDF or another document, or the id of an uploaded file."),
        ("image", _image, "An image for the model to see."),
    ):
        decorated = attach(kind, make, help)(decorated)
    return decorated  # type: ignore[no-any-return]  # click decorates what it is given


def _place(text: str) -> str | Path:
    """A URL as it is, and anything else as a path, whatever it looks like."""
    return text if _URL.match(text) else Path(text)


def _image(text: str) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": _place(text)}}


def _file(text: str) -> dict[str, Any]:
    if _UPLOADED.fullmatch(text) and not Path(text).exists():
        return {"type": "file", "file": {"file_id": text}}
    place = _place(text)
    if isinstance(place, Path) or place.startswith("data:"):
        return {"type": "file", "file": {"file_data": place}}
    return {"type": "file", "file": {"file_url": place}}


def _audio(text: str) -> dict[str, Any]:
    return {"type": "input_audio", "input_audio": {"data": _place(text)}}
