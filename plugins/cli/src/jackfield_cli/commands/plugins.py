"""``jackfield plugins``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from jackfield_cli.output import emit_json, json_option
from jackfield_cli.tables import Layout, emit_table

if TYPE_CHECKING:
    from jackfield.discovery import Plugin

_LAYOUT = Layout(
    styles=("state", {"failed": "red", "off": "yellow"}),
    fixed=("plugin", "distribution", "version"),
    below=("prefixes", "surfaces"),
)


@click.command()
@json_option
def plugins(as_json: bool) -> None:
    """List the installed plugins, those that failed among them."""
    from jackfield import Client

    found = Client().plugins()
    if as_json:
        emit_json([_facts(plugin) for plugin in found])
        return
    emit_table(
        ("plugin", "distribution", "version", "surfaces", "prefixes", "state"),
        [_row(_facts(plugin)) for plugin in found],
        _LAYOUT,
    )


def _facts(plugin: Plugin) -> dict[str, Any]:
    described = plugin.manifest.surfaces if plugin.manifest else ()
    state = "ok" if plugin.usable else "failed" if plugin.error else "off"
    return {
        **plugin.to_dict(),
        "describes": sorted(surface.name for surface in described),
        "state": state,
    }


def _row(facts: dict[str, Any]) -> tuple[str, ...]:
    surfaces = ", ".join(facts["surfaces"])
    if facts["describes"]:
        surfaces = f"{surfaces}; " if surfaces else ""
        surfaces += f"describes {', '.join(facts['describes'])}"
    state = f"failed: {facts['error']}" if facts["state"] == "failed" else facts["state"]
    return (
        facts["name"],
        facts["distribution"],
        facts["version"] or "-",
        surfaces or "-",
        ", ".join(facts["prefixes"]) or "-",
        state,
    )
