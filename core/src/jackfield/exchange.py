"""One call from start to end as a flow: settings, request, attempts, redirects, answer.

Sans-I/O: it yields effects and is driven by either driver. Middleware wraps it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from jackfield import config, jsonio, retry
from jackfield.config import Secret, Settings
from jackfield.dotted import load
from jackfield.effects import Answer, Body, Close, Deliver, Flow, Outgoing, Read, Send, Sleep
from jackfield.envelope import Call, Loss, Result, WireRequest, WireResponse
from jackfield.errors import (
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    ConfigError,
    PluginError,
    RequestError,
    SourceError,
    error_from_body,
)
from jackfield.manifest import Endpoint
from jackfield.pipeline import Layer, Prepared, prepare
from jackfield.registry import Registry
from jackfield.sources import FetchRules, Source
from jackfield.stream import Machine

if TYPE_CHECKING:
    from jackfield.answers import Next

MAX_REDIRECTS = 10
MAX_ANSWERS = 1000
"""Requests that one call may make by `Next`: polling ends somewhere."""
_STANDARD = frozenset({"accept", "content-type"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

Auth = Callable[[str, str, Mapping[str, str], Callable[[], str | None]], Mapping[str, str]]
"""``(method, url, headers, body_hash) -> headers``; ``body_hash()`` is the SHA-256 in hex."""


def bearer(key: str) -> Auth:
    """The usual authorisation: ``Authorization: Bearer <key>``."""
    header = {"Authorization": f"Bearer {key}"}
    return lambda method, url, headers, body_hash: header


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


def exchange(call: Call, context: Context) -> Flow:
    """The flow of one call, without middleware."""
    prepared = yield from prepare(call, context.registry, context.rules)
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
    outgoing = _outgoing(request, owner.call, settings, context.rules, context.registry)
    attempt = 0
    while True:
        attempt += 1
        try:
            reply = yield from _send(outgoing, settings, endpoint)
            if reply.status >= 400:
                raise (yield from _error(reply, settings, owner))
            if owner.call.stream and _streams(reply.headers):
                return (yield from _stream(reply, request, prepared, settings))
            data = yield Read(reply)
            return _answer(data, reply, request, state, prepared, settings)
        except APIError as error:
            error.attempts = attempt
            error.model = error.model or owner.call.model
            error.provider = error.provider or owner.route.provider
            pause = retry.delay(
                error, attempt, settings.max_retries, context.jitter(), context.now()
            )
            if pause is None or error.chunks:
                raise
            if not _replayable(outgoing.body) or not request.idempotent:
                error.args = (f"{error.message} (not tried again: the body can be sent once)",)
                raise
            error.__traceback__ = None
        yield Sleep(pause)


# Building -----------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def _url(base: str, path: str) -> str:
    if path.startswith(("http://", "https://")):
        return path
    parts = base.partition("?")
    return parts[0].rstrip("/") + path + parts[1] + parts[2]


def _outgoing(
    request: WireRequest, call: Call, settings: Settings, rules: FetchRules, registry: Registry
) -> Outgoing:
    url = _url(settings.base_url, request.path)
    if request.query or settings.query:
        query = urlencode({**request.query, **settings.query}, doseq=True, quote_via=quote)
        url += ("&" if "?" in url else "?") + query
    body, content_type = _body(request.body, settings.extra_body, call, rules, registry)
    headers = {"Accept": "application/json"}
    if content_type is not None:
        headers["Content-Type"] = content_type
    if request.headers or settings.headers:
        headers = config.merge_headers(headers, request.headers, settings.headers)
    return Outgoing(request.method, url, headers, body, settings.timeouts, settings.session)


def _body(
    body: Any, extra: Mapping[str, Any], call: Call, rules: FetchRules, registry: Registry
) -> tuple[bytes | Body | None, str | None]:
    if isinstance(body, dict):
        if extra:
            from jackfield.canonical import canonical

            body = {**body, **canonical(extra)[0]}
        return _json(body, registry), "application/json"
    if body is None and not extra:
        return None, None
    from jackfield.answers import Multipart

    if isinstance(body, Multipart):
        from jackfield.multipart import MultipartBody

        fields = [*body.fields, *((name, str(value)) for name, value in extra.items())]
        multipart = MultipartBody(Multipart(fields))
        for source in multipart.sources:
            _allowed(source, call, rules)
            source.measure()
        return multipart, multipart.content_type
    if extra:
        raise ConfigError("extra_body needs a request with a JSON or form body")
    if isinstance(body, (bytes, bytearray)):
        return bytes(body), "application/octet-stream"
    if isinstance(body, Source):
        from jackfield.multipart import SourceBody

        _allowed(body, call, rules)
        return SourceBody(body), "application/octet-stream"
    return _json(body, registry), "application/json"


def _json(body: Any, registry: Registry) -> bytes:
    try:
        data = jsonio.encode(body, _refuse)
    except (TypeError, ValueError, RecursionError) as error:
        for path, part in _sources_left(body, "", None):
            raise _unhandled(path, part, registry) from None
        raise RequestError(f"the request can't be written as JSON: {error}") from None
    if b"null" in data:  # orjson writes NaN so; the caller's were found, a plugin's may be here
        from jackfield.canonical import canonical

        canonical(body if isinstance(body, dict) else {"body": body})
    return data


def _allowed(source: Source, call: Call, rules: FetchRules) -> None:
    if source.kind == "path" and call.origin == "remote":
        raise SourceError("a call that came over a network can't name a local file")
    if source.kind == "path" and not rules.local_files:
        raise SourceError(f"local files are turned off (local_files=False): {source.text}")


def _refuse(value: Any) -> Any:
    if isinstance(value, Source):
        raise TypeError(f"{value!r} was left in it: no installed plugin turned it into content")
    raise TypeError(f"a {type(value).__name__} is not JSON")


def _sources_left(value: Any, path: str, part: str | None) -> Iterator[tuple[str, str | None]]:
    """Where files are still in a JSON body, and the type of the content part around each."""
    if isinstance(value, Source):
        yield path, part
    elif isinstance(value, dict):
        kind = value.get("type")
        for key, item in value.items():
            here = f"{path}.{key}" if path else str(key)
            yield from _sources_left(item, here, kind if isinstance(kind, str) else part)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _sources_left(item, f"{path}[{index}]", part)


def _unhandled(path: str, part: str | None, registry: Registry) -> RequestError:
    owner = registry.parts_reserved(part) if part is not None else None
    advice = f"; install {owner} (pip install {owner})" if owner else ""
    return RequestError(
        f"{path} is a file, and no installed plugin turned it into content{advice}", path=path
    )


def _replayable(body: Any) -> bool:
    return body is None or isinstance(body, bytes) or bool(getattr(body, "replayable", True))


# Sending ------------------------------------------------------------------------------------------


def _send(outgoing: Outgoing, settings: Settings, endpoint: Endpoint) -> Generator[Any, Any, Any]:
    """Authorise, send and follow redirects; nothing secret crosses to another origin."""
    at_home = True
    for _ in range(MAX_REDIRECTS + 1):
        authorised = _authorise(outgoing, settings.key, endpoint) if at_home else outgoing
        reply = yield Send(authorised)
        if reply.status not in _REDIRECTS or "location" not in reply.headers:
            return reply
        yield Close(reply)
        outgoing, stays = _redirected(outgoing, reply)
        at_home = at_home and stays
    raise APIConnectionError(f"more than {MAX_REDIRECTS} redirects", retryable=False)


def _authorise(outgoing: Outgoing, key: Secret | None, endpoint: Endpoint) -> Outgoing:
    if key is None:
        return outgoing
    names = {name.lower() for name in outgoing.headers}
    if any(name in names for name in endpoint.auth_headers):
        return outgoing  # the caller's own header wins
    body = outgoing.body

    def body_hash() -> str | None:
        if body is None or isinstance(body, bytes):
            return hashlib.sha256(body or b"").hexdigest()
        return None  # it is not read twice

    auth = _auth(endpoint.auth, key.reveal())
    added = auth(outgoing.method, outgoing.url, outgoing.headers, body_hash)
    return outgoing.replace(headers={**outgoing.headers, **added})


@lru_cache(maxsize=64)
def _auth(factory: str, key: str) -> Auth:
    made: Auth = load(factory)(key)
    return made


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _redirected(outgoing: Outgoing, reply: Any) -> tuple[Outgoing, bool]:
    """The request after a redirect, and whether it stays with the origin."""
    try:
        url = urljoin(outgoing.url, reply.headers["location"])
        stays = _origin(url) == _origin(outgoing.url)
    except ValueError:
        raise APIConnectionError("a redirect to what is no URL", retryable=False) from None
    if urlsplit(url).scheme not in ("http", "https"):
        raise APIConnectionError("a redirect to something else than http(s)", retryable=False)
    changes: dict[str, Any] = {"url": url}
    headers = outgoing.headers
    if reply.status == 303 or (reply.status in (301, 302) and outgoing.method == "POST"):
        changes |= {"method": "GET", "body": None}
        headers = {n: v for n, v in headers.items() if n.lower() != "content-type"}
    if not stays:
        headers = {n: v for n, v in headers.items() if n.lower() in _STANDARD}
        changes["session"] = None  # its headers, cookies and auth are for the other origin
    return outgoing.replace(headers=headers, **changes), stays


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
        kind = reply.headers.get("content-type", "no content type")
        raise _invalid(f"no JSON ({kind})", data, reply, owner, settings) from None
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
