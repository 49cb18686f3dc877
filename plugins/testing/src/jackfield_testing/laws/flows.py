"""A call from its parameters to its outcome without any I/O: replies are given, time is virtual."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

import attrs

from jackfield import surfaces
from jackfield.discovery import Plugin
from jackfield.effects import Answer, Close, Outgoing, Piece, Read, ReadSource, Send, Sleep
from jackfield.envelope import Call
from jackfield.exchange import Context, exchange
from jackfield.manifest import Manifest
from jackfield.registry import Registry
from jackfield.sources import FetchRules
from jackfield.stream import Stream, pump
from jackfield_testing.laws import passthrough

_E = TypeVar("_E", bound=BaseException)

KEY = "sk-laws-0123456789"
"""The key that calls are made with."""
NOW = 1_700_000_000.0
"""The virtual time of the first attempt, in seconds since the epoch."""


class Reply:
    """A made-up reply: status, headers, and a body in pieces; a piece may be an exception."""

    def __init__(
        self,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        body: bytes | Sequence[bytes | BaseException] = b"{}",
    ) -> None:
        self.status = status
        self.headers = {"content-type": "application/json", **(headers or {})}
        self._pieces = [body] if isinstance(body, bytes) else list(body)
        self._next = 0
        self.closed = False

    def read(self, limit: int | None) -> bytes:
        """The whole body, as a transport's reply gives it."""
        self.closed = True
        found = b""
        for piece in self._pieces:
            if isinstance(piece, BaseException):
                raise piece
            found += piece
        return found

    def piece(self, deadline: float | None) -> bytes:
        """What comes next."""
        if self._next == len(self._pieces):
            return b""
        piece = self._pieces[self._next]
        self._next += 1
        if isinstance(piece, BaseException):
            raise piece
        return piece

    def close(self, drain: bool) -> None:
        """Note that the reply was closed."""
        self.closed = True


class Upstream:
    """Replies (or exceptions) in turn, the last one again and again; it keeps what was sent."""

    def __init__(self, *replies: Reply | BaseException | Callable[[Outgoing], Reply]) -> None:
        self._replies = replies or (Reply(),)
        self.sent: list[Outgoing] = []
        self.slept: list[float] = []

    def send(self, outgoing: Outgoing) -> Reply:
        """Answer a request, as a transport does."""
        self.sent.append(outgoing)
        reply = self._replies[min(len(self.sent), len(self._replies)) - 1]
        if isinstance(reply, BaseException):
            raise reply
        return reply if isinstance(reply, Reply) else reply(outgoing)

    def now(self) -> float:
        """Virtual time: what was slept, since `NOW`."""
        return NOW + sum(self.slept)


class Driver:
    """Performs a flow's effects on an `Upstream`, as the real drivers do on a transport."""

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream

    def run(self, flow: Any) -> Any:
        """Drive a flow to its end."""
        value: Any = None
        error: BaseException | None = None
        try:
            while True:
                effect = flow.send(value) if error is None else flow.throw(error)
                try:
                    value, error = self._perform(effect), None
                except Exception as failure:  # noqa: BLE001 - the flow's to handle
                    value, error = None, failure
        except StopIteration as stop:
            return stop.value

    def _perform(self, effect: Any) -> Any:
        if isinstance(effect, Send):
            return self._upstream.send(effect.outgoing)
        if isinstance(effect, Read):
            return effect.reply.read(effect.limit)
        if isinstance(effect, Piece):
            return effect.reply.piece(effect.deadline)
        if isinstance(effect, Close):
            return effect.reply.close(effect.drain)
        if isinstance(effect, Sleep):
            return self._upstream.slept.append(effect.seconds)
        if isinstance(effect, ReadSource):
            return effect.source.read(effect.mode, effect.max_bytes)
        raise TypeError(f"not an effect of such a flow: {effect!r}")

    def close(self, reply: Any) -> None:
        """Close a reply that is no longer read."""
        reply.close(False)


@attrs.define
class Outcome:
    """What became of a call.

    Attributes:
        value: the result's raw JSON, or the raw chunks that a stream gave.
        error: what was raised in the end, for a stream after ``value``.
        sent: the requests.
        slept: the waits between them, in seconds.
        losses: what was mapped, dropped or passed.
    """

    value: Any = None
    error: BaseException | None = None
    sent: list[Outgoing] = attrs.field(factory=list)
    slept: list[float] = attrs.field(factory=list)
    losses: tuple[Any, ...] = ()

    def body(self) -> bytes:
        """The body of the only request."""
        [outgoing] = self.sent
        assert isinstance(outgoing.body, bytes)
        return outgoing.body


def registry_of(*manifests: Manifest) -> Registry:
    """The routes of these plugins and of no others; the canonical surfaces are always there."""
    return Registry(
        [
            Plugin("surfaces", "jackfield", manifest=surfaces.MANIFEST),
            *(Plugin(m.name, f"dist-{m.name}", manifest=m) for m in manifests),
        ]
    )


_REGISTRY = registry_of(passthrough.MANIFEST)


def ask(
    params: Mapping[str, Any],
    upstream: Upstream | None = None,
    *,
    model: str = "raw/m",
    surface: str = "chat",
    stream: bool = False,
    registry: Registry | None = None,
    unsupported: Any = "raise",
    jitter: Callable[[], float] = lambda: 0.5,
    max_retries: int = 0,
    **settings: Any,
) -> Outcome:
    """Make a call through `jackfield.exchange.exchange` and see what becomes of it.

    Args:
        params: canonical parameters.
        upstream: what answers; by default an empty object.
        model: the routing name; below ``raw/`` or ``shaped/`` unless a registry is given.
        surface: the surface's name.
        stream: whether to read a stream to its end.
        registry: the routes.
        unsupported: the parameter policy.
        jitter: in place of randomness.
        max_retries: as in every call.
        **settings: other settings of the call (``extra_body``).
    """
    upstream = upstream or Upstream()
    given = {
        "api_key": KEY,
        "base_url": "https://upstream.invalid/v1",
        "max_retries": max_retries,
        **settings,
    }
    routes = registry or _REGISTRY
    context = Context(routes, given, {}, FetchRules(), jitter, upstream.now, is_async=False)
    call = Call(surface, model, params, stream=stream, unsupported=unsupported)
    driver: Any = Driver(upstream)
    outcome = Outcome(sent=upstream.sent, slept=upstream.slept)
    try:
        flow = exchange(call, context)
        first = driver.run(pump(flow))
        outcome.losses = tuple(first.losses)
        if stream:
            described = first.surface or routes.surface(surface)
            outcome.value = []
            for chunk in _chunks(Stream(driver, flow, first, described)):
                outcome.value.append(chunk)
        else:
            assert isinstance(first, Answer)
            outcome.value = first.raw
    except Exception as error:  # noqa: BLE001 - what was raised is what is looked at
        outcome.error = error
    return outcome


def raised(kind: type[_E], do: Callable[[], Any]) -> _E | None:
    """The error of this kind that ``do`` raises, or None; any other error goes on."""
    try:
        do()
    except kind as error:
        return error
    return None


def _chunks(stream: Iterable[Any]) -> Iterator[Any]:
    for view in stream:
        yield view._raw
