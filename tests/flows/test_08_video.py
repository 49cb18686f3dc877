"""Flow 8: a video is created, looked at until it is there, downloaded to a file, and interrupted.

Whatever ends a download early, nothing half-written stays behind: no temporary file, and what was
at the target before is still there.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import io
import json
import resource
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import answers
import pytest
from rawserver import PATIENCE, RawServer

import jackfield
from jackfield.binary import Binary
from jackfield.progress import Progress

BLOCK = bytes(range(256)) * 256
SIZE = 10 * len(BLOCK) + 7
CLIP = (BLOCK * 11)[:SIZE]
LARGE = 64 * 1024 * 1024
ROOM = 8 * 1024 * 1024
MP4 = {"content-type": "video/mp4"}
WAITS = {"openai-poll-after-ms": "20"}


class Studio:
    """An upstream with one job per prompt, ready after three looks; ``content`` serves the clip."""

    def __init__(self) -> None:
        self.content: Callable[[Any, Any], Any] = whole
        self.looks = 0
        self.ready_after: float = 3
        self.failing = False

    def __call__(self, asked: Any, wire: Any) -> None:
        path = asked.target.partition("?")[0]
        if path.endswith("/content"):
            self.content(asked, wire)
        elif path == "/v1/videos/nowhere":
            wire.reply(404, answers.error("No such video", "video_not_found"))
        else:
            self.looks += asked.method == "GET"
            wire.reply(200, self.job(), WAITS)

    def job(self) -> dict[str, Any]:
        ended = self.looks >= self.ready_after
        status = "queued" if not self.looks else "in_progress"
        error = {"code": "server_error", "message": "It broke"} if self.failing else None
        return {
            "id": "video_1",
            "object": "video",
            "model": "sora-2",
            "status": ("failed" if self.failing else "completed") if ended else status,
            "progress": [0, 60, 40, 100][min(self.looks, 3)],
            "error": error if ended else None,
        }


def whole(asked: Any, wire: Any) -> None:
    wire.reply(200, CLIP, content_type="video/mp4")


def half(asked: Any, wire: Any) -> None:
    """Half of the clip, and then nothing: the connection breaks."""
    wire.head(200, {**MP4, "content-length": str(SIZE)})
    wire.send(CLIP[: SIZE // 2])
    wire.close()


class Stalled:
    """Half of the clip, and then nothing until the client leaves."""

    def __init__(self) -> None:
        self.left = threading.Event()

    def __call__(self, asked: Any, wire: Any) -> None:
        wire.head(200, {**MP4, "content-length": str(SIZE)})
        wire.send(CLIP[: SIZE // 2])
        if wire.gone():
            self.left.set()
        wire.close()


def flaky(asked: Any, wire: Any, seen: list[int]) -> None:
    """Broken the first time, whole the second."""
    seen.append(1)
    (half if len(seen) == 1 else whole)(asked, wire)


def large(asked: Any, wire: Any) -> None:
    wire.head(200, {**MP4, "content-length": str(LARGE)})
    for _ in range(LARGE // len(BLOCK)):
        wire.send(BLOCK)


@pytest.fixture
def studio() -> Studio:
    return Studio()


@pytest.fixture
def server(serve: Callable[..., RawServer], studio: Studio) -> RawServer:
    return serve(studio)


# Blocking and on asyncio --------------------------------------------------------------------------


class Slept:
    """Seconds that were waited for; no test waits."""

    def __init__(self) -> None:
        self.seconds: list[float] = []


Do = Callable[[Any], Any]
Drive = Callable[..., Any]


def blocking(server: RawServer, do: Do, tidy: Any, slept: Slept, **more: Any) -> Any:
    with jackfield.Client(**_settings(server, more), sleep=slept.seconds.append) as client:
        try:
            return do(client)
        finally:
            tidy(client)


def on_loop(server: RawServer, do: Do, tidy: Any, slept: Slept, **more: Any) -> Any:
    async def sleep(seconds: float) -> None:
        slept.seconds.append(seconds)

    async def main() -> Any:
        async with jackfield.AsyncClient(**_settings(server, more), sleep=sleep) as client:
            try:
                return await do(client)
            finally:
                tidy(client)

    return asyncio.run(main())


def _settings(server: RawServer, more: dict[str, Any]) -> dict[str, Any]:
    given = {"plugins": ["openai-video"], "base_url": server.base_url, "api_key": "sk-1"}
    return given | {"max_retries": 0, "jitter": lambda: 0.0} | more


@pytest.fixture(params=[blocking, on_loop], ids=["blocking", "asyncio"])
def drive(request: pytest.FixtureRequest, server: RawServer, tidy: Any) -> Drive:
    """Run ``do(client)`` on a client of each kind; no connection is in use at its end."""

    def run(do: Do, slept: Slept | None = None, **more: Any) -> Any:
        return request.param(server, do, tidy, slept or Slept(), **more)

    return run


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "clips"
    found.mkdir()
    return found


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class Heard:
    """What a progress callback was told."""

    def __init__(self) -> None:
        self.all: list[Progress] = []

    def __call__(self, progress: Progress) -> None:
        self.all.append(progress)

    def done(self, stage: str) -> list[float]:
        return [each.done for each in self.all if each.stage == stage]


# Created, polled, downloaded ----------------------------------------------------------------------


def test_a_video_is_created_waited_for_and_saved(
    server: RawServer, drive: Drive, folder: Path
) -> None:
    heard, slept = Heard(), Slept()
    video = drive(
        lambda c: c.video_generation("sora-2", "a cat", seconds=4, wait=True, on_progress=heard),
        slept,
    )
    assert (video.id, video.status, video.progress) == ("video_1", "completed", 100)
    assert slept.seconds == [0.02] * 3
    assert heard.done("wait") == [0, 60, 60, 100]  # never that less is done than before
    assert [each.partial.id for each in heard.all if each.stage == "wait"] == ["video_1"] * 4

    heard = Heard()
    saved = drive(
        lambda c: c.video_content(video, save_to=folder / "cat.mp4", on_progress=heard),
    )
    assert isinstance(saved, Binary)
    assert (saved.path, saved.size) == (str(folder / "cat.mp4"), SIZE)
    assert saved.content_type == "video/mp4"
    assert (folder / "cat.mp4").read_bytes() == CLIP == saved.content
    done = heard.done("download")
    assert done == sorted(set(done))
    assert done[-1] == SIZE
    assert {each.total for each in heard.all} == {SIZE}

    sent = [(asked.method, asked.target) for asked in server.requests]
    look = ("GET", "/v1/videos/video_1")
    assert sent == [("POST", "/v1/videos"), look, look, look, ("GET", f"{look[1]}/content")]
    assert json.loads(server.requests[0].body) == {
        "model": "sora-2",
        "prompt": "a cat",
        "seconds": "4",
    }
    assert {asked.headers["authorization"] for asked in server.requests} == {"Bearer sk-1"}


@pytest.mark.parametrize("as_given", [str, Path])
def test_a_download_takes_the_place_of_what_is_there_only_when_it_is_whole(
    drive: Drive, folder: Path, as_given: Any
) -> None:
    target = folder / "cat.mp4"
    target.write_bytes(b"old")
    seen = []

    def watch(progress: Progress) -> None:
        seen.append(target.read_bytes())

    drive(lambda c: c.video_content("video_1", save_to=as_given(target), on_progress=watch))
    assert set(seen) == {b"old"}
    assert target.read_bytes() == CLIP
    assert names(folder) == ["cat.mp4"]


def test_a_download_to_a_file_object_begins_where_it_stands(drive: Drive, folder: Path) -> None:
    with (folder / "all").open("w+b") as file:
        file.write(b"before")
        saved = drive(lambda c: c.video_content("video_1", save_to=file))
        assert not file.closed
        assert file.tell() == len(b"before") + SIZE
    assert (folder / "all").read_bytes() == b"before" + CLIP
    assert (saved.path, saved.size) == (None, SIZE)
    with pytest.raises(ValueError, match="file object"):
        assert saved.content


def test_a_download_without_a_target_is_in_memory(drive: Drive, folder: Path) -> None:
    found = drive(lambda c: c.video_content("video_1"))
    assert found.content == CLIP
    found.write_to_file(folder / "copy.mp4")
    assert (folder / "copy.mp4").read_bytes() == CLIP
    assert names(folder) == ["copy.mp4"]


# Interrupted: the download ------------------------------------------------------------------------


@pytest.fixture(params=[None, b"old"], ids=["new", "existing"])
def target(request: pytest.FixtureRequest, folder: Path) -> Iterator[Path]:
    """A target that is as it was at the end, with nothing beside it."""
    path = folder / "cat.mp4"
    if request.param is not None:
        path.write_bytes(request.param)
    yield path
    assert names(folder) == ([] if request.param is None else ["cat.mp4"])
    assert request.param is None or path.read_bytes() == request.param


def test_a_cut_download_leaves_nothing(drive: Drive, studio: Studio, target: Path) -> None:
    studio.content = half
    heard = Heard()
    with pytest.raises(jackfield.APIConnectionError) as caught:
        drive(lambda c: c.video_content("video_1", save_to=target, on_progress=heard))
    assert caught.value.attempts == 1
    assert heard.done("download") == sorted(heard.done("download"))


def test_a_callback_that_raises_ends_the_download(
    drive: Drive, studio: Studio, target: Path
) -> None:
    class Enough(Exception):
        pass

    def stop(progress: Progress) -> None:
        raise Enough

    studio.content = stalled = Stalled()
    with pytest.raises(Enough):
        drive(lambda c: c.video_content("video_1", save_to=target, on_progress=stop))
    assert stalled.left.wait(PATIENCE)


def test_a_download_that_stalls_is_a_timeout(drive: Drive, studio: Studio, target: Path) -> None:
    studio.content = stalled = Stalled()
    with pytest.raises(jackfield.APITimeoutError):
        drive(lambda c: c.video_content("video_1", save_to=target, timeout=0.2))
    assert stalled.left.wait(PATIENCE)


def test_a_cancelled_task_ends_the_download(
    server: RawServer, studio: Studio, target: Path, tidy: Any
) -> None:
    studio.content = stalled = Stalled()

    async def main() -> None:
        begun = asyncio.Event()
        async with jackfield.AsyncClient(**_settings(server, {})) as client:
            task = asyncio.ensure_future(
                client.video_content("video_1", save_to=target, on_progress=lambda p: begun.set())
            )
            await asyncio.wait_for(begun.wait(), PATIENCE)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            tidy(client)

    asyncio.run(main())
    assert stalled.left.wait(PATIENCE)


def test_an_interrupt_ends_the_download(
    server: RawServer, studio: Studio, target: Path, tidy: Any
) -> None:
    def stop(progress: Progress) -> None:
        raise KeyboardInterrupt

    studio.content = stalled = Stalled()
    with jackfield.Client(**_settings(server, {})) as client:
        with pytest.raises(KeyboardInterrupt):
            client.video_content("video_1", save_to=target, on_progress=stop)
        tidy(client)
    assert stalled.left.wait(PATIENCE)


@pytest.fixture
def little_room() -> Iterator[None]:
    """No file of this process may grow beyond eight blocks: a disk that is full."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8 * len(BLOCK), hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_ends_the_download(drive: Drive, target: Path, little_room: None) -> None:
    with pytest.raises(jackfield.SourceError, match=r"cat\.mp4") as caught:
        drive(lambda c: c.video_content("video_1", save_to=target), max_retries=2)
    assert isinstance(caught.value.__cause__, OSError)


def test_a_full_disk_ends_a_download_to_a_file_object(drive: Drive) -> None:
    class Full(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(jackfield.SourceError, match="No space left"):
        drive(lambda c: c.video_content("video_1", save_to=Full()), max_retries=2)


@pytest.mark.parametrize("where", ["nowhere/cat.mp4", "file/cat.mp4", "", "folder", "folder/"])
def test_a_target_that_cannot_be_is_an_error_before_anything_is_sent(
    server: RawServer, drive: Drive, folder: Path, where: str
) -> None:
    (folder / "file").write_bytes(b"x")
    (folder / "folder").mkdir()
    given = f"{folder}/{where}" if where else ""
    with pytest.raises(jackfield.SourceError, match="can't write"):
        drive(lambda c: c.video_content("video_1", save_to=given))
    assert server.connections == 0
    assert names(folder) == ["file", "folder"]


@pytest.mark.parametrize("mode", ["rb", "w", "closed"])
def test_a_file_object_that_cannot_be_written_is_an_error_before_anything_is_sent(
    server: RawServer, drive: Drive, folder: Path, mode: str
) -> None:
    path = folder / "file"
    path.write_bytes(b"old")
    with path.open("rb+" if mode == "closed" else mode) as file:
        if mode == "closed":
            file.close()
        with pytest.raises(jackfield.SourceError):
            drive(lambda c: c.video_content("video_1", save_to=file))
    assert server.connections == 0


def test_a_target_is_for_what_is_downloaded(server: RawServer, drive: Drive, folder: Path) -> None:
    with pytest.raises(jackfield.RequestError, match="save_to"):
        drive(lambda c: c.video_status("video_1", save_to=folder / "x"))
    assert server.connections == 0


@pytest.mark.parametrize("status", [404, 409, 500])
def test_an_error_is_not_saved(drive: Drive, studio: Studio, target: Path, status: int) -> None:
    studio.content = lambda asked, wire: wire.reply(status, answers.error("Not ready"))
    with pytest.raises(jackfield.APIStatusError, match="Not ready") as caught:
        drive(lambda c: c.video_content("video_1", save_to=target))
    assert caught.value.status_code == status


@pytest.mark.parametrize(
    ("body", "kind", "error"),
    [
        (b"", "video/mp4", jackfield.APIResponseValidationError),
        (b"<html>sign in</html>", "text/html", jackfield.APIResponseValidationError),
        (json.dumps(answers.error("Not ready")).encode(), "application/json", jackfield.APIError),
    ],
    ids=["nothing", "a page", "an error"],
)
def test_a_success_that_is_no_video_is_not_saved(
    drive: Drive, studio: Studio, target: Path, body: bytes, kind: str, error: type[Exception]
) -> None:
    studio.content = lambda asked, wire: wire.reply(200, body, content_type=kind)
    with pytest.raises(error):
        drive(lambda c: c.video_content("video_1", save_to=target))


# Interrupted, and tried again ---------------------------------------------------------------------


def test_a_cut_download_to_a_path_is_tried_again(
    drive: Drive, studio: Studio, folder: Path
) -> None:
    seen: list[int] = []
    studio.content = lambda asked, wire: flaky(asked, wire, seen)
    heard = Heard()
    target = folder / "cat.mp4"
    drive(lambda c: c.video_content("video_1", save_to=target, on_progress=heard), max_retries=1)
    assert len(seen) == 2
    assert target.read_bytes() == CLIP
    assert names(folder) == ["cat.mp4"]
    again = heard.done("download")
    start = next((i for i in range(1, len(again)) if again[i] <= again[i - 1]), 0)
    assert again[start:] == sorted(set(again[start:]))  # from the beginning, once
    assert again[:start] == sorted(set(again[:start]))


def test_a_cut_download_to_a_file_that_can_be_rewound_is_tried_again(
    drive: Drive, studio: Studio
) -> None:
    seen: list[int] = []
    studio.content = lambda asked, wire: flaky(asked, wire, seen)
    file = io.BytesIO(b"before")
    file.seek(0, io.SEEK_END)
    drive(lambda c: c.video_content("video_1", save_to=file), max_retries=1)
    assert file.getvalue() == b"before" + CLIP


def test_a_cut_download_to_a_pipe_is_not_tried_again(drive: Drive, studio: Studio) -> None:
    class Pipe(io.RawIOBase):
        def __init__(self) -> None:
            self.taken = 0

        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            self.taken += len(data)
            return len(data)

    seen: list[int] = []
    studio.content = lambda asked, wire: flaky(asked, wire, seen)
    pipe = Pipe()
    with pytest.raises(jackfield.APIConnectionError, match="not tried again"):
        drive(lambda c: c.video_content("video_1", save_to=pipe), max_retries=1)
    assert len(seen) == 1
    assert 0 < pipe.taken < SIZE


# Interrupted: the waiting -------------------------------------------------------------------------


def test_a_job_that_takes_too_long_is_a_timeout_that_keeps_its_id(
    server: RawServer, drive: Drive, studio: Studio
) -> None:
    studio.ready_after = float("inf")
    with pytest.raises(jackfield.APITimeoutError) as caught:
        drive(
            lambda c: c.video_generation(
                "sora-2", "a cat", wait=True, poll_interval=10, wait_timeout=45
            )
        )
    assert caught.value.phase == "wait"
    job = caught.value.partial
    assert (job.id, job.status) == ("video_1", "in_progress")
    # After 10, 20, 30 and 40 seconds, and a last time after 45.
    assert [asked.method for asked in server.requests] == ["POST"] + ["GET"] * 5

    studio.ready_after = 0
    video = drive(lambda c: c.video_status(job, wait=True))
    assert video.status == "completed"


def test_a_failed_job_is_an_error_that_keeps_it(drive: Drive, studio: Studio) -> None:
    studio.failing = True
    with pytest.raises(jackfield.InternalServerError, match="It broke") as caught:
        drive(lambda c: c.video_generation("sora-2", "a cat", wait=True), max_retries=2)
    assert caught.value.code == "server_error"
    assert (caught.value.partial.id, caught.value.partial.status) == ("video_1", "failed")
    assert caught.value.partial.error.code == "server_error"
    assert studio.looks == 3


def test_an_error_while_waiting_keeps_the_job(server: RawServer, drive: Drive) -> None:
    def gone(asked: Any, wire: Any) -> None:
        if asked.method == "POST":
            wire.reply(200, {"id": "nowhere", "object": "video", "status": "queued"})
        else:
            wire.reply(404, answers.error("No such video"))

    server.answer = gone
    with pytest.raises(jackfield.NotFoundError) as caught:
        drive(lambda c: c.video_generation("sora-2", "a cat", wait=True))
    assert caught.value.partial.id == "nowhere"


def test_a_look_that_fails_is_tried_again_without_another_job(
    server: RawServer, drive: Drive, studio: Studio
) -> None:
    seen: list[int] = []

    def answer(asked: Any, wire: Any) -> None:
        seen.append(1)
        if len(seen) == 3:
            wire.reply(503, answers.error("busy"))
        else:
            studio(asked, wire)

    server.answer = answer
    video = drive(lambda c: c.video_generation("sora-2", "a cat", wait=True), max_retries=1)
    assert video.status == "completed"
    assert [asked.method for asked in server.requests] == ["POST"] + ["GET"] * 4


def test_a_callback_that_raises_ends_the_waiting_and_has_seen_the_job(drive: Drive) -> None:
    class Enough(Exception):
        pass

    heard = Heard()

    def stop(progress: Progress) -> None:
        heard(progress)
        if progress.stage == "wait" and progress.done > 50:
            raise Enough

    with pytest.raises(Enough):
        drive(lambda c: c.video_generation("sora-2", "a cat", wait=True, on_progress=stop))
    assert heard.all[-1].partial.id == "video_1"


def test_a_cancelled_task_ends_the_waiting(server: RawServer, studio: Studio, tidy: Any) -> None:
    studio.ready_after = float("inf")

    async def main() -> None:
        waiting = asyncio.Event()

        async def sleep(seconds: float) -> None:
            waiting.set()
            await asyncio.Event().wait()

        async with jackfield.AsyncClient(**_settings(server, {}), sleep=sleep) as client:
            task = asyncio.ensure_future(client.video_generation("sora-2", "a cat", wait=True))
            await asyncio.wait_for(waiting.wait(), PATIENCE)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            tidy(client)

    asyncio.run(main())
    assert len(server.requests) == 1


def test_the_files_of_a_call_are_not_sent_again_while_waiting(
    server: RawServer, drive: Drive
) -> None:
    png = b"\x89PNG\r\n\x1a\n" + bytes(1000)
    video = drive(
        lambda c: c.video_generation(
            "sora-2", "a cat", input_reference=png, wait=True, extra_body={"x_more": "1"}
        )
    )
    assert video.status == "completed"
    first, *looks = server.requests
    assert png in first.body
    assert b'name="x_more"\r\n\r\n1\r\n' in first.body
    assert [(look.method, look.size) for look in looks] == [("GET", 0)] * 3


# Memory -------------------------------------------------------------------------------------------


@pytest.fixture
def flat(drive: Drive, studio: Studio, folder: Path) -> Iterator[None]:
    """What is done with it takes little memory; what the first call imports is no part of it."""
    drive(lambda c: c.video_content("video_1", save_to=folder / "warm", on_progress=Heard()))
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        yield
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - before < ROOM


def test_a_large_download_takes_little_memory(
    drive: Drive, studio: Studio, folder: Path, flat: None
) -> None:
    studio.content = large
    saved = drive(lambda c: c.video_content("video_1", save_to=folder / "large.mp4"))
    assert saved.size == LARGE
    wanted, found = hashlib.sha256(), hashlib.sha256()
    for _ in range(LARGE // len(BLOCK)):
        wanted.update(BLOCK)
    with (folder / "large.mp4").open("rb") as file:
        while piece := file.read(1 << 16):
            found.update(piece)
    assert found.digest() == wanted.digest()
