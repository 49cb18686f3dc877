"""Flow 2: a 25 MB upload from disk with a retry, in flat memory, blocking and on asyncio."""

from __future__ import annotations

import asyncio
import hashlib
import io
import os
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from plugging import provider
from rawserver import RawServer

import jackfield
from jackfield.envelope import Call, FilePart, Multipart, WireRequest

SIZE = 25 * 1024 * 1024
ROOM = 8 * 1024 * 1024
DONE = {"text": "heard"}


def whole_body(call: Call) -> WireRequest:
    return WireRequest(path="/raw", body=call.params["file"])


def form(call: Call) -> WireRequest:
    part = FilePart(call.params["file"], content_type="audio/wav")
    return WireRequest(path="/form", body=Multipart([("model", call.model), ("file", part)]))


def no_pause(seconds: float) -> None:
    """Retries need no wait here."""


async def no_wait(seconds: float) -> None:
    """The same on asyncio."""


@pytest.fixture(scope="module")
def upload(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("upload") / "speech.wav"
    block = os.urandom(1024 * 1024)
    with path.open("wb") as file:
        for number in range(SIZE // len(block)):
            file.write(block[number:] + block[:number])
    return path


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@pytest.fixture
def flaky(serve: Callable[..., RawServer]) -> RawServer:
    """503 first, then 200."""

    def answer(asked: Any, wire: Any) -> None:
        first = len(server.requests) == 1
        wire.reply(503 if first else 200, {"error": {"message": "busy"}} if first else DONE)

    server = serve(answer)
    return server


@pytest.fixture(scope="module")
def warm() -> None:
    """What the first call imports is no part of an upload's memory."""
    with RawServer(lambda asked, wire: wire.reply(200, DONE)) as server:
        with client_for(server, whole_body) as client:
            given(client, file=b"x")

        async def main() -> None:
            async with async_client_for(server, whole_body) as client:
                await given(client, file=b"x")

        asyncio.run(main())


@pytest.fixture
def flat(warm: None) -> Iterator[None]:
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < ROOM


def client_for(server: RawServer, hook: Any, **more: Any) -> jackfield.Client:
    manifest = provider("up", server.base_url, hooks={"transform_request": hook}, identity=False)
    return jackfield.Client(plugins=[manifest], sleep=no_pause, **more)


def async_client_for(server: RawServer, hook: Any) -> jackfield.AsyncClient:
    manifest = provider("up", server.base_url, hooks={"transform_request": hook}, identity=False)
    return jackfield.AsyncClient(plugins=[manifest], sleep=no_wait)


def given(client: Any, **params: Any) -> Any:
    return client.call("chat", "up/whisper", messages=[], **params)


def test_a_path_is_sent_twice_in_flat_memory(
    flaky: RawServer, upload: Path, tidy: Any, flat: None
) -> None:
    with client_for(flaky, whole_body) as client:
        assert given(client, file=upload).to_dict() == DONE
        tidy(client)
    assert [asked.size for asked in flaky.requests] == [SIZE, SIZE]
    assert {asked.sha256 for asked in flaky.requests} == {digest(upload)}
    assert flaky.requests[0].headers["content-length"] == str(SIZE)


def test_a_path_is_sent_twice_in_flat_memory_on_asyncio(
    flaky: RawServer, upload: Path, tidy: Any, flat: None
) -> None:
    async def main() -> None:
        async with async_client_for(flaky, whole_body) as client:
            assert (await given(client, file=upload)).to_dict() == DONE
            tidy(client)

    asyncio.run(main())
    assert [asked.sha256 for asked in flaky.requests] == [digest(upload)] * 2


def test_a_file_object_is_sent_from_its_position_which_is_put_back(
    flaky: RawServer, upload: Path, flat: None
) -> None:
    with client_for(flaky, whole_body) as client, upload.open("rb") as file:
        file.seek(1000)
        given(client, file=file)
        assert file.tell() == 1000
        rest = hashlib.sha256()
        while piece := file.read(1 << 16):
            rest.update(piece)
    assert [asked.sha256 for asked in flaky.requests] == [rest.hexdigest()] * 2


def test_a_form_carries_the_file_byte_for_byte_and_says_its_length(
    flaky: RawServer, upload: Path, flat: None
) -> None:
    with client_for(flaky, form) as client, upload.open("rb") as file:
        given(client, file=file)
        assert file.tell() == 0
    first, second = flaky.requests
    assert first.sha256 == second.sha256
    assert first.headers["content-length"] == str(first.size)
    boundary = first.headers["content-type"].rpartition("boundary=")[2].encode()
    assert first.file is not None
    with first.file.open("rb") as arrived, upload.open("rb") as file:
        head = arrived.read(1024)
        start = head.index(b"audio/wav\r\n\r\n") + len(b"audio/wav\r\n\r\n")
        assert b'filename="speech.wav"' in head[:start]
        assert b'name="model"\r\n\r\nwhisper\r\n' in head[:start]
        arrived.seek(start)
        while piece := file.read(1 << 16):
            assert arrived.read(len(piece)) == piece
        assert arrived.read() == b"\r\n--" + boundary + b"--\r\n"


def test_a_form_on_asyncio_leaves_the_loop_free(flaky: RawServer, upload: Path, flat: None) -> None:
    turns = 0

    async def main() -> None:
        nonlocal turns
        async with async_client_for(flaky, form) as client:
            sending = asyncio.ensure_future(given(client, file=upload))
            while not sending.done():
                turns += 1
                await asyncio.sleep(0)
            assert sending.result().to_dict() == DONE

    asyncio.run(main())
    assert flaky.requests[0].sha256 == flaky.requests[1].sha256
    assert turns > 100


class Pipe(io.RawIOBase):
    """A file object that can be read once."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        taken, self._data = self._data[:size], self._data[size:]
        return taken


@pytest.mark.parametrize("hook", [whole_body, form], ids=["whole", "form"])
def test_a_file_that_can_be_read_once_is_sent_once_and_the_error_says_so(
    flaky: RawServer, hook: Any, tidy: Any
) -> None:
    with client_for(flaky, hook) as client:
        with pytest.raises(jackfield.ServiceUnavailableError, match="sent once") as caught:
            given(client, file=Pipe(b"x" * 100_000))
        assert caught.value.attempts == 1
        tidy(client)
    assert len(flaky.requests) == 1
    assert flaky.requests[0].headers["transfer-encoding"] == "chunked"


def test_the_same_on_asyncio(flaky: RawServer, tidy: Any) -> None:
    async def main() -> None:
        async with async_client_for(flaky, whole_body) as client:
            with pytest.raises(jackfield.ServiceUnavailableError, match="sent once"):
                await given(client, file=Pipe(b"x" * 100_000))
            tidy(client)

    asyncio.run(main())
    assert len(flaky.requests) == 1


def test_a_file_that_shrinks_while_it_is_sent_is_an_error_not_a_hang(
    flaky: RawServer, tmp_path: Path, tidy: Any
) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 200_000)

    class Shrinking(io.FileIO):
        def read(self, size: int = -1) -> bytes:
            os.truncate(path, 100_000)
            return super().read(size)

    with client_for(flaky, whole_body) as client:
        with Shrinking(path) as file, pytest.raises(jackfield.JackfieldError):
            given(client, file=file)
        tidy(client)


def test_a_missing_file_is_an_error_before_anything_is_sent(
    flaky: RawServer, tmp_path: Path
) -> None:
    with client_for(flaky, form) as client:
        with pytest.raises(jackfield.SourceError, match="nowhere"):
            given(client, file=tmp_path / "nowhere.wav")
        with pytest.raises(jackfield.SourceError, match="not a regular file"):
            given(client, file=tmp_path)
    assert flaky.connections == 0


# A file object stands where it stood, whatever becomes of the upload -----------------------------


class Enough(Exception):
    pass


def _stop(step: jackfield.Progress) -> None:
    raise Enough


@pytest.mark.parametrize("hook", [whole_body, form], ids=["whole", "form"])
def test_a_callback_that_raises_leaves_the_file_where_it_stood(
    flaky: RawServer, upload: Path, hook: Any
) -> None:
    with client_for(flaky, hook) as client, upload.open("rb") as file:
        file.seek(5)
        with pytest.raises(Enough):
            given(client, file=file, on_progress=_stop)
        assert file.tell() == 5

    async def main() -> None:
        async with async_client_for(flaky, hook) as client:
            with upload.open("rb") as file:
                file.seek(5)
                with pytest.raises(Enough):
                    await given(client, file=file, on_progress=_stop)
                assert file.tell() == 5

    asyncio.run(main())


@pytest.mark.parametrize("hook", [whole_body, form], ids=["whole", "form"])
def test_a_cancelled_upload_leaves_the_file_where_it_stood(
    serve: Callable[..., RawServer], upload: Path, hook: Any
) -> None:
    server = serve(lambda asked, wire: wire.reply(200, DONE))

    async def main() -> None:
        begun = asyncio.Event()
        async with async_client_for(server, hook) as client:
            with upload.open("rb") as file:
                file.seek(5)
                task = asyncio.ensure_future(
                    given(client, file=file, on_progress=lambda step: begun.set())
                )
                await begun.wait()
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                assert file.tell() == 5

    asyncio.run(main())


@pytest.mark.parametrize("change", [b"", b"x" * 300_000], ids=["shorter", "longer"])
def test_a_file_that_changes_while_it_is_sent(
    serve: Callable[..., RawServer], tmp_path: Path, change: bytes
) -> None:
    """What was announced is sent; where that is no longer there, the error says so."""
    path = tmp_path / "growing.wav"
    path.write_bytes(b"y" * 200_000)
    server = serve(lambda asked, wire: wire.reply(200, DONE))

    def changed(step: jackfield.Progress) -> None:
        if change:
            path.write_bytes(b"y" * 200_000 + change)
        else:
            os.truncate(path, 1000)

    with client_for(server, whole_body) as client:
        if change:
            given(client, file=path, on_progress=changed)
            assert server.requests[0].size == 200_000
        else:
            with pytest.raises(jackfield.SourceError, match=r"growing\.wav changed"):
                given(client, file=path, on_progress=changed)


def test_a_header_of_the_clients_does_not_hide_a_forms_boundary(
    serve: Callable[..., RawServer],
) -> None:
    server = serve(lambda asked, wire: wire.reply(200, DONE))
    with client_for(server, form, headers={"content-type": "application/json"}) as client:
        given(client, file=b"x", extra_headers={"Content-Type": "text/plain"})
    assert server.requests[0].headers["content-type"].startswith("multipart/form-data; boundary=")


def test_extra_body_replaces_a_forms_fields_as_it_does_in_json(
    serve: Callable[..., RawServer],
) -> None:
    server = serve(lambda asked, wire: wire.reply(200, DONE))
    with client_for(server, form) as client:
        given(client, file=b"x", extra_body={"model": "other", "tags": ["a", {"b": 1}]})
    body = server.requests[0].body
    assert body.count(b'name="model"') == 1
    for part in (b'name="model"\r\n\r\nother', b'name="tags[]"\r\n\r\na', b'name="tags[][b]"'):
        assert part in body


def test_an_async_callback_or_file_is_an_error_that_says_so(flaky: RawServer) -> None:
    async def told(step: jackfield.Progress) -> None:
        raise AssertionError

    class Upload:
        async def read(self, size: int = -1) -> bytes:
            return b""

    with client_for(flaky, form) as client:
        with pytest.raises(jackfield.ConfigError, match="async"):
            given(client, file=b"x", on_progress=told)
        with pytest.raises(jackfield.SourceError, match="await"):
            given(client, file=Upload())
    assert flaky.connections == 0
