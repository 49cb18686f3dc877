"""What one configuration makes: deployments, routes, and what they share. Replaced as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jackfield.client import shared_registry
from jackfield.errors import ConfigError
from jackfield_proxy.requests.onward import plain
from jackfield_proxy.routing.deployments import Deployment
from jackfield_proxy.routing.router import Router

if TYPE_CHECKING:
    from jackfield.registry import Registry
    from jackfield_proxy.config.model import Config
    from jackfield_proxy.metrics import Metrics
    from jackfield_proxy.requests.incoming import Incoming
    from jackfield_proxy.shared import State
    from jackfield_proxy.status import Recent
    from jackfield_proxy.upstream.transport import Upstream

_ORGANIZATION = b"openai-organization"


class Service:
    """A configuration at work.

    Attributes:
        config: what was configured.
        registry: the installed plugins' routes.
        router: from model names to deployments.
        upstream: the connections.
        state: which deployments rest.
        metrics: what is counted.
        recent: the errors of late.
        started: when the server did, in seconds since the epoch.
    """

    def __init__(
        self,
        config: Config,
        upstream: Upstream,
        state: State,
        metrics: Metrics,
        recent: Recent,
        started: float,
        registry: Registry | None = None,
    ) -> None:
        self.config = config
        self.registry = registry or shared_registry()
        self.upstream = upstream
        self.state = state
        self.metrics = metrics
        self.recent = recent
        self.started = started
        patience = config.general.request_timeout
        deployments = [Deployment(entry, upstream.decoded, patience) for entry in config.models]
        self.router = Router(
            deployments,
            self.registry,
            only=config.only is not None,
            default=config.general.default_deployment,
        )
        self._forward_organization = config.general.forward_openai_org_id

    def organization_of(self, incoming: Incoming) -> str | None:
        """The client's organization, where it is to be passed on.

        Raises:
            Refused: it can't be sent in a header.
        """
        if not self._forward_organization:
            return None
        value = incoming.headers.get(_ORGANIZATION)
        if not value:
            return None
        return plain("OpenAI-Organization", value)

    def host_of(self, deployment: Deployment) -> str:
        """The host that a deployment's requests go to, for people."""
        try:
            endpoint, _ = self.router.endpoint_of(deployment, "")
        except ConfigError:
            return ""
        return deployment.host(endpoint)

    def plain_name(self, model: str) -> str:
        """A routing name as the upstream knows the model: without its provider's prefix."""
        for surface in ("chat", "embedding", "transcription", "speech", "video"):
            try:
                return self.registry.resolve(surface, model).model
            except Exception:  # noqa: BLE001 - not on this surface
                continue
        return model
