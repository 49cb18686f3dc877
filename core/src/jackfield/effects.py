"""What a flow asks of its driver, and what it is answered with.

A flow is a generator that yields effects and is sent their results, or has their errors thrown into
it. It does no I/O itself, so the same flow serves the sync and the async driver, and tests can
drive it without either.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from jackfield.config import Timeouts
    from jackfield.envelope import Loss
    from jackfield.machine import Machine
    from jackfield.manifest import Surface
    from jackfield.progress import Report
    from jackfield.protocols import Body
    from jackfield.sources import Sink, Source


class Outgoing:
    """One HTTP request, complete but for what the session adds.

    ``address`` pins the connection to an IP address; the URL's host is still what is asked for and
    what the certificate must match. ``session`` is the caller's own client, if one was given.
    ``report`` is told how far a body that is sent in pieces has come.
    """

    __slots__ = ("address", "body", "headers", "method", "report", "session", "timeouts", "url")

    def __init__(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        body: bytes | Body | None,
        timeouts: Timeouts,
        session: Any = None,
        address: str | None = None,
        report: Report | None = None,
    ) -> None:
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.session = session
        self.address = address
        self.report = report

    def replace(self, **changes: Any) -> Outgoing:
        """A copy with some attributes changed."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return Outgoing(**(fields | changes))

    def __repr__(self) -> str:
        # Neither headers nor the query: both can hold secrets.
        return f"<Outgoing {self.method} {self.url.split('?', 1)[0]}>"


class Send:
    """Send a request; answered with a `Reply` as soon as its head is there."""

    __slots__ = ("outgoing",)

    def __init__(self, outgoing: Outgoing) -> None:
        self.outgoing = outgoing


class Read:
    """Read a reply's whole body and close it; answered with bytes.

    With a ``limit``, reading stops as soon as more than so many bytes are there.
    """

    __slots__ = ("limit", "reply")

    def __init__(self, reply: Any, limit: int | None = None) -> None:
        self.reply = reply
        self.limit = limit


class Piece:
    """Read what comes next of a reply's body; answered with bytes, empty at the end."""

    __slots__ = ("deadline", "reply")

    def __init__(self, reply: Any, deadline: float | None = None) -> None:
        self.reply = reply
        self.deadline = deadline


class Save:
    """Write a reply's body to a sink, whole or not at all, and close it; answered with `Saved`.

    ``content`` is the body where it was read already.
    """

    __slots__ = ("content", "reply", "report", "sink", "timeouts")

    def __init__(
        self,
        reply: Any,
        sink: Sink,
        timeouts: Timeouts,
        report: Report | None,
        content: bytes | None = None,
    ) -> None:
        self.content = content
        self.reply = reply
        self.sink = sink
        self.timeouts = timeouts
        self.report = report


class CheckSink:
    """Find out whether a sink can be written to, before anything is asked for."""

    __slots__ = ("sink",)

    def __init__(self, sink: Sink) -> None:
        self.sink = sink


class Close:
    """Close a reply; with ``drain``, keep its connection if the body's end is at hand."""

    __slots__ = ("drain", "reply")

    def __init__(self, reply: Any, drain: bool = False) -> None:
        self.reply = reply
        self.drain = drain


class Sleep:
    """Wait so many seconds."""

    __slots__ = ("seconds",)

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds


class ReadSource:
    """Read a local source; answered with bytes."""

    __slots__ = ("max_bytes", "mode", "source")

    def __init__(self, source: Source, mode: Literal["all", "head"], max_bytes: int | None) -> None:
        self.source = source
        self.mode = mode
        self.max_bytes = max_bytes


class Resolve:
    """Look a host name up; answered with its addresses as text."""

    __slots__ = ("host", "port")

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.port = port


class Deliver:
    """Hand a stream to the caller.

    Answered with the chunks once the stream has ended cleanly; a failure is thrown in, and a stream
    that is closed early closes the flow.
    """

    __slots__ = ("losses", "machine", "reply", "surface")

    def __init__(
        self, reply: Any, machine: Machine, surface: Surface, losses: Sequence[Loss]
    ) -> None:
        self.reply = reply
        self.machine = machine
        self.surface = surface
        self.losses = losses


class Answer:
    """What a flow returns: the result's raw JSON, or a stream's chunks, and what came with it.

    Middleware may make one itself, to answer without a request; for a call that streams, ``raw``
    alone is enough too.
    """

    __slots__ = ("chunks", "headers", "losses", "operation", "raw", "surface")

    def __init__(
        self,
        raw: Any = None,
        *,
        chunks: Sequence[dict[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
        losses: Sequence[Loss] = (),
        surface: Surface | None = None,
        operation: str | None = None,
    ) -> None:
        self.raw = raw
        self.chunks = chunks
        self.headers = dict(headers or {})
        self.losses = tuple(losses)
        self.surface = surface
        self.operation = operation


Effect: TypeAlias = (
    Send | Read | Piece | Save | CheckSink | Close | Sleep | ReadSource | Resolve | Deliver
)
Flow: TypeAlias = Generator[Effect, Any, Answer]
