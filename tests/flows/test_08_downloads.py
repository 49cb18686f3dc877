"""Flow 8, the part of core: bytes to memory, a path or a file object, whole or not at all."""

from __future__ import annotations

import asyncio
import io
import os
import stat
import tracemalloc
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from plugging import provider
from rawserver import RawServer

import jackfield
from jackfield.envelope import Call, FilePart, Multipart, WireRequest
from jackfield.manifest import Claim, Manifest, Operation, Surface

CONTENT = bytes(range(256)) * 4096
MP4 = "video/mp4"


def ask(call: Call) -> Any:
    if "file" in call.params:
        file = FilePart(call.params["file"], max_bytes=call.params.get("limit"))
        return WireRequest(path="/up", body=Multipart([("file", file)]))
    if call.operation == "text":
        return WireRequest("GET", "/text", expect="text")
    return WireRequest("GET", "/content", expect="bytes")


def clips(server: RawServer) -> Manifest:
    """A provider of a surface of its own, whose results are bytes."""
    surface = Surface(
        "clip",
        result="jackfield.binary:Binary",
        operations=(Operation("upload"), Operation("text")),
    )
    return provider(
        "up",
        server.base_url,
        hooks={"transform_request": ask},
        claims=(Claim("clip", "up/", default=True),),
        surfaces=(surface,),
    )


def no_pause(seconds: float) -> None:
    """Retries need no wait here."""


async def no_wait(seconds: float) -> None:
    """The same on asyncio."""


def fetch(server: RawServer, check: Any = None, **params: Any) -> Any:
    with jackfield.Client(plugins=[clips(server)], sleep=no_pause) as client:
        try:
            return client.call("clip", "up/m", **params)
        finally:
            if check is not None:
                check(client)


def afetch(server: RawServer, check: Any = None, **params: Any) -> Any:
    async def main() -> Any:
        async with jackfield.AsyncClient(plugins=[clips(server)], sleep=no_wait) as client:
            try:
                return await client.call("clip", "up/m", **params)
            finally:
                if check is not None:
                    check(client)

    return asyncio.run(main())


@pytest.fixture(params=[fetch, afetch], ids=["sync", "async"])
def get(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def upstream(serve: Callable[..., RawServer]) -> RawServer:
    return serve(lambda asked, wire: wire.reply(200, CONTENT, content_type=MP4))


@pytest.fixture
def cut(serve: Callable[..., RawServer]) -> RawServer:
    """Announces everything and sends half."""

    def answer(asked: Any, wire: Any) -> None:
        head = f"HTTP/1.1 200 OK\r\ncontent-type: video/mp4\r\ncontent-length: {len(CONTENT)}"
        wire.send(head.encode() + b"\r\n\r\n" + CONTENT[: len(CONTENT) // 2])
        wire.close()

    return serve(answer)


def left(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_bytes_come_to_memory(upstream: RawServer, get: Any, tmp_path: Path) -> None:
    result = get(upstream)
    assert isinstance(result, jackfield.Binary)
    assert result.content == bytes(result) == result.read() == b"".join(result.iter_bytes())
    assert result.content == CONTENT
    assert (result.size, len(result), result.path) == (len(CONTENT), len(CONTENT), None)
    assert result.content_type == "video/mp4"
    assert result._response_headers["content-type"] == "video/mp4"
    assert upstream.requests[0].headers["accept"] == "*/*"
    assert repr(result) == f"<Binary video/mp4, {len(CONTENT)} bytes>"
    result.write_to_file(tmp_path / "a.mp4")
    assert left(tmp_path) == {"a.mp4": CONTENT}


@pytest.mark.parametrize("kind", [str, Path])
def test_bytes_come_to_a_path(upstream: RawServer, get: Any, tmp_path: Path, kind: Any) -> None:
    (tmp_path / "a.mp4").write_bytes(b"earlier")
    told: list[jackfield.Progress] = []
    result = get(upstream, save_to=kind(tmp_path / "a.mp4"), on_progress=told.append)
    assert left(tmp_path) == {"a.mp4": CONTENT}
    assert result.path == str(tmp_path / "a.mp4")
    assert result.size == len(CONTENT)
    assert result.content == CONTENT
    assert [step.done for step in told] == sorted({step.done for step in told})
    assert {(step.stage, step.total) for step in told} == {("download", len(CONTENT))}
    assert told[-1].done == len(CONTENT)
    umask = os.umask(0)
    os.umask(umask)
    assert stat.S_IMODE((tmp_path / "a.mp4").stat().st_mode) == 0o666 & ~umask


def test_bytes_come_to_a_file_object_which_stays_open(upstream: RawServer, get: Any) -> None:
    file = io.BytesIO(b"head")
    file.seek(4)
    result = get(upstream, save_to=file)
    assert file.getvalue() == b"head" + CONTENT
    assert (result.path, result.size) == (None, len(CONTENT))
    with pytest.raises(ValueError, match="save_to"):
        _ = result.content


# What can't be written to is told before anything is asked for ----------------------------------


def closed(folder: Path) -> Any:
    file = io.BytesIO()
    file.close()
    return file


TARGETS: dict[str, Callable[[Path], Any]] = {
    "no directory": lambda folder: folder / "nowhere" / "a.mp4",
    "it is a directory": lambda folder: folder,
    "'': it is a directory": lambda folder: "",
    "can't write to a int": lambda folder: 5,
    "text mode": lambda folder: io.StringIO(),
    "closed": closed,
    "not open for writing": lambda folder: io.BufferedReader(io.BytesIO()),
}


@pytest.mark.parametrize("why", TARGETS)
def test_a_target_that_is_none_costs_no_request(
    upstream: RawServer, get: Any, tmp_path: Path, why: str
) -> None:
    with pytest.raises(jackfield.SourceError, match=why):
        get(upstream, save_to=TARGETS[why](tmp_path))
    assert upstream.requests == []
    assert left(tmp_path) == {}


def test_an_answer_that_is_no_bytes_has_nothing_to_save(upstream: RawServer, get: Any) -> None:
    with pytest.raises(jackfield.RequestError, match="save_to"):
        get(upstream, operation="text", save_to="a.txt")
    assert upstream.requests == []


# Interrupted ------------------------------------------------------------------------------------


def test_a_download_that_breaks_is_tried_again_and_leaves_nothing(
    cut: RawServer, get: Any, tmp_path: Path, tidy: Any
) -> None:
    (tmp_path / "a.mp4").write_bytes(b"earlier")
    with pytest.raises(jackfield.APIConnectionError) as caught:
        get(cut, tidy, save_to=tmp_path / "a.mp4")
    assert left(tmp_path) == {"a.mp4": b"earlier"}
    assert caught.value.attempts == 3
    assert len(cut.requests) == 3


def test_a_second_attempt_can_succeed(
    serve: Callable[..., RawServer], get: Any, tmp_path: Path
) -> None:
    def answer(asked: Any, wire: Any) -> None:
        if len(server.requests) == 1:
            head = f"HTTP/1.1 200 OK\r\ncontent-length: {len(CONTENT)}\r\n\r\n"
            wire.send(head.encode() + CONTENT[:1000])
            wire.close()
        else:
            wire.reply(200, CONTENT, content_type=MP4)

    server = serve(answer)
    file = io.BytesIO()
    get(server, save_to=file)
    assert file.getvalue() == CONTENT
    get(server, save_to=tmp_path / "b.mp4")
    assert left(tmp_path) == {"b.mp4": CONTENT}


class Pipe(io.RawIOBase):
    """A file object that can't go back."""

    def __init__(self) -> None:
        self.got = b""

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self.got += bytes(data)
        return len(data)


def test_what_can_not_be_taken_back_is_written_once(cut: RawServer, get: Any) -> None:
    pipe = Pipe()
    with pytest.raises(jackfield.APIConnectionError, match=r"not tried again.*in the file object"):
        get(cut, save_to=pipe)
    assert CONTENT.startswith(pipe.got)
    assert len(cut.requests) == 1


def test_a_file_object_gets_back_what_it_had(cut: RawServer, get: Any) -> None:
    file = io.BytesIO(b"mine")
    file.seek(0, io.SEEK_END)
    with pytest.raises(jackfield.APIConnectionError):
        get(cut, save_to=file)
    assert file.getvalue() == b"mine"


def test_a_callback_that_raises_ends_the_download(
    upstream: RawServer, get: Any, tmp_path: Path, tidy: Any
) -> None:
    class Enough(Exception):
        pass

    def stop(step: jackfield.Progress) -> None:
        raise Enough

    with pytest.raises(Enough):
        get(upstream, tidy, save_to=tmp_path / "a.mp4", on_progress=stop)
    assert left(tmp_path) == {}
    assert len(upstream.requests) == 1


def test_a_cancelled_download_leaves_nothing(
    serve: Callable[..., RawServer], tmp_path: Path, tidy: Any
) -> None:
    def answer(asked: Any, wire: Any) -> None:
        wire.send(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999\r\n\r\n" + CONTENT)
        wire.gone()

    server = serve(answer)

    async def main() -> None:
        came = asyncio.Event()
        async with jackfield.AsyncClient(plugins=[clips(server)]) as client:
            task = asyncio.ensure_future(
                client.call(
                    "clip",
                    "up/m",
                    save_to=tmp_path / "a.mp4",
                    on_progress=lambda step: came.set(),
                )
            )
            await came.wait()
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert left(tmp_path) == {}
            tidy(client)

    asyncio.run(main())


def test_a_large_download_is_flat_in_memory(serve: Callable[..., RawServer], get: Any) -> None:
    block = os.urandom(1024 * 1024)

    def answer(asked: Any, wire: Any) -> None:
        wire.send(f"HTTP/1.1 200 OK\r\ncontent-length: {32 * len(block)}\r\n\r\n".encode())
        for _ in range(32):
            wire.send(block)

    server = serve(answer)
    with open(os.devnull, "wb") as nothing:
        get(server, save_to=nothing)  # what the first one imports is not counted
        tracemalloc.start()
        try:
            tracemalloc.reset_peak()
            before, _ = tracemalloc.get_traced_memory()
            assert get(server, save_to=nothing).size == 32 * len(block)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak - before < 8 * 1024 * 1024


# What is not what was asked for -----------------------------------------------------------------

ERROR = {"error": {"message": "slow down", "type": "requests", "code": "rate_limit_exceeded"}}


@pytest.mark.parametrize("saving", [False, True])
@pytest.mark.parametrize(
    ("body", "kind", "wanted"),
    [
        (ERROR, "application/json", jackfield.RateLimitError),
        (b"<html>sign in</html>", "text/html", jackfield.APIResponseValidationError),
        (b"", "video/mp4", jackfield.APIResponseValidationError),
    ],
    ids=["error", "page", "empty"],
)
def test_an_answer_that_is_something_else_is_its_error(
    serve: Callable[..., RawServer],
    get: Any,
    tmp_path: Path,
    saving: bool,
    body: Any,
    kind: str,
    wanted: type[Exception],
) -> None:
    server = serve(lambda asked, wire: wire.reply(200, body, content_type=kind))
    more = {"save_to": tmp_path / "a.mp4"} if saving else {}
    with pytest.raises(wanted):
        get(server, **more)
    assert left(tmp_path) == {}


def test_json_that_was_asked_for_as_bytes_is_bytes(
    serve: Callable[..., RawServer], get: Any, tmp_path: Path
) -> None:
    body = b'{"id": "file-1", "lines": 2}'
    server = serve(lambda asked, wire: wire.reply(200, body))
    assert get(server).content == body
    get(server, save_to=tmp_path / "a.json")
    assert left(tmp_path) == {"a.json": body}


# Uploads ----------------------------------------------------------------------------------------


def test_an_upload_tells_how_far_it_has_come(
    serve: Callable[..., RawServer], get: Any, tmp_path: Path
) -> None:
    server = serve(lambda asked, wire: wire.reply(200, {"id": "x"}))
    (tmp_path / "a.wav").write_bytes(CONTENT)
    told: list[jackfield.Progress] = []
    get(server, operation="upload", file=tmp_path / "a.wav", on_progress=told.append)
    assert {step.stage for step in told} == {"upload"}
    assert [step.done for step in told] == sorted(step.done for step in told)
    assert told[-1].done == told[-1].total == server.requests[0].size


def test_a_callback_that_raises_ends_the_upload(
    serve: Callable[..., RawServer], get: Any, tidy: Any
) -> None:
    class Enough(Exception):
        pass

    def stop(step: jackfield.Progress) -> None:
        raise Enough

    server = serve(lambda asked, wire: wire.reply(200, {"id": "x"}))
    with pytest.raises(Enough):
        get(server, tidy, operation="upload", file=CONTENT, on_progress=stop)


@pytest.mark.parametrize("own", [False, True], ids=["plugin's limit", "caller's limit"])
def test_a_file_over_the_limit_is_refused_before_anything_is_sent(
    serve: Callable[..., RawServer], get: Any, tmp_path: Path, own: bool
) -> None:
    server = serve(lambda asked, wire: wire.reply(200, {"id": "x"}))
    (tmp_path / "a.wav").write_bytes(CONTENT)
    given = {"max_file_bytes": 1000} if own else {"limit": 1000}
    with pytest.raises(jackfield.SourceError, match=rf"a\.wav has {len(CONTENT)} bytes.*1000"):
        get(server, operation="upload", file=tmp_path / "a.wav", **given)
    assert server.connections == 0
    more = {"max_file_bytes": 2 * len(CONTENT), "limit": 1000}
    get(server, operation="upload", file=tmp_path / "a.wav", **more)
    assert len(server.requests) == 1


def test_a_stream_of_unknown_length_is_stopped_at_the_limit(
    serve: Callable[..., RawServer], get: Any, tidy: Any
) -> None:
    class Endless(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            return b"x" * size

    server = serve(lambda asked, wire: wire.reply(200, {"id": "x"}))
    with pytest.raises(jackfield.SourceError, match="limit of 500000 bytes"):
        get(server, tidy, operation="upload", file=Endless(), limit=500_000)


@pytest.mark.parametrize("setting", [0, -1, 1.5, "1", True])
def test_a_limit_that_is_none_is_an_error(upstream: RawServer, get: Any, setting: Any) -> None:
    with pytest.raises(jackfield.ConfigError, match="max_file_bytes"):
        get(upstream, max_file_bytes=setting)


def test_a_callback_that_is_no_function_is_an_error(upstream: RawServer, get: Any) -> None:
    with pytest.raises(jackfield.ConfigError, match="on_progress"):
        get(upstream, on_progress=5)


# Targets that are no ordinary files -------------------------------------------------------------


@pytest.mark.parametrize("ending", ["chunked", "close"])
def test_an_empty_body_of_unknown_length_saves_nothing(
    serve: Callable[..., RawServer], get: Any, tmp_path: Path, ending: str
) -> None:
    def answer(asked: Any, wire: Any) -> None:
        if ending == "chunked":
            wire.head(200, {"content-type": MP4, "transfer-encoding": "chunked"})
            wire.send(b"0\r\n\r\n")
        else:
            wire.head(200, {"content-type": MP4, "connection": "close"})
            wire.close()

    (tmp_path / "a.mp4").write_bytes(b"earlier")
    with pytest.raises(jackfield.APIResponseValidationError, match="empty"):
        get(serve(answer), save_to=tmp_path / "a.mp4")
    assert left(tmp_path) == {"a.mp4": b"earlier"}


def test_a_link_is_followed_and_rights_are_kept(
    upstream: RawServer, get: Any, tmp_path: Path
) -> None:
    real = tmp_path / "real.mp4"
    real.write_bytes(b"earlier")
    real.chmod(0o600)
    (tmp_path / "link.mp4").symlink_to(real)
    get(upstream, save_to=tmp_path / "link.mp4")
    assert (tmp_path / "link.mp4").is_symlink()
    assert real.read_bytes() == CONTENT
    assert stat.S_IMODE(real.stat().st_mode) == 0o600


def test_a_pipe_stays_a_pipe(upstream: RawServer, get: Any, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as pool:
        heard = pool.submit(pipe.read_bytes)
        assert get(upstream, save_to=pipe).size == len(CONTENT)
        assert heard.result() == CONTENT
    assert pipe.is_fifo()


def test_a_file_object_that_takes_a_little_at_a_time_gets_it_all(
    upstream: RawServer, get: Any
) -> None:
    class Narrow(Pipe):
        def write(self, data: Any) -> int:
            return super().write(bytes(data)[:1000])

    narrow = Narrow()
    assert get(upstream, save_to=narrow).size == len(CONTENT)
    assert narrow.got == CONTENT


def test_a_file_object_that_takes_nothing_is_an_error(upstream: RawServer, get: Any) -> None:
    class Full(Pipe):
        def write(self, data: Any) -> Any:
            return None

    with pytest.raises(jackfield.SourceError, match="takes nothing"):
        get(upstream, save_to=Full())


def test_a_long_name_is_no_obstacle(upstream: RawServer, get: Any, tmp_path: Path) -> None:
    name = "名" * 83 + ".mp4"
    get(upstream, save_to=tmp_path / name)
    assert left(tmp_path) == {name: CONTENT}
