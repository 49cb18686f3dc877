"""One request that is forwarded: sent, its answer passed on, and what came of it counted."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

from jackfield import __version__
from jackfield.config import merge_headers
from jackfield.effects import Outgoing
from jackfield.errors import APIConnectionError, APIError
from jackfield.outgoing import send
from jackfield_proxy.forwarding.payload import Streamed
from jackfield_proxy.lanes.decoding import undoing
from jackfield_proxy.lanes.raw import error_of, perform
from jackfield_proxy.requests.headers import acceptable, answered, measured
from jackfield_proxy.requests.incoming import Cut
from jackfield_proxy.requests.onward import forwarded
from jackfield_proxy.routing.attempts import outcome, retries
from jackfield_proxy.upstream.handler import only_new, was_stale
from jackfield_proxy.upstream.limits import deadline

if TYPE_CHECKING:
    from jackfield.config import Timeouts
    from jackfield.manifest import Endpoint
    from jackfield.protocols import AsyncReply
    from jackfield_proxy.lanes.decoding import Decoder
    from jackfield_proxy.requests.incoming import Incoming
    from jackfield_proxy.routing.deployments import Deployment
    from jackfield_proxy.service import Service

    Where = tuple[Endpoint, str]

_UNSEEN = 1.0
"""A kept connection that is closed within so many seconds was closed before the request came; what
took longer may have been at work on it."""


async def relay(
    service: Service,
    incoming: Incoming,
    deployment: Deployment,
    where: Where,
    target: str,
    content: Any,
) -> Relayed:
    """Send the request, and wait for the answer's head.

    Args:
        service: the transport, and who counts.
        incoming: the client's request.
        deployment: whom to ask.
        where: its endpoint, and whose that is.
        target: the path below the base URL, and the query.
        content: the body.

    Raises:
        APIError: there is no answer, or it is an error.
        ConfigError: the deployment can't be called.
    """
    endpoint, vendor = where
    settings = deployment.settings(endpoint, vendor, service.organization_of(incoming))
    incoming.deployment, incoming.provider = deployment.id, vendor
    headers = {
        "User-Agent": f"jackfield/{__version__}",
        **forwarded(incoming.headers),
        "Accept-Encoding": acceptable(incoming.headers.get(b"accept-encoding")),
    }
    if incoming.given_id is not None:
        headers["X-Client-Request-Id"] = incoming.given_id
    outgoing = Outgoing(
        incoming.method,
        settings.base_url.rstrip("/") + target,
        merge_headers(headers, settings.headers),
        content,
        settings.timeouts,
    )
    again = retries(service, deployment) > 0 and (content is None or type(content) is bytes)
    began = time.perf_counter()
    over = deadline(settings.timeouts)
    try:
        incoming.attempts += 1
        try:
            reply = await perform(send(outgoing, settings, endpoint), service.upstream.raw)
        except APIConnectionError as error:
            late = time.perf_counter() - began > _UNSEEN
            if late or not again or not was_stale(error):
                raise
            service.metrics.attempted(deployment.id, outcome(error))
            incoming.attempts += 1
            with only_new():
                reply = await perform(send(outgoing, settings, endpoint), service.upstream.raw)
        if reply.status >= 400:
            raise await error_of(reply, settings, "", vendor)
    except APIError as error:
        failure = content.failure if isinstance(content, Streamed) else None
        if failure is not None and isinstance(error, APIConnectionError):
            raise failure from None  # the client's body failed, not the deployment
        service.metrics.attempted(deployment.id, outcome(error))
        raise
    finally:
        incoming.waited += time.perf_counter() - began
    return Relayed(service, deployment, reply, settings.timeouts, over)


class Relayed:
    """An answer that is to be passed on as it comes."""

    __slots__ = ("_deadline", "_deployment", "_limits", "_reply", "_service")

    def __init__(
        self,
        service: Service,
        deployment: Deployment,
        reply: AsyncReply,
        limits: Timeouts,
        deadline: float | None,
    ) -> None:
        self._service = service
        self._deployment = deployment
        self._reply = reply
        self._limits = limits
        self._deadline = deadline

    async def deliver(self, incoming: Incoming) -> None:
        """Send it to the client, no faster than the client takes it."""
        word = "cancelled"
        try:
            await self._deliver(incoming)
            word = "ok" if incoming.error is None else "cut"
        except Cut:
            word = "cut"
            raise
        except APIError as error:
            word = outcome(error)
            raise
        except asyncio.CancelledError:
            word = "cancelled"
            raise
        finally:
            self._service.metrics.attempted(self._deployment.id, word)

    async def _deliver(self, incoming: Incoming) -> None:
        reply = self._reply
        decoder = undoing(reply.status, reply.headers, incoming.headers.get(b"accept-encoding"))
        headers = answered(reply.headers, raw=decoder is None)
        if decoder is None:
            headers += measured(reply.headers)
        started = False
        try:
            async for piece in self._pieces(incoming, decoder):
                if not started:
                    await incoming.start(reply.status, headers)
                    started = True
                await incoming.piece(piece)
            if not started:
                await incoming.start(reply.status, headers)
            await incoming.end()
        except APIError as error:
            if not started:
                raise
            raise Cut(error.message) from None
        finally:
            await reply.close(False)

    async def _pieces(self, incoming: Incoming, decoder: Decoder | None) -> AsyncIterator[bytes]:
        idle, deadline = self._limits.idle, self._deadline
        while True:
            began = time.perf_counter()
            try:
                piece = await self._reply.piece(deadline)
            finally:
                incoming.waited += time.perf_counter() - began
            if not piece:
                break
            deadline = None if idle is None else time.monotonic() + idle
            for plain in (piece,) if decoder is None else decoder.pieces(piece):
                yield plain
        if decoder is not None:
            decoder.end()
