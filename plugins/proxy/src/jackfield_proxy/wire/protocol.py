"""uvicorn's protocol, with what it leaves to a server in front of it.

A head has a limit and a time to arrive in, and an application learns at once that its client has
left: its task is cancelled, and with it whatever it waits for upstream.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import sys
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from jackfield_proxy.wire.deadline import Deadline

_HEAD_SECONDS = 30.0
_BODY_SECONDS = 120.0
"""How long a client may be silent in the middle of a body."""
_LAST_WORDS = 2.0
"""Seconds in which a client that was turned away can read why, and stop sending."""
_TOO_LARGE = (
    b'{"error":{"message":"The request\'s headers are larger than this server takes.",'
    b'"type":"invalid_request_error","param":null,"code":"headers_too_large"}}'
)
_REFUSED = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-type: application/json\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%s" % (len(_TOO_LARGE), _TOO_LARGE)
)
_GARBAGE = (
    b'{"error":{"message":"This is not a valid HTTP request.",'
    b'"type":"invalid_request_error","param":null,"code":"bad_request"}}'
)
_NOT_HTTP = (
    b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n"
    b"content-length: %d\r\nconnection: close\r\n\r\n%s" % (len(_GARBAGE), _GARBAGE)
)

EXTENSION = "jackfield.connection"
"""Under this name the application finds its connection among the scope's extensions."""


_LOOK_EVERY = 1.0
_TCP_INFO: int | None = getattr(socket, "TCP_INFO", None) if sys.platform == "linux" else None
_LEFT = frozenset({7, 8})
"""Linux's numbers of the states of a connection that was reset, or closed by the other side."""
_RESET = struct.pack("ii", 1, 0)
"""Closing resets the connection, where closing alone would look like a proper end."""


class _ToTheEnd(int):
    """The length of a body that goes on until it ends: none is too long, and none too short."""

    def __lt__(self, other: object) -> bool:
        return False

    def __sub__(self, other: int) -> _ToTheEnd:
        return self

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = int.__hash__


class Connection(HttpToolsProtocol):
    """A client's connection.

    Attributes:
        gone: whether it is closed.
        task: the task that answers its request; cancelled when the client leaves.
    """

    max_head_bytes = 64 * 1024

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **settings)
        self.gone = False
        self.task: asyncio.Task[Any] | None = None
        self._head = 0
        self._heard = 0.0
        self._in_head = True
        self._deaf = False
        self._watching = False
        self._patience: asyncio.TimerHandle | None = None
        self._running: Any = None
        self._idle = Deadline(self.loop, self.timeout_keep_alive_handler)

    def connection_made(self, transport: Any) -> None:
        """A client has come: its first head is due."""
        super().connection_made(transport)
        self._patience = self.loop.call_later(_HEAD_SECONDS, self._late)

    def data_received(self, data: bytes) -> None:
        """More of a head, or of a body."""
        if self._deaf:
            return
        # Counted until a head is complete or a piece of a body comes, both of which begin anew:
        # what is neither, a head without an end or the lines after a body, must not be kept.
        self._head += len(data)
        self._idle.lift()
        if not self._parse(data):
            return
        if self._head > self.max_head_bytes:
            self._turn_away(_REFUSED)
        elif not self._in_head:  # more of a body is to come
            self._heard = self.loop.time()
            if self._patience is None:
                self._patience = self.loop.call_later(_BODY_SECONDS, self._stalled)
        elif self._head and self._patience is None:  # the rest of a head is to come
            self._patience = self.loop.call_later(_HEAD_SECONDS, self._late)

    def _parse(self, data: bytes) -> bool:
        """Have the parser read on; False where the client was turned away by then.

        A wish for another protocol is passed over. The parser takes such a wish for granted, and
        skips the body: it is given the head once more without it, and then what followed.
        """
        while not self._deaf:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as wish:
                data = self._head_without_upgrade() + data[wish.args[0] :]
                self.parser = httptools.HttpRequestParser(self)
                if hasattr(self.parser, "set_dangerous_leniencies"):  # as the first one has it
                    self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
            except httptools.HttpParserError:
                self.send_400_response("")
            else:
                return not self._deaf
        return False

    def _head_without_upgrade(self) -> bytes:
        method, version = self.parser.get_method(), self.parser.get_http_version().encode()
        lines = [b"%s: %s\r\n" % pair for pair in self.headers if pair[0] != b"upgrade"]
        return b"%s %s HTTP/%s\r\n%s\r\n" % (method, self.url, version, b"".join(lines))

    def on_headers_complete(self) -> None:
        """The head is there."""
        if self.parser.should_upgrade():
            if self.parser.get_method() == b"CONNECT":  # a wish that can't be passed over
                self._turn_away(_NOT_HTTP)
            return
        came, self._in_head, self._head = self._head, False, 0
        self._calm()
        if came > self.max_head_bytes:  # with it may have come the beginning of the body
            size = sum(len(name) + len(value) for name, value in self.headers)
            if size > self.max_head_bytes:
                self._turn_away(_REFUSED)
                return
        extensions: Any = {EXTENSION: self}
        self.scope["extensions"] = extensions
        super().on_headers_complete()
        self.headers = []  # what follows a body is no header of this request
        if self.scope["http_version"] == "1.0":
            # It knows no chunks: the body's end is the connection's.
            self.cycle.chunked_encoding = False
            self.cycle.expected_content_length = _ToTheEnd()
        if self.pipeline:
            self._watch()

    def on_body(self, body: bytes) -> None:
        """More of the body."""
        self._head = 0
        if not self._deaf and not self.transport.is_closing():
            super().on_body(body)
            if self.flow.read_paused:
                self._watch()

    def on_message_complete(self) -> None:
        """The request is whole: what follows is another head."""
        if self.parser.should_upgrade():
            return
        self._in_head, self._head = True, 0
        if not self._deaf and not self.transport.is_closing():
            self._calm()
            super().on_message_complete()
            if not self.pipeline:
                # A large body may have paused reading, and nobody asks for more of it now. Without
                # reading, a client that leaves is not noticed.
                self.flow.resume_reading()
                if not self._answering():  # it was answered before all of it had come
                    self._idle.set(self.timeout_keep_alive)

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP."""
        if not self._deaf:
            self._turn_away(_NOT_HTTP)

    def on_response_complete(self) -> None:
        """The answer is whole: another request is due, or the client may be idle for a while."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
        else:
            self._idle.set(self.timeout_keep_alive)

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        self._running = cycle
        self.task = task = self.loop.create_task(cycle.run_asgi(app))
        self.tasks.add(task)
        task.add_done_callback(self._answered)

    def _answered(self, task: asyncio.Task[Any]) -> None:
        self.tasks.discard(task)
        if self.task is task:
            self.task = None

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has left, or was told to."""
        self.gone = True
        self._calm()
        unfinished = self._answering()
        super().connection_lost(exc)
        self._idle.end()
        # uvicorn tells only the request that came last.
        self.pipeline.clear()
        if self._running is not None:
            self._running.disconnected = True
            self._running.message_event.set()
        if unfinished and self.task is not None and not self.task.done():
            self.task.cancel()

    def abort(self) -> None:
        """Break the connection off: the client sees that what it got is not whole."""
        if self._running is not None:
            self._running.disconnected = True
            if type(self._running.expected_content_length) is _ToTheEnd:
                sock = self.transport.get_extra_info("socket")
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.task = None
        self.transport.abort()

    def _turn_away(self, answer: bytes) -> None:
        """Say why, unless another answer is due or on its way, and close."""
        self._deaf = True
        self._calm()
        if self._answering():
            cycle = self.cycle
            if self.pipeline or cycle.response_started or not cycle.more_body:
                self.transport.abort()
                return
            cycle.disconnected = True  # the fault is in its body: this is its answer
            cycle.message_event.set()
            if self.task is not None:
                self.task.cancel()
        self.gone = True
        self.transport.write(answer)
        # To close with bytes unread would reset the connection, and the answer might be lost.
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.flow.resume_reading()
        self._patience = self.loop.call_later(_LAST_WORDS, self.transport.abort)

    def _watch(self) -> None:
        """Look now and then whether the client is still there, while nothing is read from it."""
        if not self._watching and _TCP_INFO is not None:
            self._watching = True
            self.loop.call_later(_LOOK_EVERY, self._look)

    def _look(self) -> None:
        self._watching = False
        if self.transport.is_closing() or not self.flow.read_paused:
            return
        sock = self.transport.get_extra_info("socket")
        if sock is not None and sock.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, 1)[0] in _LEFT:
            self.transport.abort()
        else:
            self._watch()

    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _calm(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _stalled(self) -> None:
        """Nothing came of a body for long: unless that is our own wish, nobody waits for it."""
        self._patience = None
        if self._in_head or self.transport.is_closing():
            return
        quiet = self.loop.time() - self._heard
        if self.flow.read_paused or quiet < _BODY_SECONDS:
            left = _BODY_SECONDS if self.flow.read_paused else _BODY_SECONDS - quiet
            self._patience = self.loop.call_later(left, self._stalled)
        else:
            self.transport.abort()

    def _late(self) -> None:
        self._patience = None
        if not self._in_head or self.transport.is_closing():
            return
        if self._answering():  # bytes came that begin another request; this one goes first
            self._patience = self.loop.call_later(_HEAD_SECONDS, self._late)
        else:
            self.transport.close()
