"""Streams do not depend on how their bytes arrive."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from jackfield.errors import APIError, StreamInterruptedError
from jackfield_testing.laws.flows import Outcome, Reply, Upstream, ask
from jackfield_testing.laws.json_identity import identical

Read = Callable[[Sequence[bytes]], Outcome]
"""Reads a stream that arrives in these pieces to its end."""


def read_chat(pieces: Sequence[bytes], **settings: Any) -> Outcome:
    """Read a chat stream through the real pipeline, once, without another attempt."""
    reply = Reply(headers={"content-type": "text/event-stream"}, body=list(pieces))
    params = {"messages": [], "stream": True}
    return ask(params, Upstream(reply), stream=True, **settings)


def cutting_changes_nothing(pieces: Sequence[bytes], read: Read = read_chat) -> Outcome:
    """The stream gives the same chunks in these pieces as in one, and the same error after them.

    Gives the outcome.
    """
    whole, cut = read([b"".join(pieces)]), read(pieces)
    reads_to_the_same(whole, cut)
    return cut


def reads_to_the_same(one: Outcome, other: Outcome) -> None:
    """Two streams ended alike: the same chunks, then the same error with the same in it."""
    assert identical(one.value, other.value), f"{one.value!r} is not {other.value!r}"
    assert type(one.error) is type(other.error), f"{one.error!r} is not {other.error!r}"
    assert str(one.error) == str(other.error)
    if isinstance(one.error, APIError) and isinstance(other.error, APIError):
        assert one.error.chunks == other.error.chunks
        assert one.error.partial == other.error.partial
        assert one.error.code == other.error.code
    for outcome in (one, other):
        if isinstance(outcome.error, StreamInterruptedError):
            assert [view._raw for view in outcome.error.chunks or ()] == outcome.value
