"""Uploads: from disk in flat memory, again after a failure, with progress, or a clear error."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import socket
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from rawserver import RawServer, Wire

import jackfield
from jackfield_testing.sandbox.forms import FormFile, parse_form
from jackfield_testing.strategies.audio import wav

SIZE = 25 * 1024 * 1024
ROOM = 8 * 1024 * 1024
HEARD = {"text": "heard"}
Run = Callable[..., Any]


def no_pause(seconds: float) -> None:
    """Retries need no wait here."""


async def no_wait(seconds: float) -> None:
    """The same on asyncio."""


def blocking(base_url: str, file: Any, surface: str = "transcription", **params: Any) -> Any:
    with jackfield.Client(base_url=base_url, api_key="sk-test", sleep=no_pause) as client:
        return getattr(client, surface)("whisper-1", file, **params)


def on_loop(base_url: str, file: Any, surface: str = "transcription", **params: Any) -> Any:
    async def main() -> Any:
        async with jackfield.AsyncClient(
            base_url=base_url, api_key="sk-test", sleep=no_wait
        ) as client:
            return await getattr(client, surface)("whisper-1", file, **params)

    return asyncio.run(main())


@pytest.fixture(params=[blocking, on_loop], ids=["sync", "async"])
def run(request: pytest.FixtureRequest) -> Run:
    found: Run = request.param
    return found


@pytest.fixture(scope="module")
def speech(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A WAV file of exactly 25 MB."""
    path = tmp_path_factory.mktemp("upload") / "speech.wav"
    head = wav()
    block = os.urandom(1024 * 1024)
    with path.open("wb") as file:
        file.write(head)
        for number in range(SIZE // len(block)):
            file.write(block[number:] + block[:number])
        file.truncate(SIZE)
    return path


@pytest.fixture
def flaky() -> Iterator[RawServer]:
    """503 first, then 200."""

    def answer(asked: Any, wire: Any) -> None:
        first = len(server.requests) == 1
        wire.reply(503 if first else 200, {"error": {"message": "busy"}} if first else HEARD)

    with RawServer(answer) as server:
        yield server


@pytest.fixture(scope="module")
def warm() -> None:
    """What the first call imports is no part of an upload's memory."""
    with RawServer(lambda asked, wire: wire.reply(200, HEARD)) as server:
        blocking(server.base_url, wav())
        on_loop(server.base_url, wav())


@contextmanager
def flat() -> Iterator[None]:
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < ROOM


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def arrived(asked: Any) -> tuple[str, bytes]:
    """The digest of the form's file, whose content is not kept in memory, and the form's head."""
    boundary = asked.headers["content-type"].rpartition("boundary=")[2].encode()
    tail = b"\r\n--" + boundary + b"--\r\n"
    with asked.file.open("rb") as body:
        head = body.read(4096)
        start = head.index(b"\r\n\r\n", head.index(b'name="file"')) + 4
        body.seek(start)
        left = asked.size - start - len(tail)
        sha = hashlib.sha256()
        while left:
            piece = body.read(min(1 << 16, left))
            sha.update(piece)
            left -= len(piece)
        assert body.read() == tail
    return sha.hexdigest(), head[:start]


# Large files ------------------------------------------------------------------------------------


@pytest.mark.parametrize("surface", ["transcription", "translation"])
def test_a_path_is_sent_twice_in_flat_memory(
    flaky: RawServer, speech: Path, warm: None, run: Run, surface: str
) -> None:
    with flat():
        assert run(flaky.base_url, str(speech), surface, language="de").to_dict() == HEARD
    assert [asked.headers["content-length"] for asked in flaky.requests] == [
        str(asked.size) for asked in flaky.requests
    ]
    for asked in flaky.requests:
        sha, head = arrived(asked)
        assert sha == digest(speech)
        assert b'filename="speech.wav"\r\nContent-Type: audio/wav\r\n' in head
        assert head.index(b'name="model"') < head.index(b'name="language"')


def test_a_file_object_is_sent_from_its_position_which_is_put_back(
    flaky: RawServer, speech: Path, tmp_path: Path, warm: None, run: Run
) -> None:
    longer = tmp_path / "longer.bin"
    with longer.open("wb") as file:
        file.write(b"before")
        file.write(speech.read_bytes())
    with longer.open("rb") as file, flat():
        file.seek(6)
        assert run(flaky.base_url, file).to_dict() == HEARD
        assert file.tell() == 6
        assert not file.closed
    for asked in flaky.requests:
        sha, head = arrived(asked)
        assert sha == digest(speech)
        assert b'filename="longer.wav"' in head


def test_progress_is_told_up_to_the_end_for_every_attempt(
    flaky: RawServer, speech: Path, run: Run
) -> None:
    told: list[jackfield.Progress] = []
    run(flaky.base_url, speech, on_progress=told.append)
    assert {(step.stage, step.total) for step in told} == {("upload", flaky.requests[0].size)}
    steps = [step.done for step in told]
    again = steps.index(flaky.requests[0].size) + 1
    for attempt in (steps[:again], steps[again:]):
        assert attempt == sorted(set(attempt))
        assert attempt[-1] == flaky.requests[0].size
        assert len(attempt) > 100


def test_a_callback_that_raises_ends_the_call(flaky: RawServer, speech: Path, run: Run) -> None:
    class EnoughError(Exception):
        pass

    def stop(step: jackfield.Progress) -> None:
        raise EnoughError

    with pytest.raises(EnoughError):
        run(flaky.base_url, speech, on_progress=stop)


# Limits -----------------------------------------------------------------------------------------


def test_a_file_over_the_limit_is_not_sent(
    flaky: RawServer, speech: Path, tmp_path: Path, run: Run
) -> None:
    larger = tmp_path / "larger.wav"
    larger.write_bytes(speech.read_bytes() + b"\0")
    with pytest.raises(jackfield.SourceError, match=r"larger\.wav has 26214401 bytes"):
        run(flaky.base_url, larger)
    with pytest.raises(jackfield.SourceError, match="max_file_bytes"):
        run(flaky.base_url, wav(bytes(100)), max_file_bytes=100)
    assert flaky.connections == 0
    assert run(flaky.base_url, larger, max_file_bytes=SIZE + 1).to_dict() == HEARD


# Failures ---------------------------------------------------------------------------------------


@contextmanager
def cutting(times: int) -> Iterator[tuple[str, list[Any]]]:
    """A server that hangs up in the middle of the first uploads, then answers."""
    listener = socket.create_server(("127.0.0.1", 0))
    requests: list[Any] = []
    stopping = threading.Event()

    def serve() -> None:
        for number in range(times + 1):
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            with sock:
                if number < times:
                    taken = 0
                    while taken < 300_000:
                        taken += len(sock.recv(65536))
                    # Hanging up with bytes unread resets the connection.
                    continue
                wire = Wire(sock, stopping)
                requests.append(wire.receive())
                wire.reply(200, HEARD)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1", requests
    finally:
        stopping.set()
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join(10)


def test_an_upload_that_is_cut_is_sent_again(speech: Path, run: Run) -> None:
    with cutting(2) as (base_url, requests):
        assert run(base_url, speech).to_dict() == HEARD
    [asked] = requests
    try:
        assert arrived(asked)[0] == digest(speech)
    finally:
        asked.file.unlink()


def test_an_upload_that_is_always_cut_is_an_error(speech: Path, run: Run) -> None:
    with cutting(3) as (base_url, _), speech.open("rb") as file:
        file.seek(44)
        with pytest.raises(jackfield.APIConnectionError) as caught:
            run(base_url, ("a.mp3", file), unsupported="pass")
        assert file.tell() == 44
    assert caught.value.attempts == 3


class Pipe(io.RawIOBase):
    """A file object that can be read once."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        taken, self._data = self._data[:size], self._data[size:]
        return taken


def test_a_file_that_can_be_read_once_is_sent_whole_and_once(flaky: RawServer, run: Run) -> None:
    content = wav(bytes(range(256)) * 500)
    with pytest.raises(jackfield.ServiceUnavailableError, match="sent once"):
        run(flaky.base_url, Pipe(content))
    [asked] = flaky.requests
    assert asked.headers["transfer-encoding"] == "chunked"
    file = dict(parse_form(asked.headers["content-type"], asked.body).parts)["file"]
    assert isinstance(file, FormFile)
    assert (file.data, file.filename) == (content, "audio.wav")


def test_a_url_is_downloaded_and_sent(run: Run) -> None:
    content = wav(bytes(1000))

    def answer(asked: Any, wire: Any) -> None:
        if asked.method == "GET":
            assert "authorization" not in asked.headers
            wire.reply(200, content, content_type="audio/x-wav")
        else:
            wire.reply(200, HEARD)

    with RawServer(answer) as server:
        url = f"{server.origin}/files/talk.wav"
        with pytest.raises(jackfield.SourceError, match="private address"):
            run(server.base_url, url)
        assert server.requests == []
        with jackfield.Client(
            base_url=server.base_url, api_key="sk-test", private_urls=True
        ) as client:
            assert client.transcription("whisper-1", url).text == "heard"
        [_, asked] = server.requests
        file = dict(parse_form(asked.headers["content-type"], asked.body).parts)["file"]
        assert isinstance(file, FormFile)
        assert (file.data, file.filename, file.content_type) == (content, "talk.wav", "audio/wav")


def test_local_files_can_be_turned_off(flaky: RawServer, speech: Path) -> None:
    with jackfield.Client(base_url=flaky.base_url, api_key="sk-test", local_files=False) as client:
        for file in (str(speech), speech, ("a.wav", speech)):
            with pytest.raises(jackfield.SourceError, match="local_files=False"):
                client.transcription("whisper-1", file)
    assert flaky.connections == 0
