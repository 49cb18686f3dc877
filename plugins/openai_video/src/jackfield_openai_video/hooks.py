"""The hooks: which request each operation makes, and whether its job is waited for."""

from __future__ import annotations

from jackfield.answers import Decline, Fetch, Next
from jackfield.envelope import Call, Result, WireRequest, WireResponse
from jackfield.hookspecs import hookimpl
from jackfield_openai_catalogue import waiting
from jackfield_openai_video import operations
from jackfield_openai_video.waiting import JOBS, look_again


@hookimpl
def transform_request(call: Call) -> Call | Fetch | WireRequest | Decline:
    """The request of the call's operation."""
    request = operations.TABLE.get(call.operation)
    if request is None:
        return Decline(f"it has no operation {call.operation!r}")
    waiting.check(call, JOBS)
    return request(call)


@hookimpl
def transform_response(call: Call, response: WireResponse) -> Result | Next | None:
    """The answer as it is; a job that is waited for is looked at again until it has ended."""
    return look_again(call, response) if waiting.wanted(call) else None
