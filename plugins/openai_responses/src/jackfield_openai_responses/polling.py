"""Wait for a response in the background: look at it again and again until it has ended.

The parameters that say so (``wait``, ``poll_interval``, ``wait_timeout``) are those of
`jackfield_openai_catalogue.waiting`. Without them it is looked at when the upstream says, else
every `POLL_INTERVAL` seconds, for `WAIT_TIMEOUT` seconds in all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield.answers import Next
from jackfield.envelope import Call, Result, WireRequest, WireResponse
from jackfield.errors import RequestError
from jackfield_openai_catalogue import waiting
from jackfield_openai_catalogue.queries import query
from jackfield_openai_catalogue.segments import segment

POLL_INTERVAL = 2.0
WAIT_TIMEOUT = 3600.0


def look_again(call: Call, response: WireResponse) -> Result | Next | None:
    """What follows an answer that shows a response: another look, or the end.

    One that was cancelled, or is incomplete, is a result as any other.

    Raises:
        APIError: the response failed; the class is that of its code, ``partial`` is the response.
    """
    shown = response.json
    if not isinstance(shown, dict):
        return None
    if waiting.status(shown) == "failed":
        raise waiting.failure(response, f"the response {shown.get('id')}")
    if not waiting.unfinished(shown):
        return Result(shown)
    return look(call, response, call.params.get("include"), shown)


def look(call: Call, response: WireResponse, include: Any, partial: Any) -> Next:
    """Another look at a response that goes on.

    Args:
        call: the call, with its parameters of waiting.
        response: shows the response, with the state of the look before.
        include: what is to be included; nothing if None.
        partial: the result so far, as the caller's surface has it.

    Raises:
        APIResponseValidationError: the response has no id to ask for.
    """
    shown = response.json
    before: Mapping[str, Any] = response.state or {}
    known = before.get("id", shown.get("id"))
    try:
        path = f"/responses/{segment(known, 'response_id', 'a response')}"
    except RequestError:
        raise waiting.without_id(response, "a response") from None
    # What was to be included is not in a look that does not ask for it again.
    asked = {} if include is None else {"include": include}
    return Next(
        WireRequest("GET", path, query=query(asked)),
        after=waiting.pause(call, response.headers, POLL_INTERVAL),
        state={"id": known},
        within=waiting.limit(call, WAIT_TIMEOUT),
        partial=partial,
    )
