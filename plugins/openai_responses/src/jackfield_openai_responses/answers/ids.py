"""Ids of a Response that was made of a chat completion: the same ones every time."""

from __future__ import annotations

from typing import Any

_RESPONSE = "resp_"
_CHAT = "chatcmpl-"


def response_id(completion_id: Any) -> str:
    """The Response's id: ``resp_`` and then the chat completion's, which can be read back.

    One that is a Response's already stays as it is.
    """
    known = completion_id if isinstance(completion_id, str) else ""
    return known if known.startswith(_RESPONSE) else f"{_RESPONSE}{known}"


def item_id(prefix: str, completion_id: Any, number: int) -> str:
    """The id of an output item; ``prefix`` tells its kind, ``number`` which of that kind it is."""
    known = completion_id if isinstance(completion_id, str) else ""
    stem = known.removeprefix(_RESPONSE).removeprefix(_CHAT)
    return f"{prefix}_{stem}_{number}"
