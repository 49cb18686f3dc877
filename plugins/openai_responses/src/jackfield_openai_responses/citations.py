"""Annotations of a text: flat and counted from their part's start in Responses; in chat a page's
citation is nested, and positions count from the start of the message's content.

``index`` of a file's citation names a file in a list, so it is no position.
"""

from __future__ import annotations

from typing import Any

_POSITIONS = ("start_index", "end_index")


def chat_annotation(annotation: Any, offset: int) -> Any:
    """An output text's annotation as chat has it; ``offset`` is the length of the text before."""
    if not isinstance(annotation, dict):
        return annotation
    if annotation.get("type") != "url_citation":
        return _shifted(annotation, offset)
    inner = {key: value for key, value in annotation.items() if key != "type"}
    return {"type": "url_citation", "url_citation": _shifted(inner, offset)}


def text_annotation(annotation: Any, offset: int) -> Any:
    """The reverse: a chat message's annotation for a text that begins at ``offset``."""
    if not isinstance(annotation, dict):
        return annotation
    inner = annotation.get("url_citation")
    nested = annotation.keys() == {"type", "url_citation"} and isinstance(inner, dict)
    if not nested or inner is None or "type" in inner or annotation["type"] != "url_citation":
        return _shifted(annotation, -offset)
    return {"type": "url_citation", **_shifted(inner, -offset)}


def _shifted(found: dict[str, Any], by: int) -> dict[str, Any]:
    return {
        key: value + by if key in _POSITIONS and type(value) is int else value
        for key, value in found.items()
    }
