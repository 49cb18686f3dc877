"""Where the calls of a model go: the base URL in effect, and whether there is a key for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jackfield_cli.errors import hide_keys

if TYPE_CHECKING:
    from jackfield import Client


@dataclass(frozen=True)
class Upstream:
    """An upstream as the environment and the plugin have it.

    Args:
        base_url: without user and password; None where the plugin names none.
        base_from: the environment variable that it is from; None for the plugin's default.
        key_env: the variables that can hold the key.
        has_key: whether one of them does.
        needs_key: whether calls need one.
    """

    base_url: str | None
    base_from: str | None
    key_env: tuple[str, ...]
    has_key: bool
    needs_key: bool


def upstream_of(client: Client, model: str, surface: str = "chat") -> Upstream:
    """The upstream of a model.

    Raises:
        NoRouteError: nobody serves it.
    """
    return upstream_for(client, client.explain(model, surface))


def upstream_for(client: Client, route: dict[str, Any]) -> Upstream:
    """The upstream of a route, as ``Client.explain`` describes it."""
    if route["over"] is not None:
        return upstream_for(client, route["over"])
    from jackfield.config import environment

    owner = (route["plugin"], route["distribution"])
    manifest = next(p.manifest for p in client.plugins() if (p.name, p.distribution) == owner)
    endpoint = manifest.endpoint if manifest else None
    if endpoint is None:
        return Upstream(None, None, (), False, False)
    variable = _first_set(endpoint.base_env)
    base = environment((variable,)) if variable else endpoint.base_url
    return Upstream(
        hide_keys(base or ""),
        variable,
        endpoint.key_env,
        _first_set(endpoint.key_env) is not None,
        endpoint.needs_key,
    )


def _first_set(names: Iterable[str]) -> str | None:
    from jackfield.config import environment

    return next((name for name in names if environment((name,))), None)
