"""Which of a client's headers go upstream. What is not named here stays on its side."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jackfield_proxy.requests.errors import Refused

_FORWARDED = (
    *("accept", "accept-encoding", "content-type", "idempotency-key", "openai-beta", "range"),
    *("x-client-request-id",),
)


def wishes(headers: Mapping[bytes, bytes], own: Iterable[str]) -> dict[str, str]:
    """The client's headers that go upstream with every request, if it has any of them.

    Args:
        headers: the client's.
        own: names of the deployment's headers, which win.

    Raises:
        Refused: 400, one of them can't be sent on.
    """
    if b"openai-beta" not in headers and b"idempotency-key" not in headers:
        return {}
    taken = {name.lower() for name in own}
    names = [name for name in ("idempotency-key", "openai-beta") if name not in taken]
    return forwarded(headers, names)


def forwarded(headers: Mapping[bytes, bytes], names: Iterable[str] = _FORWARDED) -> dict[str, str]:
    """The client's request headers that go upstream with a request that is forwarded.

    Raises:
        Refused: 400, one of them can't be sent on.
    """
    return {
        name.title(): plain(name.title(), headers[key])
        for name in names
        if (key := name.encode("latin-1")) in headers
    }


def plain(name: str, value: bytes) -> str:
    """A header's value that goes upstream.

    Raises:
        Refused: 400, it holds more than printable ASCII.
    """
    text = value.decode("latin-1")
    if text.isascii() and text.replace("\t", " ").isprintable():
        return text
    raise Refused(400, f"The header {name} holds what is no printable ASCII.")
