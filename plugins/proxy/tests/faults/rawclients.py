"""A client that sends bytes, and tells an answer that ended from one that broke off."""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar
from urllib.parse import urlsplit

PATIENCE = 20.0
"""Seconds after which a test that waits has failed."""


_PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0KGgo="}}
LANES: dict[str, dict[str, Any]] = {
    "bytes": {},
    "calls": {"messages": [{"role": "user", "content": [_PICTURE]}]},
}
"""What goes as bytes, and what goes through the library, for a plugin has a part in it."""


def eventually(condition: Callable[[], Any], what: str, timeout: float = PATIENCE) -> Any:
    """Wait until a condition holds; its value."""
    deadline = time.monotonic() + timeout
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {timeout} s: {what}"
        time.sleep(0.02)
    return found


def standing(number: Callable[[], int], pause: float = 0.4) -> int:
    """Wait until a number has stopped growing; the number."""
    deadline = time.monotonic() + PATIENCE
    last, now = -1, number()
    while last != now or not now:
        assert time.monotonic() < deadline, "it grows without end"
        time.sleep(pause)
        last, now = now, number()
    return now


class Answer:
    """What came. ``whole`` is False where the connection ended before the answer did."""

    def __init__(self, status: int, headers: dict[str, str], body: bytes, whole: bool) -> None:
        self.status = status
        self.headers = headers
        self.body = body
        self.whole = whole

    def __repr__(self) -> str:
        return f"<{self.status} whole={self.whole} {self.headers} {self.body[:300]!r}>"

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        """The error object; it has OpenAI's shape."""
        assert self.whole
        error: dict[str, Any] = self.json["error"]
        assert {"message", "type", "param", "code"} <= set(error)
        assert "Traceback" not in error["message"]
        return error


class Client:
    """A connection to a server; it ends with the test, if not before."""

    made: ClassVar[list[Client]] = []

    def __init__(self, url: str, *, timeout: float = PATIENCE, receive_buffer: int = 0) -> None:
        parts = urlsplit(url)
        assert parts.hostname is not None
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        if receive_buffer:
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.sock.settimeout(timeout)
        try:
            self.sock.connect((parts.hostname, parts.port))
        except OSError:
            self.sock.close()
            raise
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._ahead = b""
        Client.made.append(self)

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Sending --------------------------------------------------------------------------------------

    def send(self, data: bytes) -> Client:
        self.sock.sendall(data)
        return self

    def try_to_send(self, pieces: Iterable[bytes]) -> int:
        """Send until the server has enough; how many bytes it took."""
        sent = 0
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            for piece in pieces:
                self.sock.sendall(piece)
                sent += len(piece)
        return sent

    def until_stuck(self, piece: bytes) -> int:
        """Send until the server has taken nothing for the time-out; how many bytes it took."""
        sent = 0
        with contextlib.suppress(TimeoutError):
            while True:
                sent += self.sock.send(piece)
        return sent

    def post(self, path: str, body: Any, *lines: str) -> Client:
        """Send a request with a JSON body."""
        return self.send(post(path, body, *lines))

    def get(self, path: str) -> Answer:
        self.send(f"GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n".encode())
        return self.answer()

    def chat(self, model: str, **more: Any) -> Client:
        """Send a chat request."""
        return self.post("/v1/chat/completions", chat(model, **more))

    # Receiving ------------------------------------------------------------------------------------

    def _more(self) -> bool:
        try:
            data = self.sock.recv(256 * 1024)
        except (ConnectionResetError, BrokenPipeError):
            return False
        self._ahead += data
        return bool(data)

    def _until(self, mark: bytes) -> bytes | None:
        while mark not in self._ahead:
            if not self._more():
                return None
        before, _, self._ahead = self._ahead.partition(mark)
        return before

    def _exactly(self, size: int) -> tuple[bytes, bool]:
        while len(self._ahead) < size:
            if not self._more():
                data, self._ahead = self._ahead, b""
                return data, False
        data, self._ahead = self._ahead[:size], self._ahead[size:]
        return data, True

    def began(self) -> bool:
        """Wait for the first byte of an answer; False where the server closed before it."""
        return bool(self._ahead) or self._more()

    def some(self) -> bytes:
        """What there is; empty where the server has closed."""
        if not self._ahead:
            self._more()
        data, self._ahead = self._ahead, b""
        return data

    def all(self) -> bytes:
        """Everything up to the connection's end; raises where it is reset."""
        parts = [self._ahead]
        while data := self.sock.recv(256 * 1024):
            parts.append(data)
        return b"".join(parts)

    def head(self) -> tuple[int, dict[str, str]]:
        """The next head."""
        head = self._until(b"\r\n\r\n")
        assert head is not None, f"no answer, but {self._ahead[:200]!r}"
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return int(first.split(" ")[1]), {n.strip().lower(): v.strip() for n, _, v in pairs}

    def answer(self, *, method: str = "GET") -> Answer:
        """The next answer; interim ones are passed over."""
        status, headers = self.head()
        while status < 200:
            status, headers = self.head()
        if method == "HEAD" or status in (204, 304):
            return Answer(status, headers, b"", True)
        if "chunked" in headers.get("transfer-encoding", ""):
            body, whole = self._chunks()
        elif "content-length" in headers:
            body, whole = self._exactly(int(headers["content-length"]))
        else:
            while self._more():
                pass
            body, whole = self._ahead, True
        return Answer(status, headers, body, whole)

    def chunks(self) -> Iterator[bytes]:
        """A chunked body's chunks, of which none is kept."""
        while size := int(self._until(b"\r\n") or b"0", 16):
            piece, whole = self._exactly(size + 2)
            assert whole
            yield piece[:-2]
        assert self._exactly(2) == (b"\r\n", True)

    def _chunks(self) -> tuple[bytes, bool]:
        parts: list[bytes] = []
        while (size := self._until(b"\r\n")) is not None:
            piece, whole = self._exactly(int(size, 16) + 2)
            parts.append(piece[:-2] if whole else piece)
            if not whole:
                break
            if len(piece) == 2:
                return b"".join(parts), True
        return b"".join(parts), False

    def closed(self) -> bool:
        """Wait for the server to close; whether nothing else came before."""
        return not self._ahead and not self._more()

    # Leaving --------------------------------------------------------------------------------------

    def close(self) -> None:
        self.sock.close()

    def reset(self) -> None:
        """Leave with a reset."""
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()


def chat(model: str, **more: Any) -> dict[str, Any]:
    """A chat request."""
    return {"model": model, "messages": [{"role": "user", "content": "Hello"}], **more}


def post(path: str, body: Any, *lines: str) -> bytes:
    """The bytes of a request with a JSON body."""
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = [
        f"POST {path} HTTP/1.1",
        "host: localhost",
        "content-type: application/json",
        f"content-length: {len(data)}",
        *lines,
    ]
    return "\r\n".join([*head, "", ""]).encode("latin-1") + data
