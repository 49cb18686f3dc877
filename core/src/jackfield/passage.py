"""Whether a call may pass as it is: same body, same answer, nothing of it changed by a plugin.

A server that holds a request's bytes can then send those, with another model's name in them, and
hand the answer's bytes back. Whether that is so is read off what the manifests declare: the claim's
identity and path, the triggers of rewriters, the parameter rules. A rule that does concern the call
is asked; where it changes nothing, the call still passes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from jackfield.envelope import Call
from jackfield.errors import UnsupportedParamsError
from jackfield.manifest import starts_with
from jackfield.pipeline import apply_policy

if TYPE_CHECKING:
    from jackfield.envelope import Policy
    from jackfield.manifest import Endpoint
    from jackfield.registry import Registry, Route


class Passage:
    """What may keep the ``create`` calls of a model from going as they are.

    Attributes:
        route: where they go; ``route.model`` is the model's name there.
        path: the path below the endpoint's base URL.
        endpoint: the endpoint.
        binary: whether an answer is bytes, and not a JSON object.
    """

    __slots__ = (
        "_always",
        "_looked_at",
        "_parts",
        "_registry",
        "_required",
        "_streams",
        "_triggers",
        "binary",
        "endpoint",
        "path",
        "route",
    )

    def __init__(self, route: Route, path: str, endpoint: Endpoint, registry: Registry) -> None:
        self.route = route
        self.path = path
        self.endpoint = endpoint
        self._registry = registry
        self._required = frozenset(route.surface.required)
        self.binary = route.surface.result == "jackfield.binary:Binary"
        # Bytes that are asked for as events are asked for in another way.
        self._streams = route.surface.chunk is not None and not self.binary
        rewriters = [rewriter for _, rewriter in route.rewriters]
        self._always = any(rewriter.always for rewriter in rewriters)
        self._triggers = frozenset(name for rewriter in rewriters for name in rewriter.params)
        self._parts = tuple(dict.fromkeys(part for r in rewriters for part in r.parts))
        manifest = route.plugin.manifest
        rules = [
            rule
            for rule in (manifest.rules if manifest is not None else ())
            if rule.surface == route.surface.name
            and (not rule.models or any(starts_with(m, route.model) for m in rule.models))
        ]
        everything = any(not rule.params for rule in rules)
        self._looked_at = (
            None if everything else frozenset(name for rule in rules for name in rule.params)
        )

    def opens(
        self, params: Mapping[str, Any], occurs: Callable[[str], bool], policy: Policy
    ) -> bool:
        """Whether a call with these parameters goes as it is.

        Args:
            params: the parameters, as plain JSON, without the model.
            occurs: whether a value of a ``type`` key may occur anywhere in them. True where that is
                not known: the call then takes the long way, which is never wrong.
            policy: what becomes of unsupported parameters.
        """
        names = params.keys()
        if (
            self._always
            or not self._triggers.isdisjoint(names)
            or not self._required <= names
            or (not self._streams and params.get("stream"))
            or any(occurs(part) for part in self._parts)
        ):
            return False
        if self._looked_at is not None and self._looked_at.isdisjoint(names):
            return True
        return self._unchanged(params, policy)

    def _unchanged(self, params: Mapping[str, Any], policy: Policy) -> bool:
        route = self.route
        call = Call(
            surface=route.surface.name,
            model=route.model,
            params=params,
            stream=bool(params.get("stream")),
            name=route.name,
            prefix=route.prefix,
            unsupported=policy,
            origin="remote",
        )
        manifest = route.plugin.manifest
        relay = self._registry.relay(route.plugin, manifest.module if manifest else "")
        try:
            return apply_policy(call, route, relay) is call
        except UnsupportedParamsError:
            return False


def passage(registry: Registry, surface: str, model: str) -> Passage | None:
    """The passage of a model on a surface; None where its calls never go as they are.

    Raises:
        NoRouteError, AmbiguousRouteError: the name leads nowhere.
    """
    route = registry.resolve(surface, model)
    claim, manifest = route.claim, route.plugin.manifest
    if claim.path is None or not claim.identity or manifest is None or manifest.endpoint is None:
        return None
    return Passage(route, claim.path, manifest.endpoint, registry)
