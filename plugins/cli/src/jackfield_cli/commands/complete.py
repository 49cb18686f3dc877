"""``jackfield complete``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from jackfield_cli import piped
from jackfield_cli.options import How, call_options
from jackfield_cli.output import emit_heading, emit_json, emit_text

if TYPE_CHECKING:
    from jackfield import Client, TextCompletion

_SURFACE = "text_completion"


@click.command()
@click.argument("prompts", nargs=-1, metavar="[PROMPT]...")
@click.option(
    "-m", "--model", default="gpt-3.5-turbo-instruct", show_default=True, help="The model."
)
@click.option("--max-tokens", type=click.IntRange(min=0), help="Tokens of an answer at most.")
@click.option(
    "--stream/--no-stream",
    default=None,
    help="Print the answer while it arrives (the default, but with --json).",
)
@click.option("--usage", is_flag=True, help="Print the token counts on stderr.")
@call_options({"prompt": "PROMPT", "stream": "--stream or --no-stream"})
def complete(
    prompts: tuple[str, ...],
    model: str,
    max_tokens: int | None,
    stream: bool | None,
    usage: bool,
    how: How,
) -> None:
    """Have a text continued, by a model for text completion.

    PROMPT is the text; "-", or none with something piped in, reads all of stdin as one. Several are
    continued each by itself.
    """
    given = piped.words(prompts, "PROMPT")
    prompt = given if isinstance(given, str) else given[0] if len(given) == 1 else list(given)
    params = {"max_tokens": max_tokens, **how.params}
    streaming = not how.as_json if stream is None else stream
    if streaming and usage:
        params.setdefault("stream_options", {"include_usage": True})
    with how.connect(model, _SURFACE) as connection:
        asked = _Asked(connection.client, model, prompt, params, usage)
        if how.as_json:
            asked.for_json(streaming)
        elif streaming:
            asked.streamed()
        else:
            asked.whole()


class _Asked:
    """One call, and the ways to print what it gives."""

    def __init__(
        self, client: Client, model: str, prompt: Any, params: dict[str, Any], usage: bool
    ) -> None:
        self._client = client
        self._model = model
        self._prompts = prompt if isinstance(prompt, list) else [prompt]
        self._given = {"prompt": prompt, **params}
        self._usage = usage

    def for_json(self, streaming: bool) -> None:
        """One document; with streaming, a chunk a line."""
        from jackfield_cli.errors import note_losses

        if not streaming:
            result = self._client.text_completion(self._model, **self._given)
            note_losses(result.warnings)
            self._report(result)
            emit_json(result.to_dict())
            return
        with self._client.text_completion(self._model, stream=True, **self._given) as chunks:
            note_losses(chunks.warnings)
            for chunk in chunks:
                emit_json(chunk.to_dict(), indent=None)
                if chunk.usage is not None:
                    self._report(chunk)

    def whole(self) -> None:
        """The texts, when they are there."""
        from jackfield_cli.bars import Bars
        from jackfield_cli.errors import note_losses

        with Bars(f"asking {self._model}"):
            result = self._client.text_completion(self._model, **self._given)
        note_losses(result.warnings)
        self._show(result, 0)
        self._report(result)

    def streamed(self) -> None:
        """The first text while it arrives, the others after it."""
        from jackfield import stream_chunk_builder
        from jackfield_cli.errors import note_losses

        seen, open_line = [], False
        try:
            with self._client.text_completion(self._model, stream=True, **self._given) as chunks:
                note_losses(chunks.warnings)
                for chunk in chunks:
                    seen.append(chunk)
                    for choice in chunk.choices or ():
                        if choice.index == 0 and choice.text:
                            if not open_line:
                                self._heading(0)
                            emit_text(choice.text, newline=False)
                            open_line = True
        finally:
            if open_line:
                click.echo()
        result: Any = stream_chunk_builder(seen, surface=_SURFACE)
        self._show(result, 1 if open_line else 0)
        self._report(result)

    def _heading(self, place: int) -> None:
        """The prompt that the choice at a place continues, where there are several."""
        each = self._given.get("n") or 1
        if len(self._prompts) > 1 and isinstance(each, int) and place % each == 0:
            which = place // each
            if which < len(self._prompts):
                emit_heading(" ".join(self._prompts[which].split()))

    def _show(self, result: TextCompletion, start: int) -> None:
        for place, choice in enumerate(result.choices or ()):
            if place >= start:
                self._heading(place)
                emit_text(choice.text or "")

    def _report(self, result: Any) -> None:
        from jackfield_cli.errors import note
        from jackfield_cli.turn import used_tokens

        cut = [choice for choice in result.choices or () if choice.finish_reason == "length"]
        if cut:
            note("cut at the token limit; --max-tokens sets another")
        if self._usage:
            used = result.usage
            note(f"usage: {used_tokens(used.to_dict() if used is not None else None)}")
