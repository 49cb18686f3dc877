"""A hundred megabytes, each way: memory stays flat, and who is slow is waited for."""

from __future__ import annotations

import asyncio
import hashlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from measured import MIB, forget_peak, in_flight, open_files, peak, resident
from proxying import Proxy, running
from rawclients import Client, chat, eventually, post, standing
from scripted import ANSWER, Asked, Upstream, Wire, fine, unread

_SIZE = 100 * MIB
_PIECE = bytes(range(256)) * 256
_PIECES = _SIZE // len(_PIECE)
_ROOM = 40 * MIB
"""How much more memory a server may take for a body that is not to be in memory."""
_BOUNDARY = b"boundary-of-the-form"


async def _hashed(asked: Asked, wire: Wire) -> None:
    """Read the body piece by piece; say its length and hash."""
    left = int(asked.headers["content-length"])
    size, digest = 0, hashlib.sha256()
    while left and (piece := await wire.read()):
        size, left = size + len(piece), left - len(piece)
        digest.update(piece)
    seen = {"id": "file-1", "size": size, "sha256": digest.hexdigest(), "text": "heard"}
    await wire.reply(200, json.dumps({**seen, "headers": asked.headers}).encode())


async def _refusing(asked: Asked, wire: Wire) -> None:
    """Answer before any of the body is read, and go on reading."""
    await wire.reply(403, b'{"error":{"message":"no room","type":"x","param":null,"code":"full"}}')
    while await wire.read():
        pass


async def _slamming(asked: Asked, wire: Wire) -> None:
    """Answer before any of the body is read, and close."""
    body = b'{"error":{"message":"no room","type":"x","param":null,"code":"full"}}'
    await wire.reply(403, body, "connection: close")
    wire.close()


async def _stopping(asked: Asked, wire: Wire) -> None:
    """Read some of the body, and no more."""
    await wire.read()
    await asyncio.Event().wait()


async def _flood(asked: Asked, wire: Wire) -> None:
    """200 MB of events, as fast as they are taken."""
    await wire.begin()
    _flood.wire = wire  # type: ignore[attr-defined]  # noted on it
    for _ in range(2 * _PIECES):
        await wire.piece(_EVENT)
    await wire.end()


_EVENT = b"data: " + b"x" * (len(_PIECE) - 8) + b"\n\n"


@pytest.fixture(scope="module")
def upstream() -> Iterator[Upstream]:
    behaviours = {
        "fine": fine,
        "hashed": unread(_hashed),
        "refusing": unread(_refusing),
        "slamming": unread(_slamming),
        "stopping": unread(_stopping),
        "flood": _flood,
    }
    with Upstream(behaviours) as server:
        yield server


@pytest.fixture(scope="module")
def spooled() -> Iterator[Path]:
    """Where the server puts files."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def proxies(upstream: Upstream, spooled: Path) -> Iterator[dict[str, Proxy]]:
    """By the upstream that gets what is forwarded."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        made: dict[str, Proxy] = {}

        class Lazily(dict[str, Proxy]):
            def __missing__(self, name: str) -> Proxy:
                config = upstream.config(
                    *upstream.behaviours,
                    more=f"general_settings: {{default_deployment: {name}}}",
                    params="max_retries: 0",
                )
                made[name] = stack.enter_context(running(config, env={"TMPDIR": str(spooled)}))
                self[name] = made[name]
                return made[name]

        yield Lazily()


def _form(model: str | None = None) -> tuple[bytes, bytes]:
    """What comes before and after a file in a form."""
    parts = []
    if model is not None:
        parts.append(b'Content-Disposition: form-data; name="model"\r\n\r\n' + model.encode())
    else:
        parts.append(b'Content-Disposition: form-data; name="purpose"\r\n\r\nuser_data')
    file = b'Content-Disposition: form-data; name="file"; filename="a.wav"\r\n'
    parts.append(file + b"Content-Type: audio/wav\r\n\r\n")
    begins = b"".join(b"--" + _BOUNDARY + b"\r\n" + part + b"\r\n" for part in parts)[:-2]
    return begins, b"\r\n--" + _BOUNDARY + b"--\r\n"


def _upload(path: str, before: bytes, after: bytes, size: int = _SIZE) -> bytes:
    head = [
        f"POST {path} HTTP/1.1",
        "host: localhost",
        f"content-type: multipart/form-data; boundary={_BOUNDARY.decode()}",
        f"content-length: {len(before) + size + len(after)}",
    ]
    return "\r\n".join([*head, "", ""]).encode() + before


def _digest(before: bytes, after: bytes) -> str:
    digest = hashlib.sha256(before)
    for _ in range(_PIECES):
        digest.update(_PIECE)
    digest.update(after)
    return digest.hexdigest()


def _measured(proxy: Proxy) -> int:
    forget_peak(proxy.process.pid)
    return resident(proxy.process.pid)


def test_a_file_is_forwarded_as_it_comes(proxies: dict[str, Proxy]) -> None:
    proxy = proxies["hashed"]
    before, after = _form()
    memory = _measured(proxy)
    with Client(proxy.url, timeout=60) as client:
        client.send(_upload("/v1/files", before, after))
        for _ in range(_PIECES):
            client.send(_PIECE)
        answer = client.send(after).answer()
        assert answer.status == 200, answer
        assert answer.json["size"] == len(before) + _SIZE + len(after)
        assert answer.json["sha256"] == _digest(before, after)
        assert answer.json["headers"]["authorization"] == "Bearer sk-test-hashed"
        assert client.get("/health/readiness").status == 200
    assert peak(proxy.process.pid) - memory < _ROOM


@pytest.mark.parametrize(("size", "status"), [(24 * MIB, 200), (_SIZE, 400)])
def test_audio_is_not_held_in_memory(
    proxies: dict[str, Proxy], spooled: Path, size: int, status: int
) -> None:
    proxy = proxies["hashed"]
    before, after = _form("hashed")
    memory, files = _measured(proxy), open_files(proxy.process.pid)
    with Client(proxy.url, timeout=60) as client:
        client.send(_upload("/v1/audio/transcriptions", before, after, size))
        for _ in range(size // len(_PIECE)):
            client.send(_PIECE)
        answer = client.send(after).answer()
        assert answer.status == status, answer
        if status == 200:
            assert answer.json["size"] > size
        else:
            assert answer.error["type"] == "invalid_request_error"
        assert client.chat("fine").answer().body == ANSWER
    assert peak(proxy.process.pid) - memory < _ROOM
    eventually(lambda: open_files(proxy.process.pid) <= files + 2, "no file stays open")
    assert not list(spooled.iterdir())


def test_a_client_that_leaves_in_an_upload_leaves_no_file(
    proxies: dict[str, Proxy], upstream: Upstream, spooled: Path
) -> None:
    proxy = proxies["hashed"]
    files = open_files(proxy.process.pid)
    for path, form in (
        ("/v1/audio/transcriptions", _form("hashed")),
        ("/v1/files", _form()),
        ("/v1/audio/transcriptions", _form("hashed")),
    ):
        client = Client(proxy.url).send(_upload(path, *form))
        for _ in range(100):
            client.send(_PIECE)
        eventually(lambda: in_flight(proxy.url) == 1, "the upload runs")
        client.reset()
        eventually(lambda: in_flight(proxy.url) == 0, "no request in flight")
    eventually(lambda: open_files(proxy.process.pid) <= files + 2, "no file stays open")
    eventually(lambda: not upstream.running["hashed"], "the upstream is left")
    assert not list(spooled.iterdir())


@pytest.mark.parametrize("announced", [True, False], ids=["with a length", "chunked"])
def test_json_of_a_hundred_megabytes_is_too_large(
    proxies: dict[str, Proxy], announced: bool
) -> None:
    proxy = proxies["hashed"]
    memory = _measured(proxy)
    length = f"content-length: {_SIZE}" if announced else "transfer-encoding: chunked"
    head = post("/v1/chat/completions", b"").replace(b"content-length: 0", length.encode())
    with Client(proxy.url, timeout=60) as client:
        client.send(head)
        piece = _PIECE if announced else b"%x\r\n%s\r\n" % (len(_PIECE), _PIECE)
        for _ in range(_PIECES):
            client.send(piece)
        if not announced:
            client.send(b"0\r\n\r\n")
        answer = client.answer()
        assert answer.status == 413
        assert answer.error["code"] == "request_too_large"
        # It was read to its end, so the connection goes on.
        assert client.chat("fine").answer().body == ANSWER
    # What is allowed, 64 MB, may be in memory before it is known to be too much.
    assert peak(proxy.process.pid) - memory < (_ROOM if announced else 64 * MIB + _ROOM)


@pytest.mark.parametrize("name", ["refusing", "slamming"])
@pytest.mark.parametrize("path", ["/v1/files", "/v1/audio/transcriptions"])
def test_an_upstream_that_refuses_before_the_body_has_come(
    proxies: dict[str, Proxy], upstream: Upstream, name: str, path: str
) -> None:
    proxy = proxies[name]
    before, after = _form(name if "audio" in path else None)
    size = 24 * MIB if "audio" in path else _SIZE
    memory = _measured(proxy)
    with Client(proxy.url, timeout=60) as client:
        client.send(_upload(path, before, after, size))
        client.try_to_send([*[_PIECE] * (size // len(_PIECE)), after])
        answer = client.answer()
        if answer.status != 502:  # the upstream closed, and its answer was lost on the way
            assert answer.status == 403, answer
            assert answer.error["code"] == "full"
        else:
            assert name == "slamming"
            assert answer.error["code"] == "upstream_unreachable"
        assert client.chat("fine").answer().body == ANSWER
    assert peak(proxy.process.pid) - memory < _ROOM
    eventually(lambda: in_flight(proxy.url) == 0, "no request in flight")
    eventually(lambda: not upstream.running[name], "the upstream is left")


def test_an_upload_is_no_faster_than_its_upstream(proxies: dict[str, Proxy]) -> None:
    proxy = proxies["stopping"]
    memory = _measured(proxy)
    client = Client(proxy.url, timeout=1)
    client.send(_upload("/v1/files", *_form()))
    assert client.until_stuck(_PIECE) < 50 * MIB  # buffers of four sockets
    assert peak(proxy.process.pid) - memory < _ROOM
    files = open_files(proxy.process.pid)
    client.reset()
    # Nothing is read from this client, and still it is missed.
    eventually(lambda: in_flight(proxy.url) == 0, "no request in flight")
    eventually(lambda: open_files(proxy.process.pid) == files - 2, "both connections are closed")


def test_a_stream_is_no_faster_than_its_client(
    proxies: dict[str, Proxy], upstream: Upstream
) -> None:
    proxy = proxies["hashed"]
    memory = _measured(proxy)
    with Client(proxy.url, receive_buffer=64 * 1024) as client:
        client.chat("flood", stream=True)
        assert client.head()[0] == 200
        # The upstream sends no more: everything on the way is full.
        sent = standing(lambda: _flood.wire.sent)  # type: ignore[attr-defined]  # noted on it
        assert sent < 50 * MIB
        assert upstream.running["flood"]
        assert peak(proxy.process.pid) - memory < _ROOM
        got = 0
        while got < sent:  # and goes on as soon as there is room
            got += len(client.some())
        assert _flood.wire.sent > sent  # type: ignore[attr-defined]  # noted on it
    eventually(lambda: not upstream.running["flood"], "the upstream is left")


def test_a_huge_stream_arrives_whole_and_takes_no_memory(
    proxies: dict[str, Proxy],
) -> None:
    proxy = proxies["hashed"]
    memory = _measured(proxy)
    expected = hashlib.sha256()
    for _ in range(2 * _PIECES):
        expected.update(_EVENT)
    digest, size = hashlib.sha256(), 0
    with Client(proxy.url, timeout=60) as client:
        client.chat("flood", stream=True)
        assert client.head()[0] == 200
        for piece in client.chunks():
            digest.update(piece)
            size += len(piece)
    assert size == 2 * _SIZE
    assert digest.digest() == expected.digest()
    assert peak(proxy.process.pid) - memory < _ROOM


def test_a_chat_as_large_as_allowed(proxies: dict[str, Proxy]) -> None:
    with Client(proxies["hashed"].url, timeout=60) as client:
        body = json.dumps(chat("hashed", user="u" * (20 * MIB))).encode()
        answer = client.post("/v1/chat/completions", body).answer()
        assert answer.status == 200, answer
        assert answer.json["size"] == len(body)
