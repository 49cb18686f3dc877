"""One call from start to end as a flow: settings, request, attempts, answer.

Sans-I/O: it yields effects and is driven by either driver. Middleware wraps it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any

from jackfield import config, jsonio
from jackfield.config import Settings
from jackfield.effects import Answer, Close, Deliver, Flow, Read, Sleep
from jackfield.envelope import Call, Loss, Result, WireRequest, WireResponse
from jackfield.errors import (
    APIError,
    APIResponseValidationError,
    PluginError,
    error_from_body,
)
from jackfield.machine import Machine
from jackfield.manifest import Endpoint
from jackfield.outgoing import outgoing_of, replayable, send
from jackfield.pipeline import Layer, Prepared, prepare
from jackfield.registry import Registry
from jackfield.sources import FetchRules

if TYPE_CHECKING:
    from jackfield.answers import Next

MAX_ANSWERS = 1000
"""Requests that one call may make by `Next`: polling ends somewhere."""


class Context:
    """What a flow needs besides its call. ``jitter`` and ``now`` are injected for tests."""

    __slots__ = ("client", "given", "is_async", "jitter", "now", "registry", "rules")

    def __init__(
        self,
        registry: Registry,
        given: Mapping[str, Any],
        client: Mapping[str, Any],
        rules: FetchRules,
        jitter: Callable[[], float],
        now: Callable[[], float],
        is_async: bool,
    ) -> None:
        self.registry = registry
        self.given = given
        self.client = client
        self.rules = rules
        self.jitter = jitter
        self.now = now
        self.is_async = is_async

    def official(self, endpoint: Endpoint) -> bool:
        """Whether requests go to the endpoint's own base URL."""
        base = config.base_url(self.given, self.client, endpoint)
        return base is None or base.rstrip("/") == endpoint.base_url.rstrip("/")


def exchange(call: Call, context: Context) -> Flow:
    """The flow of one call, without middleware."""
    prepared = yield from prepare(call, context.registry, context.rules, context.official)
    owner = prepared.owner
    endpoint = _endpoint(owner)
    settings = config.resolve(
        context.given, context.client, endpoint, owner.route.provider, is_async=context.is_async
    )
    request, state = prepared.request, None
    for _ in range(MAX_ANSWERS):
        answer = yield from _attempts(request, state, prepared, settings, endpoint, context)
        if isinstance(answer, Answer):
            return answer
        if answer.after > 0:
            yield Sleep(answer.after)
        request, state = answer.request, answer.state
    raise PluginError(
        f"{owner.relay.distribution} made {MAX_ANSWERS} requests without an end",
        distribution=owner.relay.distribution,
    )


def _endpoint(owner: Layer) -> Endpoint:
    manifest = owner.route.plugin.manifest
    if manifest is None or manifest.endpoint is None:
        raise PluginError(
            f"{owner.relay.distribution} sends requests but declares no endpoint",
            distribution=owner.relay.distribution,
        )
    return manifest.endpoint


def _attempts(
    request: WireRequest,
    state: Any,
    prepared: Prepared,
    settings: Settings,
    endpoint: Endpoint,
    context: Context,
) -> Generator[Any, Any, Answer | Next]:
    owner = prepared.owner
    if not isinstance(request, WireRequest) or type(request.path) is not str:
        raise owner.relay.broken("transform_request", "made a request that is none")
    outgoing = outgoing_of(request, owner.call, settings, context.rules, context.registry)
    attempt = 0
    while True:
        attempt += 1
        try:
            reply = yield from send(outgoing, settings, endpoint)
            if reply.status >= 400:
                raise (yield from _error(reply, settings, owner))
            if owner.call.stream and _streams(reply.headers):
                return (yield from _stream(reply, request, prepared, settings))
            data = yield Read(reply)
            return _answer(data, reply, request, state, prepared, settings)
        except APIError as error:
            from jackfield import retry

            error.attempts = attempt
            error.model = error.model or owner.call.model
            error.provider = error.provider or owner.route.provider
            pause = retry.delay(
                error, attempt, settings.max_retries, context.jitter(), context.now()
            )
            if pause is None or error.chunks:
                raise
            if not replayable(outgoing.body) or not request.idempotent:
                error.message += " (not tried again: the body can be sent once)"
                error.args = (error.message,)
                raise
            error.__traceback__ = None
        yield Sleep(pause)


# Receiving ----------------------------------------------------------------------------------------


def _streams(headers: Mapping[str, str]) -> bool:
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return not (kind == "application/json" or kind.endswith(("+json", "/html")))


def _error(reply: Any, settings: Settings, owner: Layer) -> Generator[Any, Any, APIError]:
    data = yield Read(reply)
    text = data.decode("utf-8", "replace")
    if settings.key is not None:
        text = settings.key.hide_in(text)
    try:
        body: Any = jsonio.decode(text.encode("utf-8"))
    except ValueError:
        body = text
    return error_from_body(
        reply.status,
        body,
        headers=reply.headers,
        model=owner.call.model,
        provider=owner.route.provider,
    )


def _answer(
    data: bytes,
    reply: Any,
    request: WireRequest,
    state: Any,
    prepared: Prepared,
    settings: Settings,
) -> Answer | Next:
    owner = prepared.owner
    decoded = _decoded(data, reply, request, settings, owner)
    response = WireResponse(reply.status, reply.headers, decoded, state)
    raw: Any = decoded
    losses: tuple[Loss, ...] = owner.call.losses
    for layer in (owner, *reversed(prepared.outer)):
        if layer is owner and owner.route.claim.identity:
            continue
        if "transform_response" not in layer.relay.implements:
            continue
        if layer is not owner:
            response = WireResponse(reply.status, reply.headers, raw, layer.state)
        result = layer.relay.ask("transform_response", call=layer.call, response=response)
        if isinstance(result, Result):
            raw = result.raw
            losses += tuple(result.losses)
        elif result is not None:
            from jackfield.answers import Next

            if isinstance(result, Next) and layer is owner:
                return result
            raise layer.relay.broken("transform_response", f"returned {type(result).__name__}")
    if request.expect == "json" and raw is not decoded and not isinstance(raw, dict):
        raise owner.relay.broken("transform_response", "made a result that is no JSON object")
    if request.expect == "json" and not isinstance(raw, dict):
        raise _invalid("JSON that is no object", data, reply, owner, settings)
    return Answer(
        raw, headers=reply.headers, losses=losses, surface=prepared.surface_layer.route.surface
    )


def _decoded(
    data: bytes, reply: Any, request: WireRequest, settings: Settings, owner: Layer
) -> Any:
    if request.expect == "bytes":
        return data
    if request.expect == "text":
        return data.decode("utf-8", "replace")
    if not data.strip():
        raise _invalid("an empty body", data, reply, owner, settings)
    try:
        decoded = jsonio.decode(data)
    except ValueError:
        raise _invalid("no JSON", data, reply, owner, settings) from None
    if isinstance(decoded, dict) and decoded.get("error") and not _is_resource(decoded):
        raise _error_in_success(decoded, reply, settings, owner)
    return decoded


def _is_resource(decoded: Mapping[str, Any]) -> bool:
    """Whether an object with an ``error`` is a resource that reports one, and not an error."""
    named = "id" in decoded and "object" in decoded
    return named and all(decoded[key] for key in ("choices",) if key in decoded)


def _error_in_success(decoded: Any, reply: Any, settings: Settings, owner: Layer) -> APIError:
    if settings.key is not None:
        text = settings.key.hide_in(jsonio.encode(decoded).decode("utf-8"))
        decoded = jsonio.decode(text.encode("utf-8"))
    error = error_from_body(
        None,
        decoded,
        headers=reply.headers,
        model=owner.call.model,
        provider=owner.route.provider,
    )
    error.status_code = reply.status
    return error


def _invalid(
    what: str, data: bytes, reply: Any, owner: Layer, settings: Settings
) -> APIResponseValidationError:
    start = data[:4096].decode("utf-8", "replace")
    if settings.key is not None:
        start = settings.key.hide_in(start)
    start = start[:200]
    kind = reply.headers.get("content-type")
    return APIResponseValidationError(
        f"the upstream answered {reply.status} ({kind or 'no content type'}) with {what}"
        + (f": {start}" if start.strip() else ""),
        status_code=reply.status,
        headers=reply.headers,
        request_id=reply.headers.get("x-request-id"),
        body=start,
        model=owner.call.model,
        provider=owner.route.provider,
        retryable=False,
    )


def _stream(
    reply: Any, request: WireRequest, prepared: Prepared, settings: Settings
) -> Generator[Any, Any, Answer]:
    surface = prepared.surface_layer.route.surface
    if surface.chunk is None:
        yield Close(reply)
        raise PluginError(f"the surface {surface.name} has no chunks, but a stream came")
    owner = prepared.owner
    machine = Machine(
        request.framing,
        surface,
        [*prepared.outer, owner],
        identity=owner.route.claim.identity,
        timeouts=settings.timeouts,
        secret=settings.key,
    )
    losses = owner.call.losses
    chunks = yield Deliver(reply, machine, surface, losses)
    return Answer(chunks=chunks, headers=reply.headers, losses=losses, surface=surface)
