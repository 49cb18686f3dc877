"""A raw HTTP/1.1 server for tests: threads and plain sockets, so that every byte is the test's own.

`RawServer` takes a function ``answer(asked, wire)``, called once per request in the connection's
thread. It sends what it likes through the `Wire`; the connection is kept, unless it was closed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

_KEPT = 1024 * 1024  # larger bodies go to a temporary file, so that memory can be measured
PATIENCE = 10.0
"""Seconds after which a test that waits for the other side has failed."""


class Asked:
    """One request as it came: ``method``, ``target``, ``headers``, ``body``."""

    def __init__(self, method: str, target: str, headers: list[tuple[str, str]]) -> None:
        self.method = method
        self.target = target
        self.raw_headers = headers
        self.headers: dict[str, str] = {}
        for name, value in headers:
            key = name.lower()
            self.headers[key] = f"{self.headers[key]}, {value}" if key in self.headers else value
        self.body = b""
        self.size = 0
        self.sha256 = hashlib.sha256(b"").hexdigest()
        self.file: Path | None = None

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Wire:
    """The server's end of a connection."""

    def __init__(self, sock: socket.socket, stopping: threading.Event) -> None:
        self._sock = sock
        self._stopping = stopping
        self._pending = b""
        self.open = True

    # Sending --------------------------------------------------------------------------------------

    def send(self, data: bytes) -> bool:
        """Send bytes; False where the client is gone."""
        try:
            self._sock.sendall(data)
        except OSError:
            self.open = False
        return self.open

    def head(
        self, status: int = 200, headers: Mapping[str, str] | Iterable[tuple[str, str]] = ()
    ) -> bool:
        """Send a status line and headers, and the empty line after them."""
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        lines = [f"HTTP/1.1 {status} Status", *(f"{name}: {value}" for name, value in pairs)]
        return self.send("\r\n".join([*lines, "", ""]).encode("latin-1"))

    def reply(
        self,
        status: int = 200,
        body: Any = b"",
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        content_type: str | None = "application/json",
    ) -> bool:
        """Answer in full: bytes as they are, anything else as JSON."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        pairs = list(headers.items() if isinstance(headers, Mapping) else headers)
        if content_type is not None:
            pairs.insert(0, ("content-type", content_type))
        pairs.append(("content-length", str(len(data))))
        return self.head(status, pairs) and self.send(data)

    def stream(
        self,
        pieces: Iterable[bytes],
        *,
        chunked: bool = True,
        headers: Mapping[str, str] | None = None,
        end: bool = True,
    ) -> bool:
        """Answer with server-sent events, chunked or up to the connection's end.

        With ``end=False`` a chunked body is left without its last chunk.
        """
        pairs = {"content-type": "text/event-stream; charset=utf-8", **(headers or {})}
        pairs |= {"transfer-encoding": "chunked"} if chunked else {"connection": "close"}
        if not self.head(200, pairs):
            return False
        for piece in pieces:
            if piece and not self.send(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece):
                return False
        if chunked and end:
            return self.send(b"0\r\n\r\n")
        if not chunked:
            self.close()
        return True

    def close(self) -> None:
        """Close the connection cleanly."""
        self.open = False
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)
        self._sock.close()

    # Waiting --------------------------------------------------------------------------------------

    def gone(self, timeout: float = PATIENCE) -> bool:
        """Wait until the client has left; False where it stays (or sends on)."""
        self._sock.settimeout(timeout)
        try:
            more = self._sock.recv(1)
        except TimeoutError:
            return False
        except OSError:
            return True
        self._pending += more
        return not more

    def trickle(self, piece: bytes, every: float = 0.05, chunked: bool = False) -> int:
        """Send a piece now and then until the client leaves or the server stops; how many."""
        count = 0
        data = b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece
        while self.send(data):
            count += 1
            if self._stopping.wait(every):
                break
            self._sock.settimeout(0.0)
            try:
                if not self._sock.recv(1):
                    break
            except (BlockingIOError, InterruptedError):
                pass
            except OSError:
                break
            finally:
                with contextlib.suppress(OSError):
                    self._sock.settimeout(PATIENCE)
        self.open = False
        return count

    # Receiving ------------------------------------------------------------------------------------

    def _more(self) -> bool:
        try:
            data = self._sock.recv(256 * 1024)
        except OSError:
            return False
        self._pending += data
        return bool(data)

    def receive(self) -> Asked | None:
        """The next request, or None where the client is gone."""
        self._sock.settimeout(None)
        while b"\r\n\r\n" not in self._pending:
            if not self._more():
                return None
        head, _, self._pending = self._pending.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        pairs = [tuple(part.strip() for part in line.split(":", 1)) for line in lines]
        asked = Asked(method, target, pairs)  # type: ignore[arg-type]  # wrong on purpose
        taken = _Body()
        if "chunked" in asked.headers.get("transfer-encoding", ""):
            if not self._chunks(taken):
                return None
        elif not self._counted(int(asked.headers.get("content-length", 0)), taken):
            return None
        taken.into(asked)
        return asked

    def _counted(self, left: int, taken: _Body) -> bool:
        while left:
            if not self._pending and not self._more():
                return False
            piece, self._pending = self._pending[:left], self._pending[left:]
            left -= len(piece)
            taken.add(piece)
        return True

    def _chunks(self, taken: _Body) -> bool:
        while True:
            while b"\r\n" not in self._pending:
                if not self._more():
                    return False
            size, _, self._pending = self._pending.partition(b"\r\n")
            left = int(size, 16)
            if not self._counted(left, taken) or not self._counted(2, _Body()):
                return False
            if not left:
                return True


class _Body:
    """A body on its way: short ones stay in memory, long ones go to a file."""

    def __init__(self) -> None:
        self._hash = hashlib.sha256()
        self._pieces: list[bytes] = []
        self._file: Any = None
        self._size = 0

    def add(self, piece: bytes) -> None:
        self._hash.update(piece)
        self._size += len(piece)
        if self._file is None and self._size > _KEPT:
            self._file = tempfile.NamedTemporaryFile(delete=False)  # noqa: SIM115 - closed later
            for earlier in self._pieces:
                self._file.write(earlier)
            self._pieces.clear()
        if self._file is None:
            self._pieces.append(piece)
        else:
            self._file.write(piece)

    def into(self, asked: Asked) -> None:
        asked.size, asked.sha256 = self._size, self._hash.hexdigest()
        asked.body = b"".join(self._pieces)
        if self._file is not None:
            self._file.close()
            asked.file = Path(self._file.name)


Answer = Callable[[Asked, Wire], Any]


class RawServer:
    """A listening server; a context manager. ``requests`` are those it read, oldest first.

    With ``tls`` it speaks that; who does not trust it is not heard.
    """

    def __init__(self, answer: Answer, tls: ssl.SSLContext | None = None) -> None:
        self.answer = answer
        self._tls = tls
        self.requests: list[Asked] = []
        self.failures: list[BaseException] = []
        self.connections = 0
        self.stopping = threading.Event()
        self._socks: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port: int = self._listener.getsockname()[1]

    @property
    def origin(self) -> str:
        """``http://127.0.0.1:PORT``; with TLS ``https://localhost:PORT``."""
        if self._tls is not None:
            return f"https://localhost:{self.port}"
        return f"http://127.0.0.1:{self.port}"

    @property
    def base_url(self) -> str:
        """The origin with ``/v1``."""
        return f"{self.origin}/v1"

    def __enter__(self) -> RawServer:
        thread = threading.Thread(target=self._accept, daemon=True)
        thread.start()
        self._threads.append(thread)
        return self

    def __exit__(self, *_: object) -> None:
        self.stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        with self._lock:
            socks = list(self._socks)
        for sock in socks:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(PATIENCE)
        for asked in self.requests:
            if asked.file is not None:
                asked.file.unlink(missing_ok=True)
        if self.failures:
            raise self.failures[0]

    def _accept(self) -> None:
        while True:
            try:
                sock, _ = self._listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._socks.add(sock)
                self.connections += 1
            thread = threading.Thread(target=self._serve, args=(sock,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def _serve(self, sock: socket.socket) -> None:
        if self._tls is not None:
            plain = sock
            try:
                sock = self._tls.wrap_socket(plain, server_side=True)
            except OSError:
                plain.close()
                return
            with self._lock:
                self._socks.discard(plain)
                self._socks.add(sock)
        wire = Wire(sock, self.stopping)
        try:
            while wire.open and (asked := wire.receive()) is not None:
                with self._lock:
                    self.requests.append(asked)
                self.answer(asked, wire)
        except BaseException as error:
            if not self.stopping.is_set():
                self.failures.append(error)
        finally:
            with self._lock:
                self._socks.discard(sock)
            sock.close()


def refused_port() -> int:
    """A port on loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
