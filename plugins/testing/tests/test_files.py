"""Uploaded files: ``/files`` and below."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from jackfield_testing import Sandbox

LINES = ("a.jsonl", b'{"a": 1}\n', "application/jsonl")
Official = Callable[..., None]


def upload(client: httpx.Client, file: Any = LINES, **fields: str) -> httpx.Response:
    return client.post("/files", data={"purpose": "batch", **fields}, files={"file": file})


def test_a_file_comes_back(client: httpx.Client, official: Official) -> None:
    body = upload(client).json()
    official("OpenAIFile", body, relaxed=True)
    assert (body["filename"], body["bytes"], body["purpose"]) == ("a.jsonl", 9, "batch")
    assert (body["status"], body["status_details"]) == ("processed", None)
    assert client.get(f"/files/{body['id']}").json() == body
    content = client.get(f"/files/{body['id']}/content")
    assert content.content == LINES[1]
    assert content.headers["content-type"] == "application/octet-stream"
    assert content.headers["content-disposition"] == 'attachment; filename="a.jsonl"'


def test_expiry(client: httpx.Client) -> None:
    month = 30 * 86_400

    def lifetime(**fields: str) -> int | None:
        body = upload(client, **fields).json()
        return None if body["expires_at"] is None else body["expires_at"] - body["created_at"]

    assert lifetime() == month
    assert lifetime(purpose="fine-tune") is None
    asked = {"expires_after[anchor]": "created_at", "expires_after[seconds]": "3600"}
    assert lifetime(purpose="vision", **asked) == 3600
    assert lifetime(**asked) == 3600


def test_the_list(client: httpx.Client, official: Official) -> None:
    assert client.get("/files").json() == {
        "object": "list",
        "data": [],
        "first_id": None,
        "last_id": None,
        "has_more": False,
    }
    ids = [upload(client).json()["id"] for _ in range(3)]
    other = upload(client, purpose="vision").json()["id"]
    body = client.get("/files").json()
    assert [file["id"] for file in body["data"]] == [other, *ids[::-1]]
    for file in body["data"]:
        official("OpenAIFile", file, relaxed=True)
    some = client.get("/files", params={"purpose": "batch", "limit": 2, "order": "asc"}).json()
    assert [file["id"] for file in some["data"]] == ids[:2]
    assert some["has_more"] is True
    rest = client.get("/files", params={"purpose": "batch", "after": ids[1], "order": "asc"}).json()
    assert [file["id"] for file in rest["data"]] == ids[2:]


def test_deleting(client: httpx.Client) -> None:
    id = upload(client).json()["id"]
    assert client.delete(f"/files/{id}").json() == {"object": "file", "deleted": True, "id": id}
    for response in (
        client.delete(f"/files/{id}"),
        client.get(f"/files/{id}"),
        client.get(f"/files/{id}/content"),
    ):
        error = response.json()["error"]
        assert response.status_code == 404
        assert (error["message"], error["param"]) == (f"No such File object: {id}", "id")


@pytest.mark.parametrize(
    ("file", "fields", "param"),
    [
        (None, {}, "file"),
        (LINES, {"purpose": ""}, "purpose"),
        (LINES, {"purpose": "fun"}, "purpose"),
        (("a.txt", b"x"), {}, "file"),
        (("a.txt", b"x"), {"purpose": "fine-tune"}, "file"),
        (("a.jsonl", b""), {}, "file"),
        (LINES, {"expires_after": "tomorrow"}, "expires_after"),
        (LINES, {"expires_after[seconds]": "3600"}, "expires_after[anchor]"),
        (LINES, {"expires_after[anchor]": "created_at"}, "expires_after[seconds]"),
        (
            LINES,
            {"expires_after[anchor]": "now", "expires_after[seconds]": "3600"},
            "expires_after[anchor]",
        ),
        (
            LINES,
            {"expires_after[anchor]": "created_at", "expires_after[seconds]": "3599"},
            "expires_after[seconds]",
        ),
    ],
)
def test_rejected(client: httpx.Client, file: Any, fields: dict[str, str], param: str) -> None:
    response = upload(client, file or (None, "text"), **fields)
    assert (response.status_code, response.json()["error"]["param"]) == (400, param)
    assert client.get("/files").json()["data"] == []


def test_purposes_whose_files_are_kept_back(client: httpx.Client) -> None:
    id = upload(client, ("a.pdf", b"%PDF"), purpose="user_data").json()["id"]
    refused = client.get(f"/files/{id}/content")
    assert refused.status_code == 400
    message = "Not allowed to download files of purpose: user_data"
    assert refused.json()["error"]["message"] == message


def test_odd_names(client: httpx.Client) -> None:
    name = 'ü"\x01 \\.png'
    body = upload(client, (name, b"x"), purpose="vision").json()
    assert body["filename"].startswith("ü")
    disposition = client.get(f"/files/{body['id']}/content").headers["content-disposition"]
    assert disposition.endswith('.png"')
    assert disposition.isascii()


def test_25_megabytes(client: httpx.Client, sandbox: Sandbox) -> None:
    data = bytes(range(256)) * 100_000
    body = upload(client, ("big.bin", data), purpose="vision").json()
    assert body["bytes"] == len(data)
    ((_, _), (_, file)) = sandbox.last.form
    assert not isinstance(file, str)
    assert file.data == data
    assert client.get(f"/files/{body['id']}/content").content == data


def test_the_same_uploads_get_the_same_ids_again(client: httpx.Client, sandbox: Sandbox) -> None:
    first = [upload(client).json() for _ in range(2)]
    assert first[0]["id"] != first[1]["id"]
    sandbox.clear()
    assert [upload(client).json() for _ in range(2)] == first


def test_many_at_once(client: httpx.Client) -> None:
    threads = [threading.Thread(target=upload, args=(client,)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = {file["id"] for file in client.get("/files").json()["data"]}
    assert len(ids) == 20


def test_keys_and_faults(client: httpx.Client) -> None:
    key = {"authorization": ""}
    for method, path in (
        ("POST", "/files"),
        ("GET", "/files"),
        ("GET", "/files/x"),
        ("GET", "/files/x/content"),
        ("DELETE", "/files/x"),
        ("POST", "/videos"),
        ("GET", "/videos"),
        ("POST", "/videos/edits"),
        ("POST", "/videos/extensions"),
        ("GET", "/videos/x"),
        ("DELETE", "/videos/x"),
        ("GET", "/videos/x/content"),
        ("POST", "/videos/x/remix"),
        ("POST", "/audio/speech"),
        ("POST", "/audio/transcriptions"),
        ("POST", "/audio/translations"),
    ):
        assert client.request(method, path, headers=key).status_code == 401
        fault = {"x-sandbox-fault": "status=503"}
        assert client.request(method, path, headers=fault).status_code == 503
    for path in ("/files/x", "/videos/x"):
        assert client.patch(path).json()["error"]["code"] == "method_not_supported"
