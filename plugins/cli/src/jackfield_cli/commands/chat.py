"""``jackfield chat``."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import click

from jackfield_cli import piped
from jackfield_cli.attachments import attachment_options
from jackfield_cli.options import How, call_options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jackfield_cli.turn import Turns


@click.command()
@click.argument("message", required=False)
@click.option("-m", "--model", default="gpt-4o-mini", show_default=True, help="The model.")
@click.option("--system", help="Instructions for the model, as a system message.")
@click.option(
    "--stream/--no-stream",
    default=None,
    help="Print the answer while it arrives (the default, but with --json).",
)
@click.option("--usage", is_flag=True, help="Print the token counts on stderr.")
@attachment_options
@call_options({"messages": "MESSAGE and --system", "stream": "--stream or --no-stream"})
def chat(
    message: str | None,
    model: str,
    system: str | None,
    stream: bool | None,
    usage: bool,
    attached: Sequence[Mapping[str, Any]],
    how: How,
) -> None:
    """Ask a model.

    MESSAGE is the question; "-", or none with something piped in, reads stdin. Without a MESSAGE on
    a terminal it is a conversation; Ctrl-D ends it. What is attached goes with the first question.
    """
    conversation = message is None and piped.is_terminal()
    if conversation and how.as_json:
        raise click.UsageError("--json needs a MESSAGE")
    if message is None or message == "-":
        message = None if conversation else piped.text("MESSAGE")

    from jackfield_cli.turn import Turns

    with how.connect(model, "chat") as connection:
        streaming = not how.as_json if stream is None else stream
        turns = Turns(connection.client, model, how.params, stream=streaming, usage=usage)
        messages: list[Any] = [{"role": "system", "content": system}] if system else []
        if message is None:
            _converse(turns, messages, model, attached)
            return
        messages.append(_question(message, attached))
        if how.as_json:
            turns.ask_for_json(messages)
        else:
            turns.ask(messages)


def _question(text: str, attached: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    content = [{"type": "text", "text": text}, *attached] if attached else text
    return {"role": "user", "content": content}


def _converse(
    turns: Turns, messages: list[Any], model: str, attached: Sequence[Mapping[str, Any]]
) -> None:
    """Ask what is typed, line by line, until Ctrl-D; a failed call doesn't end it."""
    from jackfield.errors import JackfieldError
    from jackfield_cli.errors import Failure

    with contextlib.suppress(ImportError):
        import readline  # noqa: F401 - gives input() its editing and history

    click.echo(f"{model}; Ctrl-D ends the conversation.", err=True)
    while True:
        try:
            line = input("> ")
        except EOFError:
            click.echo()
            return
        if not line.strip():
            continue
        question = _question(line, attached)
        try:
            answer = turns.ask([*messages, question])
        except JackfieldError as error:
            Failure.of(error).show()
            continue
        attached = ()
        messages += [question] if answer is None else [question, answer]
