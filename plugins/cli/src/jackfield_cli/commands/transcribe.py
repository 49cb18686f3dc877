"""``jackfield transcribe``."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from jackfield_cli import piped
from jackfield_cli.destination import text_to
from jackfield_cli.options import How, call_options

if TYPE_CHECKING:
    from jackfield import Client, TranscriptionEvent
    from jackfield_cli.bars import Bars

_FORMATS = ("json", "text", "srt", "vtt", "verbose_json", "diarized_json")
_OF_WHISPER = ("srt", "vtt", "verbose_json")
_WHISPER = "whisper-1"
_DIARIZING = "gpt-4o-transcribe-diarize"
_USUAL = "gpt-4o-mini-transcribe"


@click.command()
@click.argument("file")
@click.option(
    "-m",
    "--model",
    help=f"The model.  [default: {_USUAL}; {_WHISPER} for --translate and for the formats that "
    f"only it has, {_DIARIZING} for diarized_json]",
)
@click.option("--language", help="The language that is spoken, as a code: en, de.")
@click.option("--prompt", help="A text to go on from: spellings, names, the words before.")
@click.option(
    "--format",
    "form",
    type=click.Choice(_FORMATS),
    help="How the answer is written.  [default: its text]",
)
@click.option("--translate", is_flag=True, help="Give the text in English.")
@click.option("--stream", is_flag=True, help="Print the text while it arrives.")
@click.option("-o", "--output", help="A file for the text, instead of stdout.")
@call_options(
    {
        "file": "FILE",
        "stream": "--stream",
        "response_format": "--format",
        "language": "--language",
        "prompt": "--prompt",
    }
)
def transcribe(
    file: str,
    model: str | None,
    language: str | None,
    prompt: str | None,
    form: str | None,
    translate: bool,
    stream: bool,
    output: str | None,
    how: How,
) -> None:
    """Turn speech into text.

    FILE is a path or a URL; "-" reads stdin. With --format json, verbose_json or diarized_json, and
    with --json, the whole answer is printed, or with --stream an event a line.
    """
    if translate and stream:
        raise click.UsageError("--translate answers whole: it has no --stream")
    if translate and language:
        raise click.UsageError("--language is not for --translate, which always finds it out")
    given: Any = piped.content("FILE") if file == "-" else file
    model = model or _model(form, translate)
    params = {"language": language, "prompt": prompt, "response_format": form, **how.params}
    as_json = how.as_json or (form or "").endswith("json")
    surface = "translation" if translate else "transcription"

    from jackfield_cli.bars import Bars

    with (
        how.connect(model, surface) as connection,
        text_to(output) as write,
        Bars("translating" if translate else "transcribing") as bars,
    ):
        params["on_progress"] = bars.report
        if stream:
            _streamed(connection.client, model, given, params, bars, write, as_json)
        else:
            _whole(connection.client, model, given, params, bars, write, as_json, translate)


def _model(form: str | None, translate: bool) -> str:
    if translate or form in _OF_WHISPER:
        return _WHISPER
    return _DIARIZING if form == "diarized_json" else _USUAL


def _whole(
    client: Client,
    model: str,
    file: Any,
    params: dict[str, Any],
    bars: Bars,
    write: Callable[[str], None],
    as_json: bool,
    translate: bool,
) -> None:
    from jackfield_cli.errors import note_losses
    from jackfield_cli.output import json_text

    call = client.translation if translate else client.transcription
    result = call(model, file, **params)
    bars.clear()
    note_losses(result.warnings)
    text = json_text(result.to_dict()) if as_json else result.text or ""
    write(text if text.endswith("\n") else f"{text}\n")


def _streamed(
    client: Client,
    model: str,
    file: Any,
    params: dict[str, Any],
    bars: Bars,
    write: Callable[[str], None],
    as_json: bool,
) -> None:
    from jackfield_cli.errors import note_losses
    from jackfield_cli.output import json_text

    said = _Said(write)
    with client.transcription(model, file, stream=True, **params) as events:
        note_losses(events.warnings)
        try:
            for event in events:
                bars.clear()
                if as_json:
                    write(json_text(event.to_dict(), indent=None) + "\n")
                else:
                    said.hear(event)
        finally:
            said.end()


class _Said:
    """Writes what events say: text as it grows, or a line for each segment with its speaker."""

    def __init__(self, write: Callable[[str], None]) -> None:
        self._write = write
        self._open = False
        self._any = False

    def hear(self, event: TranscriptionEvent) -> None:
        """Write what one event adds."""
        if event.type == "transcript.text.delta":
            self._say(event.delta)
        elif event.type == "transcript.text.segment":
            self.end()
            speaker = f"{event.speaker}: " if event.speaker else ""
            self._say(f"{speaker}{(event.text or '').strip()}")
            self.end()
        elif event.type == "transcript.text.done" and not self._any:
            self._say(event.text)

    def _say(self, text: str | None) -> None:
        if text:
            self._write(text)
            self._any = True
            self._open = not text.endswith("\n")

    def end(self) -> None:
        """End the line that is open."""
        if self._open:
            self._write("\n")
            self._open = False
