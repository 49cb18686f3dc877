"""What every job has in common that is waited for: parameters, pauses, and how it fails.

``wait=True`` is the plugins' own parameter, as are ``poll_interval`` (seconds between two looks)
and ``wait_timeout`` (seconds in all). None of them is sent.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import Any

from jackfield.envelope import Call, WireResponse
from jackfield.errors import APIError, APIResponseValidationError, RequestError, error_from_body

PARAMS = frozenset({"wait", "poll_interval", "wait_timeout"})
"""Parameters that are never sent."""
LONGEST_WISH = 60.0
"""Seconds that an upstream may ask for between two looks; it gets no more than that."""

# The API's two words, and those that gateways with the same endpoints use in their place.
_UNFINISHED = frozenset(
    {"queued", "in_progress", "not_start", "pending", "processing", "running", "submitted"}
)


def wanted(call: Call) -> bool:
    """Whether the call's job is waited for."""
    return call.params.get("wait", False) is True


def sent(call: Call) -> dict[str, Any]:
    """The parameters that go upstream."""
    return {name: value for name, value in call.params.items() if name not in PARAMS}


def check(call: Call, jobs: Container[str]) -> None:
    """Find parameters of waiting that can't be used.

    Args:
        call: with its parameters.
        jobs: the operations whose result is a job.

    Raises:
        RequestError: there is one; ``path`` names it.
    """
    wait = call.params.get("wait", False)
    if not isinstance(wait, bool):
        raise RequestError(f"wait is True or False, not {wait!r:.80}", path="wait")
    if not wait:
        return
    if call.operation not in jobs:
        raise RequestError(f"{call.operation} gives no job that could be waited for", path="wait")
    if call.stream:
        raise RequestError("a stream lasts as long as its job: it needs no wait", path="wait")
    for name in ("poll_interval", "wait_timeout"):
        value = call.params.get(name, 0)
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value < 0:
            raise RequestError(f"{name} is a number of seconds, not {value!r:.80}", path=name)


def status(job: Mapping[str, Any]) -> str:
    """A job's status, in lower case."""
    return str(job.get("status")).lower()


def unfinished(job: Mapping[str, Any]) -> bool:
    """Whether a job goes on. A status that nobody knows ends the waiting."""
    return status(job) in _UNFINISHED


def pause(call: Call, headers: Mapping[str, str], usual: float) -> float:
    """Seconds until the next look: the caller's wish, else the upstream's, else ``usual``."""
    given = call.params.get("poll_interval")
    if given is not None:
        return float(given)
    asked = headers.get("openai-poll-after-ms", "").strip()
    if not (asked.isascii() and asked.isdecimal()):
        return usual
    return min(int(asked[:12]) / 1000, LONGEST_WISH)


def limit(call: Call, usual: float) -> float:
    """Seconds that all the waiting may take: the caller's wish, else ``usual``."""
    return float(call.params.get("wait_timeout", usual))


def failure(response: WireResponse, what: str) -> APIError:
    """The error that a failed job is; its class is that of the job's code.

    Args:
        response: whose JSON is the job; it becomes the error's ``body`` and ``partial``.
        what: the job, for people (``the video job video_1``).
    """
    job = response.json
    said = job.get("error")
    details = said if isinstance(said, dict) else {"message": said}
    if not details.get("message"):
        details = {**details, "message": f"{what} failed"}
    error = error_from_body(None, {"error": details}, headers=response.headers)
    error.body = job
    error.partial = job
    error.retryable = False  # looking again finds the same
    return error


def without_id(response: WireResponse, what: str) -> APIResponseValidationError:
    """The error for a job that goes on and has no id to ask for."""
    return APIResponseValidationError(
        f"the upstream gave {what} that is {status(response.json)} and has no id to ask for",
        status_code=response.status,
        headers=response.headers,
        body=response.json,
    )
