"""Content parts of input items, as chat has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_openai_responses.crossing import Crossing
from jackfield_openai_responses.nesting import nested, renamed

BESIDE = ("prompt_cache_breakpoint", "cache_control")
"""What stands beside a part's object in chat; everything else of the part is in it."""


def content_of(content: Any, path: str, crossing: Crossing) -> Any:
    """An item's content: a text as it is, parts one by one, without those that chat can't take.

    Where none is left it is an empty text: chat has no empty list.
    """
    if not isinstance(content, (list, tuple)):
        return content
    found = []
    for index, part in enumerate(content):
        if not (
            is_stored_image(part)
            and crossing.leaves_out(f"{path}[{index}]", "content part", "input_image.file_id")
        ):
            found.append(_part(part))
    return found if found or not content else ""


def is_stored_image(part: Any) -> bool:
    """Whether a part is an image that only OpenAI's storage has."""
    return (
        isinstance(part, Mapping)
        and part.get("type") == "input_image"
        and part.get("file_id") is not None
        and part.get("image_url") is None
    )


def _part(part: Any) -> Any:
    """A part; one of a type that Responses does not have, ``input_audio`` among them, is as is."""
    type_ = part.get("type") if isinstance(part, Mapping) else None
    if type_ in ("input_text", "output_text"):
        return {**part, "type": "text"}
    if type_ == "input_image" and "url" not in part:
        return nested(renamed(part, {"image_url": "url"}), "image_url", "image_url", BESIDE)
    if type_ == "input_file":
        return nested(part, "file", "file", BESIDE)
    return part
