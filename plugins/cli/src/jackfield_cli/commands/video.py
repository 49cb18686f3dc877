"""``jackfield video``: jobs that make videos."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from jackfield_cli import piped
from jackfield_cli.options import How, call_options

if TYPE_CHECKING:
    from jackfield import Client
    from jackfield_cli.video_jobs import Jobs

_F = TypeVar("_F", bound=Callable[..., Any])

_ENDINGS = (".mp4", ".mov", ".m4v", ".webm", ".mpeg", ".mpg", ".mkv", ".avi")
_options = call_options({"wait": "--wait", "stream": None, "save_to": "--output"})


@click.group()
def video() -> None:
    """Make videos: create, wait, download, change.

    Making one is a job at the upstream that goes on when this command ends; its id finds it again.
    """


def _model_option(command: _F) -> _F:
    return click.option("-m", "--model", help="Whose videos, where there are several providers.")(
        command
    )


def _job_options(command: _F) -> _F:
    """``--wait`` and ``--output``, for commands that start a job."""
    decorated: Any = click.option(
        "-o", "--output", help="Save the video there when it is ready; '-' for stdout."
    )(command)
    decorated = click.option(
        "--wait/--no-wait",
        default=True,
        show_default=True,
        help="Wait until the video is ready.",
    )(decorated)
    return decorated  # type: ignore[no-any-return]  # click decorates what it is given


@contextlib.contextmanager
def _jobs(model: str | None, how: How) -> Iterator[tuple[Client, Jobs]]:
    from jackfield_cli.video_jobs import SURFACE, Jobs

    with how.connect(model or "", SURFACE) as connection:
        yield connection.client, Jobs(connection, model, how)


def _check(wait: bool, output: str | None, how: How) -> None:
    if output is not None and not wait:
        raise click.UsageError("--output needs --wait")
    if output == "-" and how.as_json:
        raise click.UsageError("--json needs an --output that is a file")


@video.command()
@click.argument("prompt", required=False)
@click.option("-m", "--model", default="sora-2", show_default=True, help="The model.")
@click.option("--seconds", help="How long it is to be: 4, 8 or 12.  [default: the API's]")
@click.option("--size", help="<width>x<height>, as 1280x720.  [default: the API's]")
@click.option("--reference", help="An image to begin with: a file or a URL.")
@_job_options
@_options
def create(
    prompt: str | None,
    model: str,
    seconds: str | None,
    size: str | None,
    reference: str | None,
    wait: bool,
    output: str | None,
    how: How,
) -> None:
    """Make a video of what PROMPT says.

    Its id is printed at once. "-" as PROMPT, or none with something piped in, reads stdin.
    """
    _check(wait, output, how)
    words = piped.words((prompt,) if prompt is not None else (), "PROMPT")
    said = words if isinstance(words, str) else words[0]
    given = {"seconds": seconds, "size": size, "input_reference": reference}
    with _jobs(model, how) as (client, jobs):
        jobs.run(
            lambda **more: client.video_generation(model, said, **{**given, **more}),
            wait=wait,
            output=output,
        )


@video.command()
@click.argument("id")
@click.option("--wait", is_flag=True, help="Wait until it has ended.")
@_model_option
@_options
def status(id: str, wait: bool, model: str | None, how: How) -> None:
    """Show how far a video is."""
    with _jobs(model, how) as (_, jobs):
        jobs.status(id, wait=wait)


@video.command()
@click.argument("id")
@click.option("-o", "--output", required=True, help="The file for it; '-' for stdout.")
@click.option(
    "--variant",
    type=click.Choice(("video", "thumbnail", "spritesheet")),
    help="What is saved.  [default: video]",
)
@_model_option
@_options
def download(id: str, output: str, variant: str | None, model: str | None, how: How) -> None:
    """Save a video that is ready, or a picture of it."""
    _check(True, output, how)
    with _jobs(model, how) as (_, jobs):
        jobs.download(id, variant, output)


@video.command("list")
@click.option("--limit", type=click.IntRange(1, 100), help="How many.")
@click.option("--after", help="Those that follow the video with this id.")
@click.option("--order", type=click.Choice(("asc", "desc")), help="By age; newest first: desc.")
@_model_option
@_options
def list_(
    limit: int | None, after: str | None, order: str | None, model: str | None, how: How
) -> None:
    """List videos, and the jobs that make them."""
    with _jobs(model, how) as (_, jobs):
        jobs.listed({"limit": limit, "after": after, "order": order})


@video.command()
@click.argument("id")
@click.argument("prompt")
@_model_option
@_job_options
@_options
def remix(
    id: str, prompt: str, model: str | None, wait: bool, output: str | None, how: How
) -> None:
    """Make a finished video anew, with what PROMPT changes."""
    _check(wait, output, how)
    with _jobs(model, how) as (client, jobs):
        jobs.run(
            lambda **more: client.video_remix(id, prompt, model=model, **more),
            wait=wait,
            output=output,
        )


@video.command()
@click.argument("source", metavar="VIDEO")
@click.argument("prompt")
@_model_option
@_job_options
@_options
def edit(
    source: str, prompt: str, model: str | None, wait: bool, output: str | None, how: How
) -> None:
    """Make a video from VIDEO, an id or a file, with what PROMPT changes."""
    _check(wait, output, how)
    with _jobs(model, how) as (client, jobs):
        jobs.run(
            lambda **more: client.video_edit(_source(source), prompt, model=model, **more),
            wait=wait,
            output=output,
        )


@video.command()
@click.argument("source", metavar="VIDEO")
@click.argument("prompt")
@click.option("--seconds", required=True, help="How long the new part is: 4, 8, 12, 16 or 20.")
@_model_option
@_job_options
@_options
def extend(
    source: str,
    prompt: str,
    seconds: str,
    model: str | None,
    wait: bool,
    output: str | None,
    how: How,
) -> None:
    """Continue VIDEO, an id or a file, with what PROMPT says."""
    _check(wait, output, how)
    with _jobs(model, how) as (client, jobs):
        jobs.run(
            lambda **more: client.video_extension(
                _source(source), prompt, seconds, model=model, **more
            ),
            wait=wait,
            output=output,
        )


@video.command()
@click.argument("id")
@_model_option
@_options
def delete(id: str, model: str | None, how: How) -> None:
    """Delete a video."""
    with _jobs(model, how) as (_, jobs):
        jobs.delete(id)


def _source(text: str) -> Any:
    """A file where the text is a path by its looks, or one exists; else the id that it is."""
    separators = {os.sep, os.altsep or os.sep}
    looks = text.lower().endswith(_ENDINGS) or bool(separators & {*text})
    return Path(text) if looks or os.path.isfile(text) else text
