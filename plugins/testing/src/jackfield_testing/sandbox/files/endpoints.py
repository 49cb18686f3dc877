"""The routes of files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from jackfield_testing.sandbox.bodies import form_body
from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.files.stored import StoredFile
from jackfield_testing.sandbox.files.validation import read_upload
from jackfield_testing.sandbox.journal import RecordedRequest
from jackfield_testing.sandbox.listing import list_page
from jackfield_testing.sandbox.reply import Reply, bytes_reply, json_reply
from jackfield_testing.sandbox.surface import Endpoint
from jackfield_testing.sandbox.world import World

#: Purposes whose files are never given back.
_KEPT_BACK = ("assistants", "user_data")


def _create(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    upload = read_upload(form_body(record))
    stored = world.files.add(
        f"file {record.fingerprint}",
        lambda identity, created: StoredFile(
            id=f"file-{identity.text('id', 22)}",
            filename=upload.file.filename,
            content_type=upload.file.content_type,
            purpose=upload.purpose,
            data=upload.file.data,
            created_at=created,
            lifetime=upload.lifetime,
        ),
    )
    return json_reply(stored.body())


def _list(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    purpose = parse_qs(record.query).get("purpose", [None])[-1]
    files = [file for file in world.files.all() if purpose in (None, file.purpose)]
    things = [file.body() for file in files]
    return json_reply(list_page(record.query, things, most=10_000, default=10_000))


def _retrieve(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    return json_reply(_found(params["id"], world.files.get(params["id"])).body())


def _content(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    file = _found(params["id"], world.files.get(params["id"]))
    if file.purpose in _KEPT_BACK:
        raise APIFault(400, f"Not allowed to download files of purpose: {file.purpose}")
    name = re.sub(r"[^ !#-\[\]-~]", "_", file.filename)
    headers = (("content-disposition", f'attachment; filename="{name}"'),)
    return bytes_reply(file.data, "application/octet-stream", headers=headers)


def _delete(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    file = _found(params["id"], world.files.remove(params["id"]))
    return json_reply({"object": "file", "deleted": True, "id": file.id})


def _found(id: str, file: StoredFile | None) -> StoredFile:
    if file is None:
        raise APIFault(404, f"No such File object: {id}", param="id")
    return file


ENDPOINTS = (
    Endpoint("POST", "/files", _create),
    Endpoint("GET", "/files", _list),
    Endpoint("GET", "/files/{id}", _retrieve),
    Endpoint("GET", "/files/{id}/content", _content),
    Endpoint("DELETE", "/files/{id}", _delete),
)
