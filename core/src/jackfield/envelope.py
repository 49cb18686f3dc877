"""What hooks take and give: plain OpenAI-shaped JSON in small frozen envelopes.

Nothing here does I/O, and nothing here holds a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import attrs

from jackfield.value import Value

if TYPE_CHECKING:
    from jackfield.answers import Decline, Delegate, Fetch, Fetched, FilePart, Multipart, Next
    from jackfield.sources import Source

JSON: TypeAlias = Any
"""Plain JSON: dict, list, str, int, float, bool, None."""

Chunk: TypeAlias = dict[str, Any]
"""One chunk of a stream: the JSON object that the surface's chunk view shows."""

Policy: TypeAlias = Literal["raise", "warn", "drop", "pass"]


@attrs.frozen(eq=False, repr=False)
class Loss(Value):
    """Something the caller gave that does not reach the upstream as it was given.

    ``path`` is where (``reasoning_effort.summary``, ``tools[1].type``), ``kind`` what became of it
    (``mapped``, ``dropped``, ``passed``), ``reason`` why.
    """

    path: str
    kind: str
    reason: str


@attrs.frozen(eq=False, repr=False)
class Call(Value):
    """One call on its way to a request.

    Attributes:
        surface: the surface's name, e.g. ``chat``.
        model: the model as the upstream knows it, without the claim's prefix. In a call that a hook
            returns, a different model (or surface) is a re-route and is read as a routing name.
        params: the request's parameters in the caller's order, plain JSON except for `Source`
            values; neither settings nor the model are among them. Never change it: build another.
        stream: whether the caller wants chunks. What the upstream is asked is ``params["stream"]``.
        operation: what is done on the surface; ``create`` unless a helper says otherwise.
        name: the routing name, prefix included.
        prefix: the prefix of the claim that serves it.
        unsupported: the parameter policy of the call.
        origin: ``local``, or ``remote`` for a call that came over a network: then no path is read.
        official: whether the request goes to the endpoint's own base URL.
        takes: forms of content that the claim takes beyond those of the surface.
        fetched: what earlier `Fetch` answers brought, by source.
        losses: what was mapped, dropped or passed so far.
    """

    surface: str
    model: str
    params: Mapping[str, Any]
    stream: bool = False
    operation: str = "create"
    name: str = ""
    prefix: str = ""
    unsupported: Policy = "raise"
    origin: Literal["local", "remote"] = "local"
    official: bool = True
    takes: tuple[str, ...] = ()
    fetched: Mapping[Source, Fetched] = attrs.field(factory=dict)
    losses: tuple[Loss, ...] = ()

    def replace(self, **changes: Any) -> Call:
        """A copy with some attributes changed."""
        return attrs.evolve(self, **changes)

    def body(self) -> dict[str, Any]:
        """The request body of an OpenAI-shaped surface: the model, then the parameters."""
        return {"model": self.model, **self.params}


@attrs.frozen(eq=False, repr=False)
class Framing(Value):
    """How a streamed body is cut into events, and which events end it.

    ``kind`` is ``sse``; ``done`` are data texts that end the stream without being events,
    ``terminal`` are values of the event's ``type`` that end it and are events; an event without a
    ``type`` gets its name as such there.
    With neither, the stream ends when the connection does.
    """

    kind: Literal["sse"] = "sse"
    done: tuple[str, ...] = ("[DONE]",)
    terminal: tuple[str, ...] = ()


@attrs.frozen(eq=False, repr=False)
class WireRequest(Value):
    """What to send.

    Attributes:
        method: the HTTP method.
        path: below the endpoint's base URL (``/chat/completions``).
        body: ``dict`` or ``list`` is sent as JSON, `Multipart` and a `Source` or bytes as they are,
            None is no body.
        headers, query: beyond what core adds. No secret: core adds those.
        framing: how the answer is cut into events if it is a stream.
        expect: what a success answer is: ``json``, ``text`` or ``bytes``.
        idempotent: whether it may be sent again after its connection broke; True for most.
    """

    method: str = "POST"
    path: str = "/"
    body: Any = None
    headers: Mapping[str, str] = attrs.field(factory=dict)
    query: Mapping[str, str] = attrs.field(factory=dict)
    framing: Framing = Framing()
    expect: Literal["json", "text", "bytes"] = "json"
    idempotent: bool = True


@attrs.frozen(eq=False, repr=False)
class WireResponse(Value):
    """What came back: the decoded body in ``json`` (``text``/``bytes`` as asked), and ``state``.

    ``headers`` have lower-case names, repeats joined by ``, ``. For a `Delegate` the ``json`` is
    the delegate's result.
    """

    status: int
    headers: Mapping[str, str]
    json: Any = None
    state: Any = None


@attrs.frozen(eq=False, repr=False)
class Result(Value):
    """The surface's result as plain JSON, and what was lost on the way back."""

    raw: Any
    losses: tuple[Loss, ...] = ()


class Event:
    """One decoded event of a stream: its ``json``, and the event's ``name`` where it has one."""

    __slots__ = ("json", "name")

    def __init__(self, json: Any, name: str | None = None) -> None:
        self.json = json
        self.name = name

    def __repr__(self) -> str:
        return "END" if self is END else f"Event(json={self.json!r}, name={self.name!r})"


END: Final = Event(None)
"""Given to ``stream_chunk`` once, after the last event of a stream that ended cleanly."""

Folder: TypeAlias = Callable[[Sequence[Chunk]], JSON]

_ANSWERS = ("Decline", "Delegate", "Fetch", "Fetched", "FilePart", "Multipart", "Next")


def __getattr__(name: str) -> Any:
    if name in _ANSWERS:
        from jackfield import answers

        return getattr(answers, name)
    raise AttributeError(f"module 'jackfield.envelope' has no attribute {name!r}")


__all__ = [
    "END",
    "JSON",
    "Call",
    "Chunk",
    "Decline",
    "Delegate",
    "Event",
    "Fetch",
    "Fetched",
    "FilePart",
    "Folder",
    "Framing",
    "Loss",
    "Multipart",
    "Next",
    "Policy",
    "Result",
    "WireRequest",
    "WireResponse",
]
