"""The Responses API's own operations: which request each makes. Nothing of them is mapped.

Ids are segments of the path. What else there is goes into the body of a ``POST`` and into the query
of the others, under the names that OpenAI's own libraries give it there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import attrs

from jackfield.envelope import Call, Framing, WireRequest
from jackfield.surfaces.responses import TERMINAL
from jackfield.value import Value
from jackfield_openai_catalogue import waiting
from jackfield_openai_catalogue.queries import query
from jackfield_openai_catalogue.segments import segment

if TYPE_CHECKING:
    from jackfield.answers import Decline

EVENTS = Framing(terminal=TERMINAL)
"""A stream ends with an event that carries the response; some servers add ``[DONE]``."""

_OF = {"response_id": "a response", "conversation_id": "a conversation", "item_id": "an item"}
"""Whose the ids in paths are."""


@attrs.frozen(eq=False, repr=False)
class Endpoint(Value):
    """Where an operation is.

    Args:
        method: the HTTP method.
        path: with the names of ids in braces.
        model: whether the body names the model.
        in_query: parameters that go into the query of a ``POST``.
        body: whether a ``POST`` without parameters has a body.
    """

    method: str
    path: str
    model: bool = False
    in_query: tuple[str, ...] = ()
    body: bool = True


_RESPONSE = "/responses/{response_id}"
_CONVERSATION = "/conversations/{conversation_id}"
_ITEMS = f"{_CONVERSATION}/items"
_ITEM = f"{_ITEMS}/{{item_id}}"

TABLE: Mapping[str, Endpoint] = {
    "create": Endpoint("POST", "/responses", model=True),
    "retrieve": Endpoint("GET", _RESPONSE),
    "delete": Endpoint("DELETE", _RESPONSE),
    "cancel": Endpoint("POST", f"{_RESPONSE}/cancel", body=False),
    "compact": Endpoint("POST", "/responses/compact", model=True),
    "input_items": Endpoint("GET", f"{_RESPONSE}/input_items"),
    "count_tokens": Endpoint("POST", "/responses/input_tokens", model=True),
    "conversation_create": Endpoint("POST", "/conversations"),
    "conversation_retrieve": Endpoint("GET", _CONVERSATION),
    "conversation_update": Endpoint("POST", _CONVERSATION),
    "conversation_delete": Endpoint("DELETE", _CONVERSATION),
    "conversation_items": Endpoint("GET", _ITEMS),
    "conversation_add_items": Endpoint("POST", _ITEMS, in_query=("include",)),
    "conversation_item": Endpoint("GET", _ITEM),
    "conversation_delete_item": Endpoint("DELETE", _ITEM),
}


def request(call: Call) -> WireRequest | Decline:
    """The request of a call's operation.

    Raises:
        RequestError: an id that no path can hold, or a file where a query is.
    """
    endpoint = TABLE.get(call.operation)
    if endpoint is None:
        from jackfield.answers import Decline

        return Decline(f"it has no operation {call.operation!r}")
    params = waiting.sent(call)
    path = _filled(endpoint.path, params)
    if endpoint.method != "POST":
        return WireRequest(endpoint.method, path, query=query(params), framing=EVENTS)
    beside = {name: params.pop(name) for name in endpoint.in_query if name in params}
    named = {"model": call.model} if endpoint.model and call.model else {}
    body = {**named, **params} if params or endpoint.body else None
    return WireRequest("POST", path, body, query=query(beside), framing=EVENTS)


def _filled(path: str, params: dict[str, Any]) -> str:
    """The path with the ids that it names, which are taken out of the parameters."""
    for name, of in _OF.items():
        if f"{{{name}}}" in path:
            path = path.replace(f"{{{name}}}", segment(params.pop(name, None), name, of))
    return path
