"""The hooks: the whole plugin interface, synchronous and pure.

A plugin module implements some of them as functions marked with `hookimpl`. None of them may do
I/O, read the environment, sleep, keep state between calls or change what it is given. Each takes
only the arguments it names; arguments may be added in later versions, never removed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from jackfield.envelope import (
        Call,
        Chunk,
        Decline,
        Delegate,
        Event,
        Fetch,
        Next,
        Result,
        WireRequest,
        WireResponse,
    )
    from jackfield.params import ParamSet

hookspec = pluggy.HookspecMarker("jackfield")
hookimpl = pluggy.HookimplMarker("jackfield")


@hookspec(firstresult=True)
def transform_request(
    call: Call,
) -> Call | Delegate | Fetch | WireRequest | Decline | None:
    """Turn a call into what is sent for it.

    An owner returns a `WireRequest` (send this), a `Call` (with the same surface and model: ask me
    again with this; with another: route this instead), `Delegate` (run that, and give me its
    result), `Fetch` (read these files first), or `Decline` (I can't).
    A rewriter returns a changed `Call`, `Fetch`, `Decline`, or None for "nothing to do".

    Args:
        call: the canonical call. Its JSON is the caller's: never change it in place.
    """


@hookspec(firstresult=True)
def transform_response(call: Call, response: WireResponse) -> Result | Next | None:
    """Turn a success answer into the surface's result.

    Return `Result`, or `Next` to send another request first (poll, page, upload-then-create).
    Without this hook, or for None, the answer's JSON is the result.

    Args:
        call: the call as it was when ``transform_request`` answered.
        response: status, headers, decoded body, and the ``state`` of a `Delegate` or `Next`.
    """


@hookspec(firstresult=True)
def stream_chunk(call: Call, event: Event, state: dict[str, Any]) -> Sequence[Chunk] | None:
    """Turn one event of a stream into the surface's chunks, in order; none is fine.

    Args:
        call: as above.
        event: one decoded event, or ``END`` once after the last one of a clean end.
        state: this stream's own; starts empty (a `Delegate`'s state is under ``"delegate"``).
    """


@hookspec(firstresult=True)
def supported_params(surface: str, model: str, params: Mapping[str, Any] | None) -> ParamSet | None:
    """Tell what becomes of parameters on a model: rows for those that need one.

    Args:
        surface: the surface's name.
        model: the model's name without prefix.
        params: the call's parameters, or None to describe the model in general.
    """
