"""The fast lane: the client's bytes go upstream, the upstream's bytes go to the client.

No object is made of either. The model's name is replaced in the request; of the answer just enough
is looked at to tell an answer from something else, and to find the tokens that it reports.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Generator, Mapping
from typing import TYPE_CHECKING, Any

from jackfield import jsonio
from jackfield.dotted import load
from jackfield.effects import Close, Outgoing, Send
from jackfield.errors import APIError, APIResponseValidationError, error_from_body
from jackfield.outgoing import send
from jackfield_proxy import usage
from jackfield_proxy.headers import READABLE, acceptable, answered
from jackfield_proxy.incoming import Cut
from jackfield_proxy.splice import with_model

if TYPE_CHECKING:
    from jackfield.config import Settings
    from jackfield.passage import Passage
    from jackfield.protocols import AsyncReply, Transport
    from jackfield_proxy.deployments import Deployment
    from jackfield_proxy.incoming import Incoming

_AT_ONCE = 1024 * 1024
"""An answer up to this size is read whole before any of it leaves, so that it can be judged."""


class Passed:
    """An answer that is to be passed on: its reply, and what of the body was read so far."""

    __slots__ = ("_reply", "_settings", "begun", "whole")

    def __init__(self, reply: AsyncReply, begun: bytes, whole: bool, settings: Settings) -> None:
        self._reply = reply
        self._settings = settings
        self.begun = begun
        self.whole = whole

    async def deliver(self, incoming: Incoming) -> None:
        """Send it to the client, no faster than the client takes it."""
        reply = self._reply
        headers = answered(reply.headers, raw=True)
        if self.whole:
            incoming.lane = "bytes"
            _count(incoming, _plain_tail(self.begun, reply.headers))
            await incoming.start(reply.status, headers, self.begun, more=False)
            return
        try:
            await incoming.start(reply.status, headers, self.begun)
            incoming.streamed = True
            tail = usage.Tail()
            tail.add(self.begun)
            idle = self._settings.timeouts.idle
            while True:
                deadline = None if idle is None else time.monotonic() + idle
                piece = await reply.piece(deadline)
                if not piece:
                    break
                tail.add(piece)
                await incoming.piece(piece)
            await incoming.end()
            if "content-encoding" not in reply.headers:
                _count(incoming, tail.bytes())
        except APIError as error:
            # What has left can't be taken back: the client is to see that it is not whole.
            raise Cut(error.message) from None
        finally:
            await reply.close(False)


class Split:
    """An answer that came whole where a stream was asked for, as the stream that it stands for."""

    __slots__ = ("_chunks", "_reply", "_surface")

    def __init__(self, reply: AsyncReply, surface: str, chunks: list[dict[str, Any]]) -> None:
        self._reply = reply
        self._surface = surface
        self._chunks = chunks

    async def deliver(self, incoming: Incoming) -> None:
        """Send it as events."""
        from jackfield_proxy.events import EVENTS, done, event

        await incoming.start(200, [EVENTS, *_but_type(answered(self._reply.headers, raw=False))])
        incoming.streamed = True
        surface = self._surface
        events = [event(surface, chunk) for chunk in self._chunks]
        await incoming.end(b"".join(events) + done(surface))


def _but_type(pairs: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    return [(name, value) for name, value in pairs if name != b"content-type"]


async def ask(
    transport: Transport,
    passage: Passage,
    deployment: Deployment,
    incoming: Incoming,
    data: bytes,
    body: Mapping[str, Any],
    organization: str | None,
) -> Passed | Split:
    """Send the client's bytes, and wait for the answer's beginning.

    Raises:
        APIError: there is no answer, or it is an error.
        ConfigError: the deployment can't be called.
    """
    route = passage.route
    line = deployment.line(passage, organization)
    settings = line.settings
    incoming.provider = route.provider
    given = incoming.headers
    headers = line.headers.copy()
    if line.encodes:
        headers["Accept-Encoding"] = acceptable(given.get(b"accept-encoding"))
    if line.accepts:
        wanted = given.get(b"accept")
        headers["Accept"] = wanted.decode("latin-1") if wanted else "*/*"
    if incoming.given_id is not None:
        headers["X-Client-Request-Id"] = incoming.given_id
    outgoing = Outgoing(
        "POST", line.url, headers, with_model(data, body, route.model), settings.timeouts
    )
    began = time.perf_counter()
    try:
        if line.ready:
            reply = await transport.send(outgoing)
            if 300 <= reply.status < 400:  # nothing was done with it; core knows how to follow
                await reply.close(True)
                reply = await perform(send(outgoing, settings, passage.endpoint), transport)
        else:
            reply = await perform(send(outgoing, settings, passage.endpoint), transport)
        if reply.status >= 400:
            raise await error_of(reply, settings, route.model, route.provider)
        return await _judged(reply, passage, settings, bool(body.get("stream")))
    finally:
        incoming.waited += time.perf_counter() - began


async def perform(flow: Generator[Any, Any, Any], transport: Transport) -> Any:
    """Drive core's sending: authorisation, redirects. Its effects are `Send` and `Close`."""
    value: Any = None
    error: BaseException | None = None
    try:
        while True:
            effect = flow.send(value) if error is None else flow.throw(error)
            value, error = None, None
            try:
                if type(effect) is Send:
                    value = await transport.send(effect.outgoing)
                else:
                    assert type(effect) is Close
                    await effect.reply.close(effect.drain)
            except BaseException as failure:  # noqa: BLE001 - the flow's to handle
                error = failure
    except StopIteration as stop:
        return stop.value


async def error_of(reply: AsyncReply, settings: Settings, model: str, provider: str) -> APIError:
    """The error that an upstream answered with; its body is read, and no key is in it."""
    data = _decoded(await reply.read(_AT_ONCE), reply.headers)
    if _unreadable(reply.headers):
        data = b""
    text = data.decode("utf-8", "replace")
    if settings.key is not None:
        text = settings.key.hide_in(text)
    try:
        body: Any = jsonio.decode(text.encode("utf-8"))
    except ValueError:
        body = text
    return error_from_body(
        reply.status, body, headers=reply.headers, model=model, provider=provider
    )


async def _judged(
    reply: AsyncReply, passage: Passage, settings: Settings, stream: bool
) -> Passed | Split:
    """The answer, if it is one; an answer that is no stream and no larger than usual is whole."""
    headers = reply.headers
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        streams = kind == "text/event-stream" or (passage.binary and not _is_text(kind))
        if streams or _unreadable(headers):
            return Passed(reply, await _first(reply, settings), False, settings)
        length = headers.get("content-length", "")
        if not length.isdigit() or int(length) > _AT_ONCE:
            begun = await _first(reply, settings)
            if not length.isdigit():
                return await _unmeasured(reply, begun, kind, passage, settings, stream)
            return Passed(reply, begun, False, settings)
        data = await reply.read(None)
    except BaseException:
        await reply.close(False)
        raise
    return _whole(reply, data, kind, passage, settings, stream)


def _is_text(kind: str) -> bool:
    """Whether bytes that were asked for turn out to be an error object or somebody's page."""
    return kind == "application/json" or kind.endswith(("+json", "/html"))


async def _unmeasured(
    reply: AsyncReply,
    begun: bytes,
    kind: str,
    passage: Passage,
    settings: Settings,
    stream: bool,
) -> Passed | Split:
    """An answer that did not say its length: read on, up to what is judged whole."""
    parts, size = [begun], len(begun)
    while size <= _AT_ONCE and not begun.lstrip().startswith((b"data:", b"event:")):
        piece = await reply.piece(None)
        if not piece:
            await reply.close(False)
            return _whole(reply, b"".join(parts), kind, passage, settings, stream)
        parts.append(piece)
        size += len(piece)
    return Passed(reply, b"".join(parts), False, settings)


async def _first(reply: AsyncReply, settings: Settings) -> bytes:
    piece = await reply.piece(None)
    if not piece:
        raise _invalid("an empty body", b"", reply, settings)
    return piece


def _whole(
    reply: AsyncReply, data: bytes, kind: str, passage: Passage, settings: Settings, stream: bool
) -> Passed | Split:
    plain = _decoded(data, reply.headers).strip()
    if not plain:
        raise _invalid("an empty body", plain, reply, settings)
    if plain.startswith((b"data:", b"event:")) and stream:  # a stream that is labelled otherwise
        return Passed(reply, data, True, settings)
    if kind.endswith("/html") or not (plain.startswith(b"{") and plain.endswith(b"}")):
        raise _invalid("no JSON object", plain, reply, settings)
    if stream or plain[1:].lstrip().startswith(b'"error"'):
        try:
            decoded = jsonio.decode(plain)
        except ValueError:
            raise _invalid("no JSON", plain, reply, settings) from None
        if decoded.get("error") and "id" not in decoded:
            error = error_from_body(None, _hidden(decoded, settings), headers=reply.headers)
            error.status_code = reply.status
            raise error
        split = passage.route.surface.split
        if stream and split is not None:
            return Split(reply, passage.route.surface.name, list(load(split)(decoded)))
    return Passed(reply, data, True, settings)


def _hidden(decoded: Any, settings: Settings) -> Any:
    if settings.key is None:
        return decoded
    return jsonio.decode(settings.key.hide_in(jsonio.encode(decoded).decode()).encode())


def _invalid(what: str, data: bytes, reply: AsyncReply, settings: Settings) -> APIError:
    start = data[:4096].decode("utf-8", "replace")
    if settings.key is not None:
        start = settings.key.hide_in(start)
    start = start[:200]
    kind = reply.headers.get("content-type", "no content type")
    return APIResponseValidationError(
        f"the upstream answered {reply.status} ({kind}) with {what}"
        + (f": {start}" if start.strip() else ""),
        status_code=reply.status,
        headers=reply.headers,
        retryable=False,
    )


def _decoded(data: bytes, headers: Mapping[str, str]) -> bytes:
    """A copy to look at, without its encoding; as it is where the encoding is a rare one."""
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding not in ("gzip", "x-gzip", "deflate"):
        return data
    for window in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):
        try:
            return zlib.decompressobj(window).decompress(data, 16 * _AT_ONCE)
        except zlib.error:
            continue
    return data


def _unreadable(headers: Mapping[str, str]) -> bool:
    """Whether a body is in an encoding that was not asked for, and can't be looked into."""
    encoding = headers.get("content-encoding")
    return encoding is not None and encoding.strip().lower() not in READABLE


def _plain_tail(data: bytes, headers: Mapping[str, str]) -> bytes:
    return _decoded(data, headers)[-usage.TAIL :]


def _count(incoming: Incoming, tail: bytes) -> None:
    found = usage.last(tail)
    incoming.input_tokens, incoming.output_tokens = found.input, found.output
