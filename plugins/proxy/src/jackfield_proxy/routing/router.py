"""From the model's name in a request to the deployments that may serve it.

Exact names win; then the wildcard with the most literal text. What ``*`` stands for in the name
takes its place in the deployment's model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from jackfield.errors import AmbiguousRouteError, ConfigError, NoRouteError
from jackfield.passage import passage

if TYPE_CHECKING:
    from jackfield.manifest import Endpoint
    from jackfield.passage import Passage
    from jackfield.registry import Registry, Route
    from jackfield_proxy.routing.deployments import Deployment

_CACHED = 1024
LONGEST_NAME = 512
"""Characters of a model's name: names are kept, matched, and logged."""


class Target:
    """A deployment, the model to ask it for, who runs that, and its passage if it has one."""

    __slots__ = ("deployment", "model", "passage", "vendor")

    def __init__(
        self, deployment: Deployment, model: str, vendor: str, passage: Passage | None
    ) -> None:
        self.deployment = deployment
        self.model = model
        self.vendor = vendor
        self.passage = passage

    def __repr__(self) -> str:
        return f"<Target {self.model} on {self.deployment.id}>"


class Group:
    """The deployments of one name.

    Attributes:
        name: the name in the configuration, wildcard and all.
        deployments: at least one.
        fallbacks: names to go on with when all of these have failed.
    """

    def __init__(self, name: str, deployments: Sequence[Deployment]) -> None:
        self.name = name
        self.deployments = tuple(deployments)
        self.fallbacks = tuple(
            dict.fromkeys(other for d in deployments for other in d.entry.fallbacks)
        )
        self.literal = len(name.replace("*", ""))
        self._pattern = re.compile(
            "(.*)".join(re.escape(part) for part in name.split("*")), re.DOTALL
        )

    @property
    def wild(self) -> bool:
        """Whether the name is a pattern."""
        return "*" in self.name

    def match(self, name: str) -> tuple[str, ...] | None:
        """What the wildcards stand for in a name; None where it does not fit."""
        found = self._pattern.fullmatch(name)
        return None if found is None else found.groups()


class Found:
    """A group, and what a name means on it."""

    __slots__ = ("_registry", "_stands_for", "_targets", "group", "name")

    def __init__(
        self, group: Group, name: str, stands_for: tuple[str, ...], registry: Registry
    ) -> None:
        self.group = group
        self.name = name
        self._stands_for = stands_for
        self._registry = registry
        self._targets: dict[tuple[Deployment, str], Target] = {}

    def target(self, deployment: Deployment, surface: str) -> Target:
        """The model to ask a deployment for, on a surface.

        Raises:
            NoRouteError, AmbiguousRouteError: no plugin serves it there.
        """
        key = (deployment, surface)
        target = self._targets.get(key)
        if target is None:
            model = self.model(deployment, surface)
            way = passage(self._registry, surface, model)
            vendor = self._registry.resolve(surface, model).vendor
            target = self._targets[key] = Target(deployment, model, vendor, way)
        return target

    def model(self, deployment: Deployment, surface: str) -> str:
        """The routing name of the model to ask a deployment for."""
        wanted = deployment.entry.params.model
        if "*" not in wanted:
            return wanted
        filled, *pieces = wanted.split("*")
        for text, piece in zip_longest(self._stands_for[: len(pieces)], pieces, fillvalue="*"):
            filled += text + piece  # there may be a "*" in a client's text, too
        given = self.name
        head = wanted.partition("*")[0]
        # "openai/*" given "openai/gpt-4o", or another prefix of that provider, is not
        # "openai/openai/gpt-4o". Another provider's name is no reason to hand it this key.
        if given != filled and "/" in given and self._same_provider(surface, given, head):
            return given
        return filled

    def _same_provider(self, surface: str, given: str, head: str) -> bool:
        if head and given.startswith(head):
            return True
        ours = self._endpoint(surface, head + "x") or self._endpoint("chat", head + "x")
        theirs = self._endpoint(surface, given)
        return theirs is not None and theirs == ours

    def _endpoint(self, surface: str, name: str) -> object | None:
        try:
            route: Route = self._registry.resolve(surface, name)
        except (NoRouteError, AmbiguousRouteError):
            return None
        if not route.prefix and route.kind != "fallback":
            return None
        manifest = route.plugin.manifest
        return manifest.endpoint if manifest is not None else None


class Router:
    """The groups of a configuration. Nothing in it changes but its cache."""

    def __init__(
        self,
        deployments: Sequence[Deployment],
        registry: Registry,
        *,
        only: bool = False,
        default: str | None = None,
    ) -> None:
        by_name: dict[str, list[Deployment]] = {}
        for deployment in deployments:
            by_name.setdefault(deployment.entry.name, []).append(deployment)
        groups = [Group(name, found) for name, found in by_name.items()]
        self.deployments = tuple(deployments)
        self._registry = registry
        self._only = groups[0] if only else None
        self._exact = {group.name: group for group in groups if not group.wild}
        self._wild = sorted(
            (group for group in groups if group.wild),
            key=lambda group: (-group.literal, group.name),
        )
        self._found: dict[str, Found | None] = {}
        self._default = default
        self._accounts: dict[Deployment, tuple[str | None, ...]] = {}

    def find(self, name: str) -> Found | None:
        """The group that a name leads to; None for a name that is too long to be one."""
        if len(name) > LONGEST_NAME:
            return None
        try:
            return self._found[name]
        except KeyError:
            found = self._find(name)
            if len(self._found) >= _CACHED:  # names come from outside
                self._found.clear()
            self._found[name] = found
            return found

    def _find(self, name: str) -> Found | None:
        if self._only is not None:
            return Found(self._only, name, (), self._registry)
        group = self._exact.get(name)
        if group is not None:
            return Found(group, name, (), self._registry)
        for group in self._wild:
            stands_for = group.match(name)
            if stands_for is not None and name:
                return Found(group, name, stands_for, self._registry)
        return None

    def names(self) -> list[Group]:
        """The groups, exact names first, as the configuration has them."""
        if self._only is not None:
            return [self._only]
        return [*self._exact.values(), *self._wild]

    def default(self) -> Deployment | None:
        """Where a request goes that names no model.

        That is the configuration's ``default_deployment``, else the broadest wildcard's deployment,
        else the only upstream there is.
        """
        if self._default is not None:
            found = self.find(self._default)
            return found.group.deployments[0] if found is not None else None
        if self._only is not None:
            return self._only.deployments[0]
        for name in ("*", "openai/*"):
            for group in self._wild:
                if group.name == name and _has_provider(group.deployments[0]):
                    return group.deployments[0]
        known = self.upstreams(None)
        return known[0] if len(known) == 1 else None

    def usual(self, name: str) -> str | None:
        """The name to go by where a request names no model, and the API has one for that.

        That is the API's ``name``, where somebody takes it, else the default deployment's.
        """
        if self.find(name) is not None:
            return name
        default = self.default()
        return None if default is None else default.entry.name.replace("*", name)

    def upstreams(self, first: Deployment | None) -> list[Deployment]:
        """A deployment of each account that is configured, ``first`` before the others."""
        found = {} if first is None else {self._account(first): first}
        for deployment in filter(_has_provider, self.deployments):
            found.setdefault(self._account(deployment), deployment)
        return list(found.values())

    def _account(self, deployment: Deployment) -> tuple[str | None, ...]:
        """What upstreams tell callers apart by: where they are, and what is sent with requests."""
        account = self._accounts.get(deployment)
        if account is None:
            try:
                endpoint, _ = self.endpoint_of(deployment, "")
                usual = endpoint.base_url
            except ConfigError:
                usual = None
            params = deployment.entry.params
            key = None if params.api_key is None else params.api_key.reveal()
            account = (
                *(usual, params.api_base, key, params.organization, params.project),
                *(text for pair in sorted(params.headers.items()) for text in pair),
            )
            self._accounts[deployment] = account
        return account

    def endpoint_of(
        self, deployment: Deployment, surface: str, model: str | None = None
    ) -> tuple[Endpoint, str]:
        """Where a deployment's other requests go: the endpoint, and whose it is.

        Args:
            deployment: of the configuration.
            surface: what they are about, if that is known.
            model: what it is asked for, where its model is a pattern.

        Raises:
            ConfigError: nobody serves its model, or it is anybody's.
        """
        wanted = model or deployment.entry.params.model
        if wanted.startswith("*"):
            raise ConfigError(f"{wanted!r} is no model of one provider; nothing is forwarded to it")
        wanted = wanted.replace("*", "x")
        for name in (surface, "chat", "responses", "embedding", "transcription", "video"):
            if not name:
                continue
            try:
                route = self._registry.resolve(name, wanted)
            except Exception:  # noqa: BLE001 - not on this surface
                continue
            manifest = route.plugin.manifest
            if manifest is not None and manifest.endpoint is not None and route.kind != "fallback":
                return manifest.endpoint, route.vendor
        raise ConfigError(f"no installed plugin serves {wanted!r}, so nothing is forwarded to it")


def _has_provider(deployment: Deployment) -> bool:
    """Whether it is one provider's, and not that of whatever model is asked for."""
    return not deployment.entry.params.model.startswith("*")
