"""Requests that go upstream as they are: those of no surface, and those that name a stored object.

The method, the path below ``/v1``, the query, the body and a few headers are the client's; the
address and the key are the deployment's.
"""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Generator
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from jackfield import jsonio
from jackfield.effects import Outgoing
from jackfield.errors import APIConnectionError, APIError
from jackfield.outgoing import send
from jackfield_proxy.access import check_fields
from jackfield_proxy.errors import Refused
from jackfield_proxy.headers import acceptable, answered, forwarded
from jackfield_proxy.incoming import Cut, Gone
from jackfield_proxy.lane import error_of, perform
from jackfield_proxy.splice import with_model

if TYPE_CHECKING:
    from jackfield.config import Settings
    from jackfield.manifest import Endpoint
    from jackfield.protocols import AsyncReply, Transport
    from jackfield_proxy.deployments import Deployment
    from jackfield_proxy.incoming import Incoming
    from jackfield_proxy.service import Service

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_SAFE = "/:@!$&'()*+,;=-._~%"


async def forward(
    service: Service,
    incoming: Incoming,
    path: str,
    deployments: list[Deployment],
    surface: str,
) -> None:
    """Forward a request and its answer.

    Where several upstreams may hold the object that the path names, the first to know it answers.

    Args:
        service: the transport, and the limits.
        incoming: the request.
        path: below the base URL, beginning with a slash.
        deployments: whose upstream is asked, in this order.
        surface: a surface of the endpoint that they have in common.

    Raises:
        Refused: it can't be forwarded.
        APIError: no upstream answers.
    """
    incoming.lane = "forwarded"
    _check_path(path)
    content, again = await _content(service, incoming)
    path = _spelled(incoming, path)
    if incoming.query:
        path += "?" + incoming.query.decode("latin-1")
    tried = deployments if again else deployments[:1]
    for number, deployment in enumerate(tried, 1):
        last = number == len(tried)
        organization = service.organization_of(incoming)
        endpoint, provider = service.endpoint_of(deployment, surface)
        settings = deployment.settings(endpoint, provider, organization)
        incoming.deployment, incoming.provider = deployment.id, provider
        incoming.attempts += 1
        reply = await _open(
            service.upstream.raw, incoming, deployment, settings, endpoint, path, content
        )
        if reply.status == 404 and not last:
            await reply.close(True)
            continue
        if reply.status >= 400:
            error = await error_of(reply, settings, "", provider)
            service.metrics.attempted(deployment.id, str(reply.status))
            raise error
        service.metrics.attempted(deployment.id, "ok")
        await _deliver(incoming, reply)
        return


def _check_path(path: str) -> None:
    # What climbs out of the base URL would take the deployment's key along.
    if any(part in (".", "..") for part in path.split("/")) or "\\" in path or "//" in path:
        raise Refused(404, f"There is no endpoint {path}.", code="unknown_url")


def _spelled(incoming: Incoming, path: str) -> str:
    """The path as the client spelled it, with its escapes."""
    raw = incoming.scope.get("raw_path", b"")
    for head in (b"/v1/", b"/"):
        if raw.startswith(head):
            below = quote(raw[len(head) - 1 :], safe=_SAFE)
            if unquote(below) == path:
                return below
    return quote(path, safe=_SAFE.replace("%", ""))


async def _content(service: Service, incoming: Incoming) -> tuple[Any, bool]:
    """The body to send, and whether it can be sent again.

    JSON is read whole, for it may say what a client may not; everything else goes as it comes.
    """
    if incoming.method not in _WITH_BODY:
        return None, True
    kind = incoming.headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
    general = service.config.general
    if kind == b"application/json":
        data = await incoming.body(general.max_body_bytes)
        if not data:
            return b"", True
        try:
            body = jsonio.decode(data)
        except ValueError as error:
            raise Refused(400, f"The request body is not valid JSON: {error}") from None
        if isinstance(body, dict):
            check_fields(body)
            return await _as_configured(service, incoming, data, body), True
        return data, True
    incoming.check_length(general.max_upload_bytes)
    length = incoming.headers.get(b"content-length")
    if length == b"0" or (length is None and b"transfer-encoding" not in incoming.headers):
        return None, True
    return Streamed(incoming, general.max_upload_bytes), False


async def _as_configured(
    service: Service, incoming: Incoming, data: bytes, body: dict[str, Any]
) -> bytes:
    """The body with the model's name as its deployment has it, where it names a configured one."""
    name = body.get("model")
    found = service.router.find(name) if isinstance(name, str) else None
    if found is None:
        return data
    incoming.model = found.group.name
    target = found.target(found.group.deployments[0], "chat")
    return with_model(data, body, service.plain_name(target.model))


class Streamed:
    """A body that is sent on while it arrives; see `jackfield_proxy.upstream`."""

    replayable = False

    def __init__(self, incoming: Incoming, limit: int) -> None:
        self._incoming = incoming
        self._limit = limit
        length = incoming.headers.get(b"content-length", b"")
        self.length = int(length) if length.isdigit() else None
        self.failure: Exception | None = None

    def pieces(self) -> Generator[bytes, None, None]:
        """Not used: this body arrives on the loop."""
        raise NotImplementedError

    async def arriving(self) -> AsyncGenerator[bytes, None]:
        """The body, a piece at a time, as the client sends it."""
        try:
            async for piece in self._incoming.pieces(self._limit):
                yield piece
        except (Refused, Gone) as failure:
            self.failure = failure  # the client's fault, which the transport would hide
            raise


async def _open(
    transport: Transport,
    incoming: Incoming,
    deployment: Deployment,
    settings: Settings,
    endpoint: Endpoint,
    path: str,
    content: Any,
) -> AsyncReply:
    accepted = acceptable(incoming.headers.get(b"accept-encoding"))
    headers = {**forwarded(incoming.headers), "Accept-Encoding": accepted, **settings.headers}
    if incoming.given_id is not None:
        headers["X-Client-Request-Id"] = incoming.given_id
    outgoing = Outgoing(
        incoming.method,
        settings.base_url.rstrip("/") + path,
        headers,
        content,
        settings.timeouts,
    )
    began = time.perf_counter()
    try:
        reply: AsyncReply = await perform(send(outgoing, settings, endpoint), transport)
    except APIConnectionError:
        failure = content.failure if isinstance(content, Streamed) else None
        if failure is not None:
            raise failure from None
        raise
    finally:
        incoming.waited += time.perf_counter() - began
    return reply


async def _deliver(incoming: Incoming, reply: AsyncReply) -> None:
    try:
        started = False
        while True:
            piece = await reply.piece(None)
            if not started:
                await incoming.start(reply.status, answered(reply.headers, raw=True))
                started = True
            if not piece:
                break
            await incoming.piece(piece)
        await incoming.end()
    except APIError as error:
        if not started:
            raise
        raise Cut(error.message) from None
    finally:
        await reply.close(False)
