"""What hooks take and give: plain OpenAI-shaped JSON in small frozen envelopes.

Nothing here does I/O, and nothing here holds a secret.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

import attrs

if TYPE_CHECKING:
    from jackfield.sources import Source

JSON: TypeAlias = Any
"""Plain JSON: dict, list, str, int, float, bool, None."""

Chunk: TypeAlias = dict[str, Any]
"""One chunk of a stream: the JSON object that the surface's chunk view shows."""

Policy: TypeAlias = Literal["raise", "warn", "drop", "pass"]


@attrs.frozen
class Loss:
    """Something the caller gave that does not reach the upstream as it was given.

    ``path`` is where (``reasoning_effort.summary``, ``tools[1].type``), ``kind`` what became of it
    (``mapped``, ``dropped``, ``passed``), ``reason`` why.
    """

    path: str
    kind: str
    reason: str


@attrs.frozen
class Fetched:
    """What core read from a `Source` for a `Fetch`: its bytes (all, or the head), name and type."""

    data: bytes
    name: str | None = None
    content_type: str | None = None
    size: int | None = None


@attrs.frozen
class Call:
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
    fetched: Mapping[Source, Fetched] = attrs.field(factory=dict)
    losses: tuple[Loss, ...] = ()

    def replace(self, **changes: Any) -> Call:
        """A copy with some attributes changed."""
        return attrs.evolve(self, **changes)

    def body(self) -> dict[str, Any]:
        """The request body of an OpenAI-shaped surface: the model, then the parameters."""
        return {"model": self.model, **self.params}


@attrs.frozen
class Delegate:
    """Run ``call`` and come back: its result or chunks reach this plugin's other hooks as JSON.

    ``state`` is handed back in ``response.state``.
    """

    call: Call
    state: Any = None


@attrs.frozen
class Fetch:
    """Ask core to read these sources and to ask again, with the bytes in ``call.fetched``.

    ``mode`` is ``all``, or ``head`` for the first ``max_bytes`` (to look at a file's type).
    With ``all``, a source larger than ``max_bytes`` is a `SourceError`.
    """

    refs: Sequence[Source]
    mode: Literal["all", "head"] = "all"
    max_bytes: int | None = None


@attrs.frozen
class Decline:
    """This plugin can't serve the call; ``distribution`` names one that could, if known."""

    reason: str
    distribution: str | None = None


@attrs.frozen
class Framing:
    """How a streamed body is cut into events, and which events end it.

    ``kind`` is ``sse``; ``done`` are data texts that end the stream without being events,
    ``terminal`` are values of the event's ``type`` that end it and are events.
    With neither, the stream ends when the connection does.
    """

    kind: Literal["sse"] = "sse"
    done: tuple[str, ...] = ("[DONE]",)
    terminal: tuple[str, ...] = ()


@attrs.frozen
class FilePart:
    """A file in a `Multipart`: a source (or bytes), with the name and type to send it under."""

    source: Source | bytes
    name: str | None = None
    content_type: str | None = None


@attrs.frozen
class Multipart:
    """A ``multipart/form-data`` body: fields in order, text or `FilePart`. Repeats are allowed."""

    fields: Sequence[tuple[str, str | FilePart]]


@attrs.frozen
class WireRequest:
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


@attrs.frozen
class WireResponse:
    """What came back: the decoded body in ``json`` (``text``/``bytes`` as asked), and ``state``.

    ``headers`` have lower-case names, repeats joined by ``, ``. For a `Delegate` the ``json`` is
    the delegate's result.
    """

    status: int
    headers: Mapping[str, str]
    json: Any = None
    state: Any = None


@attrs.frozen
class Result:
    """The surface's result as plain JSON, and what was lost on the way back."""

    raw: Any
    losses: tuple[Loss, ...] = ()


@attrs.frozen
class Next:
    """Send another request, ``after`` so many seconds; its response carries ``state``."""

    request: WireRequest
    after: float = 0.0
    state: Any = None


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
