"""Which headers cross the proxy, each way. What is not named here stays on its side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from jackfield_proxy.wire.asgi import Pairs

_STAYS = frozenset(
    {
        # of one connection
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"),
        *("trailers", "transfer-encoding", "upgrade", "proxy-connection"),
        # of the upstream's own server, or meant for us
        *("server", "date", "alt-svc", "set-cookie", "strict-transport-security", "via", "nel"),
        *("report-to", "content-security-policy", "x-content-type-options", "cf-ray"),
        *("cf-cache-status", "www-authenticate"),
        # of the body, which may not be the same one
        *("content-length", "content-encoding"),
    }
)
_ORDINARY = ("", "keep-alive", "close")
_FORWARDED = (
    *("accept", "accept-encoding", "content-type", "idempotency-key", "openai-beta", "range"),
    *("x-client-request-id",),
)


@lru_cache(maxsize=512)
def _crossing(name: str) -> bytes | None:
    """A response header's name as the client gets it; None for one that stays."""
    if name in _STAYS or name.startswith(("access-control-", "x-jackfield-")):
        return None
    return name.encode("latin-1")


def answered(headers: Mapping[str, str], *, raw: bool) -> Pairs:
    """The upstream's response headers that the client gets.

    Args:
        headers: by lower-case name.
        raw: whether the body is passed on byte for byte, with its encoding. Its length is not
            among them: see `measured`.
    """
    pairs = [
        (crossing, value.encode("latin-1", "replace"))
        for name, value in headers.items()
        if (crossing := _crossing(name)) is not None
    ]
    named = headers.get("connection", "").lower()
    if named not in _ORDINARY:  # it names others that are of one connection
        stay = {name.strip().encode("latin-1", "replace") for name in named.split(",")}
        pairs = [pair for pair in pairs if pair[0] not in stay]
    if raw and "content-encoding" in headers:
        pairs.append((b"content-encoding", headers["content-encoding"].encode("latin-1")))
    return pairs


def measured(headers: Mapping[str, str]) -> Pairs:
    """The length of an upstream's body, where it says one, for a body that is passed on so."""
    length = headers.get("content-length")
    return [] if length is None else [(b"content-length", length.encode("latin-1"))]


READABLE = ("gzip", "x-gzip", "deflate", "identity")
"""Content encodings that can be looked into; upstreams are asked for no other."""


@lru_cache(maxsize=64)
def acceptable(given: bytes | None) -> str:
    """The ``Accept-Encoding`` for an upstream, given the client's."""
    parts = [] if given is None else given.decode("latin-1").split(",")
    kept = [part.strip() for part in parts if part.partition(";")[0].strip().lower() in READABLE]
    return ", ".join(kept) or "identity"


@lru_cache(maxsize=256)
def accepts(given: bytes | None, encoding: str) -> bool:
    """Whether a client's ``Accept-Encoding`` takes a content encoding."""
    weights: dict[str, float] = {}
    for part in (given or b"").decode("latin-1").lower().split(","):
        name, _, rest = part.partition(";")
        key, _, weight = rest.partition("=")
        try:
            weights[name.strip()] = float(weight) if key.strip() == "q" else 1.0
        except ValueError:
            weights[name.strip()] = 0.0
    names = {"gzip", "x-gzip"} if encoding in ("gzip", "x-gzip") else {encoding}
    said = [weights[name] for name in names if name in weights]
    return max(said or [weights.get("*", 0.0)]) > 0


def wishes(headers: Mapping[bytes, bytes], own: Iterable[str]) -> dict[str, str]:
    """The client's headers that go upstream with every request, if it has any of them.

    Args:
        headers: the client's.
        own: names of the deployment's headers, which win.
    """
    if b"openai-beta" not in headers and b"idempotency-key" not in headers:
        return {}
    taken = {name.lower() for name in own}
    names = [name for name in ("idempotency-key", "openai-beta") if name not in taken]
    return forwarded(headers, names)


def forwarded(headers: Mapping[bytes, bytes], names: Iterable[str] = _FORWARDED) -> dict[str, str]:
    """The client's request headers that go upstream with a request that is forwarded."""
    return {
        name.title(): headers[key].decode("latin-1")
        for name in names
        if (key := name.encode("latin-1")) in headers
    }
