"""What installed distributions add to the command, found through entry points.

``jackfield.commands`` holds subcommands, ``jackfield.options`` functions that add root options.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

import click

from jackfield_cli.output import plain

COMMANDS = "jackfield.commands"
OPTIONS = "jackfield.options"


def found(group: str) -> list[EntryPoint]:
    """The entry points of a group, in an order that does not depend on the installation."""
    return sorted(entry_points(group=group), key=lambda entry: (entry.name, distribution(entry)))


def distribution(entry: EntryPoint) -> str:
    """The name of the distribution that an entry point belongs to."""
    return entry.dist.name if entry.dist else entry.value


def reason(error: BaseException) -> str:
    """An error of a stranger's code, in one line."""
    text = plain(" ".join(str(error).split()))
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def command(name: str, entries: list[EntryPoint]) -> click.Command:
    """The subcommand behind the entry points of one name; a `Broken` one where it can't be used.

    Args:
        name: the subcommand's name.
        entries: the entry points that have it: usually one.
    """
    owners = sorted({distribution(entry) for entry in entries})
    if len(owners) > 1:
        return Broken(name, f"{' and '.join(owners)} both bring it; uninstall one")
    entry = entries[0]
    try:
        loaded = entry.load()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a stranger's module raises
        return Broken(name, f"{owners[0]} can't be loaded: {reason(error)}")
    if not isinstance(loaded, click.Command):
        kind = type(loaded).__name__
        return Broken(name, f"{owners[0]} names a {kind}, not a click command")
    return loaded


class Broken(click.Command):
    """Stands for a subcommand that can't be used, and says why when it is listed or run."""

    def __init__(self, name: str, why: str) -> None:
        super().__init__(
            name,
            short_help=f"(broken) {why}",
            add_help_option=False,
            context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
        )
        self.why = why

    def invoke(self, ctx: click.Context) -> None:
        """Fail with the reason.

        Raises:
            Failure: always.
        """
        from jackfield_cli.errors import Failure

        raise Failure(
            f"the {self.name} command can't be used: {self.why}",
            hint="The other commands work; update or uninstall that distribution.",
        )
