"""From a plugin's request and the settings to what is sent: URL, body, authorisation, redirects."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urljoin, urlsplit

from jackfield import config, jsonio
from jackfield.config import Secret, Settings
from jackfield.dotted import load
from jackfield.effects import Close, Outgoing, Send
from jackfield.envelope import Call, WireRequest
from jackfield.errors import APIConnectionError, ConfigError, RequestError, SourceError
from jackfield.manifest import Endpoint
from jackfield.registry import Registry
from jackfield.sources import FetchRules, Source

if TYPE_CHECKING:
    from jackfield.progress import Report
    from jackfield.protocols import Body

MAX_REDIRECTS = 10
_FORM = "multipart/form-data;"
_STANDARD = frozenset({"accept", "content-type"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})

Auth = Callable[[str, str, Mapping[str, str], Callable[[], str | None]], Mapping[str, str]]
"""``(method, url, headers, body_hash) -> headers``; ``body_hash()`` is the SHA-256 in hex."""


def bearer(key: str) -> Auth:
    """The usual authorisation: ``Authorization: Bearer <key>``."""
    header = {"Authorization": f"Bearer {key}"}
    return lambda method, url, headers, body_hash: header


# Building -----------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def _url(base: str, path: str) -> str:
    if path.startswith(("http://", "https://")):
        return path
    parts = base.partition("?")
    slash = "" if path.startswith(("/", "?")) or not path else "/"
    return parts[0].rstrip("/") + slash + path + parts[1] + parts[2]


def outgoing_of(
    request: WireRequest,
    call: Call,
    settings: Settings,
    rules: FetchRules,
    registry: Registry,
    report: Report | None = None,
) -> Outgoing:
    """The HTTP request for what a plugin wants sent, without authorisation.

    Raises:
        RequestError: a body or query that can't be written, or a body that may not be sent.
    """
    url = _url(settings.base_url, request.path)
    if (request.query or settings.query) and (query := _query(request.query, settings.query)):
        url += ("&" if "?" in url else "?") + query
    body, content_type = _body(request.body, settings.extra_body, call, rules, registry)
    headers = {"Accept": "*/*" if request.expect == "bytes" else "application/json"}
    if content_type is not None:
        headers["Content-Type"] = content_type
    # A plugin may name another origin: what is the caller's for this one does not go there.
    at_home = origin_of(url) == origin_of(settings.base_url)
    own, session = (settings.headers, settings.session) if at_home else ({}, None)
    if request.headers or own:
        headers = config.merge_headers(headers, request.headers, own)
        if content_type is not None and content_type.startswith(_FORM):
            # Without the boundary that only core knows, a form is unreadable.
            headers = config.merge_headers(headers, {"Content-Type": content_type})
    return Outgoing(request.method, url, headers, body, settings.timeouts, session, report=report)


def _query(own: Mapping[str, Any], extra: Mapping[str, Any]) -> str:
    pairs = []
    for name, value in {**own, **extra}.items():
        values = value if isinstance(value, (list, tuple)) else [value]
        texts = [_word(item) for item in values if item is not None]
        try:
            pairs += [urlencode({name: texts}, doseq=True, quote_via=quote)] if texts else []
        except UnicodeEncodeError:
            path = f"{'extra_query' if name in extra else 'query'}.{name}"
            path = path.encode("utf-8", "backslashreplace").decode("utf-8")
            raise RequestError(f"{path} has characters that no URL can hold", path=path) from None
    return "&".join(pairs)


def _word(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


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

        fields = [(n, v) for n, v in body.fields if n.partition("[")[0] not in extra]
        fields += _fields(extra)
        multipart = MultipartBody(Multipart(fields), rules.limit)
        for source in multipart.sources:
            _allowed(source, call, rules)
        multipart.measure()
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


def _fields(extra: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Extra parameters as fields of a form."""
    from jackfield.canonical import canonical
    from jackfield.forms import flattened

    for name, text in flattened(canonical(extra)[0] if extra else {}, _refused):
        yield name, "" if text is None else text


def _refused(value: Any) -> bool:
    if isinstance(value, Source):
        raise RequestError("extra_body can't bring files", path="extra_body")
    return False


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
        raise SourceError(f"local files are turned off (Client(local_files=False)): {source.text}")


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


def replayable(body: Any) -> bool:
    """Whether a body can be sent again."""
    return body is None or isinstance(body, bytes) or bool(getattr(body, "replayable", True))


# Sending ------------------------------------------------------------------------------------------


def send(outgoing: Outgoing, settings: Settings, endpoint: Endpoint) -> Generator[Any, Any, Any]:
    """Authorise, send and follow redirects; nothing secret crosses to another origin."""
    at_home = origin_of(outgoing.url) == origin_of(settings.base_url)
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


@lru_cache(maxsize=512)
def origin_of(url: str) -> tuple[str, str | None, int | None]:
    """Scheme, host and port of a URL: what credentials belong to."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


def _redirected(outgoing: Outgoing, reply: Any) -> tuple[Outgoing, bool]:
    """The request after a redirect, and whether it stays with the origin."""
    try:
        url = urljoin(outgoing.url, reply.headers["location"])
        stays = origin_of(url) == origin_of(outgoing.url)
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
