"""The fast lane: the client's bytes go upstream, the upstream's bytes go to the client.

No object is made of either. The model's name is replaced in the request; of the answer just enough
is looked at to tell an answer from something else, and to find the tokens that it reports.
"""

from __future__ import annotations

import time
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

from jackfield.effects import Close, Outgoing, Send
from jackfield.failures import error_answer
from jackfield.outgoing import send
from jackfield_proxy.lanes.encodings import decoded, unreadable
from jackfield_proxy.lanes.judging import AT_ONCE, judged
from jackfield_proxy.lanes.splice import with_model
from jackfield_proxy.requests.headers import acceptable
from jackfield_proxy.requests.onward import wishes
from jackfield_proxy.upstream.limits import deadline

if TYPE_CHECKING:
    from jackfield.config import Settings
    from jackfield.errors import APIError
    from jackfield.passage import Passage
    from jackfield.protocols import AsyncReply, Transport
    from jackfield_proxy.lanes.passing import Passed, Split
    from jackfield_proxy.requests.incoming import Incoming
    from jackfield_proxy.routing.deployments import Deployment


async def ask(
    transport: Transport,
    passage: Passage,
    deployment: Deployment,
    incoming: Incoming,
    data: bytes,
    body: Mapping[str, Any],
    organization: str | None,
) -> Passed | Split:
    """Send the client's bytes, and wait for the answer's beginning.

    Raises:
        APIError: there is no answer, or it is an error.
        ConfigError: the deployment can't be called.
    """
    route = passage.route
    line = deployment.line(passage, organization)
    settings = line.settings
    incoming.provider = route.vendor
    given = incoming.headers
    headers = line.headers | wishes(given, line.headers)
    if line.encodes:
        headers["Accept-Encoding"] = acceptable(given.get(b"accept-encoding"))
    if line.accepts:
        wanted = given.get(b"accept")
        headers["Accept"] = wanted.decode("latin-1") if wanted else "*/*"
    if incoming.given_id is not None:
        headers["X-Client-Request-Id"] = incoming.given_id
    outgoing = Outgoing(
        "POST", line.url, headers, with_model(data, body, route.model), settings.timeouts
    )
    began = time.perf_counter()
    over = deadline(settings.timeouts)
    try:
        if line.ready:
            reply = await transport.send(outgoing)
            if 300 <= reply.status < 400:  # core knows what to follow
                flow = send(outgoing, settings, passage.endpoint)
                reply = await perform(flow, transport, reply)
        else:
            reply = await perform(send(outgoing, settings, passage.endpoint), transport)
        if reply.status >= 400:
            raise await error_of(reply, settings, route.model, route.provider)
        return await judged(reply, passage, settings, bool(body.get("stream")), over)
    finally:
        incoming.waited += time.perf_counter() - began


async def perform(
    flow: Generator[Any, Any, Any], transport: Transport, first: AsyncReply | None = None
) -> Any:
    """Drive core's sending: authorisation, redirects. Its effects are `Send` and `Close`.

    Args:
        flow: the sending.
        transport: what sends.
        first: the reply to the first request, if that was sent already.
    """
    value: Any = None
    error: BaseException | None = None
    try:
        while True:
            effect = flow.send(value) if error is None else flow.throw(error)
            value, error = None, None
            try:
                if type(effect) is Send:
                    value, first = first or await transport.send(effect.outgoing), None
                else:
                    assert type(effect) is Close
                    await effect.reply.close(effect.drain)
            except BaseException as failure:  # noqa: BLE001 - the flow's to handle
                error = failure
    except StopIteration as stop:
        return stop.value


async def error_of(reply: AsyncReply, settings: Settings, model: str, provider: str) -> APIError:
    """The error that an upstream answered with; its body is read, and no key is in it."""
    data = decoded(await reply.read(AT_ONCE), reply.headers)
    if unreadable(reply.headers):
        data = b""
    return error_answer(reply.status, reply.headers, data, settings.key, model, provider)
