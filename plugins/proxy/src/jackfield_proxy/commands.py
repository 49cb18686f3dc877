"""What this distribution adds to the `jackfield` command: root options, ``serve``, ``config``."""

from __future__ import annotations

from typing import Any

import click

_PORT = 4000


def _options() -> list[click.Option]:
    return [
        click.Option(
            ["--config", "-c", "config"],
            type=click.Path(),
            help="Serve the models of this YAML file.",
        ),
        click.Option(
            ["--model", "-m", "model"], help="Serve this one model, whatever is asked for."
        ),
        click.Option(
            ["--host"],
            help="The address to listen on. Default: loopback, or all with a master_key.",
        ),
        click.Option(
            ["--port"],
            type=click.IntRange(0, 65535),
            default=_PORT,
            show_default=True,
            help="The port to listen on.",
        ),
        click.Option(
            ["--workers", "--num_workers", "workers"],
            type=click.IntRange(1, 256),
            default=1,
            show_default=True,
            help="Processes that serve.",
        ),
        click.Option(
            ["--detailed_debug", "--detailed-debug", "--debug", "debug"],
            is_flag=True,
            help="Print a line for each call.",
        ),
        click.Option(
            ["--no-access-log", "quiet"], is_flag=True, help="Print no line for each request."
        ),
    ]


def start(
    config: str | None,
    model: str | None,
    host: str | None,
    port: int,
    workers: int,
    debug: bool,
    quiet: bool,
) -> int:
    """Serve; the exit code.

    Raises:
        UsageError: not exactly one of file and model.
    """
    if (config is None) == (model is None):
        raise click.UsageError("give --config FILE or --model MODEL, one of them")
    from jackfield_proxy.serving.options import Options
    from jackfield_proxy.serving.start import run

    return run(
        Options(
            config=config,
            model=model,
            host=host,
            port=port,
            workers=workers,
            debug=debug,
            access_log=not quiet,
        )
    )


def contribute(root: Any) -> None:
    """Add ``--config``, ``--model`` and the others to the root command."""

    def serve_and_exit(**given: Any) -> None:
        click.get_current_context().exit(start(**given))

    root.contribute(_options(), serve_and_exit)


def _serve(**given: Any) -> int:
    return start(**given)


serve = click.Command(
    "serve",
    params=list(_options()),
    callback=_serve,
    help="Run an OpenAI-compatible server over the installed plugins.",
)


@click.group()
def config() -> None:
    """Look at a server's configuration."""


@config.command()
@click.argument("file", type=click.Path())
@click.option("--json", "as_json", is_flag=True, help="Print plain JSON on stdout.")
def check(file: str, as_json: bool) -> None:
    """Check a configuration FILE, and show where its models lead."""
    from jackfield_cli.errors import warn
    from jackfield_cli.output import emit_json, emit_text
    from jackfield_proxy.config import counted, describe, read, warnings

    loaded = read(file)
    for warning in warnings(loaded):
        warn(warning)
    rows = describe(loaded.config)
    if as_json:
        emit_json(rows)
        return
    emit_text(f"{file}: {counted(len(rows), 'deployment')}")
    for row in rows:
        emit_text("  " + "  ".join(f"{key}={value}" for key, value in row.items() if value))
