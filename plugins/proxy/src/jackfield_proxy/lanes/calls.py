"""Calls that plugins have a part in: through the library, and the result as the API gives it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from jackfield import jsonio
from jackfield.binary import Binary
from jackfield.errors import JackfieldError
from jackfield.manifest import CREATE
from jackfield.stream import AsyncStream
from jackfield_proxy.lanes import usage
from jackfield_proxy.lanes.events import EVENTS, done, event
from jackfield_proxy.requests.errors import refused
from jackfield_proxy.requests.headers import answered
from jackfield_proxy.requests.incoming import JSON
from jackfield_proxy.requests.onward import wishes
from jackfield_proxy.wire.asgi import Pairs

if TYPE_CHECKING:
    from jackfield_proxy.requests.incoming import Incoming
    from jackfield_proxy.routing.router import Target

_TEXT = {
    "text": b"text/plain; charset=utf-8",
    "srt": b"text/plain; charset=utf-8",
    "vtt": b"text/vtt; charset=utf-8",
}
_MAX_WARNINGS = 2048
_NAMES = frozenset({"self", "surface", "model", "operation"})


async def ask(
    target: Target,
    surface: str,
    operation: str,
    incoming: Incoming,
    params: Mapping[str, Any],
    organization: str | None,
) -> Whole | Events:
    """Make a call; of a stream, wait for its first chunk.

    Raises:
        JackfieldError: it failed, before anything of it could be sent on.
    """
    settings: dict[str, Any] = {} if organization is None else {"organization": organization}
    if not _NAMES.isdisjoint(params):  # they would be taken for the call's own arguments
        settings["extra_body"] = {name: params[name] for name in _NAMES & params.keys()}
        params = {name: value for name, value in params.items() if name not in _NAMES}
    headers = wishes(incoming.headers, target.deployment.entry.params.headers)
    if incoming.given_id is not None:
        headers["X-Client-Request-Id"] = incoming.given_id
    if headers:
        settings["extra_headers"] = headers
    incoming.lane, incoming.provider = "calls", target.vendor
    began = time.perf_counter()
    try:
        outcome = await target.deployment.client.call(
            surface, target.model, operation=operation, **{**params, **settings}
        )
        if isinstance(outcome, AsyncStream):
            first = await anext(outcome, None)
            return Events(outcome, surface, None if first is None else first.to_dict())
        return Whole(outcome, params if operation == CREATE else {})
    finally:
        incoming.waited += time.perf_counter() - began


class Whole:
    """A result that came whole."""

    __slots__ = ("_params", "_result")

    def __init__(self, result: Any, params: Mapping[str, Any]) -> None:
        self._result = result
        self._params = params

    async def deliver(self, incoming: Incoming) -> None:
        """Send it as the API would have: JSON, text or bytes."""
        result = self._result
        headers = answered(result._response_headers, raw=False) + _warned(result.warnings)
        if isinstance(result, Binary):
            await incoming.answer(200, headers, result.content)
            return
        raw = result._raw
        found = usage.of(raw.get("usage") if isinstance(raw, dict) else None)
        incoming.input_tokens, incoming.output_tokens = found.input, found.output
        as_text = _TEXT.get(str(self._params.get("response_format")))
        headers = [(name, value) for name, value in headers if name != b"content-type"]
        if as_text is not None and set(raw) == {"text"}:
            body = raw["text"].encode("utf-8", "surrogatepass")
            await incoming.answer(200, [*headers, (b"content-type", as_text)], body)
        else:
            await incoming.answer(200, [*headers, JSON], jsonio.encode(raw))


class Events:
    """A stream of chunks, of which the first is there."""

    __slots__ = ("_first", "_stream", "_surface")

    def __init__(
        self, stream: AsyncStream[Any], surface: str, first: dict[str, Any] | None
    ) -> None:
        self._stream = stream
        self._surface = surface
        self._first = first

    async def deliver(self, incoming: Incoming) -> None:
        """Send it as events; a failure on the way is the last of them, as the API does it."""
        stream = self._stream
        headers = answered(stream._response_headers, raw=False) + _warned(stream.warnings)
        headers = [(name, value) for name, value in headers if name != b"content-type"]
        async with stream:
            await incoming.start(200, [*headers, EVENTS])
            incoming.streamed = True
            last: dict[str, Any] = {}
            try:
                async for chunk in self._all():
                    last = chunk
                    await incoming.piece(event(self._surface, chunk))
            except JackfieldError as error:
                incoming.error = error.message
                await incoming.end(_failure(error))
                return
            finally:
                _count(incoming, last)
            await incoming.end(done(self._surface))

    async def _all(self) -> AsyncIterator[dict[str, Any]]:
        if self._first is not None:
            yield self._first
        async for chunk in self._stream:
            yield chunk._raw


def _failure(error: JackfieldError) -> bytes:
    """The event that says what broke a stream off."""
    return b"data: " + refused(error).body() + b"\n\n"


def _count(incoming: Incoming, last: Mapping[str, Any]) -> None:
    counts = last.get("usage")
    if counts is None and isinstance(last.get("response"), dict):
        counts = last["response"].get("usage")
    found = usage.of(counts)
    incoming.input_tokens, incoming.output_tokens = found.input, found.output


def _warned(losses: Any) -> Pairs:
    """What was mapped or dropped on the way, so that nothing is lost without a word."""
    if not losses:
        return []
    text = "; ".join(f"{loss.kind} {loss.path}: {loss.reason}" for loss in losses)
    value = text.encode("ascii", "replace")[:_MAX_WARNINGS]
    return [(b"x-jackfield-warnings", bytes(b if 32 <= b < 127 else 32 for b in value))]
