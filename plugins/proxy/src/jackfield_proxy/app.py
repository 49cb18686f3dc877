"""The ASGI application: from a request line to what answers it, and what is noted of each."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from jackfield import jsonio
from jackfield.errors import APIError, JackfieldError
from jackfield.manifest import CREATE
from jackfield_proxy import local
from jackfield_proxy.forwarding.forward import forward_other, forward_stored, nowhere
from jackfield_proxy.forwarding.payload import Json
from jackfield_proxy.lanes import calls, raw
from jackfield_proxy.metrics import Seen
from jackfield_proxy.requests.access import check_fields, check_key
from jackfield_proxy.requests.endpoints import EXACT, Endpoint, Match, match
from jackfield_proxy.requests.errors import Refused, model_not_found, refused
from jackfield_proxy.requests.ids import new_id
from jackfield_proxy.requests.incoming import Cut, Gone, Incoming
from jackfield_proxy.routing.attempts import attempt
from jackfield_proxy.routing.router import LONGEST_NAME
from jackfield_proxy.wire.asgi import Receive, Scope, Send
from jackfield_proxy.wire.protocol import EXTENSION

if TYPE_CHECKING:
    from jackfield_proxy.logs import Log
    from jackfield_proxy.routing.router import Found, Target
    from jackfield_proxy.service import Service

_CLIENT_LEFT = 499
_VIDEO_MODEL = "sora-2"
"""What the API takes where no model is named; only for videos it takes any."""


class App:
    """The application. ``service`` may be replaced while requests run: each keeps its own."""

    def __init__(self, service: Service, log: Log) -> None:
        self.service = service
        self.log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008})
            return
        incoming = Incoming(scope, receive, send, new_id)
        connection = (scope.get("extensions") or {}).get(EXTENSION)
        service = self.service
        metrics = service.metrics
        counted = (incoming.method, incoming.path) not in local.OWN
        if counted:
            metrics.began()
        try:
            await self._answer(service, incoming)
        except (asyncio.CancelledError, Gone):
            if connection is None:
                raise
            if connection.gone:
                incoming.status = _CLIENT_LEFT
            else:
                incoming.error = "the server stopped before the answer's end"
                connection.abort()  # the client sees that it is not whole
        except Cut as cut:
            incoming.error = str(cut)
            if connection is None:
                raise
            connection.abort()
        finally:
            if counted:
                self._note(service, incoming)

    async def _answer(self, service: Service, incoming: Incoming) -> None:
        try:
            endpoint = EXACT.get((incoming.method, incoming.path))
            if endpoint is not None and endpoint.kind == "create":
                incoming.endpoint, incoming.operation = endpoint.path, endpoint.surface
                check_key(incoming.headers.get(b"authorization"), service.config.general.master_key)
                await self._create(service, incoming, endpoint, None)
            else:
                await self._other(service, incoming)
        except (Gone, Cut):
            raise
        except Exception as error:
            if incoming.status:
                if not isinstance(error, JackfieldError):  # a fault of ours: the log has its place
                    self.log.failure(incoming, error)
                raise Cut(str(error)) from error
            refusal = refused(error)
            theirs = isinstance(error, APIError) and error.status_code is not None
            if not isinstance(error, (Refused, JackfieldError)) or (
                refusal.status == 500 and not theirs
            ):
                self.log.failure(incoming, error)
            # Its frames hold the request's body, and this one holds it: a circle that stays.
            error.__traceback__ = error.__context__ = error.__cause__ = None
            await incoming.refuse(refusal, refusal.pairs())

    # What names a model ---------------------------------------------------------------------------

    async def _create(
        self, service: Service, incoming: Incoming, endpoint: Endpoint, named: str | None
    ) -> None:
        general = service.config.general
        kind = incoming.headers.get(b"content-type", b"")
        if endpoint.form and kind[:19].lower() == b"multipart/form-data":
            from jackfield_proxy.requests.forms import form_of

            async with form_of(
                incoming, general.max_upload_bytes, general.max_body_bytes
            ) as params:
                await self._call(service, incoming, endpoint, named, b"", params)
            return
        data = await incoming.body(general.max_body_bytes)
        try:
            body = jsonio.decode(data)
            # JSON is UTF-8. In other bytes a look at them would see something else than is read.
            if b"\0" in data:
                raise ValueError("it is not UTF-8")
            if not data.isascii():
                data.decode("utf-8")
        except ValueError as error:
            raise Refused(
                400,
                "We could not parse the JSON body of your request: "
                f"{error if data else 'it is empty'}.",
                code="invalid_json",
            ) from None
        if type(body) is not dict:
            raise Refused(400, "The request body is no JSON object.", code="invalid_json")
        if named is None and _brings_its_model(service, endpoint, body):
            await forward_other(service, incoming, endpoint.path, Json(data, body))
            return
        await self._call(service, incoming, endpoint, named, data, body)

    async def _call(
        self,
        service: Service,
        incoming: Incoming,
        endpoint: Endpoint,
        named: str | None,
        data: bytes,
        body: dict[str, Any],
    ) -> None:
        check_fields(body)
        name = named or body.get("model")
        if name is None and endpoint.surface == "video":
            name = service.router.usual(_VIDEO_MODEL)
        found = _found(service, incoming, name)
        organization = service.organization_of(incoming)
        if self.log.debug:
            self.log.call(incoming, endpoint, body, organization)
        surface, operation = endpoint.surface, endpoint.operation

        async def ask(target: Target) -> Any:
            passage = target.passage
            if (
                data
                and passage is not None
                and operation == CREATE
                and passage.opens(body, data, target.deployment.unsupported)
            ):
                incoming.lane = "bytes"
                return await raw.ask(
                    service.upstream.raw,
                    passage,
                    target.deployment,
                    incoming,
                    data,
                    body,
                    organization,
                )
            params = {key: value for key, value in body.items() if key != "model"}
            return await calls.ask(target, surface, operation, incoming, params, organization)

        outcome = ""
        try:
            answer = await attempt(service, incoming, found, surface, ask)
            outcome = "ok"
            await answer.deliver(incoming)
            if incoming.error is not None:
                outcome = "cut"
        except Cut:
            outcome = "cut"
            raise
        except asyncio.CancelledError:
            outcome = "cancelled"
            raise
        finally:
            if outcome:  # what failed before is counted where it failed
                service.metrics.attempted(incoming.deployment, outcome)

    # Everything else ------------------------------------------------------------------------------

    async def _other(self, service: Service, incoming: Incoming) -> None:
        general = service.config.general
        path = incoming.path
        answer: local.Answer | None
        answer = local.PUBLIC.get((incoming.method, path))
        if answer is not None:
            await answer(service, incoming)
            return
        check_key(incoming.headers.get(b"authorization"), general.master_key)
        answer = local.PRIVATE.get((incoming.method, path))
        if answer is not None:
            await answer(service, incoming)
            return
        found = match(incoming.method, path)
        endpoint = found.endpoint
        if endpoint is None:
            await self._unknown(service, incoming, found)
            return
        incoming.endpoint = endpoint.path
        if endpoint.kind == "create":
            incoming.operation = endpoint.surface
            await self._create(service, incoming, endpoint, found.names.get("model"))
        elif endpoint.kind == "stored":
            await self._stored(service, incoming, endpoint, found)
        elif endpoint.kind == "models":
            await local.models(service, incoming)
        else:
            await local.model(service, incoming, found.names["name"])

    async def _stored(
        self, service: Service, incoming: Incoming, endpoint: Endpoint, found: Match
    ) -> None:
        """Forward what names a stored object, to whichever upstream has it."""
        described = service.registry.surface(endpoint.surface)
        service.registry.resolve(endpoint.surface, "")  # an error that says what to install
        incoming.operation = described.name
        deployments = service.router.upstreams(service.router.default())
        if not deployments:
            raise nowhere()
        await forward_stored(service, incoming, found.path, deployments, endpoint.surface)

    async def _unknown(self, service: Service, incoming: Incoming, found: Match) -> None:
        path = incoming.path
        own = sorted(method for method, one in local.OWN if one == path)
        allowed = tuple(own) or found.allowed
        if allowed:
            raise Refused(
                405,
                f"{incoming.method} is not a method of {path}; it has {', '.join(allowed)}.",
                code="method_not_allowed",
                headers={"allow": ", ".join(allowed)},
            )
        if not path.startswith("/v1/") or not service.config.general.forward_other_endpoints:
            raise Refused(404, f"Invalid URL ({incoming.method} {path})", code="unknown_url")
        await forward_other(service, incoming, found.path)

    # Notes ----------------------------------------------------------------------------------------

    def _note(self, service: Service, incoming: Incoming) -> None:
        now = time.perf_counter()
        seconds = now - incoming.started
        first = incoming.first
        service.metrics.ended(
            Seen(
                incoming.endpoint_name(),
                incoming.operation if incoming.lane != "forwarded" else "",
                incoming.model,
                incoming.deployment,
                incoming.provider,
                incoming.status,
                incoming.lane,
                seconds,
                max(0.0, seconds - incoming.waited) if not incoming.streamed else None,
                first - incoming.started if first is not None and incoming.streamed else None,
                incoming.input_tokens,
                incoming.output_tokens,
            )
        )
        if incoming.error is not None:
            service.recent.add(incoming.model, incoming.deployment, incoming.status, incoming.error)
        self.log.access(incoming, seconds)


def _brings_its_model(service: Service, endpoint: Endpoint, body: dict[str, Any]) -> bool:
    """Whether a request leaves its model to a prompt that an upstream keeps."""
    return (
        "model" not in body
        and endpoint.path == "/responses"
        and type(body.get("prompt")) is dict
        and service.config.only is None
        and service.router.default() is not None
    )


def _found(service: Service, incoming: Incoming, name: Any) -> Found:
    """The deployments for a name.

    Raises:
        Refused: there is no name, or nobody has it.
    """
    if name is None and service.config.only is not None:
        name = service.config.only
    if type(name) is not str or not name:
        said = "you must provide a model parameter" if name is None else "`model` is no name"
        raise Refused(400, said, param="model", code="missing_model")
    if len(name) > LONGEST_NAME:
        raise model_not_found(f"{name[:60]}…")
    incoming.requested = name
    found = service.router.find(name)
    if found is None:
        incoming.model = "other"
        raise model_not_found(name)
    incoming.model = found.group.name
    return found
