"""uvicorn's protocol, with what it leaves to a server in front of it.

A head has a limit and a time to arrive in, and an application learns at once that its client has
left: its task is cancelled, and with it whatever it waits for upstream.
"""

from __future__ import annotations

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_HEAD_SECONDS = 30.0
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
        self._in_head = True
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """A client has come: its first head is due."""
        super().connection_made(transport)
        self._patience = self.loop.call_later(_HEAD_SECONDS, self._late)

    def data_received(self, data: bytes) -> None:
        """More of a head, or of a body."""
        if self._in_head:
            self._head += len(data)
            if self._patience is None:
                self._patience = self.loop.call_later(_HEAD_SECONDS, self._late)
            # A head that is complete is let go of below; one that is not, and too long already,
            # must not be kept.
            before = self._head
            super().data_received(data)
            if self._in_head and before > self.max_head_bytes and not self.gone:
                self._refuse()
            return
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """The head is there."""
        self._in_head, self._head = False, 0
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        if sum(len(n) + len(v) for n, v in self.headers) > self.max_head_bytes:
            self._refuse()
            return
        extensions: Any = {EXTENSION: self}
        self.scope["extensions"] = extensions
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """More of the body."""
        if not self.transport.is_closing():
            super().on_body(body)

    def on_message_complete(self) -> None:
        """The request is whole: what follows is another head."""
        self._in_head = True
        if not self.transport.is_closing():
            super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What came is no HTTP."""
        self.transport.write(_NOT_HTTP)
        self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has left, or was told to."""
        self.gone = True
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
        unfinished = self.cycle is not None and not self.cycle.response_complete
        super().connection_lost(exc)
        if unfinished and self.task is not None and not self.task.done():
            self.task.cancel()

    def abort(self) -> None:
        """Break the connection off: the client sees that what it got is not whole."""
        if self.cycle is not None:
            self.cycle.disconnected = True
        self.task = None
        self.transport.abort()

    def _refuse(self) -> None:
        self.gone = True
        self.transport.write(_REFUSED)
        self.transport.close()

    def _late(self) -> None:
        self._patience = None
        if self._in_head and not self.transport.is_closing():
            self.transport.close()
