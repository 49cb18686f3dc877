"""Requests that go upstream as they are: those of no surface, and those that name a stored object.

The method, the path below ``/v1``, the query, the body and a few headers are the client's; the
address and the key are the deployment's.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jackfield.errors import APIConnectionError, APIError, AuthenticationError, ConfigError
from jackfield_proxy.forwarding import paths, payload
from jackfield_proxy.forwarding.relaying import relay
from jackfield_proxy.requests.errors import Refused, model_not_found

if TYPE_CHECKING:
    from jackfield_proxy.forwarding.payload import Payload
    from jackfield_proxy.forwarding.relaying import Where
    from jackfield_proxy.requests.incoming import Incoming
    from jackfield_proxy.routing.deployments import Deployment
    from jackfield_proxy.routing.router import Found
    from jackfield_proxy.service import Service


async def forward_stored(
    service: Service, incoming: Incoming, path: str, deployments: Sequence[Deployment], surface: str
) -> None:
    """Forward a request that names a stored object, to whichever upstream has it.

    The first that knows it answers. Where none does, the client is told of a failure that may pass,
    else that the object is not there, else of what failed; of the first upstream that said so.

    Args:
        service: the transport, and the limits.
        incoming: the request.
        path: below the base URL, beginning with a slash.
        deployments: whose upstreams are asked, in this order.
        surface: the surface that the object is of.

    Raises:
        Refused: it can't be forwarded.
        JackfieldError: no upstream answers.
    """
    target = _target(incoming, path)
    body = await payload.read(service, incoming)
    found = _found(service, incoming, body)
    content = body.content
    if found is not None:
        content = body.asking(_upstreams_name(service, found, found.group.deployments[0]))
    asked = [(d, where) for d in deployments if (where := _where(service, d, surface)) is not None]
    if not asked:
        raise nowhere()
    failures: list[tuple[APIError | ConfigError, Deployment]] = []
    for deployment, where in asked if body.again else asked[:1]:
        try:
            relayed = await relay(service, incoming, deployment, where, target, content)
        except (APIError, ConfigError) as error:
            if not _leaves_open(error, incoming.method):
                raise
            failures.append((error, deployment))
        else:
            await relayed.deliver(incoming)
            return
    failure, deployment = min(failures, key=lambda failed: _rank(failed[0]))
    incoming.deployment = deployment.id
    raise failure


async def forward_other(
    service: Service, incoming: Incoming, path: str, body: Payload | None = None
) -> None:
    """Forward a request to the deployment of the model that it names, else to the default one.

    Args:
        service: the transport, and the limits.
        incoming: the request.
        path: below the base URL, beginning with a slash.
        body: the request's, if it was read already.

    Raises:
        Refused: it can't be forwarded.
        JackfieldError: the upstream does not answer, or with an error.
    """
    target = _target(incoming, path)
    if body is None:
        body = await payload.read(service, incoming)
    found = _found(service, incoming, body)
    if found is None:
        deployment = service.router.default()
        where = None if deployment is None else _where(service, deployment, "")
        content = body.content
    else:
        deployment = await _awake(service, found)
        where = _where(service, deployment, "", found.model(deployment, "chat"))
        content = body.asking(_upstreams_name(service, found, deployment))
        if where is None:
            raise model_not_found(found.name)
    if deployment is None or where is None:
        raise nowhere()
    relayed = await relay(service, incoming, deployment, where, target, content)
    await relayed.deliver(incoming)


def nowhere() -> Refused:
    """404 for what goes to no upstream."""
    return Refused(
        404,
        "This endpoint is forwarded to an upstream, and the configuration names none for it: "
        "set general_settings.default_deployment to a model_name.",
        code="unknown_url",
    )


def _target(incoming: Incoming, path: str) -> str:
    """The path and the query to ask for."""
    incoming.lane = "forwarded"
    paths.check(path)
    if b"sec-websocket-key" in incoming.headers:
        raise Refused(404, f"There is no WebSocket {path}.", code="unknown_url")
    target = paths.spelled(incoming, path)
    return f"{target}?{incoming.query.decode('latin-1')}" if incoming.query else target


# Whom to ask --------------------------------------------------------------------------------------


def _found(service: Service, incoming: Incoming, body: Payload) -> Found | None:
    """The deployments of the model that a body names, where it is a configured one."""
    found = service.router.find(body.model) if body.model else None
    if found is None or (service.config.only is not None and found.name != found.group.name):
        return None  # the only model takes any name, but not the place of one of another kind
    incoming.model, incoming.requested = found.group.name, found.name
    return found


def _upstreams_name(service: Service, found: Found, deployment: Deployment) -> str:
    return service.plain_name(found.model(deployment, "chat"))


def _where(
    service: Service, deployment: Deployment, surface: str, model: str | None = None
) -> Where | None:
    try:
        return service.router.endpoint_of(deployment, surface, model)
    except ConfigError:
        return None


async def _awake(service: Service, found: Found) -> Deployment:
    """The first deployment that does not rest, or the first one."""
    deployments = found.group.deployments
    if len(deployments) == 1:
        return deployments[0]
    resting = await service.state.cooled([deployment.id for deployment in deployments])
    return next((d for d in deployments if d.id not in resting), deployments[0])


def _leaves_open(error: APIError | ConfigError, method: str) -> bool:
    """Whether another upstream may have the object, and nothing was done to it by this one."""
    status = getattr(error, "status_code", None)
    if status in (401, 403, 404) or isinstance(error, (AuthenticationError, ConfigError)):
        return True
    return method == "GET" and _passes(error)


def _passes(error: APIError | ConfigError) -> bool:
    status: int | None = getattr(error, "status_code", None)
    if status is None:
        return isinstance(error, APIConnectionError)
    return status == 429 or status >= 500


def _rank(error: APIError | ConfigError) -> int:
    if _passes(error):
        return 0
    return 1 if getattr(error, "status_code", None) == 404 else 2
