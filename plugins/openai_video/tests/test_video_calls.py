"""Calls through both clients, over real sockets: settings, names and errors on every operation."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from rawserver import Asked, RawServer, Wire

import jackfield
from jackfield.binary import Binary
from jackfield.errors import NoRouteError, NotFoundError, RequestError, SourceError
from jackfield.surfaces.video import DeletedVideo, Video, VideoJob, VideoList

JOB: dict[str, Any] = {
    "id": "video_1",
    "object": "video",
    "model": "sora-2",
    "status": "queued",
    "progress": 0,
    "created_at": 1,
    "completed_at": None,
    "expires_at": None,
    "prompt": "a cat",
    "size": "720x1280",
    "seconds": "4",
    "remixed_from_video_id": None,
    "error": None,
    "quality": "standard",
}
PAGE = {
    "object": "list",
    "data": [JOB, JOB | {"id": "video_2", "status": "failed", "error": {"code": "c"}}],
    "first_id": "video_1",
    "last_id": "video_2",
    "has_more": False,
}
DELETED = {"object": "video.deleted", "deleted": True, "id": "video_1"}
CLIP = b"\x00\x00\x00\x18ftypmp42" + bytes(5000)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)

Ask = Callable[[Any], Any]
OPERATIONS: dict[str, tuple[Callable[..., Any], str, str, type[Any]]] = {
    "create": (lambda c, **k: c.video_generation("sora-2", "a cat", **k), "POST", "", Video),
    "status": (lambda c, **k: c.video_status("video_1", **k), "GET", "/video_1", Video),
    "content": (lambda c, **k: c.video_content("video_1", **k), "GET", "/video_1/content", Binary),
    "list": (lambda c, **k: c.video_list(**k), "GET", "", VideoList),
    "remix": (
        lambda c, **k: c.video_remix("video_1", "a dog", **k),
        "POST",
        "/video_1/remix",
        Video,
    ),
    "edit": (lambda c, **k: c.video_edit("video_1", "a dog", **k), "POST", "/edits", Video),
    "extension": (
        lambda c, **k: c.video_extension("video_1", "a dog", 8, **k),
        "POST",
        "/extensions",
        Video,
    ),
    "delete": (lambda c, **k: c.video_delete("video_1", **k), "DELETE", "/video_1", DeletedVideo),
}


def answer(asked: Asked, wire: Wire) -> None:
    path = urlsplit(asked.target).path
    if path.endswith("/content"):
        wire.reply(200, CLIP, {"x-request-id": "req_1"}, content_type="video/mp4")
        return
    listed = asked.method == "GET" and path.endswith("/videos")
    body = DELETED if asked.method == "DELETE" else PAGE if listed else JOB
    wire.reply(200, body, {"x-request-id": "req_1"})


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RawServer]:
    for name in ("OPENAI_API_KEY", "OPENAI_ORGANIZATION", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JACKFIELD_DOTENV", "0")
    with RawServer(answer) as running:
        yield running


def _settings(server: RawServer, more: dict[str, Any]) -> dict[str, Any]:
    given = {"plugins": ["openai-video"], "base_url": server.base_url, "api_key": "sk-1"}
    return given | {"max_retries": 0} | more


def blocking(server: RawServer, ask: Ask, **more: Any) -> Any:
    with jackfield.Client(**_settings(server, more)) as client:
        return ask(client)


def on_loop(server: RawServer, ask: Ask, **more: Any) -> Any:
    async def main() -> Any:
        async with jackfield.AsyncClient(**_settings(server, more)) as client:
            return await ask(client)

    return asyncio.run(main())


@pytest.fixture(params=[blocking, on_loop], ids=["blocking", "asyncio"])
def make(request: pytest.FixtureRequest, server: RawServer) -> Callable[..., Any]:
    """Make a call with ``ask(client)`` on a client of each kind."""
    return lambda ask, **more: request.param(server, ask, **more)


every = pytest.mark.parametrize("operation", sorted(OPERATIONS))


@every
def test_every_operation_has_its_request_and_its_result(
    server: RawServer, make: Any, operation: str
) -> None:
    ask, method, path, kind = OPERATIONS[operation]
    result = make(ask)
    [asked] = server.requests
    assert (asked.method, asked.target) == (method, f"/v1/videos{path}")
    assert asked.headers["authorization"] == "Bearer sk-1"
    assert type(result) is kind
    assert result._response_headers["x-request-id"] == result.request_id == "req_1"
    assert result.warnings == []
    bodies = {
        "create": {"model": "sora-2", "prompt": "a cat"},
        "remix": {"prompt": "a dog"},
        "edit": {"video": {"id": "video_1"}, "prompt": "a dog"},
        "extension": {"video": {"id": "video_1"}, "prompt": "a dog", "seconds": "8"},
    }
    if operation in bodies:
        assert asked.json == bodies[operation]
        assert asked.headers["content-type"] == "application/json"
    else:
        assert asked.body == b""
    if kind is Binary:
        assert result.content == CLIP
    else:
        assert result.to_dict() == {"list": PAGE, "delete": DELETED}.get(operation, JOB)


@every
def test_every_setting_holds_on_every_operation(
    server: RawServer, make: Any, operation: str
) -> None:
    ask, method, path, _ = OPERATIONS[operation]
    make(
        lambda c: ask(
            c,
            base_url=f"{server.origin}/other/v9",
            api_key="sk-2",
            organization="org-1",
            project="proj-1",
            extra_headers={"X-Mine": "1"},
            extra_query={"q": "a b"},
            timeout=5,
            max_retries=1,
        ),
        base_url="http://127.0.0.1:9/v1",
        headers={"X-Client": "2"},
    )
    [asked] = server.requests
    assert (asked.method, asked.target) == (method, f"/other/v9/videos{path}?q=a%20b")
    wanted = {
        "authorization": "Bearer sk-2",
        "openai-organization": "org-1",
        "openai-project": "proj-1",
        "x-mine": "1",
        "x-client": "2",
    }
    assert wanted.items() <= asked.headers.items()


@every
def test_the_environment_holds_on_every_operation(
    server: RawServer, make: Any, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-env")
    monkeypatch.setenv("OPENAI_BASE_URL", server.base_url)
    monkeypatch.setenv("OPENAI_ORGANIZATION", "org-env")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-env")
    make(OPERATIONS[operation][0], base_url=None, api_key=None)
    headers = server.requests[0].headers
    assert headers["authorization"] == "Bearer sk-env"
    assert headers["openai-organization"] == "org-env"
    assert headers["openai-project"] == "proj-env"


@every
def test_a_session_of_the_callers_serves_every_operation(server: RawServer, operation: str) -> None:
    with httpx.Client(headers={"User-Agent": "mine"}) as session:
        blocking(server, OPERATIONS[operation][0], client_session=session)
        assert not session.is_closed
    assert server.requests[0].headers["user-agent"] == "mine"


@every
def test_a_missing_key_is_an_error_and_nothing_is_sent(
    server: RawServer, make: Any, operation: str
) -> None:
    with pytest.raises(jackfield.AuthenticationError, match="OPENAI_API_KEY"):
        make(OPERATIONS[operation][0], api_key=None)
    assert server.connections == 0


@every
@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, jackfield.BadRequestError),
        (401, jackfield.AuthenticationError),
        (403, jackfield.PermissionDeniedError),
        (404, jackfield.NotFoundError),
        (429, jackfield.RateLimitError),
        (500, jackfield.InternalServerError),
    ],
)
def test_an_error_answer_is_its_error(
    server: RawServer, operation: str, status: int, error: type[jackfield.APIError]
) -> None:
    body = {"error": {"message": "No.", "type": "t", "param": "p", "code": "some_code"}}
    server.answer = lambda asked, wire: wire.reply(status, body, {"x-request-id": "req_9"})
    with pytest.raises(error) as caught:
        blocking(server, OPERATIONS[operation][0])
    found = caught.value
    assert type(found) is error
    assert (found.status_code, found.code, found.param) == (status, "some_code", "p")
    assert (found.message, found.body, found.request_id) == ("No.", body, "req_9")
    assert found.provider == "openai-video"


@every
def test_a_busy_upstream_is_asked_again(server: RawServer, make: Any, operation: str) -> None:
    def busy(asked: Asked, wire: Wire) -> None:
        if len(server.requests) == 1:
            wire.reply(503, {"error": {"message": "busy"}}, {"retry-after-ms": "1"})
        else:
            answer(asked, wire)

    server.answer = busy
    make(OPERATIONS[operation][0], max_retries=1)
    first, second = server.requests
    assert (first.method, first.target, first.body) == (second.method, second.target, second.body)


# Results ------------------------------------------------------------------------------------------


def test_a_list_holds_jobs(make: Any) -> None:
    page = make(lambda c: c.video_list(after="video_0", limit=2, order="asc"))
    first, second = page.data
    assert isinstance(first, VideoJob)
    assert page.data[0] is first
    assert (first.id, first.seconds, first.error, first.quality) == (
        "video_1",
        "4",
        None,
        "standard",
    )
    assert second.error.code == "c"
    assert second.error.message is None
    assert (page.first_id, page.last_id, page.has_more) == ("video_1", "video_2", False)


def test_the_parameters_of_a_list_are_its_query(server: RawServer, make: Any) -> None:
    make(lambda c: c.video_list(after="video_0", limit=2, order="asc", x_new=[1, 2], none=None))
    query = parse_qs(urlsplit(server.requests[0].target).query)
    assert query == {"after": ["video_0"], "limit": ["2"], "order": ["asc"], "x_new[]": ["1", "2"]}


def test_results_can_be_given_where_an_id_is_wanted(server: RawServer, make: Any) -> None:
    video = make(OPERATIONS["create"][0])
    [job, _] = make(lambda c: c.video_list()).data
    for given in (video, job, video.to_dict()):
        server.requests.clear()
        make(lambda c, v=given: c.video_content(v))
        make(lambda c, v=given: c.video_edit(v, "a dog"))
        content, edit = server.requests
        assert content.target == "/v1/videos/video_1/content"
        assert edit.json["video"] == {"id": "video_1"}
    assert video.to_dict() == JOB  # it is still what it was


# Names --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["sora-2", "openai/sora-2", "sora-2-2025-10-06", "sora-3-huge"])
def test_every_name_of_the_family_leads_here(server: RawServer, make: Any, name: str) -> None:
    make(lambda c: c.video_generation(name, "a cat"))
    assert server.requests[0].json["model"] == name.removeprefix("openai/")


@pytest.mark.parametrize("operation", sorted(set(OPERATIONS) - {"create"}))
@pytest.mark.parametrize("model", ["sora-2", "openai/sora-2", None])
def test_other_operations_may_name_a_model_and_do_not_send_it(
    server: RawServer, make: Any, operation: str, model: str | None
) -> None:
    ask, _, path, _ = OPERATIONS[operation]
    make(lambda c: ask(c, model=model))
    [asked] = server.requests
    assert asked.target == f"/v1/videos{path}"
    assert b"sora" not in asked.body


@every
def test_without_this_plugin_it_is_named(server: RawServer, make: Any, operation: str) -> None:
    with pytest.raises(NoRouteError) as caught:
        make(OPERATIONS[operation][0], plugins=["openai"])
    assert caught.value.distribution == "jackfield-openai-video"
    assert server.connections == 0


@pytest.mark.parametrize("model", ["", None])
def test_a_new_video_needs_a_model(server: RawServer, make: Any, model: Any) -> None:
    with pytest.raises(NoRouteError):
        make(lambda c: c.video_generation(model, "a cat"))
    assert server.connections == 0


# Files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("as_given", ["path", "Path", "bytes", "file", "pair"])
def test_a_reference_file_is_uploaded(
    server: RawServer, make: Any, tmp_path: Path, as_given: str
) -> None:
    path = tmp_path / "cat.png"
    path.write_bytes(PNG)
    forms: dict[str, Any] = {
        "path": str(path),
        "Path": path,
        "bytes": PNG,
        "file": io.BytesIO(PNG),
        "pair": ("cat.png", PNG),
    }
    make(lambda c: c.video_generation("sora-2", "a cat", input_reference=forms[as_given]))
    [asked] = server.requests
    name = b"cat.png" if as_given in ("path", "Path", "pair") else b"input_reference.png"
    assert asked.headers["content-type"].startswith("multipart/form-data; boundary=")
    head = (
        b'Content-Disposition: form-data; name="input_reference"; filename="' + name + b'"\r\n'
        b"Content-Type: image/png\r\n\r\n"
    )
    assert head + PNG + b"\r\n--" in asked.body
    assert b'name="model"\r\n\r\nsora-2\r\n' in asked.body


def test_a_file_object_is_read_from_where_it_stands_and_put_back(
    server: RawServer, make: Any
) -> None:
    file = io.BytesIO(b"before" + PNG)
    file.seek(6)
    make(lambda c: c.video_generation("sora-2", "a cat", input_reference=file))
    assert file.tell() == 6
    assert PNG in server.requests[0].body
    assert b"before" not in server.requests[0].body


def test_a_file_that_cannot_be_used_is_an_error_before_anything_is_sent(
    server: RawServer, make: Any, tmp_path: Path
) -> None:
    (tmp_path / "empty.png").touch()
    (tmp_path / "cat.png").write_bytes(PNG)
    for reference, settings, why in (
        (tmp_path / "nowhere.png", {}, "nowhere.png"),
        (str(tmp_path / "nowhere.png"), {}, "nowhere.png"),
        (tmp_path, {}, "not a regular file"),
        (tmp_path / "empty.png", {}, "empty.png is empty"),
        (b"", {}, "is empty"),
        (tmp_path / "cat.png", {"max_file_bytes": 10}, "limit of 10 bytes"),
        (str(tmp_path / "cat.png"), {"local_files": False}, "local files are turned off"),
    ):
        with pytest.raises(SourceError, match=why):
            make(
                lambda c, r=reference: c.video_generation("sora-2", "a cat", input_reference=r),
                **settings,
            )
    assert server.connections == 0


def test_what_is_no_image_is_sent_as_what_it_is(
    server: RawServer, make: Any, tmp_path: Path
) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(b"no image at all")
    make(lambda c: c.video_generation("sora-2", "a cat", input_reference=path))
    assert b'filename="notes.txt"\r\nContent-Type: text/plain\r\n' in server.requests[0].body


# What else may be wrong ---------------------------------------------------------------------------


@pytest.mark.parametrize("identifier", ["", "..", None, 7])
def test_what_is_no_id_is_an_error_before_anything_is_sent(
    server: RawServer, make: Any, identifier: Any
) -> None:
    for name in ("video_status", "video_content", "video_delete"):
        with pytest.raises(RequestError, match="video_id"):
            make(lambda c, n=name: getattr(c, n)(identifier))
    assert server.connections == 0


def test_an_odd_id_asks_for_nothing_else(server: RawServer, make: Any) -> None:
    make(lambda c: c.video_delete("../x?y#z"))
    assert server.requests[0].target == "/v1/videos/..%2Fx%3Fy%23z"


def test_a_video_does_not_stream(server: RawServer, make: Any) -> None:
    with pytest.raises(RequestError, match="does not stream"):
        make(lambda c: c.video_generation("sora-2", "a cat", stream=True))
    assert server.connections == 0


def test_the_content_of_an_unfinished_job_is_the_apis_error(server: RawServer, make: Any) -> None:
    body = {"error": {"message": "Video is not ready yet", "type": "invalid_request_error"}}
    server.answer = lambda asked, wire: wire.reply(404, body)
    with pytest.raises(NotFoundError, match="not ready yet"):
        make(OPERATIONS["content"][0])


def test_what_was_given_is_not_changed(server: RawServer, make: Any) -> None:
    given = {"input_reference": {"file_id": "file_1"}, "extra": {"a": [1, {"b": None}]}}
    before = json.dumps(given)
    make(lambda c: c.video_generation("sora-2", "a cat", seconds=4, **given))
    assert json.dumps(given) == before
    assert server.requests[0].json == {
        "model": "sora-2",
        "prompt": "a cat",
        "seconds": "4",
        **given,
    }
