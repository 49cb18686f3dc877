"""The ``sandbox`` command."""

from __future__ import annotations

import json as jsonlib

import click


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=4010, show_default=True, help="The port; 0 takes a free one.")
@click.option("--json", "as_json", is_flag=True, help="Say where it listens as one line of JSON.")
def sandbox(host: str, port: int, as_json: bool) -> None:
    """Run an upstream for tests that speaks OpenAI's wire format, until Ctrl-C."""
    from jackfield_testing.sandbox.server import API_KEY, serve

    def announce(url: str) -> None:
        if as_json:
            click.echo(jsonlib.dumps({"base_url": url, "api_key": API_KEY}))
        else:
            click.echo(f"The sandbox listens.\n  base URL  {url}\n  API key   {API_KEY}")

    try:
        serve(host, port, announce=announce)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise click.ClickException(f"cannot listen on {host}:{port}: {reason}") from error
