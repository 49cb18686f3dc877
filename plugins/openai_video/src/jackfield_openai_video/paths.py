"""Paths below ``/videos``."""

from __future__ import annotations

from typing import Any

from jackfield_openai_catalogue.segments import segment

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
    return f"{VIDEOS}/{segment(given, 'video_id', 'a video')}{below}"
