"""``jackfield speak``."""

from __future__ import annotations

import os

import click

from jackfield_cli import piped
from jackfield_cli.destination import STDOUT, bytes_to
from jackfield_cli.options import How, call_options
from jackfield_cli.output import emit_json

_FORMATS = ("mp3", "opus", "aac", "flac", "wav", "pcm")
_BY_ENDING = {**{form: form for form in _FORMATS}, "ogg": "opus", "wave": "wav"}


@click.command()
@click.argument("text", required=False)
@click.option("-o", "--output", required=True, help="The file for the audio; '-' for stdout.")
@click.option("--voice", default="alloy", show_default=True, help="The voice.")
@click.option("-m", "--model", default="gpt-4o-mini-tts", show_default=True, help="The model.")
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="The audio's format.  [default: by the ending of --output, or mp3]",
)
@click.option("--instructions", help="How the text is to be spoken; not for tts-1 and tts-1-hd.")
@call_options(
    {
        "input": "TEXT",
        "voice": "--voice",
        "response_format": "--format",
        "instructions": "--instructions",
        "save_to": "--output",
        "stream": None,
    }
)
def speak(
    text: str | None,
    output: str,
    voice: str,
    model: str,
    form: str | None,
    instructions: str | None,
    how: How,
) -> None:
    """Turn text into speech.

    TEXT is what is said; "-", or none with something piped in, reads stdin. The file appears when
    all of it is there.
    """
    if how.as_json and output == STDOUT:
        raise click.UsageError("--json needs an --output that is a file")
    words = piped.words((text,) if text is not None else (), "TEXT")
    said = words if isinstance(words, str) else words[0]
    form = form or _BY_ENDING.get(os.path.splitext(output)[1][1:].lower())
    params = {"response_format": form, "instructions": instructions, **how.params}
    save_to = bytes_to(output)

    from jackfield_cli.bars import Bars
    from jackfield_cli.errors import note, note_losses

    with how.connect(model, "speech") as connection:
        with Bars("speaking") as bars:
            spoken = connection.client.speech(
                model, said, voice, save_to=save_to, on_progress=bars.report, **params
            )
        note_losses(spoken.warnings)
    if how.as_json:
        kind = spoken.content_type
        emit_json({"path": spoken.path, "size": spoken.size, "content_type": kind, "model": model})
    elif spoken.path is not None:
        note(f"{spoken.size:,} bytes of {spoken.content_type or 'audio'} are in {spoken.path}")
