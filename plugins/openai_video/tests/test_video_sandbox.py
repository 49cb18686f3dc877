"""Whole stories against the sandbox, which judges requests as the API does."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import jackfield
from jackfield_testing import Sandbox

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
DATA_URL = "data:image/png;base64,iVBORw0KGgo="


def _settings(sandbox: Sandbox, more: dict[str, Any]) -> dict[str, Any]:
    given = {"base_url": sandbox.base_url, "api_key": sandbox.api_key, "jitter": lambda: 0.0}
    return given | {"max_retries": 0} | more


def blocking(sandbox: Sandbox, ask: Callable[[Any], Any], **more: Any) -> Any:
    with jackfield.Client(**_settings(sandbox, more)) as client:
        return ask(client)


def on_loop(sandbox: Sandbox, ask: Callable[[Any], Any], **more: Any) -> Any:
    async def main() -> Any:
        async with jackfield.AsyncClient(**_settings(sandbox, more)) as client:
            return await ask(client)

    return asyncio.run(main())


@pytest.fixture(params=[blocking, on_loop], ids=["blocking", "asyncio"])
def make(request: pytest.FixtureRequest, sandbox: Sandbox) -> Callable[..., Any]:
    """Make a call with ``ask(client)`` on a client of each kind."""
    return lambda ask, **more: request.param(sandbox, ask, **more)


def test_a_video_from_its_first_to_its_last_day(
    make: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    job = make(lambda c: c.video_generation("sora-2", "A cat", seconds=8, size="1280x720"))
    assert (job.status, job.seconds, job.size, job.model) == ("queued", "8", "1280x720", "sora-2")
    assert job.error is None

    video = make(lambda c: c.video_status(job, wait=True))
    assert (video.id, video.status, video.progress) == (job.id, "completed", 100)
    assert video.completed_at > video.created_at

    saved = make(lambda c: c.video_content(video, save_to=tmp_path / "cat.mp4"))
    assert saved.content_type == "video/mp4"
    assert saved.content[4:8] == b"ftyp"
    for variant, kind in (("thumbnail", "image/webp"), ("spritesheet", "image/jpeg")):
        picture = make(lambda c, v=variant: c.video_content(video, variant=v))
        assert picture.content_type == kind

    again = make(lambda c: c.video_remix(video, "A dog", wait=True))
    edited = make(lambda c: c.video_edit(video.id, "In black and white", wait=True))
    longer = make(lambda c: c.video_extension(video, "It sleeps", 4, wait=True))
    uploaded = make(lambda c: c.video_edit(tmp_path / "cat.mp4", "In red"))
    assert again.remixed_from_video_id == edited.remixed_from_video_id == video.id
    assert longer.seconds == "12"
    assert (uploaded.seconds, uploaded.status) == ("8", "queued")

    assert make(lambda c: c.video_delete(video)).to_dict() == {
        "id": video.id,
        "object": "video.deleted",
        "deleted": True,
    }
    for gone in ("video_status", "video_content", "video_delete"):
        with pytest.raises(jackfield.NotFoundError) as caught:
            make(lambda c, n=gone: getattr(c, n)(video))
        assert caught.value.status_code == 404
    assert all(asked.headers["authorization"] for asked in sandbox.requests)


@pytest.mark.parametrize(
    "reference",
    [
        PNG,
        ("a.webp", PNG),
        io.BytesIO(PNG),
        "https://example.com/a.png",
        DATA_URL,
        {"image_url": DATA_URL},
    ],
    ids=["bytes", "pair", "file", "url", "data", "object"],
)
def test_the_api_takes_every_form_of_reference(make: Any, reference: Any) -> None:
    job = make(lambda c: c.video_generation("sora-2", "A cat", input_reference=reference))
    assert job.status == "queued"


def test_what_is_no_image_is_the_apis_error(make: Any) -> None:
    for reference in (b"no image", ("notes.txt", b"no image"), {"image_url": "a", "file_id": "b"}):
        with pytest.raises(jackfield.BadRequestError) as caught:
            make(lambda c, r=reference: c.video_generation("sora-2", "A", input_reference=r))
        assert caught.value.param == "input_reference"


def test_a_page_follows_a_page(make: Any) -> None:
    made = {make(lambda c, n=n: c.video_generation("sora-2", f"page {n}")).id for n in range(3)}
    found: list[str] = []
    page = make(lambda c: c.video_list(limit=2, order="asc"))
    while True:
        found += [video.id for video in page.data]
        if not page.has_more:
            break
        page = make(lambda c, after=page.last_id: c.video_list(limit=2, order="asc", after=after))
    assert made <= set(found)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("code", ["moderation_blocked", "content_policy_violation"])
def test_a_job_that_fails_is_an_error_that_has_it(make: Any, code: str) -> None:
    job = make(lambda c: c.video_generation("sora-2", f"A cat [fail={code}]"))
    with pytest.raises(jackfield.APIError) as caught:
        make(lambda c: c.video_status(job.id, wait=True))
    error = caught.value
    assert error.code == error.partial.error.code == code
    assert error.message == error.partial.error.message
    assert (error.partial.id, error.partial.status) == (job.id, "failed")
    assert isinstance(error, jackfield.ContentPolicyViolationError)
    # Unasked for, it is an answer like any other.
    assert make(lambda c: c.video_status(job)).status == "failed"


def test_a_prompt_that_is_refused_is_an_error(make: Any) -> None:
    with pytest.raises(jackfield.BadRequestError) as caught:
        make(lambda c: c.video_generation("sora-2", "[refuse]", wait=True))
    assert caught.value.code == "moderation_blocked"


def test_a_job_that_never_ends_is_a_timeout_that_has_it(make: Any) -> None:
    with pytest.raises(jackfield.APITimeoutError) as caught:
        make(
            lambda c: c.video_generation(
                "sora-2", "A cat [stall]", wait=True, poll_interval=0.002, wait_timeout=0.02
            )
        )
    assert caught.value.phase == "wait"
    assert caught.value.partial.status in ("queued", "in_progress")
    assert make(lambda c: c.video_status(caught.value.partial)).status == "in_progress"


def test_what_is_not_there_yet_is_an_error(make: Any, tmp_path: Path) -> None:
    job = make(lambda c: c.video_generation("sora-2", "A cat [stall]"))
    with pytest.raises(jackfield.NotFoundError, match="not ready yet"):
        make(lambda c: c.video_content(job, save_to=tmp_path / "cat.mp4"))
    with pytest.raises(jackfield.BadRequestError, match="queued"):
        make(lambda c: c.video_remix(job, "A dog"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "fault", ["cut=100", "drop", "status=500", "empty", "html", "error-in-200"]
)
def test_a_download_that_goes_wrong_leaves_nothing(make: Any, tmp_path: Path, fault: str) -> None:
    prompt = f"A cat [looks=1][content!{fault}]"
    video = make(lambda c: c.video_generation("sora-2", prompt, wait=True))
    with pytest.raises(jackfield.APIError):
        make(lambda c: c.video_content(video, save_to=tmp_path / "cat.mp4"))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fault", ["status=503,retry-after-ms=1,times=1", "drop,times=1"])
def test_a_look_that_goes_wrong_once_is_made_again(make: Any, fault: str) -> None:
    prompt = f"A boat [retrieve!{fault}]"
    video = make(lambda c: c.video_generation("sora-2", prompt, wait=True), max_retries=1)
    assert video.status == "completed"


def test_the_default_client_has_the_calls_too(sandbox_env: Sandbox, tmp_path: Path) -> None:
    video = jackfield.video_generation("openai/sora-2-pro", "A cat", wait=True)
    assert jackfield.video_status(video.id) == video
    jackfield.video_content(video, save_to=tmp_path / "cat.mp4")
    assert video.id in {each.id for each in jackfield.video_list(limit=100).data}

    async def main() -> Any:
        again = await jackfield.avideo_remix(video, "A dog", wait=True)
        return await jackfield.avideo_delete(again)

    assert asyncio.run(main()).deleted
