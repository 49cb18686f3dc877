"""The smallest chat plugin, for trying laws on: it sends what it is given.

Its claim ``raw/`` is an identity, so that core asks no hook about answers; below ``shaped/`` the
same answers go through the hooks, which leave them as they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jackfield.envelope import END, Call, Chunk, Event, Result, WireRequest, WireResponse
from jackfield.hookspecs import hookimpl
from jackfield.manifest import Claim, Endpoint, Manifest
from jackfield.params import ParamSet
from jackfield.surfaces import CHAT

MANIFEST = Manifest(
    name="passthrough",
    module="jackfield_testing.laws.passthrough",
    claims=(Claim("chat", "raw/", identity=True), Claim("chat", "shaped/")),
    surfaces=(CHAT,),
    endpoint=Endpoint(base_url="https://upstream.invalid/v1"),
)


@hookimpl
def transform_request(call: Call) -> WireRequest:
    """The parameters as they are, the model first."""
    return WireRequest(path="/chat/completions", body=call.body())


@hookimpl
def transform_response(response: WireResponse) -> Result:
    """The answer as it is."""
    return Result(response.json)


@hookimpl
def stream_chunk(event: Event) -> Sequence[Chunk]:
    """The event as it is."""
    return () if event is END else (event.json,)


@hookimpl
def supported_params(surface: str, model: str, params: Mapping[str, Any] | None) -> ParamSet:
    """Nothing is known of any parameter."""
    return ParamSet()
