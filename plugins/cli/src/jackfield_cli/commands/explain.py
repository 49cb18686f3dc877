"""``jackfield explain``."""

from __future__ import annotations

from typing import Any

import click

from jackfield_cli.catalogue import surface_option, usual_surface
from jackfield_cli.output import emit_json, json_option
from jackfield_cli.tables import emit_facts

_CLAIMS = {
    "exact": "exact: this very name, below {prefix!r}",
    "prefix": "prefix: every name below {prefix!r}",
    "fallback": "fallback: nobody claims the name here, but another surface has it",
}


@click.command()
@click.argument("model")
@surface_option
@json_option
def explain(model: str, surface: str | None, as_json: bool) -> None:
    """Show where a call of MODEL goes, and why."""
    from jackfield import Client
    from jackfield_cli.upstream import upstream_for

    client = Client()
    surface = surface or usual_surface(client, model)
    route = client.explain(model, surface)
    upstream = upstream_for(client, route)
    version = next(
        (p.version for p in client.plugins() if p.distribution == route["distribution"]), None
    )
    document = {
        **route,
        "version": version,
        "base_url": upstream.base_url,
        "base_url_from": upstream.base_from,
    }
    if as_json:
        emit_json(document)
    else:
        emit_facts(_lines(model, document))


def _lines(model: str, route: dict[str, Any]) -> list[tuple[str, str]]:
    source = f"from ${route['base_url_from']}" if route["base_url_from"] else "the default"
    claim = _CLAIMS.get(route["claim"], "{claim} {prefix!r}").format(**route)
    over = route["over"]
    shape = "passed on as they are" if route["identity"] else "translated by the plugin"
    return [
        ("model", model),
        ("surface", route["surface"]),
        ("full name", route["name"]),
        ("plugin", route["plugin"]),
        ("distribution", " ".join(filter(None, (route["distribution"], route["version"])))),
        ("claim", claim),
        *((("served over", f"{over['surface']}, by {over['plugin']}"),) if over else ()),
        ("wire model", route["model"]),
        ("base URL", f"{route['base_url']} ({source})" if route["base_url"] else "none declared"),
        ("answers", shape),
        ("rewriters", "\n".join(route["rewriters"]) or "none"),
    ]
