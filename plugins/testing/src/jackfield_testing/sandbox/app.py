"""The ASGI app: routes, and the way of a request from the journal to its delivery."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from jackfield_testing.sandbox import (
    chat,
    completions,
    embeddings,
    files,
    model_endpoints,
    responses,
    speech,
    transcription,
    videos,
)
from jackfield_testing.sandbox.arrival import receive
from jackfield_testing.sandbox.auth import check_key
from jackfield_testing.sandbox.delivery import Delivery
from jackfield_testing.sandbox.errors import APIFault
from jackfield_testing.sandbox.faults import HEADER, Fault, model_fault, parse_fault
from jackfield_testing.sandbox.headers import common_headers
from jackfield_testing.sandbox.journal import Journal, RecordedRequest
from jackfield_testing.sandbox.reply import Reply, json_reply
from jackfield_testing.sandbox.surface import Endpoint
from jackfield_testing.sandbox.world import World

#: One row per surface.
SURFACES = (chat.SURFACE, completions.SURFACE, embeddings.SURFACE)
#: Everything that is served.
ENDPOINTS = (
    *(surface.endpoint() for surface in SURFACES),
    *model_endpoints.ENDPOINTS,
    *files.ENDPOINTS,
    *responses.ENDPOINTS,
    *speech.ENDPOINTS,
    *transcription.ENDPOINTS,
    *videos.ENDPOINTS,
)

_PREFIXES = ("/v1", "")
_Make = Callable[[RecordedRequest, Mapping[str, Any]], Reply]


def create_app(journal: Journal, world: World) -> Starlette:
    """Build the app.

    Args:
        journal: records what it is asked.
        world: what it keeps between requests.
    """

    def serving(make: _Make) -> Callable[[Request], Any]:
        async def serve(request: Request) -> Response:
            return await _serve(request, journal, make)

        return serve

    def handling(endpoint: Endpoint) -> _Make:
        def make(record: RecordedRequest, params: Mapping[str, Any]) -> Reply:
            check_key(record.headers)
            return endpoint.handle(record, params, world)

        return make

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return await _serve(request, journal, _refusal(error.status_code))

    async def recorded(request: Request) -> Response:
        if request.method == "DELETE":
            journal.clear()
            world.clear()
        body = orjson.dumps([record.as_json() for record in journal.requests])
        return Response(body, media_type="application/json")

    routes = [Route("/_sandbox/requests", recorded, methods=["GET", "DELETE"])]
    routes += [
        Route(prefix + endpoint.path, serving(handling(endpoint)), methods=[endpoint.method])
        for prefix in _PREFIXES
        for endpoint in ENDPOINTS
    ]
    app = Starlette(routes=routes, exception_handlers={404: refused, 405: refused})
    app.router.redirect_slashes = False
    return app


async def _serve(request: Request, journal: Journal, make: _Make) -> Response:
    record = await receive(request)
    number = journal.add(record)
    if record.disconnected:
        return Response(status_code=400)  # to nobody
    reply = _reply(record, journal, lambda: make(record, request.path_params))
    return Delivery(reply, common_headers(record, number), record)


def _reply(record: RecordedRequest, journal: Journal, make: Callable[[], Reply]) -> Reply:
    """Make the reply, as the fault that was asked for leaves it."""
    try:
        fault = parse_fault(record.headers.get(HEADER) or model_fault(record.model))
    except APIFault as error:
        return json_reply(error.body, error.status)
    strikes = _strikes(fault, record, journal)
    if strikes and fault.replaces:
        return fault.strike(json_reply({}))
    try:
        reply = make()
    except APIFault as error:
        reply = json_reply(error.body, error.status)
    if not fault and reply.fault:
        fault = parse_fault(reply.fault)
        strikes = _strikes(fault, record, journal)
    return fault.strike(reply) if strikes else reply


def _strikes(fault: Fault, record: RecordedRequest, journal: Journal) -> bool:
    if not fault or fault.times is None:
        return bool(fault)
    key = f"{fault.directive} {record.method} {record.path} {record.fingerprint}"
    return journal.count_failure(key) <= fault.times


def _refusal(status: int) -> _Make:
    def refuse(record: RecordedRequest, _: Mapping[str, Any]) -> Reply:
        if status == 405:
            message = f"Not allowed to {record.method} on {record.path}."
            raise APIFault(405, message, code="method_not_supported")
        raise APIFault(404, f"Invalid URL ({record.method} {record.path})", code="unknown_url")

    return refuse
