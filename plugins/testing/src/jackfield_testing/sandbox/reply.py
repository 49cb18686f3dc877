"""A reply as a value: what is sent, and how its sending is disturbed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs
import orjson

JSON_TYPE = "application/json"
STREAM_TYPE = "text/event-stream; charset=utf-8"
DONE = b"data: [DONE]\n\n"


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
    """

    status: int
    pieces: tuple[bytes, ...]
    headers: tuple[tuple[str, str], ...] = ()
    content_type: str = JSON_TYPE
    streamed: bool = False
    disturbance: Disturbance = Disturbance()


def json_reply(body: Any, status: int = 200) -> Reply:
    """Give a JSON reply, indented as the API's are."""
    return Reply(status, (orjson.dumps(body, option=orjson.OPT_INDENT_2),))


def stream_reply(events: Iterable[Any]) -> Reply:
    """Give a stream of server-sent events that ends with ``[DONE]``."""
    pieces = (*(event_bytes(event) for event in events), DONE)
    return Reply(200, pieces, content_type=STREAM_TYPE, streamed=True)


def event_bytes(event: Any) -> bytes:
    """Frame one JSON event."""
    return b"data: " + orjson.dumps(event) + b"\n\n"
