"""A deployment: one entry of the configuration, ready to be called."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from jackfield import AsyncClient, __version__, config
from jackfield.outgoing import origin_of

if TYPE_CHECKING:
    from jackfield.config import Settings
    from jackfield.manifest import Endpoint
    from jackfield.passage import Passage
    from jackfield.protocols import Transport
    from jackfield_proxy.config.model import Model


class Line:
    """Where requests that go as they are go, and with which headers.

    Attributes:
        settings: the deployment's, for this provider.
        url: the whole URL.
        headers: without those that are the client's to choose.
        ready: whether the headers hold the key already; else it is added to each request, by the
            endpoint's own way to do so.
        accepts, encodes: whether ``Accept`` and ``Accept-Encoding`` are the client's to choose.
    """

    __slots__ = ("accepts", "encodes", "headers", "ready", "settings", "url")

    def __init__(self, settings: Settings, passage: Passage) -> None:
        self.settings = settings
        self.url = settings.base_url.rstrip("/") + passage.path
        own = {name.lower() for name in settings.headers}
        self.headers = {
            "User-Agent": f"jackfield/{__version__}",
            "Content-Type": "application/json",
        }
        self.ready = passage.endpoint.auth == "jackfield.outgoing:bearer"
        if self.ready and settings.key is not None:
            self.headers["Authorization"] = f"Bearer {settings.key.reveal()}"
        self.headers = config.merge_headers(self.headers, settings.headers)
        self.headers = {"Host" if n.lower() == "host" else n: v for n, v in self.headers.items()}
        self.accepts = "accept" not in own
        self.encodes = "accept-encoding" not in own


class Deployment:
    """One upstream for a model name.

    Attributes:
        id: short, the same on every replica that has the same configuration.
        entry: what the configuration says of it.
        client: makes the calls that plugins have a part in. It tries once: whether another attempt
            is made, and where, is decided above it.
    """

    def __init__(self, entry: Model, transport: Transport, patience: float | None = None) -> None:
        """Make one.

        Args:
            entry: what the configuration says.
            transport: what sends.
            patience: the timeout of entries that have none, in seconds.
        """
        self.entry = entry
        params = entry.params
        self.unsupported: Any = params.unsupported or ("drop" if params.drop_params else "raise")
        self._own: dict[str, Any] = {
            "api_key": params.api_key.reveal() if params.api_key is not None else None,
            "api_base": params.api_base,
            "organization": params.organization,
            "project": params.project,
            "headers": dict(params.headers) or None,
            "timeout": params.timeout or patience,
            "stream_idle_timeout": params.stream_idle_timeout,
            "max_retries": 0,
        }
        self.id = entry.info.id or f"{entry.name}:{_digest(entry, self._own)}"
        self.client = AsyncClient(
            **self._own,
            unsupported=self.unsupported,
            local_files=False,
            origin="remote",
            transport=transport,
        )
        self._settings: dict[tuple[str, str | None], Settings] = {}
        self._lines: dict[tuple[str, str, str | None], Line] = {}

    def __repr__(self) -> str:
        return f"<Deployment {self.id}>"

    def settings(self, endpoint: Endpoint, provider: str, organization: str | None) -> Settings:
        """The settings of a request that goes as it is; resolved once for each organization.

        Raises:
            ConfigError, AuthenticationError: it can't be called like this.
        """
        key = (provider, organization)
        found = self._settings.get(key)
        if found is None:
            given = {} if organization is None else {"organization": organization}
            found = config.resolve(given, self._own, endpoint, provider, is_async=True)
            if len(self._settings) >= _KEPT:  # organizations come from outside
                self._settings.clear()
            self._settings[key] = found
        return found

    def line(self, passage: Passage, organization: str | None) -> Line:
        """What requests that go as they are have in common; made once.

        Raises:
            ConfigError, AuthenticationError: the deployment can't be called.
        """
        key = (passage.route.provider, passage.path, organization)
        found = self._lines.get(key)
        if found is None:
            if len(self._lines) >= _KEPT:
                self._lines.clear()
            settings = self.settings(passage.endpoint, passage.route.provider, organization)
            found = self._lines[key] = Line(settings, passage)
        return found

    def host(self, endpoint: Endpoint) -> str:
        """The host that requests to an endpoint go to, for people."""
        base = config.base_url({}, self._own, endpoint) or endpoint.base_url
        return origin_of(base)[1] or ""


_KEPT = 64


def _digest(entry: Model, settings: Mapping[str, Any]) -> str:
    """A few characters for everything that tells an entry from the others of its name."""
    params = entry.params
    told = [
        *(params.model, params.api_base, params.organization, params.project, params.weight),
        *(settings["api_key"], params.timeout, params.stream_idle_timeout, params.max_retries),
        *(params.drop_params, params.unsupported, sorted(params.headers.items())),
    ]
    return sha256("\n".join(map(repr, told)).encode("utf-8", "replace")).hexdigest()[:8]
