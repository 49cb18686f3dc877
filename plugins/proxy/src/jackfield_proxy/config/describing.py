"""A configuration for people: what each entry leads to, and where its key comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jackfield import config as core
from jackfield.errors import JackfieldError, NoRouteError
from jackfield_proxy.config import modes
from jackfield_proxy.config.environment import PREFIX
from jackfield_proxy.config.problems import Path, Problem

if TYPE_CHECKING:
    from jackfield.manifest import Endpoint
    from jackfield.registry import Registry
    from jackfield_proxy.config.model import Config, Model
    from jackfield_proxy.config.reading import Loaded


_MISSING = "missing"


def counted(number: int, what: str) -> str:
    """``1 deployment``, ``2 deployments``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def describe(config: Config, registry: Registry | None = None) -> list[dict[str, str]]:
    """One row for each entry, in the file's order.

    Args:
        config: the configuration.
        registry: of the plugins that serve it; by default all that are installed.

    Returns:
        dicts with ``name``; ``model``; ``mode`` as given, else empty; ``surfaces``, those of the
        installed plugins that serve the model (the mode's one, where there is a mode), with commas;
        ``host``, empty where it isn't known; ``key``, where it comes from: a variable
        (``os.environ/NAME``), ``the file``, ``the headers``, ``none needed``, or what to set. Keys
        are never in it.
    """
    registry = registry or _installed()
    return [_row(model, registry) for model in config.models]


def warnings(loaded: Loaded, registry: Registry | None = None) -> tuple[str, ...]:
    """What is odd about a configuration, a line each.

    Beside what its file is warned of: entries whose model no installed plugin serves, with the
    distribution to install where it is known, and entries without a key where one is needed.
    """
    registry = registry or _installed()
    config = loaded.config
    found = list(loaded.warnings)
    rows = describe(config, registry)
    for index, (model, row) in enumerate(zip(config.models, rows, strict=True)):
        if row["key"].startswith(_MISSING):
            message = f"the API key is {row['key']}"
        elif row["surfaces"] or model.params.model.startswith("*"):  # any plugin's may be asked for
            continue
        else:
            message = _unserved(model, registry)
        path: Path = () if config.only is not None else ("model_list", index)
        found.append(Problem(model.line or None, path, message).text(config.source))
    return tuple(found)


def _unserved(model: Model, registry: Registry) -> str:
    errors = []
    for surface in _wanted(model, registry) or ("chat",):
        try:
            registry.resolve(surface, model.params.model)
        except JackfieldError as error:
            errors.append(error)
    named = (e for e in errors if isinstance(e, NoRouteError) and e.distribution)
    return next(named, errors[0]).message


def _installed() -> Registry:
    from jackfield.client import shared_registry

    return shared_registry()


def _wanted(model: Model, registry: Registry) -> tuple[str, ...]:
    return (model.info.surface,) if model.info.surface else _surfaces(registry)


def _row(model: Model, registry: Registry) -> dict[str, str]:
    wanted = _wanted(model, registry)
    found = {name: endpoint for name in wanted for endpoint in _endpoints(name, model, registry)}
    endpoint = next(iter(found.values()), None)
    return {
        "name": model.name,
        "model": model.params.model,
        "mode": model.info.mode or "",
        "surfaces": ", ".join(found),
        "host": _host(model, endpoint),
        "key": _key(model, endpoint),
    }


def _surfaces(registry: Registry) -> tuple[str, ...]:
    described: dict[str, None] = {
        surface.name: None
        for plugin in registry.plugins
        if plugin.usable and plugin.manifest is not None
        for surface in plugin.manifest.surfaces
    }
    known = [name for name in modes.SURFACES if name in described]
    return tuple(dict.fromkeys((*known, *described)))


def _endpoints(surface: str, model: Model, registry: Registry) -> list[Endpoint | None]:
    """The endpoint of the model's route on a surface; empty where there is no route."""
    try:
        route: Any = registry.resolve(surface, model.params.model)
    except JackfieldError:
        return []
    manifest = route.plugin.manifest
    return [manifest.endpoint if manifest is not None else None]


def _host(model: Model, endpoint: Endpoint | None) -> str:
    from jackfield.outgoing import origin_of

    base = model.params.api_base
    try:
        if base is None and endpoint is not None:
            base = core.base_url({}, {}, endpoint) or endpoint.base_url
        return (origin_of(base)[1] or "") if base else ""
    except (JackfieldError, ValueError):  # a variable that holds no URL
        return ""


def _key(model: Model, endpoint: Endpoint | None) -> str:
    key = model.params.api_key
    if key is not None:
        variable = getattr(key, "variable", None)
        return "the file" if variable is None else PREFIX + variable
    if endpoint is None:
        return "not known"
    if any(name.lower() in endpoint.auth_headers for name in model.params.headers):
        return "the headers"
    for name in endpoint.key_env:
        if core.environment([name]):
            return PREFIX + name
    if not endpoint.needs_key:
        return "none needed"
    return f"{_MISSING}: set {' or '.join(endpoint.key_env)}" if endpoint.key_env else _MISSING
