"""One call from start to end as a flow: settings, request, attempts, answer.

Sans-I/O: it yields effects and is driven by either driver. Middleware wraps it.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any

from jackfield import config, jsonio
from jackfield.config import Settings
from jackfield.dotted import load
from jackfield.effects import Answer, CheckSink, Close, Deliver, Flow, Read, Save, Sleep
from jackfield.envelope import Call, Loss, Result, WireRequest, WireResponse
from jackfield.errors import (
    APIError,
    APIResponseValidationError,
    PluginError,
    RequestError,
)
from jackfield.machine import Machine
from jackfield.manifest import Endpoint, Surface
from jackfield.outgoing import outgoing_of, replayable, send
from jackfield.pipeline import Layer, Prepared, prepare
from jackfield.registry import Registry
from jackfield.sources import FetchRules

if TYPE_CHECKING:
    from jackfield.answers import Next
    from jackfield.effects import Outgoing
    from jackfield.progress import Report
    from jackfield.sources import Sink


class Context:
    """What a flow needs besides its call. ``jitter`` and ``now`` are injected for tests."""

    __slots__ = (
        "client",
        "given",
        "is_async",
        "jitter",
        "now",
        "registry",
        "report",
        "rules",
        "sink",
    )

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
        self.sink: Sink | None = None
        self.report: Report | None = None

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
    if context.sink is not None:
        if prepared.request.expect != "bytes" or owner.call.stream:
            raise RequestError(
                "save_to is for answers that are bytes, and come whole", path="save_to"
            )
        yield CheckSink(context.sink)

    def ask(request: WireRequest, state: Any) -> Generator[Any, Any, Answer | Next]:
        used = settings
        if settings.extra_body and request.body is None and request is not prepared.request:
            used = copy.copy(settings)  # a look at a job has no body for it to go with
            used.extra_body = {}
        return _attempts(request, state, prepared, used, endpoint, context)

    answer = yield from ask(prepared.request, None)
    if isinstance(answer, Answer):
        return answer
    from jackfield.following import follow  # no ordinary call comes here

    return (yield from follow(answer, ask, prepared.surface_layer, owner, context))


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
    outgoing = outgoing_of(
        request, owner.call, settings, context.rules, context.registry, context.report
    )
    attempt = 0
    while True:
        attempt += 1
        try:
            reply = yield from send(outgoing, settings, endpoint)
            if reply.status >= 400:
                raise (yield from _error(reply, settings, owner))
            if owner.call.stream and _streams(reply.headers, request):
                return (yield from _stream(reply, request, prepared, settings))
            if context.sink is not None and request.expect == "bytes":
                data = yield from _save(reply, context.sink, settings, owner, context.report)
            else:
                data = yield Read(reply)
                if owner.call.stream and _is_events(data):
                    return _mislabelled(data, reply, request, prepared, settings)
            return _answer(data, reply, request, state, prepared, settings)
        except APIError as error:
            from jackfield import retry

            error.attempts = attempt
            error.model = error.model or owner.call.model
            error.provider = error.provider or owner.route.provider
            if type(error.partial) is dict:  # a hook's, which has no views
                error.partial = shown(error.partial, prepared.surface_layer)
            pause = retry.delay(
                error, attempt, settings.max_retries, context.jitter(), context.now()
            )
            if pause is None or error.chunks:
                raise
            why = _once(outgoing, request, context)
            if why is not None:
                error.message += f" (not tried again: {why})"
                error.args = (error.message,)
                raise
            error.__traceback__ = None
        yield Sleep(pause)


def _once(outgoing: Outgoing, request: WireRequest, context: Context) -> str | None:
    """Why a request can't be sent again; None where it can."""
    if not replayable(outgoing.body) or not request.idempotent:
        return "the body can be sent once"
    if context.sink is not None and not context.sink.replayable:
        return f"{context.sink.written} bytes are in the file object already"
    return None


def shown(raw: dict[str, Any], layer: Layer) -> Any:
    """A result as its view, or as it is where it has another shape."""
    operation = layer.route.surface.operation(layer.call.operation)
    try:
        return raw if operation is None else load(operation.result)(raw)
    except Exception:  # noqa: BLE001 - a stranger's class; the JSON is still there
        return raw


# Receiving ----------------------------------------------------------------------------------------


def _kind(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _streams(headers: Mapping[str, str], request: WireRequest) -> bool:
    kind = _kind(headers)
    if request.expect != "json":  # anything may be the whole answer but a stream that says so
        return kind == "text/event-stream"
    return not _is_json(kind) and not kind.endswith("/html")


def _is_json(kind: str) -> bool:
    return kind == "application/json" or kind.endswith("+json")


def _save(
    reply: Any, sink: Sink, settings: Settings, owner: Layer, report: Report | None
) -> Generator[Any, Any, Any]:
    """Save the bytes that were asked for; what may be an error instead is looked at before."""
    kind = _kind(reply.headers)
    content = None
    if _is_json(kind) or kind.endswith("/html") or reply.headers.get("content-length") == "0":
        content = yield Read(reply)
        _check_bytes(content, reply, settings, owner)
    saved = yield Save(reply, sink, settings.timeouts, report, content)
    if not saved.size:
        raise _invalid("an empty body", b"", reply, owner, settings)
    return saved


def _error(reply: Any, settings: Settings, owner: Layer) -> Generator[Any, Any, APIError]:
    from jackfield.failures import error_answer

    data = yield Read(reply)
    model, provider = owner.call.model, owner.route.provider
    return error_answer(reply.status, reply.headers, data, settings.key, model, provider)


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
    layer = prepared.surface_layer
    return Answer(
        raw,
        headers=reply.headers,
        losses=losses,
        surface=layer.route.surface,
        operation=layer.call.operation,
    )


def _decoded(
    data: bytes, reply: Any, request: WireRequest, settings: Settings, owner: Layer
) -> Any:
    if request.expect == "bytes":
        if isinstance(data, bytes):
            _check_bytes(data, reply, settings, owner)
        return data
    if request.expect == "text":
        _check_error(data, reply, settings, owner)
        _check_page(data, reply, settings, owner)
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


def _check_bytes(data: bytes, reply: Any, settings: Settings, owner: Layer) -> None:
    """Raise what an answer turns out to be instead of the bytes that were asked for."""
    _check_error(data, reply, settings, owner)
    if not data:
        raise _invalid("an empty body", data, reply, owner, settings)
    _check_page(data, reply, settings, owner)


def _check_page(data: bytes, reply: Any, settings: Settings, owner: Layer) -> None:
    """Raise where a proxy or a login answers in the upstream's place."""
    if _kind(reply.headers).endswith("/html"):
        raise _invalid("a page", data, reply, owner, settings)


def _check_error(data: bytes, reply: Any, settings: Settings, owner: Layer) -> None:
    """Raise the error that an answer of another kind turns out to be."""
    if not _is_json(_kind(reply.headers)):
        return
    try:
        decoded = jsonio.decode(data)
    except ValueError:
        return
    if isinstance(decoded, dict) and decoded.get("error") and not _is_resource(decoded):
        raise _error_in_success(decoded, reply, settings, owner)


def _is_resource(decoded: Mapping[str, Any]) -> bool:
    """Whether an object with an ``error`` is a resource that reports one, and not an error."""
    named = "id" in decoded and "object" in decoded
    return named and all(decoded[key] for key in ("choices",) if key in decoded)


def _error_in_success(decoded: Any, reply: Any, settings: Settings, owner: Layer) -> APIError:
    from jackfield.failures import error_in_success

    model, provider = owner.call.model, owner.route.provider
    return error_in_success(reply.status, reply.headers, decoded, settings.key, model, provider)


def _invalid(
    what: str, data: bytes, reply: Any, owner: Layer, settings: Settings
) -> APIResponseValidationError:
    from jackfield.failures import unusable

    model, provider = owner.call.model, owner.route.provider
    return unusable(reply.status, reply.headers, what, data, settings.key, model, provider)


def _is_events(data: bytes) -> bool:
    """Whether a body that is labelled as something else is server-sent events: some servers do."""
    return data.lstrip()[:6].startswith((b"data:", b"event:"))


def _mislabelled(
    data: bytes, reply: Any, request: WireRequest, prepared: Prepared, settings: Settings
) -> Answer:
    """The chunks of a stream that came whole, under another content type."""
    machine, surface = _machine(request, prepared, settings)
    machine.feed(data)
    machine.finish()
    try:
        if machine.failure is not None:
            raise machine.failure
        machine.end()
    except APIError as error:
        raise machine.carry(error, reply.headers, reply.status) from error.__cause__
    losses = prepared.owner.call.losses
    return Answer(chunks=machine.kept, headers=reply.headers, losses=losses, surface=surface)


def _stream(
    reply: Any, request: WireRequest, prepared: Prepared, settings: Settings
) -> Generator[Any, Any, Answer]:
    try:
        machine, surface = _machine(request, prepared, settings)
    except PluginError:
        yield Close(reply)
        raise
    losses = prepared.owner.call.losses
    chunks = yield Deliver(reply, machine, surface, losses)
    return Answer(chunks=chunks, headers=reply.headers, losses=losses, surface=surface)


def _machine(
    request: WireRequest, prepared: Prepared, settings: Settings
) -> tuple[Machine, Surface]:
    surface = prepared.surface_layer.route.surface
    if surface.chunk is None:
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
    return machine, surface
