"""One request of a client: its head, its body within limits, and the answer to it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, MutableMapping
from typing import Any

from jackfield import jsonio
from jackfield_proxy.requests.containers import MOST, count
from jackfield_proxy.requests.errors import Refused
from jackfield_proxy.wire.asgi import Pairs, Receive, Scope, Send
from jackfield_proxy.wire.writing import BARE, send_both, send_whole, writable

JSON = (b"content-type", b"application/json")


class Gone(Exception):
    """The client has left."""


class Cut(Exception):
    """An answer broke off after its beginning had left: the client is to see that."""


class Incoming:
    """A request, and what is learnt of it on the way: for its headers, the log, and the metrics.

    Attributes:
        method, path, query: of the request line; the path as text, decoded.
        headers: by lower-case name; of repeated ones the last.
        id: the request's id: the client's ``x-request-id``, or one of ours.
        given_id: the client's; the upstream is told of it as ``X-Client-Request-Id``.
        model: the configuration's name for the model, once it is known.
        requested: the client's.
        endpoint: the path of the endpoint, with names in braces; of a fixed set.
        operation: the surface that is called.
        deployment, provider: who serves it.
        lane: ``bytes``, ``calls``, ``forwarded`` or ``local``.
        attempts: how many requests were made upstream.
        waited: seconds spent waiting for upstreams.
        status: what was answered; 0 before.
        first: when the first piece of the answer left.
    """

    __slots__ = (
        "_receive",
        "_send",
        "attempts",
        "deployment",
        "endpoint",
        "error",
        "first",
        "given_id",
        "headers",
        "id",
        "input_tokens",
        "lane",
        "method",
        "model",
        "operation",
        "output_tokens",
        "path",
        "provider",
        "query",
        "requested",
        "scope",
        "started",
        "status",
        "streamed",
        "waited",
    )

    def __init__(self, scope: Scope, receive: Receive, send: Send, id: Callable[[], str]) -> None:
        self.started = time.perf_counter()
        self.scope = scope
        self._receive = receive
        self._send = send
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        given = self.headers.get(b"x-request-id")
        self.given_id = None if given is None else _legal_id(given)
        self.id = self.given_id or id()
        self.model = ""
        self.requested = ""
        self.operation = ""
        self.endpoint = ""
        self.deployment = ""
        self.provider = ""
        self.lane = "local"
        self.attempts = 0
        self.waited = 0.0
        self.status = 0
        self.first: float | None = None
        self.streamed = False
        self.input_tokens: int | None = None
        self.output_tokens: int | None = None
        self.error: str | None = None

    def endpoint_name(self) -> str:
        """The endpoint for statistics: a path of a fixed set."""
        return self.endpoint or "other"

    # Reading --------------------------------------------------------------------------------------

    def check_length(self, limit: int) -> None:
        """Refuse a body that says it is too large, before any of it is read."""
        length = self.headers.get(b"content-length")
        if length is not None and length.isdigit() and int(length) > limit:
            raise too_large(limit)

    async def pieces(self, limit: int) -> AsyncIterator[bytes]:
        """The body as it arrives.

        Raises:
            Refused: it is over ``limit`` bytes.
            Gone: the client left before its end.
        """
        self.check_length(limit)
        size = 0
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                raise Gone
            piece = message.get("body", b"")
            size += len(piece)
            if size > limit:
                raise too_large(limit)
            if piece:
                yield piece
            if not message.get("more_body"):
                return

    async def body(self, limit: int) -> bytes:
        """The whole body, of JSON; raises as `pieces`, and where it holds too many values."""
        data = await self._whole(limit)
        if len(data) > MOST and count(data) > MOST:
            raise Refused(
                413,
                f"The request body holds more than the {MOST} objects and lists that this server "
                "takes.",
                code="request_too_large",
            )
        return data

    async def _whole(self, limit: int) -> bytes:
        if b"content-length" in self.headers:
            self.check_length(limit)
        message = await self._receive()
        if message["type"] == "http.request" and not message.get("more_body"):
            data: bytes = message.get("body", b"")
            if len(data) > limit:
                raise too_large(limit)
            return data
        if message["type"] != "http.request":
            raise Gone
        parts = [message.get("body", b"")]
        size = len(parts[0])
        async for piece in self.pieces(limit):
            parts.append(piece)
            size += len(piece)
            if size > limit:
                raise too_large(limit)
        return b"".join(parts)

    async def receive(self) -> MutableMapping[str, Any]:
        """The server's next message, for readers that want those."""
        return await self._receive()

    # Answering ------------------------------------------------------------------------------------

    def _begin(self, status: int, headers: Pairs) -> Pairs:
        """An answer begins: its headers, with what this server adds to every one."""
        self.status = status
        self.first = now = time.perf_counter()
        id = self.id.encode("latin-1")
        own = [(b"x-jackfield-request-id", id)]
        for name, _ in headers:
            if name == b"x-request-id":
                break
        else:
            own.append((b"x-request-id", id))
        if self.deployment:
            own.append((b"x-jackfield-deployment", self.deployment.encode("ascii", "replace")))
        if self.attempts:
            own.append((b"x-jackfield-attempts", b"%d" % self.attempts))
        overhead = now - self.started - self.waited
        own.append((b"x-jackfield-overhead-ms", b"%.3f" % (overhead * 1000)))
        return headers + own

    async def start(self, status: int, headers: Pairs, body: bytes = b"") -> None:
        """Send the head of the answer, with the first of its body."""
        headers = writable(self._begin(status, headers))
        if status in BARE:
            headers = [pair for pair in headers if pair[0] != b"content-length"]
        head = {"type": "http.response.start", "status": status, "headers": headers}
        if body:
            rest = {"type": "http.response.body", "body": body, "more_body": True}
            await send_both(self._send, head, rest)
        else:
            await self._send(head)

    async def piece(self, data: bytes) -> None:
        """Send more of the answer; returns when the client has room for it."""
        await self._send({"type": "http.response.body", "body": data, "more_body": True})

    async def end(self, data: bytes = b"") -> None:
        """Send the last of the answer."""
        await self._send({"type": "http.response.body", "body": data})

    async def answer(self, status: int, headers: Pairs, body: bytes) -> None:
        """Send a whole answer; its length is added."""
        await send_whole(self._send, status, self._begin(status, headers), body)

    async def answer_json(self, value: Any, status: int = 200) -> None:
        """Send a value as JSON."""
        await self.answer(status, [JSON], jsonio.encode(value))

    async def refuse(self, refusal: Refused, headers: Pairs) -> None:
        """Send an error."""
        self.error = refusal.message
        headers = [pair for pair in headers if pair[0] != b"content-type"]  # the upstream's
        if b"expect" in self.headers:
            # The body may never come, and the next request would be taken for it.
            headers = [*headers, (b"connection", b"close")]
        await self.answer(refusal.status, [JSON, *headers], refusal.body())


def too_large(limit: int) -> Refused:
    """413."""
    return Refused(
        413,
        f"The request body is larger than the {limit} bytes that this server takes.",
        code="request_too_large",
    )


def _legal_id(given: bytes) -> str | None:
    if not 0 < len(given) <= 128:
        return None
    text = given.decode("latin-1")
    return text if text.isascii() and text.isprintable() and " " not in text else None
