"""The routes of conversations."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Any

from jackfield_testing.sandbox.bodies import json_body
from jackfield_testing.sandbox.errors import APIFault, missing
from jackfield_testing.sandbox.field_types import check_filled, check_length, check_type
from jackfield_testing.sandbox.identity import Identity
from jackfield_testing.sandbox.journal import RecordedRequest
from jackfield_testing.sandbox.listing import list_page
from jackfield_testing.sandbox.reply import Reply, json_reply
from jackfield_testing.sandbox.responses.conversation import Conversation
from jackfield_testing.sandbox.responses.fields import check_metadata
from jackfield_testing.sandbox.responses.input_checks import check_item
from jackfield_testing.sandbox.responses.input_items import kept_items
from jackfield_testing.sandbox.responses.query import included
from jackfield_testing.sandbox.responses.turn import Item, no_conversation
from jackfield_testing.sandbox.responses.visible import visible
from jackfield_testing.sandbox.surface import Endpoint
from jackfield_testing.sandbox.world import World

#: Items in one request.
MOST_ITEMS = 20


def _create(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    body = _body(record, {"items", "metadata"}) if record.body else {}
    items = body.get("items") or []
    _check_items(items)

    def make(identity: Identity, created: int) -> Conversation:
        return Conversation(
            id=f"conv_{identity.hex('id', 50)}",
            created_at=created,
            metadata=body.get("metadata") or {},
            items=kept_items(items, identity, world),
        )

    return json_reply(world.conversations.add(f"conversation {record.fingerprint}", make).body())


def _retrieve(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    return json_reply(_found(params, world).body())


def _update(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    body = _body(record, {"metadata"})
    if body.get("metadata") is None:
        raise missing("metadata")
    found = _found(params, world)
    changed = Conversation(found.id, found.created_at, body["metadata"], found.items)
    return json_reply(world.conversations.put(changed).body())


def _delete(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    found = _found(params, world)
    world.conversations.remove(found.id)
    return json_reply({"id": found.id, "object": "conversation.deleted", "deleted": True})


def _list_items(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    include = included(record.query)
    shown = [visible(one, include) for one in _found(params, world).items]
    return json_reply(list_page(record.query, shown, most=100, default=20))


def _add_items(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    body = _body(record, {"items"})
    if body.get("items") is None:
        raise missing("items")
    check_type("items", body["items"], "an array")
    check_filled("items", body["items"])
    _check_items(body["items"])
    include = included(record.query)
    found = _found(params, world)
    # the same items once more are other items
    identity = Identity(f"{found.id} {len(found.items)} {record.fingerprint}")
    made = kept_items(body["items"], identity, world)
    world.conversations.put(found.extended(made))
    shown = [visible(one, include) for one in made]
    return json_reply(list_page("order=asc&limit=100", shown, most=100, default=100))


def _retrieve_item(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    include = included(record.query)
    return json_reply(visible(_found_item(params, world), include))


def _delete_item(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    found = _found(params, world)
    rest = found.without(_found_item(params, world)["id"])
    return json_reply(world.conversations.put(rest).body())


def _body(record: RecordedRequest, known: Set[str]) -> dict[str, Any]:
    body = json_body(record)
    for name in body:
        if name not in known:
            message = f"Unknown parameter: '{name}'."
            raise APIFault(400, message, param=name, code="unknown_parameter")
    check_metadata(body.get("metadata"))
    return body


def _check_items(items: Any) -> None:
    check_type("items", items, "an array")
    check_length("items", items, MOST_ITEMS)
    for index, one in enumerate(items):
        check_item(f"items[{index}]", one)


def _found(params: Mapping[str, Any], world: World) -> Conversation:
    found = world.conversations.get(params["id"])
    if found is None:
        raise no_conversation(params["id"])
    return found


def _found_item(params: Mapping[str, Any], world: World) -> Item:
    for one in _found(params, world).items:
        if one["id"] == params["item"]:
            return one
    raise APIFault(404, f"Conversation item with id '{params['item']}' not found.")


ENDPOINTS = (
    Endpoint("POST", "/conversations", _create),
    Endpoint("GET", "/conversations/{id}", _retrieve),
    Endpoint("POST", "/conversations/{id}", _update),
    Endpoint("DELETE", "/conversations/{id}", _delete),
    Endpoint("GET", "/conversations/{id}/items", _list_items),
    Endpoint("POST", "/conversations/{id}/items", _add_items),
    Endpoint("GET", "/conversations/{id}/items/{item}", _retrieve_item),
    Endpoint("DELETE", "/conversations/{id}/items/{item}", _delete_item),
)
