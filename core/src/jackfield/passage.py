"""Whether a call may pass as it is: same body, same answer, nothing of it changed by a plugin.

A server that holds a request's bytes can then send those, with another model's name in them, and
hand the answer's bytes back. Whether that is so is read off what the manifests declare: the claim's
identity and path, the triggers of rewriters, the parameter rules. A rule that does concern the call
is asked; where it changes nothing, the call still passes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from jackfield.canonical import parts_in
from jackfield.envelope import Call
from jackfield.errors import UnsupportedParamsError
from jackfield.manifest import starts_with
from jackfield.pipeline import apply_policy

if TYPE_CHECKING:
    from jackfield.envelope import Policy
    from jackfield.manifest import Endpoint
    from jackfield.registry import Registry, Route


_ESCAPE = re.compile(rb"\\u00[2-7]")
"""How JSON may spell any ASCII letter."""
_PLAIN = re.compile(r"[ !#-.0-\[\]-~]*")
"""Text that JSON spells in one way, but for such escapes: no quote, slash or backslash."""


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
        "_plain",
        "_registry",
        "_required",
        "_streams",
        "_triggers",
        "_types",
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
        self._types = frozenset(part for rewriter in rewriters for part in rewriter.parts)
        self._plain = all(_PLAIN.fullmatch(part) for part in self._types)
        self._parts = tuple(sorted(b'"%s"' % part.encode() for part in self._types))
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

    def opens(self, body: Mapping[str, Any], text: bytes, policy: Policy) -> bool:
        """Whether a call with this body goes as it is.

        Where content parts may be meant, it does not: the long way is never wrong.

        Args:
            body: the parameters as plain JSON; a ``model`` among them is not looked at.
            text: the JSON that they were read from.
            policy: what becomes of unsupported parameters.
        """
        if (
            self._always
            or not self._triggers.isdisjoint(body)
            or not self._required <= body.keys()
            or (not self._streams and "stream" in body)
        ):
            return False
        if self._parts:
            # A content part's type could be spelled in another way.
            if not self._plain or _ESCAPE.search(text):
                if not self._types.isdisjoint(parts_in(body)):
                    return False
            elif b'"type"' in text:  # without that key nothing has a type
                for part in self._parts:
                    if part in text:
                        return False
        if self._looked_at is not None and self._looked_at.isdisjoint(body):
            return True
        return self._unchanged(body, policy)

    def _unchanged(self, body: Mapping[str, Any], policy: Policy) -> bool:
        route = self.route
        params = {name: value for name, value in body.items() if name != "model"}
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
    if any(p.usable and p.manifest and p.manifest.middleware for p in registry.plugins):
        return None  # it is around every call
    return Passage(route, claim.path, manifest.endpoint, registry)
