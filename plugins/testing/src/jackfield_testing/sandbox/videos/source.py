"""The video that an edit or an extension starts from: a job of ours, or an uploaded file."""

from __future__ import annotations

from typing import Any

import attrs

from jackfield_testing.sandbox.errors import APIFault, missing, rejected
from jackfield_testing.sandbox.field_types import check_type
from jackfield_testing.sandbox.forms import FormFile
from jackfield_testing.sandbox.videos.job import Job
from jackfield_testing.sandbox.videos.mp4 import seconds_of
from jackfield_testing.sandbox.videos.validation import MODELS, SIZES
from jackfield_testing.sandbox.world import World


@attrs.frozen
class Source:
    """What a video is made from.

    Args:
        id: of the job, or None for a file.
        model: that made it; the default one for a file.
        size: of it; the default one for a file.
        seconds: how long it is.
    """

    id: str | None
    model: str
    size: str
    seconds: int


def read_source(fields: dict[str, Any], world: World) -> Source:
    """Read the field ``video``: a file, or an object with an ``id``.

    Raises:
        APIFault: 400, or 404 for an unknown id.
    """
    video = fields.get("video")
    if video is None:
        raise missing("video")
    if isinstance(video, FormFile):
        try:
            seconds = round(seconds_of(video.data))
        except ValueError as error:
            raise rejected(f"Invalid file 'video': {error}.", "video") from None
        return Source(None, MODELS[0], SIZES[0], seconds)
    check_type("video", video, "an object")
    if video.get("id") is None:
        raise missing("video.id")
    check_type("video.id", video["id"], "a string")
    return source_of(completed(video["id"], world))


def source_of(job: Job) -> Source:
    """Take a job for a source."""
    return Source(job.id, job.model, job.size, job.seconds)


def found(id: str, job: Job | None) -> Job:
    """Give a job that there is.

    Raises:
        APIFault: 404.
    """
    if job is None:
        raise APIFault(404, f"Video with id '{id}' not found.", param="video_id")
    return job


def completed(id: str, world: World) -> Job:
    """Give a job whose video is there.

    Raises:
        APIFault: 404 where there is no such job, 400 where it has not ended well.
    """
    job = found(id, world.videos.get(id))
    if job.status != "completed":
        raise rejected(f"Video '{id}' is {job.status}; only a completed one can be used.", "video")
    return job
