"""The content of a chat message: a text in the API, a list of parts from some other servers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

_OF_THINKING = frozenset({"type", "thinking", "closed", "index"})


class Content(NamedTuple):
    """What content says.

    Attributes:
        text: its text; None if it has none, not even an empty one.
        thought: what the model thought, where that is told among the parts.
        rest: what it says beside that, as it was: other parts, or content of another type.
    """

    text: str | None
    thought: str
    rest: Any


def content_of(content: Any) -> Content:
    """What content of any type says."""
    if content is None or isinstance(content, str):
        return Content(content, "", None)
    if not isinstance(content, (list, tuple)):
        return Content(None, "", content)
    texts: list[str] = []
    thoughts: list[str] = []
    rest: list[Any] = []
    for part in content:
        text, thought = _text(part), _thought(part)
        if text is not None:
            texts.append(text)
        elif thought is not None:
            thoughts.append(thought)
        else:
            rest.append(part)
        if thought is not None and part.keys() - _OF_THINKING:
            rest.append(part)  # a signature, for one
    return Content("".join(texts) if texts else None, "".join(thoughts), rest or None)


def _text(part: Any) -> str | None:
    if isinstance(part, Mapping):
        part = part.get("text") if part.get("type") in ("text", "output_text") else None
    return part if isinstance(part, str) else None


def _thought(part: Any) -> str | None:
    """The text of a part of thinking, which has it bare or in parts of its own."""
    if not isinstance(part, Mapping) or part.get("type") != "thinking":
        return None
    thinking = part.get("thinking")
    if isinstance(thinking, str):
        return thinking
    texts = [_text(each) for each in thinking] if isinstance(thinking, list) else [None]
    return "".join(text for text in texts if text is not None) if None not in texts else None
