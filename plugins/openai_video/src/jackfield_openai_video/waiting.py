"""Wait for a job: look at it again and again until it has ended.

The parameters that say so (``wait``, ``poll_interval``, ``wait_timeout``) are those of
`jackfield_openai_catalogue.waiting`. Without them it is looked at when the upstream says, else
every `POLL_INTERVAL` seconds, for `WAIT_TIMEOUT` seconds in all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield.answers import Next
from jackfield.envelope import Call, Result, WireRequest, WireResponse
from jackfield.errors import RequestError
from jackfield_openai_catalogue import waiting
from jackfield_openai_video import paths

POLL_INTERVAL = 5.0
WAIT_TIMEOUT = 1800.0
JOBS = frozenset({"create", "retrieve", "remix", "edit", "extension"})
"""The operations that give a job."""


def look_again(call: Call, response: WireResponse) -> Result | Next | None:
    """What follows an answer that shows a job: another look, or the end.

    Raises:
        APIError: the job failed; the class is that of its code, ``partial`` is the job.
    """
    video = response.json
    if not isinstance(video, dict):
        return None
    before: Mapping[str, Any] = response.state or {}
    if waiting.status(video) == "failed":
        raise waiting.failure(response, f"the video job {video.get('id')}")
    if not waiting.unfinished(video):
        return Result(video)
    known = before.get("id", video.get("id"))
    try:
        path = paths.of_video(known)
    except RequestError:
        raise waiting.without_id(response, "a video") from None
    progress = _percent(video.get("progress"), before.get("progress"))
    return Next(
        WireRequest("GET", path),
        after=waiting.pause(call, response.headers, POLL_INTERVAL),
        state={"id": known, "progress": progress},
        within=waiting.limit(call, WAIT_TIMEOUT),
        progress=progress,
        partial=video,
    )


def _percent(now: Any, before: float | None) -> float | None:
    """Progress in percent; it never goes back."""
    if isinstance(now, bool) or not isinstance(now, (int, float)):
        return before
    return max(before or 0.0, min(100.0, now))
