"""Paths below ``/videos``. An id is one segment of one, whatever characters it has."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from jackfield.errors import RequestError

VIDEOS = "/videos"
EDITS = "/videos/edits"
EXTENSIONS = "/videos/extensions"


def of_video(given: Any, below: str = "") -> str:
    """The path of a job, or of what is ``below`` it.

    Args:
        given: the job's id, or a video object.
        below: the rest of the path (``/content``).

    Raises:
        RequestError: there is no id, or one that no path can hold.
    """
    identifier = given.get("id") if isinstance(given, dict) else given
    if not isinstance(identifier, str) or not identifier:
        raise _refused(f"is the id of a video, or a video, not {given!r:.80}")
    if identifier in (".", ".."):  # a segment that servers and clients take for a step
        raise _refused(f"is {identifier!r}, which is no id")
    try:
        return f"{VIDEOS}/{quote(identifier, safe='')}{below}"
    except UnicodeEncodeError:
        raise _refused("has characters that no URL can hold") from None


def _refused(why: str) -> RequestError:
    return RequestError(f"video_id {why}", path="video_id")
