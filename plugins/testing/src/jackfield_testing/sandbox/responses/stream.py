"""Response body to the events of its stream, as the API cuts them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from jackfield_testing.sandbox.identity import Identity
from jackfield_testing.sandbox.responses.answer import unfinished
from jackfield_testing.sandbox.responses.item_events import Event, event, item_events

_ENDS = {"completed", "incomplete", "failed"}
_OBFUSCATED = 16  # characters; a delta and its obfuscation have a multiple of that


def events(
    body: Mapping[str, Any], *, obfuscated: bool = True, partial_images: int = 0
) -> Iterator[Event]:
    """Give the events of a response, numbered from 0.

    Args:
        body: as it is in the end, with what is to be shown of it. One that was cancelled ends with
            no event of its own.
        obfuscated: whether deltas hide their length.
        partial_images: how many pictures come before the one that is generated.
    """
    identity = Identity(body["id"])
    for number, found in enumerate(_events(dict(body), partial_images)):
        found["sequence_number"] = number
        if obfuscated and found["type"].endswith(".delta"):
            length = _OBFUSCATED - len(found["delta"]) % _OBFUSCATED
            found["obfuscation"] = identity.text(f"obfuscation {number}", length)
        yield event(**found)


def _events(body: dict[str, Any], partial_images: int) -> Iterator[Event]:
    begun = unfinished(body, "in_progress")
    if body["background"]:
        queued = unfinished(body, "queued")
        yield event("response.created", response=queued)
        yield event("response.queued", response=queued)
    else:
        yield event("response.created", response=begun)
    yield event("response.in_progress", response=begun)
    for index, found in enumerate(body["output"]):
        yield from item_events(found, index, partial_images)
    if body["status"] in _ENDS:
        yield event(f"response.{body['status']}", response=body)
