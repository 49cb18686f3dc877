"""The ASGI app: routes, and the way of a request from the journal to its delivery."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from email.utils import formatdate
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from jackfield_testing.sandbox import chat
from jackfield_testing.sandbox.auth import check_key
from jackfield_testing.sandbox.delivery import Delivery
from jackfield_testing.sandbox.errors import APIFault, model_not_found
from jackfield_testing.sandbox.faults import HEADER, Fault, model_fault, parse_fault
from jackfield_testing.sandbox.field_types import check_type
from jackfield_testing.sandbox.identity import identify
from jackfield_testing.sandbox.journal import Journal, RecordedRequest
from jackfield_testing.sandbox.models import ModelName, model_card, model_list
from jackfield_testing.sandbox.reply import Reply, json_reply, stream_reply
from jackfield_testing.sandbox.surface import Surface

#: One row per surface.
SURFACES = (chat.SURFACE,)

_PREFIXES = ("/v1", "")
_NOT_JSON = (
    "We could not parse the JSON body of your request. (HINT: This likely means you aren't using "
    "your HTTP library correctly. The OpenAI API expects a JSON payload, but what was sent was not "
    "valid JSON.)"
)
_Make = Callable[[RecordedRequest, Mapping[str, Any]], Reply]


def create_app(journal: Journal) -> Starlette:
    """Build the app; ``journal`` records what it is asked."""

    def endpoint(make: _Make) -> Callable[[Request], Any]:
        async def serve(request: Request) -> Response:
            return await _serve(request, journal, make)

        return serve

    async def refused(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return await _serve(request, journal, _refusal(error.status_code))

    async def recorded(request: Request) -> Response:
        if request.method == "DELETE":
            journal.clear()
        body = orjson.dumps([record.as_json() for record in journal.requests])
        return Response(body, media_type="application/json")

    routes = [Route("/_sandbox/requests", recorded, methods=["GET", "DELETE"])]
    for prefix in _PREFIXES:
        routes.append(Route(f"{prefix}/models", endpoint(_models)))
        routes.append(Route(f"{prefix}/models/{{model:path}}", endpoint(_model)))
        for surface in SURFACES:
            run = endpoint(_running(surface))
            routes.append(Route(f"{prefix}{surface.path}", run, methods=["POST"]))
    app = Starlette(routes=routes, exception_handlers={404: refused, 405: refused})
    app.router.redirect_slashes = False
    return app


async def _serve(request: Request, journal: Journal, make: _Make) -> Response:
    record = RecordedRequest(
        method=request.method,
        path=request.url.path,
        query=request.url.query,
        headers=_joined(request),
        body=await request.body(),
    )
    number = journal.add(record)
    try:
        fault = parse_fault(record.headers.get(HEADER) or model_fault(record.json))
        reply = make(record, request.path_params)
    except APIFault as error:
        reply = json_reply(error.body, error.status)
        fault = _fault_or_none(record)
    if fault and _strikes(fault, record, journal):
        reply = fault.strike(reply)
    return Delivery(reply, _headers(record, number), record)


def _fault_or_none(record: RecordedRequest) -> Fault:
    """Give the fault of a request that is rejected anyway."""
    try:
        return parse_fault(record.headers.get(HEADER) or model_fault(record.json))
    except APIFault:
        return Fault()


def _strikes(fault: Fault, record: RecordedRequest, journal: Journal) -> bool:
    if fault.times is None:
        return True
    body = hashlib.sha256(record.body).hexdigest()
    key = f"{fault.directive} {record.method} {record.path} {body}"
    return journal.count_failure(key) <= fault.times


def _joined(request: Request) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in request.headers.items():
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers


def _running(surface: Surface) -> _Make:
    def run(record: RecordedRequest, _: Mapping[str, Any]) -> Reply:
        check_key(record.headers)
        try:
            body = orjson.loads(record.body)
        except orjson.JSONDecodeError:
            raise APIFault(400, _NOT_JSON) from None
        check_type("body", body, "an object")
        surface.validate(body)
        answer = surface.answer(body)
        if body.get("stream"):
            return stream_reply(surface.events(answer, body))
        return json_reply(answer)

    return run


def _models(record: RecordedRequest, _: Mapping[str, Any]) -> Reply:
    check_key(record.headers)
    return json_reply(model_list())


def _model(record: RecordedRequest, params: Mapping[str, Any]) -> Reply:
    check_key(record.headers)
    if not ModelName.parse(params["model"]).exists:
        raise model_not_found(params["model"])
    return json_reply(model_card(params["model"]))


def _refusal(status: int) -> _Make:
    def refuse(record: RecordedRequest, _: Mapping[str, Any]) -> Reply:
        if status == 405:
            message = f"Not allowed to {record.method} on {record.path}."
            raise APIFault(405, message, code="method_not_supported")
        raise APIFault(404, f"Invalid URL ({record.method} {record.path})", code="unknown_url")

    return refuse


def _headers(record: RecordedRequest, number: int) -> list[tuple[str, str]]:
    """Give the headers that every reply has."""
    identity = identify("headers", {"body": record.body.hex(), "number": number})
    body = record.json
    model = body.get("model") if isinstance(body, dict) else None
    named = isinstance(model, str) and model.isascii() and model.isprintable()
    organization = record.headers.get("openai-organization", "org-sandbox")
    pairs = [
        ("date", formatdate(usegmt=True)),
        ("x-request-id", f"req_{identity.hex('request', 32)}"),
        ("openai-processing-ms", str(20 + identity.number("milliseconds", 400))),
        ("openai-version", "2020-10-01"),
        ("openai-organization", organization),
        ("x-ratelimit-limit-requests", "10000"),
        ("x-ratelimit-limit-tokens", "2000000"),
        ("x-ratelimit-remaining-requests", "9999"),
        ("x-ratelimit-remaining-tokens", "1999985"),
        ("x-ratelimit-reset-requests", "6ms"),
        ("x-ratelimit-reset-tokens", "0s"),
        ("set-cookie", f"__cf_bm={identity.text('cookie', 20)}; path=/; HttpOnly"),
        ("set-cookie", f"_cfuvid={identity.text('visitor', 20)}; path=/; HttpOnly"),
    ]
    if "openai-project" in record.headers:
        pairs.append(("openai-project", record.headers["openai-project"]))
    if named:
        pairs.append(("openai-model", ModelName.parse(str(model)).dated))
    return pairs
