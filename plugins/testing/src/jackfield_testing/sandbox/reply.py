"""A reply as a value: what is sent, and how its sending is disturbed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs
import orjson

JSON_TYPE = "application/json"
TEXT_TYPE = "text/plain; charset=utf-8"
STREAM_TYPE = "text/event-stream; charset=utf-8"
DONE = b"data: [DONE]\n\n"
#: How the API's audio endpoints frame their streams, and the header that these have.
CRLF = b"\r\n"
NO_STORE = (("cache-control", "no-store"),)
_PIECE = 16_384  # bytes that are flushed at once


@attrs.frozen
class Disturbance:
    """What happens to a reply on its way.

    Args:
        delay: seconds before the head.
        chunk_delay: seconds between two pieces.
        cut: close the connection after so many bytes of the body.
        cut_events: close the connection after so many pieces.
        drop: close the connection instead of sending anything.
        hang: send the head, then nothing until the client leaves.
    """

    delay: float = 0.0
    chunk_delay: float = 0.0
    cut: int | None = None
    cut_events: int | None = None
    drop: bool = False
    hang: bool = False


@attrs.frozen
class Reply:
    """A reply.

    Args:
        status: the HTTP status.
        headers: beyond those that every reply has; repeats are allowed.
        pieces: the body; each piece is flushed by itself.
        content_type: of the body.
        streamed: whether it goes out chunked, with no length.
        disturbance: what happens to it on its way.
        newline: what ends the lines of a stream.
        named: whether the events of a stream have names and numbers, and no ``[DONE]`` follows.
        fault: a directive for a request that brings none, asked for when what it is about was made.
    """

    status: int
    pieces: tuple[bytes, ...]
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = JSON_TYPE
    streamed: bool = False
    disturbance: Disturbance = Disturbance()
    newline: bytes = b"\n"
    named: bool = False
    fault: str = ""

    @property
    def is_stream(self) -> bool:
        """Whether it is a stream of server-sent events."""
        return self.streamed and self.content_type == STREAM_TYPE


def json_reply(
    body: Any,
    status: int = 200,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    fault: str = "",
) -> Reply:
    """Give a JSON reply, indented as the API's are."""
    pieces = (orjson.dumps(body, option=orjson.OPT_INDENT_2),)
    return Reply(status, pieces, headers=headers, fault=fault)


def text_reply(text: str) -> Reply:
    """Give a plain text."""
    return Reply(200, (text.encode("utf-8"),), content_type=TEXT_TYPE)


def bytes_reply(
    data: bytes,
    content_type: str,
    *,
    headers: tuple[tuple[str, str], ...] = (),
    streamed: bool = False,
    fault: str = "",
) -> Reply:
    """Give a file, flushed in pieces of 16 KiB.

    Args:
        data: the file.
        content_type: of it.
        headers: beyond those that every reply has.
        streamed: whether it goes out chunked, with no length.
        fault: a directive for a request that brings none.
    """
    pieces = tuple(data[at : at + _PIECE] for at in range(0, len(data), _PIECE)) or (b"",)
    return Reply(
        200, pieces, headers=headers, content_type=content_type, streamed=streamed, fault=fault
    )


def stream_reply(
    events: Iterable[Any],
    *,
    newline: bytes = b"\n",
    headers: tuple[tuple[str, str], ...] = (),
) -> Reply:
    """Give a stream of server-sent events that ends with ``[DONE]``."""
    done = DONE.replace(b"\n", newline)
    pieces = (*(event_bytes(event, newline) for event in events), done)
    return Reply(
        200, pieces, headers=headers, content_type=STREAM_TYPE, streamed=True, newline=newline
    )


def event_bytes(event: Any, newline: bytes = b"\n") -> bytes:
    """Frame one JSON event."""
    return b"data: " + orjson.dumps(event) + newline * 2


def named_stream_reply(events: Iterable[dict[str, Any]]) -> Reply:
    """Give a stream of server-sent events that are named by their ``type``, as of responses."""
    pieces = tuple(named_event_bytes(event) for event in events)
    return Reply(200, pieces, content_type=STREAM_TYPE, streamed=True, named=True)


def named_event_bytes(event: dict[str, Any]) -> bytes:
    """Frame one JSON event, with its ``type`` as its name."""
    return b"event: " + str(event["type"]).encode() + b"\n" + event_bytes(event)
