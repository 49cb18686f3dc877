"""Wait for a job: look at it again and again until it has ended.

``wait=True`` is the plugin's own parameter, as are ``poll_interval`` (seconds between two looks;
without it what the upstream asks for, else `POLL_INTERVAL`) and ``wait_timeout`` (seconds in all,
`WAIT_TIMEOUT` unless told). None of them is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield.answers import Next
from jackfield.envelope import Call, Result, WireRequest, WireResponse
from jackfield.errors import (
    APIError,
    APIResponseValidationError,
    RequestError,
    error_from_body,
)
from jackfield_openai_video import paths

PARAMS = frozenset({"wait", "poll_interval", "wait_timeout"})
"""Parameters that are never sent."""
POLL_INTERVAL = 5.0
WAIT_TIMEOUT = 1800.0
LONGEST_WISH = 60.0
"""Seconds that an upstream may ask for between two looks; it gets no more than that."""

_JOBS = frozenset({"create", "retrieve", "remix", "edit", "extension"})
# The API's two words, and those that gateways with the same endpoints use in their place.
_UNFINISHED = frozenset(
    {"queued", "in_progress", "not_start", "pending", "processing", "running", "submitted"}
)


def wanted(call: Call) -> bool:
    """Whether the call's job is waited for."""
    return call.params.get("wait", False) is True


def check(call: Call) -> None:
    """Find parameters of waiting that can't be used.

    Raises:
        RequestError: there is one; ``path`` names it.
    """
    wait = call.params.get("wait", False)
    if not isinstance(wait, bool):
        raise RequestError(f"wait is True or False, not {wait!r:.80}", path="wait")
    if not wait:
        return
    if call.operation not in _JOBS:
        raise RequestError(f"{call.operation} gives no job that could be waited for", path="wait")
    for name in ("poll_interval", "wait_timeout"):
        value = call.params.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            raise RequestError(f"{name} is a number of seconds, not {value!r:.80}", path=name)


def look_again(call: Call, response: WireResponse) -> Result | Next | None:
    """What follows an answer that shows a job: another look, or the end.

    A status that this module does not know ends the waiting, and the job is the result.

    Raises:
        APIError: the job failed; the class is that of its code, ``partial`` is the job.
    """
    video = response.json
    if not isinstance(video, dict):
        return None
    before: Mapping[str, Any] = response.state or {}
    status = str(video.get("status")).lower()
    if status == "failed":
        raise _failure(response)
    if status not in _UNFINISHED:
        return Result(video)
    known = before.get("id", video.get("id"))
    try:
        path = paths.of_video(known)
    except RequestError:
        raise APIResponseValidationError(
            f"the upstream gave a video that is {status} and has no id to ask for",
            status_code=response.status,
            headers=response.headers,
            body=video,
        ) from None
    progress = _percent(video.get("progress"), before.get("progress"))
    return Next(
        WireRequest("GET", path),
        after=_pause(call, response.headers),
        state={"id": known, "progress": progress},
        within=float(call.params.get("wait_timeout", WAIT_TIMEOUT)),
        progress=progress,
        partial=video,
    )


def _pause(call: Call, headers: Mapping[str, str]) -> float:
    """Seconds until the next look: the caller's wish, else the upstream's, else ours."""
    given = call.params.get("poll_interval")
    if given is not None:
        return float(given)
    asked = headers.get("openai-poll-after-ms", "").strip()
    if not (asked.isascii() and asked.isdecimal()):
        return POLL_INTERVAL
    return min(int(asked[:12]) / 1000, LONGEST_WISH)


def _percent(now: Any, before: float | None) -> float | None:
    """Progress in percent; it never goes back."""
    if isinstance(now, bool) or not isinstance(now, (int, float)):
        return before
    return max(before or 0.0, min(100.0, now))


def _failure(response: WireResponse) -> APIError:
    video = response.json
    said = video.get("error")
    details = said if isinstance(said, dict) else {"message": said}
    if not details.get("message"):
        details = {**details, "message": f"the video job {video.get('id')} failed"}
    error = error_from_body(None, {"error": details}, headers=response.headers)
    error.body = video
    error.partial = video
    error.retryable = False  # looking again finds the same
    return error
