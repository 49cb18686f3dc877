"""Which headers of an answer the client gets, and which encodings of its body."""

from __future__ import annotations

from collections.abc import Mapping
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
