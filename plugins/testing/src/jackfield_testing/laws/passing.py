"""A call that may go as the bytes it came in is one that the whole way would send alike."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from jackfield.envelope import Call
from jackfield.errors import JackfieldError
from jackfield.passage import passage
from jackfield.pipeline import Prepared, prepare
from jackfield.registry import Registry
from jackfield.sources import FetchRules
from jackfield_testing.laws.json_identity import identical


def goes_as_it_is(
    registry: Registry,
    surface: str,
    name: str,
    body: Mapping[str, Any],
    text: bytes | None = None,
    *,
    stream: bool | None = None,
    unsupported: Any = "raise",
) -> bool:
    """Where `jackfield.passage` lets a call's bytes through, the way through plugins says the same.

    That is a ``POST`` to the claim's path with the parameters as they came and the model's own
    name; no header and no query beside them, nothing lost, nothing read, nobody else asked.

    Args:
        registry: the routes.
        surface: the surface's name.
        name: the routing name.
        body: the parameters, as a client's JSON has them; a ``model`` among them is not looked at.
        text: the JSON that says so; by default what ``json.dumps`` writes.
        stream: whether events are asked for, if ``body["stream"]`` does not say so.
        unsupported: the parameter policy.

    Returns:
        Whether it goes as it is; the long way is never wrong.
    """
    way = passage(registry, surface, name)
    before = copy.deepcopy(dict(body))
    written = json.dumps(body).encode() if text is None else text
    opened = way is not None and way.opens(body, written, unsupported)
    assert identical(dict(body), before), "looking at the call changed its parameters"
    if way is None or not opened:
        return False
    assert way.opens(body, written, unsupported), "the second look says something else"
    params = {key: value for key, value in body.items() if key != "model"}
    call = Call(
        surface,
        name,
        params,
        stream=bool(params.get("stream")) if stream is None else stream,
        unsupported=unsupported,
        origin="remote",
    )
    prepared = _prepared(call, registry)
    request, owner = prepared.request, prepared.owner
    assert not prepared.outer, "another surface's answer is waited for"
    assert (request.method, request.path) == ("POST", way.path), (
        f"{request.method} {request.path} is asked for, and not POST {way.path}"
    )
    assert not request.headers, f"headers would be missing: {sorted(request.headers)}"
    assert not request.query, f"a query would be missing: {request.query}"
    assert not owner.call.losses, f"something is lost on the way: {owner.call.losses}"
    assert (owner.route.plugin, owner.route.model) == (way.route.plugin, way.route.model)
    assert (request.expect == "bytes") == way.binary, f"the answer is {request.expect}"
    sent = dict(request.body)
    assert sent.pop("model", None) == way.route.model, "another model is asked for"
    assert identical(sent, params), f"{sent!r} would be sent for {params!r}"
    return True


def _prepared(call: Call, registry: Registry) -> Prepared:
    try:
        effect = next(prepare(call, registry, FetchRules()))
    except StopIteration as stop:
        prepared: Prepared = stop.value
        return prepared
    except JackfieldError as error:
        raise AssertionError(f"the way through plugins refuses it: {error}") from error
    raise AssertionError(f"the way through plugins reads something first: {effect!r}")
