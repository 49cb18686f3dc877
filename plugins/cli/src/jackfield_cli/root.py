"""The root command: its subcommands load when they are run, and distributions add to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import click
from click.core import ParameterSource

from jackfield_cli import contributions
from jackfield_cli.errors import expected, warn

BUILT_IN = {
    name: f"jackfield_cli.commands.{name}:{name}"
    for name in (
        *("chat", "complete", "embed", "explain", "models", "params", "plugins", "quickstart"),
        *("speak", "transcribe", "video"),
    )
}


@dataclass(frozen=True)
class Contribution:
    """Root options that a distribution brings, and what runs when they are given."""

    distribution: str
    params: tuple[click.Parameter, ...]
    run: Callable[..., object]


class Root(click.Group):
    """A group whose subcommands and options come from this package and from entry points.

    A subcommand's module is imported when that subcommand runs, or to list it. Root options of
    other distributions are read only when the command line begins with an option or is empty:
    ``jackfield chat …`` imports nobody's but `chat`.
    """

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self._contributions: list[Contribution] = []
        self._adding = ""
        self._options_read = False

    # Subcommands ----------------------------------------------------------------------------------

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Every name that there is, sorted."""
        contributed = {entry.name for entry in contributions.found(contributions.COMMANDS)}
        return sorted({*self.commands, *BUILT_IN, *contributed})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one subcommand; this package's own go before contributed ones."""
        if cmd_name in self.commands:
            return self.commands[cmd_name]
        if cmd_name in BUILT_IN:
            module, _, name = BUILT_IN[cmd_name].partition(":")
            loaded: click.Command = getattr(import_module(module), name)
            return loaded
        entries = [e for e in contributions.found(contributions.COMMANDS) if e.name == cmd_name]
        return contributions.command(cmd_name, entries) if entries else None

    # Root options ---------------------------------------------------------------------------------

    def contribute(self, params: Sequence[click.Parameter], run: Callable[..., object]) -> None:
        """Add root options that do something by themselves, without a subcommand.

        Args:
            params: the options.
            run: called with the values of all of ``params``, by name, when one of them is on the
                command line. Giving a subcommand as well is a usage error.

        Raises:
            ValueError: an option that somebody else has already.
        """
        self.params += params
        self._check_unique()
        self._contributions.append(Contribution(self._adding, tuple(params), run))

    def _check_unique(self) -> None:
        owners = {p.name: c.distribution for c in self._contributions for p in c.params}
        seen: dict[str, click.Parameter] = {}
        for param in self.params:
            for word in {param.name or "", *param.opts, *param.secondary_opts}:
                if word in seen:
                    owner = owners.get(seen[word].name, "jackfield-cli")
                    shown = param.opts[0] if word == param.name else word
                    raise ValueError(f"{shown} belongs to {owner} already")
                seen[word] = param

    def _read_options(self) -> None:
        if self._options_read:
            return
        self._options_read = True
        for entry in contributions.found(contributions.OPTIONS):
            self._adding = contributions.distribution(entry)
            before, contributed = list(self.params), list(self._contributions)
            try:
                entry.load()(self)
                self._check_unique()
            except (Exception, SystemExit) as error:  # noqa: BLE001 - a stranger's code
                self.params, self._contributions = before, contributed
                warn(f"the options of {self._adding} can't be used: {contributions.reason(error)}")

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does, with the options of other distributions where they may be needed."""
        if not args or args[0].startswith("-"):
            self._read_options()
        return super().parse_args(ctx, args)

    def run_contributed(self, ctx: click.Context) -> bool:
        """Run what the given root options ask for; False where none was given.

        Raises:
            click.UsageError: with a subcommand, or options of two distributions at once.
        """
        given = {
            contribution.distribution: (contribution, param)
            for contribution in self._contributions
            for param in contribution.params
            if param.name and ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE
        }
        if not given:
            return False
        options = " and ".join(param.opts[0] for _, param in given.values())
        if ctx.invoked_subcommand is not None:
            raise click.UsageError(f"{options} can't be combined with a command", ctx)
        if len(given) > 1:
            owners = " and ".join(given)
            raise click.UsageError(f"{options} belong to different programs ({owners})", ctx)
        [(contribution, _)] = given.values()
        names = [p.name for p in contribution.params if p.name and p.expose_value]
        contribution.run(**{name: ctx.params[name] for name in names})
        return True

    # Errors ---------------------------------------------------------------------------------------

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; expected errors become messages."""
        with expected():
            return super().invoke(ctx)
