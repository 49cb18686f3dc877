"""Clients: settings, a registry of plugins, a pool, and the calls.

`Client` and `AsyncClient` hold their own settings. The module-level functions of `jackfield` run on
a default pair that reads the module attributes at call time.
"""

from __future__ import annotations

import random
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from jackfield import config
from jackfield.dotted import load
from jackfield.errors import ConfigError, NoRouteError, RequestError
from jackfield.forks import track
from jackfield.manifest import CREATE
from jackfield.surfaces.calls import AsyncCalls, SyncCalls

if TYPE_CHECKING:
    from jackfield.discovery import Plugin
    from jackfield.effects import Answer, Deliver, Flow
    from jackfield.manifest import Manifest, Surface
    from jackfield.middleware import Middleware
    from jackfield.params import ParamSet
    from jackfield.progress import Report
    from jackfield.registry import Registry
    from jackfield.sources import Sink

ATTRIBUTES = (
    "api_key",
    "api_base",
    "organization",
    "project",
    "headers",
    "client_session",
    "aclient_session",
    "return_response_headers",
    "drop_params",
    "timeout",
    "max_retries",
)
"""Settings that are module attributes and client arguments alike."""


class JackfieldWarning(UserWarning):
    """Something was dropped under ``unsupported="warn"``."""


class _Shared:
    """The registry of all installed plugins, built once, by whoever needs it first."""

    def __init__(self) -> None:
        self._registry: Registry | None = None
        self._lock = threading.Lock()
        track(self)

    def registry(self) -> Registry:
        if self._registry is None:
            from jackfield.discovery import discover
            from jackfield.registry import Registry

            with self._lock:
                if self._registry is None:
                    self._registry = Registry(discover())
        return self._registry

    def _forget(self) -> None:
        self._lock = threading.Lock()


_shared = _Shared()


def shared_registry() -> Registry:
    """The registry of all installed plugins."""
    return _shared.registry()


class Ready:
    """A call that is ready to run: its flow, and what its outcome becomes."""

    __slots__ = ("finish", "flow", "operation", "registry", "stream", "surface", "unsupported")

    def __init__(
        self,
        flow: Flow,
        surface: Surface,
        operation: str,
        stream: bool,
        finish: Callable[[Any], None] | None,
        unsupported: str,
        registry: Registry,
    ) -> None:
        self.flow = flow
        self.surface = surface
        self.operation = operation
        self.stream = stream
        self.finish = finish
        self.unsupported = unsupported
        self.registry = registry

    def result(self, answer: Answer) -> Any:
        """The typed result of a call that does not stream."""
        raw = answer.raw
        surface = answer.surface or self.surface
        if raw is None and answer.chunks is not None and surface.fold is not None:
            raw = load(surface.fold)(answer.chunks)
        self.warn(answer.losses)
        operation = answer.operation or self.operation
        made = surface.result
        if operation != CREATE and (known := surface.operation(operation)) is not None:
            made = known.result
        view = load(made)(raw, answer.headers, answer.losses)
        if self.finish is not None:
            self.finish(view)
        return view

    def surface_of(self, outcome: Answer | Deliver) -> Surface:
        """The surface whose chunks a stream gives."""
        return outcome.surface or self.surface

    def warn(self, losses: Iterable[Any]) -> None:
        """Under ``unsupported="warn"``, a Python warning for what was dropped."""
        if self.unsupported == "warn":
            for loss in losses:
                if loss.kind == "dropped":
                    warnings.warn(f"dropped: {loss.reason}", JackfieldWarning, stacklevel=6)


class _Base:
    """What both clients share. It holds settings and a registry, and starts flows; no I/O."""

    _is_async = False

    def __init__(
        self,
        *,
        api_key: str | None = None,
        api_base: str | None = None,
        base_url: str | None = None,
        organization: str | None = None,
        project: str | None = None,
        headers: Mapping[str, str] | None = None,
        client_session: Any = None,
        aclient_session: Any = None,
        return_response_headers: bool | None = None,
        drop_params: bool | None = None,
        unsupported: str | None = None,
        timeout: Any = None,
        stream_idle_timeout: float | None = None,
        max_retries: int | None = None,
        plugins: Iterable[str | Manifest] | None = None,
        middleware: Sequence[Middleware] = (),
        local_files: bool = True,
        private_urls: bool = False,
        max_file_bytes: int | None = None,
        origin: Literal["local", "remote"] = "local",
        transport: Any = None,
        jitter: Callable[[], float] = random.random,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Any] | None = None,
    ) -> None:
        """Make a client; nothing is read or opened yet.

        Args:
            api_key, api_base (or base_url), organization, project, headers: as in every call.
            client_session, aclient_session: an ``httpx`` or ``httpx2`` client of yours.
            return_response_headers: accepted; headers are always there.
            drop_params, unsupported: the parameter policy, ``raise`` unless told otherwise.
            timeout: seconds, or an ``httpx.Timeout``; default 600, 10 to connect.
            stream_idle_timeout: seconds between two chunks.
            max_retries: how often a failed request is tried again; default 2.
            plugins: exactly these: names of installed plugins or distributions, or manifests.
                None for all that are installed.
            middleware: around every call, the first outermost.
            local_files: False: no call reads a path.
            private_urls: True: URLs in calls may lead to private addresses.
            max_file_bytes: how large a file in a call may be, instead of what plugins allow.
            origin: ``remote`` for calls that came over a network, as a server's do: what they hold
                is data, and no path in it is read, nor is a string ever taken for one.
            transport: what sends, instead of a pool over httpx: `jackfield.protocols.Transport`.
                It stays yours to close.
            jitter, now, sleep: randomness and time, for tests.
        """
        self._settings: Mapping[str, Any] = {
            "api_key": api_key,
            "api_base": base_url if base_url is not None else api_base,
            "organization": organization,
            "project": project,
            "headers": headers,
            "client_session": client_session,
            "aclient_session": aclient_session,
            "drop_params": drop_params,
            "unsupported": unsupported,
            "timeout": timeout,
            "stream_idle_timeout": stream_idle_timeout,
            "max_retries": max_retries,
            "max_file_bytes": max_file_bytes,
        }
        self._plugins = None if plugins is None else tuple(plugins)
        self._middleware = tuple(middleware)
        self._own_registry: Registry | None = None
        self._stack: tuple[Middleware, ...] | None = None
        self._lock = threading.Lock()
        track(self)
        self._made: Any = None
        self._transport: Any = None
        self._local_files = local_files
        self._private_urls = private_urls
        self._origin = origin
        self._given_transport = transport
        self._jitter = jitter
        self._now = now
        self._sleep = sleep
        self._closed = False

    def __repr__(self) -> str:
        shown = {
            name: value
            for name, value in self._settings.items()
            if value is not None and name in ("timeout", "max_retries", "unsupported")
        }
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in shown.items())})"

    def _forget(self) -> None:
        """In a forked child: the lock may be held by a thread that is not there."""
        self._lock = threading.Lock()

    def __reduce__(self) -> Any:
        raise TypeError(f"a {type(self).__name__} holds a key and connections: it is not pickled")

    def _registry(self) -> Registry:
        if self._plugins is None:
            return shared_registry()
        if self._own_registry is None:
            from jackfield.discovery import discover
            from jackfield.registry import Registry

            with self._lock:
                if self._own_registry is None:
                    self._own_registry = Registry(discover(self._plugins))
        return self._own_registry

    def _all_middleware(self, registry: Registry) -> tuple[Middleware, ...]:
        if self._stack is None:
            self._stack = (*self._middleware, *registry.middleware())
        return self._stack

    def _begin(
        self,
        surface: str,
        model: str | None,
        params: Mapping[str, Any],
        *,
        operation: str = CREATE,
    ) -> Ready:
        """Everything up to the first effect."""
        from jackfield.canonical import canonical
        from jackfield.envelope import Call
        from jackfield.exchange import Context, exchange
        from jackfield.sources import FetchRules

        given = {}
        own = {}
        for name, value in params.items():
            if name in _SETTINGS:
                given[name] = value
            elif value is not None and not (name == "stream" and value is False):
                own[name] = value
        client = self._settings
        _check(given, client)
        registry = self._registry()
        described = registry.surface(surface, model or "")
        streams = _doable(described, operation, model)
        plain, found = canonical(own)
        finish = None
        if found.typed:
            if described.structured is None:
                raise RequestError(
                    f"{found.typed[0]} is a Python type, which the {surface} surface can't use",
                    path=found.typed[0],
                )
            plain, finish = load(described.structured)(plain)
        stream = bool(plain.get("stream", False))
        if stream and not streams:
            what = "" if operation == CREATE else f"{operation} of "
            raise RequestError(f"{what}the {surface} surface does not stream", path="stream")
        unsupported = config.policy(given, client)
        call = Call(
            surface=surface,
            model=model or "",
            params=plain,
            stream=stream,
            operation=operation,
            unsupported=unsupported,
            origin=self._origin,
        )
        context = Context(
            registry,
            given,
            client,
            FetchRules(
                self._local_files, self._private_urls, given, client, self._jitter, self._now
            ),
            self._jitter,
            self._now,
            self._is_async,
        )
        if given:
            context.sink = _sink(given.get("save_to"))
            context.report = _report(given.get("on_progress"))
            config.file_limit(given, client)  # said now, whether a file comes or not
        stack = self._all_middleware(registry)
        if stack:
            from jackfield.middleware import wrap

            flow = wrap(stack, lambda call: exchange(call, context))(call)
        else:
            flow = exchange(call, context)
        return Ready(flow, described, operation, stream, finish, unsupported, registry)

    # Looking --------------------------------------------------------------------------------------

    def explain(self, model: str, surface: str = "chat") -> dict[str, Any]:
        """Where a call would go and why: the claim that wins, its plugin, its rewriters.

        ``base_url`` is the endpoint's own, whatever settings say; ``over`` is the same of the
        surface that serves it where nobody claims the name on this one, else None.

        Raises:
            NoRouteError: nobody serves it.
        """
        return self._registry().explain(surface, model)

    def supported_params(self, model: str, surface: str = "chat") -> ParamSet:
        """What becomes of parameters on a model; what has no row is sent as given.

        Raises:
            NoRouteError: nobody serves it.
        """
        from jackfield.params import ParamSet

        registry = self._registry()
        route = registry.resolve(surface, model)
        manifest = route.plugin.manifest
        relay = registry.relay(route.plugin, manifest.module if manifest else "")
        found = relay.ask("supported_params", surface=surface, model=route.model, params=None)
        return found if isinstance(found, ParamSet) else ParamSet()

    def list_models(self) -> dict[str, Mapping[str, Any]]:
        """The installed catalogues' rows, by full model name. Other names work too."""
        return self._registry().catalogue()

    def plugins(self) -> list[Plugin]:
        """Every plugin found, those that failed or are turned off among them."""
        return list(self._registry().plugins)


_SETTINGS = frozenset(config.CALL_SETTINGS)


def _doable(surface: Surface, operation: str, model: str | None) -> bool:
    """Whether the operation streams; an error where it can't be called like this at all."""
    if operation == CREATE:
        known, needs_model, streams = True, surface.needs_model, surface.chunk is not None
    else:
        found = surface.operation(operation)
        known = found is not None
        needs_model, streams = (found.needs_model, found.streams) if found else (False, False)
    if not known:
        names = ", ".join([CREATE, *(other.name for other in surface.operations)])
        raise RequestError(
            f"the {surface.name} surface has no operation {operation!r}; it has: {names}"
        )
    if needs_model and not model:
        raise NoRouteError(f"a model name is a non-empty string, not {model!r}")
    return streams


def _sink(target: Any) -> Sink | None:
    if target is None:
        return None
    from jackfield.sources import Sink

    return Sink(target)


def _report(given: Any) -> Report | None:
    if given is not None and not callable(given):
        raise ConfigError(f"on_progress is a function, not {type(given).__name__}")
    if given is None:
        return None
    from inspect import iscoroutinefunction

    if iscoroutinefunction(given):
        raise ConfigError("on_progress is an ordinary function, not an async one")
    report: Report | None = given
    return report


def _check(given: Mapping[str, Any], client: Mapping[str, Any]) -> None:
    """Find settings that can't be used before anything is read or sent."""
    for layer in (given, client):
        for name in ("headers", "extra_headers"):
            if layer.get(name):
                config.check_headers(layer[name], name)


class Client(_Base, SyncCalls):
    """A client for blocking calls. Thread-safe; ``close`` it, or use it in a ``with``."""

    def _driver(self) -> Any:
        driver = self._made
        if driver is None:
            from jackfield.drivers.blocking import SyncDriver
            from jackfield.transport.blocking import SyncTransport

            with self._lock:
                if self._closed:
                    raise ConfigError("this client is closed")
                if self._made is None:
                    self._transport = self._given_transport or SyncTransport()
                    self._made = SyncDriver(self._transport, self._sleep or time.sleep)
                driver = self._made
        return driver

    def call(
        self, surface: str, model: str | None, *, operation: str = CREATE, **params: Any
    ) -> Any:
        """Call any surface: its result, or with ``stream=True`` an iterator of its chunks.

        Args:
            surface: the surface's name.
            model: a model name, bare or with a plugin's prefix; None where the operation needs
                none, for the surface's default provider.
            operation: what is done on the surface, one of those that its descriptor lists.
            **params: the request's parameters, and any of the call's settings.
        """
        from jackfield.stream import Stream, pump

        ready = self._begin(surface, model, params, operation=operation)
        session = params.get("client_session") or self._settings["client_session"]
        if session is not None:
            _check_session(session, is_async=False)
        driver = self._driver()
        outcome = driver.run(pump(ready.flow))
        if ready.stream:
            stream: Any = Stream(
                driver, ready.flow, outcome, ready.surface_of(outcome), ready.finish
            )
            try:
                ready.warn(outcome.losses)
            except BaseException:
                stream.close()
                raise
            return stream
        return ready.result(outcome)

    def close(self) -> None:
        """Close the pool. Sessions that were given stay open."""
        self._closed = True
        if self._made is not None and self._given_transport is None:
            self._transport.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient(_Base, AsyncCalls):
    """A client for asyncio. It keeps one pool per event loop; ``aclose`` closes this loop's."""

    _is_async = True

    def _driver(self) -> Any:
        driver = self._made
        if driver is None:
            from jackfield.drivers.on_loop import AsyncDriver
            from jackfield.transport.on_loop import AsyncTransport

            with self._lock:
                if self._closed:
                    raise ConfigError("this client is closed")
                if self._made is None:
                    self._transport = self._given_transport or AsyncTransport()
                    self._made = AsyncDriver(self._transport, self._sleep)
                driver = self._made
        return driver

    async def call(
        self, surface: str, model: str | None, *, operation: str = CREATE, **params: Any
    ) -> Any:
        """As `Client.call`."""
        from jackfield.stream import AsyncStream, pump

        ready = self._begin(surface, model, params, operation=operation)
        session = params.get("aclient_session") or self._settings["aclient_session"]
        if session is not None:
            _check_session(session, is_async=True)
        driver = self._driver()
        outcome = await driver.run(pump(ready.flow))
        if ready.stream:
            stream: Any = AsyncStream(
                driver, ready.flow, outcome, ready.surface_of(outcome), ready.finish
            )
            try:
                ready.warn(outcome.losses)
            except BaseException:
                await stream.aclose()
                raise
            return stream
        return ready.result(outcome)

    async def aclose(self) -> None:
        """Close the client, and this event loop's pool. Sessions that were given stay open."""
        self._closed = True
        if self._made is not None and self._given_transport is None:
            await self._transport.aclose()

    async def close(self) -> None:
        """The same as `aclose`."""
        await self.aclose()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _check_session(session: Any, *, is_async: bool) -> None:
    name = "aclient_session" if is_async else "client_session"
    wanted = "httpx.AsyncClient" if is_async else "httpx.Client"
    if hasattr(session, "aclose") != is_async or not hasattr(session, "build_request"):
        raise ConfigError(f"{name} must be an {wanted} (or httpx2's), not {type(session).__name__}")
    if getattr(session, "is_closed", False):
        raise ConfigError(f"the session given as {name} is closed; open another")
