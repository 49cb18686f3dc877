"""The routes of videos."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from jackfield_testing.sandbox.bodies import form_or_json_body
from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.field_types import check_choice
from jackfield_testing.sandbox.journal import RecordedRequest
from jackfield_testing.sandbox.listing import list_page
from jackfield_testing.sandbox.reply import Reply, bytes_reply, json_reply
from jackfield_testing.sandbox.surface import Endpoint
from jackfield_testing.sandbox.videos.job import Job
from jackfield_testing.sandbox.videos.mp4 import mp4_file
from jackfield_testing.sandbox.videos.source import (
    Source,
    completed,
    found,
    read_source,
    source_of,
)
from jackfield_testing.sandbox.videos.stills import jpeg_file, webp_file
from jackfield_testing.sandbox.videos.validation import (
    EXTENSION_SECONDS,
    SECONDS,
    check_reference,
    read_model,
    read_prompt,
    read_seconds,
    read_size,
)
from jackfield_testing.sandbox.world import World

#: How long a client is told to wait before it looks again, in milliseconds.
_AGAIN = "5"
_VARIANTS = ("video", "thumbnail", "spritesheet")


def _create(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    fields = form_or_json_body(record)
    model = read_model(fields)
    seconds = read_seconds(fields, SECONDS, SECONDS[0])
    source = Source(None, model, read_size(fields, model), seconds)
    check_reference(fields, world)
    return _made(record, fields, source, world)


def _remix(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    source = source_of(completed(params["id"], world))
    return _made(record, form_or_json_body(record), source, world)


def _edit(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    fields = form_or_json_body(record)
    return _made(record, fields, read_source(fields, world), world)


def _extend(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    fields = form_or_json_body(record)
    more = read_seconds(fields, EXTENSION_SECONDS, None)
    return _made(record, fields, read_source(fields, world), world, more)


def _made(
    record: RecordedRequest,
    fields: dict[str, Any],
    source: Source,
    world: World,
    more: int = 0,
) -> Reply:
    prompt, script = read_prompt(fields)
    job = world.videos.add(
        f"video {record.path.removeprefix('/v1')} {record.fingerprint}",
        lambda identity, created: Job(
            id=f"video_{identity.hex('id', 48)}",
            model=source.model,
            prompt=prompt,
            size=source.size,
            seconds=source.seconds + more,
            created_at=created,
            script=script,
            remixed_from=source.id,
        ),
    )
    return _described(job)


def _described(job: Job, fault: str = "") -> Reply:
    headers = () if job.has_ended else (("openai-poll-after-ms", _AGAIN),)
    return json_reply(job.body(), headers=headers, fault=fault)


def _retrieve(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    job = found(params["id"], world.videos.change(params["id"], Job.looked_at))
    return _described(job, job.script.retrieve)


def _list(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    things = [job.body() for job in world.videos.all()]
    return json_reply(list_page(record.query, things, most=100, default=20))


def _content(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    variant = parse_qs(record.query).get("variant", ["video"])[-1]
    check_choice("variant", variant, _VARIANTS)
    job = found(params["id"], world.videos.get(params["id"]))
    if job.status != "completed":
        raise APIFault(
            404, "Video is not ready yet, use GET /v1/videos/{video_id} to check status."
        )
    width, height = job.dimensions
    colour = hashlib.sha256(job.id.encode()).digest()
    fault = job.script.content
    if variant == "thumbnail":
        picture = webp_file(width, height, (colour[0], colour[1], colour[2]))
        return bytes_reply(picture, "image/webp", fault=fault)
    if variant == "spritesheet":
        return bytes_reply(jpeg_file(width, height, colour[3]), "image/jpeg", fault=fault)
    video = mp4_file(job.id, width, height, job.seconds)
    return bytes_reply(video, "video/mp4", fault=fault)


def _delete(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    job = found(params["id"], world.videos.remove(params["id"]))
    return json_reply({"id": job.id, "object": "video.deleted", "deleted": True})


ENDPOINTS = (
    Endpoint("POST", "/videos", _create),
    Endpoint("GET", "/videos", _list),
    Endpoint("POST", "/videos/edits", _edit),
    Endpoint("POST", "/videos/extensions", _extend),
    Endpoint("GET", "/videos/{id}", _retrieve),
    Endpoint("DELETE", "/videos/{id}", _delete),
    Endpoint("GET", "/videos/{id}/content", _content),
    Endpoint("POST", "/videos/{id}/remix", _remix),
)
