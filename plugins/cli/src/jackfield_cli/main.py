"""The entry point of the command: `main` runs `root` and decides on the exit code."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Any, NoReturn

import click

from jackfield_cli.errors import PipeClosed, expected
from jackfield_cli.output import closed_stdout, emit_json, json_option
from jackfield_cli.root import Root

_INTERRUPTED = 130
_BROKEN_PIPE = 141


@click.group(
    cls=Root, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.option("--version", "show_versions", is_flag=True, help="Print the installed versions.")
@json_option
@click.pass_context
def root(ctx: click.Context, /, show_versions: bool, as_json: bool, **_: Any) -> None:
    """One call shape for OpenAI's API surfaces, each surface a plugin.

    Start with `jackfield quickstart`: it needs no key.
    """
    assert isinstance(ctx.command, Root)
    if show_versions:
        found = versions()
        if as_json:
            emit_json(found)
        else:
            for name, version in found.items():
                click.echo(f"{name} {version}")
        ctx.exit()
    if not ctx.command.run_contributed(ctx) and ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def versions() -> dict[str, str]:
    """The versions of all Jackfield distributions, and of those that add plugins to it."""
    from importlib.metadata import distributions

    found: dict[str, str] = {}
    for distribution in distributions():
        name = distribution.metadata["Name"]
        if name and (
            name == "jackfield"
            or name.startswith("jackfield-")
            or any(e.group.startswith("jackfield.") for e in distribution.entry_points)
        ):
            found.setdefault(name, distribution.version)
    return dict(sorted(found.items()))


def main() -> NoReturn:
    """Run the command and exit.

    0 is success, 1 an expected failure, 2 wrong usage, 130 Ctrl-C, 141 a closed pipe.
    """
    if sys.stdout is None:  # so it is where it was closed before the start
        sys.stdout = closed_stdout()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # None is suppressed
    sys.exit(_run())


def _run() -> int:
    try:
        with expected():
            outcome = root.main(prog_name="jackfield", standalone_mode=False)
            sys.stdout.flush()
        return outcome if isinstance(outcome, int) else 0
    except click.ClickException as error:
        error.show()
        if isinstance(error.__cause__, OSError):
            _give_up_stdout()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _INTERRUPTED
    except PipeClosed:
        _give_up_stdout()
        return _BROKEN_PIPE


def _give_up_stdout() -> None:
    """Python flushes once more at exit, and would complain."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
