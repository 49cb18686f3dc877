"""What the server answers itself: health, metrics, models, the status page."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from jackfield_proxy.requests.errors import model_not_found

if TYPE_CHECKING:
    from jackfield_proxy.requests.incoming import Incoming
    from jackfield_proxy.routing.router import Group
    from jackfield_proxy.service import Service

Answer = Callable[["Service", "Incoming"], Awaitable[None]]


async def alive(service: Service, incoming: Incoming) -> None:
    """The process answers."""
    incoming.endpoint = "/health/liveliness"
    await incoming.answer_json("I'm alive!")


async def ready(service: Service, incoming: Incoming) -> None:
    """The server takes requests. One that stops takes no connections any more, this one neither."""
    incoming.endpoint = "/health/readiness"
    await incoming.answer_json({"status": "healthy"})


async def health(service: Service, incoming: Incoming) -> None:
    """Every deployment, and whether it rests. No upstream is asked: that would cost tokens."""
    incoming.endpoint = "/health"
    resting = await service.state.resting()
    rows: dict[str, list[dict[str, Any]]] = {"healthy": [], "resting": []}
    for deployment in service.router.deployments:
        row: dict[str, Any] = {
            "id": deployment.id,
            "model_name": deployment.entry.name,
            "model": deployment.entry.params.model,
        }
        rest = resting.get(deployment.id)
        if rest is None:
            rows["healthy"].append(row)
        else:
            rows["resting"].append({**row, "until": rest.until, "reason": rest.reason})
    await incoming.answer_json(rows)


async def metrics(service: Service, incoming: Incoming) -> None:
    """What was counted, for Prometheus."""
    incoming.endpoint = "/metrics"
    accept = incoming.headers.get(b"accept", b"").decode("latin-1")
    body, kind = await asyncio.to_thread(service.metrics.exposition, accept)
    await incoming.answer(200, [(b"content-type", kind.encode("latin-1"))], body)


async def page(service: Service, incoming: Incoming) -> None:
    """The status page. It holds nothing of the server; what it shows, it asks for."""
    from jackfield_proxy import status

    incoming.endpoint = "/"
    await incoming.answer(200, list(status.page_headers()), status.page())


async def state(service: Service, incoming: Incoming) -> None:
    """What the status page shows."""
    from jackfield import __version__, jsonio
    from jackfield_proxy import status

    incoming.endpoint = "/status.json"
    resting = await service.state.resting()
    found = status.snapshot(
        service.metrics.reading(),
        [_facts(service, deployment) for deployment in service.router.deployments],
        {key: (rest.until, rest.reason) for key, rest in resting.items()},
        service.recent.latest(),
        {
            "version": __version__,
            "config": service.config.source or None,
            "started": service.started,
        },
        time.time(),
    )
    await incoming.answer(200, list(status.JSON_HEADERS), jsonio.encode(found))


def _facts(service: Service, deployment: Any) -> dict[str, Any]:
    entry = deployment.entry
    return {
        "id": deployment.id,
        "model_name": entry.name,
        "model": entry.params.model,
        "host": service.host_of(deployment),
        "weight": entry.params.weight,
        "mode": entry.info.mode,
    }


# Models -------------------------------------------------------------------------------------------


async def models(service: Service, incoming: Incoming) -> None:
    """What can be asked for: the configured names, and the known models below wildcards."""
    await incoming.answer_json({"object": "list", "data": list(_models(service).values())})


async def model(service: Service, incoming: Incoming, name: str) -> None:
    """One model.

    Raises:
        Refused: nobody serves it.
    """
    found = _models(service).get(name)
    if found is None:
        group = service.router.find(name)
        if group is None or service.config.only is not None:
            raise model_not_found(name)
        found = _row(name, group.group, {})
    await incoming.answer_json(found)


def _models(service: Service) -> Mapping[str, dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {}
    catalogue = service.registry.catalogue()
    if service.config.only is not None:
        [group] = service.router.names()
        only = service.config.only
        return {only: _row(only, group, _known(service, catalogue, only))}
    groups = service.router.names()
    for group in groups:
        if not group.wild:
            wanted = group.deployments[0].entry.params.model
            rows[group.name] = _row(group.name, group, _known(service, catalogue, wanted))
    for group in groups:
        if group.wild:
            for full, known in catalogue.items():
                for name in (full.rpartition("/")[2], full):
                    if group.match(name) is not None and name not in rows:
                        found = service.router.find(name)
                        if found is not None and found.group is group:
                            rows[name] = _row(name, group, known)
                        break
    return rows


def _known(
    service: Service, catalogue: Mapping[str, Mapping[str, Any]], name: str
) -> Mapping[str, Any]:
    return catalogue.get(service.registry.full_name(name)) or {}


def _row(name: str, group: Group, known: Mapping[str, Any]) -> dict[str, Any]:
    info = group.deployments[0].entry.info
    row: dict[str, Any] = {"id": name, "object": "model", "created": 0, "owned_by": "jackfield"}
    surfaces = known.get("surfaces")
    mode = info.mode or (surfaces[0] if surfaces else None)
    if mode is not None:
        row["mode"] = mode
    return row


def _methods(paths: Mapping[str, Answer]) -> dict[tuple[str, str], Answer]:
    # The body of an answer to HEAD is left out by the server below.
    return {(method, path): answer for path, answer in paths.items() for method in ("GET", "HEAD")}


PUBLIC = _methods(
    {
        "/": page,
        "/health/liveliness": alive,
        "/health/liveness": alive,
        "/health/readiness": ready,
    }
)
"""What needs no key."""

PRIVATE = _methods({"/status.json": state, "/health": health, "/metrics": metrics})
"""What needs the key, if there is one."""

OWN = frozenset({*PUBLIC, *PRIVATE})
"""Whoever looks at the server is not counted, and not logged: it would see itself."""
