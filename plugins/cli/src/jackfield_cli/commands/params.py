"""``jackfield params``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from jackfield_cli.catalogue import find, namings, surface_option, usual_surface
from jackfield_cli.output import emit_json, json_option
from jackfield_cli.tables import Layout, emit_table

if TYPE_CHECKING:
    from jackfield.params import Param

_LAYOUT = Layout(
    styles=("status", {"unsupported": "red", "mapped": "yellow"}),
    fixed=("parameter", "status", "maps to"),
    below=("reason", "accepts", "maps to"),
)


@click.command()
@click.argument("model")
@surface_option
@json_option
def params(model: str, surface: str | None, as_json: bool) -> None:
    """Show what becomes of parameters on MODEL."""
    from jackfield import Client

    client = Client()
    surface = surface or usual_surface(client, model)
    rows = client.supported_params(model, surface).rows
    name = client.explain(model, surface)["name"]
    catalogued = bool(find(client.list_models(), name, namings(client)))
    if as_json:
        emit_json(
            {
                "model": model,
                "surface": surface,
                "catalogued": catalogued,
                "params": {path: _facts(row) for path, row in rows.items()},
                "others": "sent as given",
            }
        )
        return
    if rows:
        emit_table(
            ("parameter", "status", "accepts", "maps to", "reason"),
            [
                (path, row.status, _accepts(row), _maps_to(row), row.reason)
                for path, row in rows.items()
            ],
            _LAYOUT,
        )
    others = "Everything else" if rows else "Everything"
    if not catalogued:
        click.echo(f"{model} is not in the catalogue: nothing is known of it, nothing is refused.")
    click.echo(f"{others} is sent as given.{'' if surface == 'chat' else f' Surface: {surface}.'}")


def _facts(row: Param) -> dict[str, Any]:
    return {
        "status": row.status,
        "accepts": None if row.accepts is None else list(row.accepts),
        "refuses": list(row.refuses),
        "maps_to": row.maps_to,
        "to": None if row.to is None else dict(row.to),
        "reason": row.reason,
    }


def _accepts(row: Param) -> str:
    if row.status == "unsupported":
        return "-"
    if row.accepts is not None:
        return ", ".join(str(value) for value in row.accepts if value is not None)
    return f"all but {', '.join(map(str, row.refuses))}" if row.refuses else "any"


def _maps_to(row: Param) -> str:
    if row.status != "mapped":
        return "-"
    if row.to is not None:
        return ", ".join(f"{value} → {other}" for value, other in row.to.items())
    return row.maps_to or "(not sent)"
