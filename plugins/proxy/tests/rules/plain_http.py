"""Requests and answers as bytes: nothing is added, decoded or repaired."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import attrs
from rawserver import PATIENCE

JSON = {"content-type": "application/json"}
CHAT: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}
BOUNDARY = "----part"


@attrs.frozen
class Got:
    """An answer: ``headers`` with lower-case names, as they came; ``body`` without its chunking."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    whole: bool = True

    def header(self, name: str) -> str | None:
        """One header's value.

        Raises:
            AssertionError: it came twice.
        """
        values = [value for key, value in self.headers if key == name]
        assert len(values) < 2, (name, values)
        return values[0] if values else None

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> dict[str, Any]:
        """The error object of an error in OpenAI's shape."""
        assert self.header("content-type") == "application/json"
        found = self.json
        assert list(found) == ["error"]
        error: dict[str, Any] = found["error"]
        assert {"message", "type", "param", "code"} <= set(error)
        assert isinstance(error["message"], str)
        assert error["message"]
        return error


def ask(
    url: str,
    method: str = "POST",
    target: str = "/v1/chat/completions",
    body: Any = None,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    *,
    chunks: Iterable[bytes] | None = None,
    timeout: float = PATIENCE,
) -> Got:
    """Make one request on a connection of its own; a body that is no bytes is sent as JSON."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(str(where.hostname), where.port, timeout=timeout)
    pairs = list(headers.items() if isinstance(headers, Mapping) else headers)
    try:
        connection.putrequest(method, target, skip_accept_encoding=True)
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if data is not body and not any(name.lower() == "content-type" for name, _ in pairs):
            pairs += JSON.items()
        for name, value in pairs:
            connection.putheader(name, value)
        if chunks is not None:
            connection.putheader("transfer-encoding", "chunked")
            connection.endheaders()
            try:
                for piece in chunks:
                    connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
                connection.send(b"0\r\n\r\n")
            except OSError:
                pass  # it was refused on the way: what was answered is there to read
        else:
            if data is not None:
                connection.putheader("content-length", str(len(data)))
            connection.endheaders(data)
        answer = connection.getresponse()
        whole = True
        try:
            taken = answer.read()
        except http.client.IncompleteRead as error:
            taken, whole = error.partial, False
        except ConnectionError:
            taken, whole = b"", False
        found = tuple((name.lower(), value) for name, value in answer.getheaders())
        return Got(answer.status, found, taken, whole)
    finally:
        connection.close()


def talk(url: str, data: bytes) -> bytes:
    """Send bytes, and read until the server closes."""
    where = urlsplit(url)
    with socket.create_connection((str(where.hostname), where.port), timeout=PATIENCE) as sock:
        sock.sendall(data)
        pieces = []
        while piece := sock.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


def form(fields: Iterable[tuple[str, str | tuple[str, bytes]]]) -> tuple[bytes, dict[str, str]]:
    """A multipart body and its header; a file is its name and its bytes."""
    parts = []
    for name, value in fields:
        if isinstance(value, str):
            head, content = f'form-data; name="{name}"', value.encode()
        else:
            head, content = f'form-data; name="{name}"; filename="{value[0]}"', value[1]
        start = f"--{BOUNDARY}\r\ncontent-disposition: {head}\r\n\r\n".encode()
        parts.append(start + content + b"\r\n")
    body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
    return body, {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
