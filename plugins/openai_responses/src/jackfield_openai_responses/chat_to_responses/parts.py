"""Content parts of messages and tool results, as Responses has them."""

from __future__ import annotations

from typing import Any

from jackfield_openai_responses.crossing import Crossing
from jackfield_openai_responses.nesting import flattened, renamed


def content_of(content: Any, path: str, crossing: Crossing) -> Any:
    """A message's content: a text as it is, parts one by one."""
    if not isinstance(content, (list, tuple)):
        return content
    return [_part(part, f"{path}[{index}]", crossing) for index, part in enumerate(content)]


def _part(part: Any, path: str, crossing: Crossing) -> Any:
    """A part; one of a type that chat does not have, ``input_audio`` among them, is as it was."""
    type_ = part.get("type") if isinstance(part, dict) else None
    if type_ == "text":
        return {**part, "type": "input_text"}
    if type_ == "image_url":
        return _image(part, path, crossing)
    if type_ == "file":
        return _file(part, path, crossing)
    return part


def _image(part: dict[str, Any], path: str, crossing: Crossing) -> dict[str, Any]:
    if isinstance(part.get("image_url"), str):
        found = {**part, "type": "input_image"}
    else:
        flat = flattened(part, "image_url", path, crossing)
        if flat is None or "image_url" in flat:
            return part
        found = {**renamed(flat, {"url": "image_url"}), "type": "input_image"}
    if found.get("detail") is None:
        found["detail"] = "auto"  # the default; some servers want it, as the API's schema does
    return found


def _file(part: dict[str, Any], path: str, crossing: Crossing) -> dict[str, Any]:
    flat = flattened(part, "file", path, crossing)
    if flat is None:
        return part
    if _is_web(flat.get("file_id")) and "file_url" not in flat:
        flat = renamed(flat, {"file_id": "file_url"})
    return {**flat, "type": "input_file"}


def _is_web(value: Any) -> bool:
    return isinstance(value, str) and value[:8].lower().startswith(("http://", "https://"))
