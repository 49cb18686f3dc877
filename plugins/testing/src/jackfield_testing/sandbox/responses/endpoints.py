"""The routes of responses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield_testing.sandbox.bodies import json_body
from jackfield_testing.sandbox.errors import APIFault, missing
from jackfield_testing.sandbox.journal import RecordedRequest
from jackfield_testing.sandbox.listing import list_page
from jackfield_testing.sandbox.reply import Reply, json_reply, named_stream_reply
from jackfield_testing.sandbox.responses.answer import answer
from jackfield_testing.sandbox.responses.compaction import compacted
from jackfield_testing.sandbox.responses.model_checks import check_model
from jackfield_testing.sandbox.responses.output import Output
from jackfield_testing.sandbox.responses.query import included, number, truth
from jackfield_testing.sandbox.responses.shapes import COMPACT_FIELDS, COUNT_FIELDS
from jackfield_testing.sandbox.responses.stored import StoredResponse
from jackfield_testing.sandbox.responses.stream import events
from jackfield_testing.sandbox.responses.turn import Turn
from jackfield_testing.sandbox.responses.usage import input_tokens, usage
from jackfield_testing.sandbox.responses.validation import read_create, read_fields
from jackfield_testing.sandbox.responses.visible import visible
from jackfield_testing.sandbox.surface import Endpoint
from jackfield_testing.sandbox.world import World

#: The look at which a response in the background has ended.
LOOKS = 3
_COMPACTED = 150  # tokens


def _create(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    turn = read_create(json_body(record), world)
    made = made_from(turn)
    if turn.request.get("store", True):
        world.responses.put(made)
    if turn.conversation is not None and made.body["status"] != "failed":
        items = (*turn.given, *made.body["output"])
        world.conversations.change(turn.conversation, lambda one: one.extended(items))
    if not turn.request.get("stream"):
        return json_reply(made.now())
    options = turn.request.get("stream_options") or {}
    return _streamed(made, obfuscated=options.get("include_obfuscation") is not False)


def made_from(turn: Turn) -> StoredResponse:
    """Answer a turn, and give the response as it is kept."""
    tools = turn.request.get("tools", ())
    script = turn.script
    ends_at = script.looks
    if ends_at is None:  # a stream that was read to its end leaves nothing to wait for
        ends_at = 0 if turn.request.get("stream") else LOOKS
    return StoredResponse(
        body=answer(turn),
        items=turn.items,
        include=tuple(turn.request.get("include", ())),
        ends_at=None if script.stalls else ends_at,
        partial_images=max((t.get("partial_images") or 0 for t in tools), default=0),
        retrieve=script.retrieve,
    )


def _streamed(
    made: StoredResponse,
    include: tuple[str, ...] = (),
    after: int | None = None,
    *,
    obfuscated: bool,
) -> Reply:
    told = events(made.streamed(include), obfuscated=obfuscated, partial_images=made.partial_images)
    rest = (one for one in told if after is None or one["sequence_number"] > after)
    return named_stream_reply(rest)


def _retrieve(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    query = record.query
    include = included(query)
    if truth(query, "stream", default=False):
        made = _found(params["id"], world.responses.get(params["id"]))
        obfuscated = truth(query, "include_obfuscation", default=True)
        return _streamed(made, include, number(query, "starting_after"), obfuscated=obfuscated)
    made = _found(params["id"], world.responses.change(params["id"], StoredResponse.looked_at))
    return json_reply(made.now(include), fault=made.retrieve)


def _delete(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    made = _found(params["id"], world.responses.remove(params["id"]))
    return json_reply({"id": made.id, "object": "response.deleted", "deleted": True})


def _cancel(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    if not _found(params["id"], world.responses.get(params["id"])).is_in_background:
        raise APIFault(400, "Cannot cancel a synchronous response.", param="response_id")
    cancelled = world.responses.change(params["id"], StoredResponse.cancelled)
    return json_reply(_found(params["id"], cancelled).now())


def _input_items(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    made = _found(params["id"], world.responses.get(params["id"]))
    include = included(record.query)
    shown = [visible(found, include) for found in made.items]
    return json_reply(list_page(record.query, shown, most=100, default=20))


def _count(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    body = json_body(record)
    if body.get("model") is not None:
        check_model(body)
    turn = read_fields(body, COUNT_FIELDS, world)
    return json_reply({"object": "response.input_tokens", "input_tokens": input_tokens(turn)})


def _compact(record: RecordedRequest, params: Mapping[str, Any], world: World) -> Reply:
    body = json_body(record)
    check_model(body)
    if body.get("input") is None and body.get("previous_response_id") is None:
        raise missing("input")
    turn = read_fields(body, COMPACT_FIELDS, world)
    made = {
        "id": f"resp_{turn.identity.hex('compaction id', 50)}",
        "object": "response.compaction",
        "created_at": turn.identity.created,
        "output": compacted(turn),
        "usage": usage(turn, Output([], _COMPACTED, 0)),
    }
    return json_reply(made)


def _found(id: str, made: StoredResponse | None) -> StoredResponse:
    if made is None:
        raise APIFault(404, f"Response with id '{id}' not found.")
    return made


ENDPOINTS = (
    Endpoint("POST", "/responses", _create),
    Endpoint("POST", "/responses/compact", _compact),
    Endpoint("POST", "/responses/input_tokens", _count),
    Endpoint("GET", "/responses/{id}", _retrieve),
    Endpoint("DELETE", "/responses/{id}", _delete),
    Endpoint("POST", "/responses/{id}/cancel", _cancel),
    Endpoint("GET", "/responses/{id}/input_items", _input_items),
)
