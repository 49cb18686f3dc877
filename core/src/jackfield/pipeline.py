"""From a canonical call to what is sent for it: route, rewriters, parameter policy, owner.

Pure but for the reading that `Fetch` asks for, which is left to the driver.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

from jackfield.canonical import parts_in
from jackfield.discovery import Plugin
from jackfield.envelope import Call, WireRequest
from jackfield.errors import NoRouteError, PluginError, RequestError
from jackfield.manifest import CREATE, Endpoint, Manifest, Rewriter, starts_with
from jackfield.registry import Registry, Route
from jackfield.relay import Relay
from jackfield.sources import FetchRules

MAX_STEPS = 8
"""Routes that one call may go through, and times that one hook is asked on a route."""


class Layer:
    """A route with the call as its owner saw it, and the state of its `Delegate`."""

    __slots__ = ("call", "relay", "route", "state")

    def __init__(self, route: Route, relay: Relay, call: Call, state: Any = None) -> None:
        self.route = route
        self.relay = relay
        self.call = call
        self.state = state


class Prepared:
    """What to send, the layer that sends it, and the layers that wait for its result."""

    __slots__ = ("outer", "owner", "request")

    def __init__(self, request: WireRequest, owner: Layer, outer: list[Layer]) -> None:
        self.request = request
        self.owner = owner
        self.outer = outer

    @property
    def surface_layer(self) -> Layer:
        """The layer whose surface the caller gets."""
        return self.outer[0] if self.outer else self.owner


def prepare(
    call: Call,
    registry: Registry,
    rules: FetchRules,
    official: Callable[[Endpoint], bool] = lambda endpoint: True,
) -> Generator[Any, Any, Prepared]:
    """Ask hooks until there is something to send.

    Args:
        call: as the caller made it, with canonical parameters.
        registry: where it may go.
        rules: what may be read on the way.
        official: whether requests to an endpoint go to its own base URL.

    Raises:
        NoRouteError, AmbiguousRouteError: the name leads nowhere, or a plugin declined.
        PluginError: a hook broke its contract, or calls go round in a circle.
        UnsupportedParamsError: by policy.
    """
    outer: list[Layer] = []
    trail: list[tuple[str, str]] = []
    while True:
        route = registry.resolve(call.surface, call.model)
        here = (route.surface.name, route.name)
        _check_trail(trail, here, route)
        trail.append(here)
        manifest = _manifest(route.plugin)
        call = call.replace(
            model=route.model,
            name=route.name,
            prefix=route.prefix,
            official=manifest.endpoint is not None and official(manifest.endpoint),
            takes=route.claim.takes,
        )
        if route.rewriters:
            call, moved = yield from _rewrite(call, route, registry, rules)
            if moved:
                continue
        owner = registry.relay(route.plugin, manifest.module)
        call = apply_policy(call, route, owner)
        try:
            answer, call = yield from _ask(owner, call, rules)
        except PluginError:
            _check_required(call, route)  # the likelier cause: hooks count on what is required
            raise
        if isinstance(answer, WireRequest):
            _check_required(call, route)
            return Prepared(answer, Layer(route, owner, call), outer)
        if isinstance(answer, Call):
            call = _continued(answer, call)
            continue
        from jackfield.answers import Delegate  # no ordinary call comes here

        if not isinstance(answer, Delegate):
            raise owner.broken("transform_request", f"returned {type(answer).__name__}")
        _check_required(call, route)
        outer.append(Layer(route, owner, call, answer.state))
        call = _continued(answer.call, call)


def _check_trail(trail: list[tuple[str, str]], here: tuple[str, str], route: Route) -> None:
    if here in trail or len(trail) >= MAX_STEPS:
        shown = " → ".join(f"{name} ({surface})" for surface, name in [*trail, here])
        what = "goes round in a circle" if here in trail else f"takes over {MAX_STEPS} steps"
        raise PluginError(f"the call {what}: {shown}", distribution=route.plugin.distribution)


def _manifest(plugin: Plugin) -> Manifest:
    assert plugin.manifest is not None  # only usable plugins are routed to
    return plugin.manifest


def _ask(relay: Relay, call: Call, rules: FetchRules) -> Generator[Any, Any, tuple[Any, Call]]:
    """Ask an owner until its answer is something else than "ask me again with this"."""
    for _ in range(MAX_STEPS):
        answer, call = yield from _ask_once(relay, call, rules)
        if not (isinstance(answer, Call) and _same(answer, call)):
            return answer, call
        call = _continued(answer, call)
    raise relay.broken("transform_request", f"asked to be asked again {MAX_STEPS} times")


def _ask_once(relay: Relay, call: Call, rules: FetchRules) -> Generator[Any, Any, tuple[Any, Call]]:
    """Ask a hook, and read what it wants read; its answer, and the call that it answered to."""
    for _ in range(MAX_STEPS):
        answer = relay.ask("transform_request", call=call)
        if answer is None or isinstance(answer, (WireRequest, Call)):
            return answer, call
        from jackfield import answers  # no ordinary call comes here

        if isinstance(answer, answers.Decline):
            more = f" Install {answer.distribution}." if answer.distribution else ""
            raise NoRouteError(
                f"{relay.distribution} can't serve {call.name!r} on the {call.surface} surface: "
                f"{answer.reason}.{more}",
                distribution=answer.distribution,
            )
        if not isinstance(answer, answers.Fetch):
            return answer, call
        from jackfield.fetching import gather
        from jackfield.sources import Source

        if not all(isinstance(ref, Source) for ref in answer.refs):
            raise relay.broken("transform_request", "wants to fetch what is no Source")
        fetched = yield from gather(answer, call, rules)
        call = call.replace(fetched={**call.fetched, **fetched})
    raise relay.broken("transform_request", f"asked for files {MAX_STEPS} times")


def _continued(answer: Call, before: Call) -> Call:
    """A call that a hook returned, with what is not a hook's to change as it was before.

    A hook may have built it afresh: policy, origin, streaming, what was read and what was lost on
    the way go with the caller's call, not with it; so does what the route said, while it stays.
    """
    if _same(answer, before):
        answer = answer.replace(
            name=before.name,
            prefix=before.prefix,
            official=before.official,
            takes=before.takes,
            operation=before.operation,
        )
    earlier = tuple(loss for loss in before.losses if loss not in answer.losses)
    return answer.replace(
        stream=before.stream,
        unsupported=before.unsupported,
        origin=before.origin,
        fetched={**before.fetched, **answer.fetched},
        losses=(*earlier, *answer.losses),
    )


def _same(answer: Call, call: Call) -> bool:
    return answer.surface == call.surface and answer.model == call.model


def _rewrite(
    call: Call, route: Route, registry: Registry, rules: FetchRules
) -> Generator[Any, Any, tuple[Call, bool]]:
    """Ask the rewriters whose triggers occur, until none has anything to change.

    Those that look at parts come last: a call that takes another way is read there.
    """
    rewriters = sorted(route.rewriters, key=lambda found: bool(found[1].parts))
    for _ in range(MAX_STEPS):
        parts = parts_in(call.params) if any(r.parts for _, r in route.rewriters) else set()
        changed = False
        for plugin, rewriter in rewriters:
            if not _triggered(rewriter, call, parts):
                continue
            relay = registry.relay(plugin, rewriter.module)
            before = call
            answer, seen = yield from _ask_once(relay, call, rules)
            if answer is not None and not isinstance(answer, Call):
                raise relay.broken(
                    "transform_request",
                    f"of a rewriter returned {type(answer).__name__}",
                )
            if answer is None or answer == seen:
                call = seen
            elif _same(answer, before):
                call, changed = _continued(answer, seen), True
            else:
                return _continued(answer, seen), True
        if not changed:
            return call, False
    raise PluginError(
        f"the rewriters of {call.name!r} find no end: "
        + ", ".join(f"{p.distribution}" for p, _ in route.rewriters)
    )


def _triggered(rewriter: Rewriter, call: Call, parts: set[str]) -> bool:
    return (
        rewriter.always
        or any(part in parts for part in rewriter.parts)
        or any(name in call.params for name in rewriter.params)
    )


def apply_policy(call: Call, route: Route, owner: Relay) -> Call:
    """Apply the parameter policy, where a rule concerns the call; the same call if nothing changes.

    Raises:
        UnsupportedParamsError: by policy.
        PluginError: the owner's hook broke its contract.
    """
    manifest = _manifest(route.plugin)
    for rule in manifest.rules:
        if (
            rule.surface == call.surface
            and (not rule.params or any(name in call.params for name in rule.params))
            and (not rule.models or any(starts_with(m, call.model) for m in rule.models))
        ):
            break
    else:
        return call
    declared = owner.ask(
        "supported_params", surface=call.surface, model=call.model, params=call.params
    )
    if declared is None:
        return call
    from jackfield import params

    if not isinstance(declared, params.ParamSet):
        raise owner.broken("supported_params", f"returned {type(declared).__name__}")
    try:
        return params.apply(call, declared, provider=route.provider)
    except (AttributeError, TypeError) as error:
        raise owner.broken("supported_params", f"returned rows that are none: {error}") from error


def _check_required(call: Call, route: Route) -> None:
    required = route.surface.required
    if call.operation != CREATE:
        found = route.surface.operation(call.operation)
        required = found.required if found is not None else ()
    for name in required:
        if name not in call.params:
            raise RequestError(f"{name} is missing: {call.surface} needs it", path=name)
