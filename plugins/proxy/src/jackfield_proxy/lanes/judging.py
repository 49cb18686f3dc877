"""What an upstream's answer is: one to pass on, an error in disguise, or nothing usable."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jackfield import jsonio
from jackfield.dotted import load
from jackfield.failures import error_in_success, unusable
from jackfield_proxy.lanes.encodings import decoded, unreadable
from jackfield_proxy.lanes.passing import Passed, Split

if TYPE_CHECKING:
    from jackfield.config import Settings
    from jackfield.errors import APIError
    from jackfield.passage import Passage
    from jackfield.protocols import AsyncReply

AT_ONCE = 1024 * 1024
"""An answer up to this size is read whole before any of it leaves, so that it can be judged."""

_FIRST_EVENT = re.compile(rb"\s*(?:event:[^\r\n]*\r?\n)?data:[ ]?(\{[^\r\n]*\})\r?(?:\n|$)")


async def judged(
    reply: AsyncReply,
    passage: Passage,
    settings: Settings,
    stream: bool,
    deadline: float | None = None,
) -> Passed | Split:
    """The answer, if it is one; an answer that is no stream and no larger than usual is whole.

    Args:
        reply: what came back.
        passage: how the request went.
        settings: the deployment's.
        stream: whether a stream was asked for.
        deadline: when the attempt's time is over, by the monotonic clock; a stream has to begin by
            then, anything else to be whole.

    Raises:
        APIError: it is no answer, or comes too late.
    """
    headers = reply.headers
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        streams = kind == "text/event-stream" or (passage.binary and not _is_text(kind))
        if streams or unreadable(headers):
            begun = await _first(reply, settings, deadline)
            if not passage.binary:
                _check_event(begun, reply, settings)
            return Passed(reply, begun, False, settings)
        length = headers.get("content-length", "")
        if not length.isdigit() or int(length) > AT_ONCE:
            begun = await _first(reply, settings, deadline)
            if not length.isdigit():
                return await _unmeasured(reply, begun, kind, passage, settings, stream, deadline)
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
    deadline: float | None,
) -> Passed | Split:
    """An answer that did not say its length: read on, up to what is judged whole."""
    parts, size = [begun], len(begun)
    while size <= AT_ONCE and not begun.lstrip().startswith((b"data:", b"event:")):
        piece = await reply.piece(deadline)
        if not piece:
            await reply.close(False)
            return _whole(reply, b"".join(parts), kind, passage, settings, stream)
        parts.append(piece)
        size += len(piece)
    return Passed(reply, b"".join(parts), False, settings)


def _check_event(begun: bytes, reply: AsyncReply, settings: Settings) -> None:
    """Raise the error that a stream begins with, while another deployment can still be asked."""
    if b'"error"' not in begun[:256]:
        return
    found = _FIRST_EVENT.match(begun)
    if found is None:
        return
    try:
        event = jsonio.decode(found[1])
    except ValueError:
        return
    if isinstance(event.get("error"), dict) and "choices" not in event and "id" not in event:
        told = event
    elif event.get("type") == "error":
        told = {"error": {**event, "type": event.get("code")}}
    else:
        return
    raise _in_success(told, reply, settings)


async def _first(reply: AsyncReply, settings: Settings, deadline: float | None) -> bytes:
    piece = await reply.piece(deadline)
    if not piece:
        raise _invalid("an empty body", b"", reply, settings)
    return piece


def _whole(
    reply: AsyncReply, data: bytes, kind: str, passage: Passage, settings: Settings, stream: bool
) -> Passed | Split:
    plain = decoded(data, reply.headers).strip()
    if not plain:
        raise _invalid("an empty body", plain, reply, settings)
    if plain.startswith((b"data:", b"event:")) and stream:  # a stream that is labelled otherwise
        return Passed(reply, data, True, settings)
    if kind.endswith("/html") or not (plain.startswith(b"{") and plain.endswith(b"}")):
        raise _invalid("no JSON object", plain, reply, settings)
    if stream or plain[1:].lstrip().startswith(b'"error"'):
        try:
            body = jsonio.decode(plain)
        except ValueError:
            raise _invalid("no JSON", plain, reply, settings) from None
        if body.get("error") and "id" not in body:
            raise _in_success(body, reply, settings)
        split = passage.route.surface.split
        if stream and split is not None:
            return Split(reply, passage.route.surface.name, list(load(split)(body)))
    return Passed(reply, data, True, settings)


def _in_success(body: Any, reply: AsyncReply, settings: Settings) -> APIError:
    return error_in_success(reply.status, reply.headers, body, settings.key, None, None)


def _invalid(what: str, data: bytes, reply: AsyncReply, settings: Settings) -> APIError:
    return unusable(reply.status, reply.headers, what, data, settings.key, None, None)
