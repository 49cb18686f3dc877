"""``jackfield quickstart``."""

from __future__ import annotations

import contextlib
import shutil
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import click

from jackfield_cli.output import emit_heading, emit_json, emit_text, json_option

if TYPE_CHECKING:
    from jackfield import Client

# The sandbox sends some 40 events: about a second in all.
_PACING = {"x-sandbox-fault": "chunk-delay=0.025"}


@click.command()
@click.option("-m", "--model", default="gpt-4o-mini", show_default=True, help="The model.")
@json_option
def quickstart(model: str, as_json: bool) -> None:
    """See it work: an answer, a stream, tool calls, a structured answer.

    With OPENAI_API_KEY it asks OpenAI, or whatever OPENAI_BASE_URL leads to; without, a sandbox
    that it starts on this machine.
    """
    from jackfield_cli.demo import Demo

    stage = _Nothing() if as_json else _Terminal()
    with _upstream(model) as (client, described, pacing):
        stage.line(f"upstream: {described['text']}")
        stage.line(f"model: {model}")
        seen = Demo(client, model, stage, None if as_json else pacing).run()
    steps = _next(model, sandbox=described["sandbox"])
    stage.heading("What next")
    for step in steps:
        stage.line(step)
    if as_json:
        upstream = {key: described[key] for key in ("base_url", "sandbox")}
        emit_json({"upstream": upstream, "model": model, **seen, "next": steps})


@contextlib.contextmanager
def _upstream(model: str) -> Iterator[tuple[Client, dict[str, Any], Mapping[str, str]]]:
    """A client for the upstream that there is, what to say of it, and headers that slow it down.

    Raises:
        NoRouteError: nobody serves the model.
        Failure: there is neither a key nor a sandbox.
    """
    from jackfield import Client
    from jackfield_cli.connection import has_sandbox, sandbox
    from jackfield_cli.errors import Failure
    from jackfield_cli.upstream import upstream_of

    with Client() as client:
        found = upstream_of(client, model)
        if found.has_key or not found.needs_key:
            text = found.base_url or "the plugin's own"
            if found.base_from:
                text += f" (from ${found.base_from})"
            yield client, {"text": text, "base_url": found.base_url, "sandbox": False}, {}
            return
    variable = found.key_env[0] if found.key_env else "its key"
    if not has_sandbox():
        raise Failure(
            f"quickstart needs an upstream: set {variable}, or install jackfield-testing "
            f"(pip install jackfield-testing), which brings a sandbox"
        )
    with sandbox() as own, Client(api_key=own.api_key, api_base=own.base_url) as client:
        text = f"the built-in sandbox at {own.base_url} (no {variable} set)"
        yield client, {"text": text, "base_url": own.base_url, "sandbox": True}, _PACING


def _next(model: str, *, sandbox: bool) -> list[str]:
    # In a checkout the command is not on the path: name it so that it can be pasted.
    command = "jackfield" if shutil.which("jackfield") else sys.argv[0]
    first = (
        "export OPENAI_API_KEY=…  then the same against OpenAI; OPENAI_BASE_URL for others"
        if sandbox
        else f"{command} plugins  what is installed, and what serves which model"
    )
    return [
        first,
        f'{command} chat "Hello"  asks; `{command} models --surface chat` lists what you can ask',
        f"in Python: jackfield.completion({model!r}, messages=[{{…}}]), as these steps do",
    ]


class _Terminal:
    """Shows the steps on stdout, each piece at once."""

    def heading(self, text: str) -> None:
        emit_heading(text)

    def line(self, text: str) -> None:
        emit_text(text)

    def piece(self, text: str) -> None:
        emit_text(text, newline=False)


class _Nothing:
    """Shows nothing: the JSON document at the end says it all."""

    def heading(self, text: str) -> None:
        pass

    def line(self, text: str) -> None:
        pass

    def piece(self, text: str) -> None:
        pass
