"""Video jobs: how they progress, what they become, and what is turned down."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jackfield_testing import Sandbox
from jackfield_testing.sandbox.videos.job import Job
from jackfield_testing.sandbox.videos.mp4 import mp4_file
from jackfield_testing.sandbox.videos.script import Script, script_of

PNG = ("a.png", b"\x89PNG", "image/png")
Official = Callable[..., None]


def create(client: httpx.Client, prompt: str = "A cat", **fields: Any) -> dict[str, Any]:
    response = client.post("/videos", json={"prompt": prompt, **fields})
    assert response.status_code == 200, response.text
    body: dict[str, Any] = response.json()
    return body


def look(client: httpx.Client, id: str, times: int = 1) -> dict[str, Any]:
    for _ in range(times):
        response = client.get(f"/videos/{id}")
    body: dict[str, Any] = response.json()
    return body


def done(client: httpx.Client, **fields: Any) -> dict[str, Any]:
    return create(client, "A dog [looks=0]", **fields)


def test_a_job_progresses_as_often_as_it_is_looked_at(
    client: httpx.Client, official: Official
) -> None:
    made = create(client)
    states = [made, *(look(client, made["id"]) for _ in range(4))]
    for state in states:
        official("VideoResource", state)
    assert [(state["status"], state["progress"]) for state in states] == [
        ("queued", 0),
        ("in_progress", 33),
        ("in_progress", 66),
        ("completed", 100),
        ("completed", 100),
    ]
    assert [state["completed_at"] is None for state in states] == [True, True, True, False, False]
    assert made["created_at"] < states[3]["completed_at"] < states[3]["expires_at"]
    assert (made["model"], made["seconds"], made["size"]) == ("sora-2", "4", "720x1280")
    assert made["prompt"] == "A cat"
    client.get("/videos")
    client.get(f"/videos/{made['id']}/content")
    assert states[4] == look(client, made["id"])


def test_listing_and_downloading_are_no_looks(client: httpx.Client) -> None:
    made = create(client)
    for _ in range(5):
        client.get("/videos")
        client.get(f"/videos/{made['id']}/content")
    assert look(client, made["id"])["progress"] == 33


@given(st.integers(0, 30), st.sampled_from(["", "broken"]), st.booleans())
@settings(deadline=None)
def test_progress_never_goes_back(looks: int, failure: str, stalls: bool) -> None:
    script = Script(looks=looks, failure=failure, stalls=stalls)
    job = Job("video_1", "sora-2", "A cat", "720x1280", 4, 0, script)
    seen = [job]
    for _ in range(looks + 3):
        seen.append(seen[-1].looked_at())
    progress = [job.progress for job in seen]
    assert progress == sorted(progress)
    assert [job.has_ended for job in seen] == [not stalls and n >= looks for n in range(looks + 4)]
    last = "in_progress" if stalls else "failed" if failure else "completed"
    assert seen[-1].status == last
    assert (progress[-1] == 100) is (last == "completed")
    assert (seen[-1].body()["error"] is None) is (last != "failed")


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("A cat", Script()),
        ("[looks=7] A cat", Script(looks=7)),
        ("A cat [looks=0]", Script(looks=0)),
        ("A [fail] cat", Script(failure="video_generation_failed")),
        ("[fail=odd_code][looks=1]", Script(failure="odd_code", looks=1)),
        ("[stall]", Script(stalls=True)),
        ("[retrieve!status=503,times=1]", Script(retrieve="status=503,times=1")),
        ("[content!cut=9][retrieve!drop]", Script(content="cut=9", retrieve="drop")),
        ("[a cat] [stall [looks 3] [fail!]", Script()),
    ],
)
def test_what_a_prompt_says(prompt: str, expected: Script) -> None:
    assert script_of(prompt) == expected


def test_a_job_that_fails(client: httpx.Client, official: Official) -> None:
    made = create(client, "A cat [fail=moderation_blocked] [looks=2]")
    assert look(client, made["id"])["status"] == "in_progress"
    failed = look(client, made["id"])
    official("VideoResource", failed)
    assert (failed["status"], failed["progress"]) == ("failed", 50)
    assert failed["error"]["code"] == "moderation_blocked"
    assert failed["completed_at"] is None
    assert client.get(f"/videos/{made['id']}/content").status_code == 404
    assert create(client, "[fail][looks=0]")["error"]["code"] == "video_generation_failed"


def test_a_job_that_never_ends(client: httpx.Client) -> None:
    made = create(client, "[stall]")
    states = [look(client, made["id"]) for _ in range(6)]
    assert {state["status"] for state in states} == {"in_progress"}
    assert states[-1]["progress"] == 66


def test_a_client_is_told_when_to_look_again(client: httpx.Client) -> None:
    response = client.post("/videos", json={"prompt": "[looks=1]"})
    assert response.headers["openai-poll-after-ms"] == "5"
    assert "openai-poll-after-ms" not in client.get(f"/videos/{response.json()['id']}").headers


def test_faults_that_a_prompt_brings(client: httpx.Client, sandbox: Sandbox) -> None:
    made = create(client, "[retrieve!status=503,times=2][looks=0][content!status=429,times=1]")
    address = f"/videos/{made['id']}"
    assert [client.get(address).status_code for _ in range(3)] == [503, 503, 200]
    assert [client.get(f"{address}/content").status_code for _ in range(2)] == [429, 200]
    header = {"x-sandbox-fault": "status=404"}
    assert client.get(address, headers=header).status_code == 404
    bad = client.post("/videos", json={"prompt": "[content!explode]"})
    assert bad.json()["error"]["code"] == "invalid_sandbox_fault"
    many = client.post("/videos", json={"prompt": "[looks=many]"})
    assert many.json()["error"]["code"] == "invalid_sandbox_fault"


def test_a_struck_request_makes_no_job(client: httpx.Client) -> None:
    body = {"prompt": "A cat", "model": "sora-2!status=500,times=1"}
    assert [client.post("/videos", json=body).status_code for _ in range(2)] == [500, 200]
    listed = client.get("/videos").json()["data"]
    assert len(listed) == 1
    assert listed[0]["model"] == "sora-2"


def test_a_lost_answer_leaves_a_job(client: httpx.Client) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        client.post("/videos", json={"prompt": "A cat"}, headers={"x-sandbox-fault": "drop"})
    assert len(client.get("/videos").json()["data"]) == 1


def test_equal_requests_make_different_jobs_and_the_same_again(
    client: httpx.Client, sandbox: Sandbox
) -> None:
    first = [create(client) for _ in range(3)]
    assert len({job["id"] for job in first}) == 3
    sandbox.clear()
    assert client.get("/videos").json()["data"] == []
    assert [create(client) for _ in range(3)] == first
    root = sandbox.base_url.removesuffix("/v1")
    assert client.delete(f"{root}/_sandbox/requests").json() == []
    assert client.get("/videos").json()["data"] == []


def test_forms_and_json_say_the_same(client: httpx.Client, official: Official) -> None:
    fields = {"prompt": "A cat", "model": "sora-2-pro", "seconds": "12", "size": "1792x1024"}
    bodies = [
        client.post("/videos", json=fields).json(),
        client.post("/videos", data=fields, files={"input_reference": PNG}).json(),
        client.post("/videos", files={name: (None, text) for name, text in fields.items()}).json(),
    ]
    for body in bodies:
        official("VideoResource", body)
        assert {name: body[name] for name in fields} == fields


def test_references(client: httpx.Client) -> None:
    file = client.post("/files", data={"purpose": "vision"}, files={"file": PNG}).json()["id"]
    for reference in (
        {"file_id": file},
        {"image_url": "https://example.com/a.png"},
        {"image_url": "data:image/png;base64,iVBORw=="},
    ):
        create(client, input_reference=reference)
        form = {f"input_reference[{name}]": (None, text) for name, text in reference.items()}
        response = client.post("/videos", files={"prompt": (None, "A cat"), **form})
        assert response.status_code == 200, response.text


def test_the_list(client: httpx.Client, official: Official) -> None:
    official("VideoListResource", client.get("/videos").json())
    ids = [create(client, f"Cat {number}")["id"] for number in range(25)]
    first = client.get("/videos").json()
    official("VideoListResource", first)
    assert [job["id"] for job in first["data"]] == ids[::-1][:20]
    assert (first["first_id"], first["last_id"], first["has_more"]) == (ids[24], ids[5], True)
    rest = client.get("/videos", params={"after": first["last_id"]}).json()
    assert [job["id"] for job in rest["data"]] == ids[4::-1]
    assert rest["has_more"] is False
    oldest = client.get("/videos", params={"order": "asc", "limit": 3}).json()
    assert [job["id"] for job in oldest["data"]] == ids[:3]
    assert client.get("/videos", params={"limit": 0}).json()["data"] == []
    times = [job["created_at"] for job in first["data"]]
    assert times == sorted(times, reverse=True)
    for params, param in (
        ({"limit": "101"}, "limit"),
        ({"limit": "few"}, "limit"),
        ({"order": "up"}, "order"),
        ({"after": "video_0"}, "after"),
    ):
        response = client.get("/videos", params=params)
        assert (response.status_code, response.json()["error"]["param"]) == (400, param)


def test_deleting(client: httpx.Client, official: Official) -> None:
    id = create(client)["id"]
    deleted = client.delete(f"/videos/{id}").json()
    official("DeletedVideoResource", deleted)
    assert deleted == {"id": id, "object": "video.deleted", "deleted": True}
    for response in (
        client.delete(f"/videos/{id}"),
        client.get(f"/videos/{id}"),
        client.get(f"/videos/{id}/content"),
        client.post(f"/videos/{id}/remix", json={"prompt": "x"}),
        client.post("/videos/edits", json={"prompt": "x", "video": {"id": id}}),
    ):
        assert response.status_code == 404
        assert response.json()["error"]["message"] == f"Video with id '{id}' not found."


def test_remixes_edits_and_extensions(client: httpx.Client, official: Official) -> None:
    size = "1280x720"
    source = done(client, model="sora-2-pro", seconds="8", size=size)
    video = {"id": source["id"]}
    remix = client.post(f"/videos/{source['id']}/remix", json={"prompt": "A hat"}).json()
    edit = client.post("/videos/edits", json={"prompt": "A hat", "video": video}).json()
    more = {"prompt": "A hat", "seconds": "20", "video": video}
    extension = client.post("/videos/extensions", json=more).json()
    for job, seconds in ((remix, "8"), (edit, "8"), (extension, "28")):
        official("VideoResource", job)
        assert (job["remixed_from_video_id"], job["prompt"]) == (source["id"], "A hat")
        assert (job["model"], job["size"], job["seconds"]) == ("sora-2-pro", size, seconds)
        assert job["status"] == "queued"
    assert len({job["id"] for job in (source, remix, edit, extension)}) == 4
    form = {"prompt": (None, "A hat"), "video[id]": (None, source["id"])}
    assert client.post("/videos/edits", files=form).json()["seconds"] == "8"


def test_uploaded_videos_are_edited_and_extended(client: httpx.Client) -> None:
    video = ("v.mp4", mp4_file("seed", 1280, 720, 12), "video/mp4")
    fields = {"prompt": "A hat", "seconds": "4"}
    for path, seconds in (("edits", "12"), ("extensions", "16")):
        job = client.post(f"/videos/{path}", data=fields, files={"video": video}).json()
        assert (job["seconds"], job["remixed_from_video_id"]) == (seconds, None)
    junk = client.post("/videos/edits", data=fields, files={"video": ("v.mp4", b"junk")})
    assert (junk.status_code, junk.json()["error"]["param"]) == (400, "video")


def test_unfinished_videos_are_no_sources(client: httpx.Client) -> None:
    for id in (create(client)["id"], create(client, "[fail][looks=0]")["id"]):
        for path, body in (
            (f"/videos/{id}/remix", {}),
            ("/videos/edits", {"video": {"id": id}}),
            ("/videos/extensions", {"video": {"id": id}, "seconds": "4"}),
        ):
            assert client.post(path, json={"prompt": "x", **body}).status_code == 400


@pytest.mark.parametrize(
    ("fields", "status", "param", "code"),
    [
        ({"prompt": None}, 400, "prompt", "missing_required_parameter"),
        ({"prompt": ""}, 400, "prompt", "empty_string"),
        ({"prompt": "x" * 32_001}, 400, "prompt", "string_above_max_length"),
        ({"prompt": 5}, 400, "prompt", "invalid_type"),
        ({"prompt": "[refuse]"}, 400, None, "moderation_blocked"),
        ({"model": "sora-does-not-exist"}, 404, None, "model_not_found"),
        ({"model": "gpt-4o"}, 400, "model", "invalid_value"),
        ({"model": 2}, 400, "model", "invalid_type"),
        ({"seconds": 4}, 400, "seconds", "invalid_type"),
        ({"seconds": "5"}, 400, "seconds", "invalid_value"),
        ({"seconds": "16"}, 400, "seconds", "invalid_value"),
        ({"size": "1920x1080"}, 400, "size", "invalid_value"),
        ({"size": "1792x1024"}, 400, "size", "invalid_value"),
        ({"size": 720}, 400, "size", "invalid_type"),
        ({"input_reference": "a.png"}, 400, "input_reference", "invalid_type"),
        ({"input_reference": {}}, 400, "input_reference", "invalid_value"),
        ({"input_reference": {"file_id": "file-0"}}, 404, "input_reference.file_id", None),
        (
            {"input_reference": {"image_url": "a.png"}},
            400,
            "input_reference.image_url",
            "invalid_value",
        ),
        (
            {"input_reference": {"image_url": "data:image/png;base64,!"}},
            400,
            "input_reference.image_url",
            "invalid_value",
        ),
        (
            {"input_reference": {"image_url": "https://x", "file_id": "file-0"}},
            400,
            "input_reference",
            "invalid_value",
        ),
    ],
)
def test_rejected(
    client: httpx.Client, fields: dict[str, Any], status: int, param: str | None, code: str | None
) -> None:
    response = client.post("/videos", json={"prompt": "A cat", **fields})
    error = response.json()["error"]
    assert (response.status_code, error["param"], error["code"]) == (status, param, code)
    assert client.get("/videos").json()["data"] == []


def test_what_else_is_rejected(client: httpx.Client) -> None:
    assert client.post("/videos", content=b"{").status_code == 400
    text = ("a.txt", b"x", "text/plain")
    kind = client.post("/videos", data={"prompt": "x"}, files={"input_reference": text})
    assert kind.json()["error"]["code"] == "unsupported_file_mimetype"
    nothing = ("a.png", b"", "image/png")
    empty = client.post("/videos", data={"prompt": "x"}, files={"input_reference": nothing})
    assert empty.status_code == 400
    id = done(client)["id"]
    for path, body, param in (
        ("edits", {"prompt": "x"}, "video"),
        ("edits", {"prompt": "x", "video": id}, "video"),
        ("edits", {"prompt": "x", "video": {}}, "video.id"),
        ("extensions", {"prompt": "x", "video": {"id": id}}, "seconds"),
        ("extensions", {"prompt": "x", "video": {"id": id}, "seconds": "5"}, "seconds"),
        (f"{id}/remix", {}, "prompt"),
    ):
        response = client.post(f"/videos/{path}", json=body)
        assert (response.status_code, response.json()["error"]["param"]) == (400, param)
    assert client.get("/videos", headers={"authorization": "Bearer sk-invalid"}).status_code == 401
    assert client.put(f"/videos/{id}").status_code == 405


def test_many_at_once(client: httpx.Client) -> None:
    made: list[str] = []

    def work(number: int) -> None:
        made.append(create(client, f"Cat {number % 4}")["id"])

    threads = [threading.Thread(target=work, args=(number,)) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 24
    id = create(client, "[looks=20]")["id"]
    seen: list[int] = []
    lookers = [
        threading.Thread(target=lambda: seen.append(look(client, id)["progress"]))
        for _ in range(20)
    ]
    for thread in lookers:
        thread.start()
    for thread in lookers:
        thread.join()
    assert sorted(seen) == [5 * number for number in range(1, 21)]  # no look was lost
