"""What a reference to an image or a video may be given as, and what is sent for it."""

from __future__ import annotations

import re
from typing import Any

from jackfield.errors import RequestError
from jackfield.sources import Source

_URL = re.compile(r"data:|[a-z][a-z0-9+.-]*://", re.IGNORECASE)


def image(given: Any, *, local: bool) -> Any:
    """An ``input_reference`` as a file, or as the API's object.

    A URL or data URL becomes ``{"image_url": …}``. Any other text is a path where ``local`` says
    that the call was made in this process. Objects, and what is none of these, stay as they are.
    """
    if isinstance(given, str) and given:
        if _URL.match(given):
            return {"image_url": given}
        return Source.path(given) if local else given
    match given:
        case [str() as name, str() as path, *kind] if local and not _URL.match(path):
            return [name, Source.path(path), *kind]
    if isinstance(given, Source) and given.kind == "url":
        return {"image_url": given.text}
    if isinstance(given, dict) and isinstance(given.get("image_url"), Source):
        return given["image_url"]
    return given


def video(given: Any) -> Any:
    """A ``video`` as a file, or as the API's ``{"id": …}``, for an id or a whole video object.

    Raises:
        RequestError: text that is no id.
    """
    if isinstance(given, str):
        if not given or "/" in given or "\\" in given:
            raise RequestError(
                f"video is {given!r:.80}, which is no id; give a file as a pathlib.Path",
                path="video",
            )
        return {"id": given}
    if isinstance(given, dict) and given.get("object") == "video" and "id" in given:
        return {"id": given["id"]}
    return given
