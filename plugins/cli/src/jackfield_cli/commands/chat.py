"""``jackfield chat``."""

from __future__ import annotations

import contextlib
import sys
from typing import TYPE_CHECKING, Any

import click

from jackfield_cli.output import json_option
from jackfield_cli.parameters import collect

if TYPE_CHECKING:
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
@click.option(
    "-p",
    "params",
    multiple=True,
    metavar="NAME=VALUE",
    callback=collect,
    help="Any parameter or setting of the call; the value is JSON or text. Repeatable.",
)
@click.option("--api-base", help="The upstream's base URL, instead of OPENAI_BASE_URL.")
@click.option("--api-key", help="The key, instead of OPENAI_API_KEY.")
@click.option("--usage", is_flag=True, help="Print the token counts on stderr.")
@json_option
def chat(
    message: str | None,
    model: str,
    system: str | None,
    stream: bool | None,
    params: dict[str, Any],
    api_base: str | None,
    api_key: str | None,
    usage: bool,
    as_json: bool,
) -> None:
    """Ask a model.

    MESSAGE is the question; "-", or none with something piped in, reads stdin. Without a MESSAGE on
    a terminal it is a conversation; Ctrl-D ends it.
    """
    conversation = message is None and sys.stdin is not None and sys.stdin.isatty()
    if conversation and as_json:
        raise click.UsageError("--json needs a MESSAGE")
    if message is None or message == "-":
        message = None if conversation else _piped()

    import warnings

    from jackfield import Client, JackfieldWarning
    from jackfield_cli.turn import Turns

    # What is dropped is a note on stderr already.
    warnings.simplefilter("ignore", JackfieldWarning)
    with Client(api_key=api_key, api_base=api_base) as client:
        streaming = not as_json if stream is None else stream
        turns = Turns(client, model, params, stream=streaming, usage=usage)
        messages: list[Any] = [{"role": "system", "content": system}] if system else []
        if message is None:
            _converse(turns, messages, model)
            return
        messages.append({"role": "user", "content": message})
        if as_json:
            turns.ask_for_json(messages)
        else:
            turns.ask(messages)


def _piped() -> str:
    try:
        text = sys.stdin.read()
    except UnicodeDecodeError as error:
        raise click.UsageError("what was piped in is not text") from error
    if not text.strip():
        raise click.UsageError("no MESSAGE, and nothing was piped in")
    return text


def _converse(turns: Turns, messages: list[Any], model: str) -> None:
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
        question = {"role": "user", "content": line}
        try:
            answer = turns.ask([*messages, question])
        except JackfieldError as error:
            Failure.of(error).show()
            continue
        messages += [question] if answer is None else [question, answer]
