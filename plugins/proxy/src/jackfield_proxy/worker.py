"""One process of the server: it reads the configuration, makes the application, and reloads it."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

from jackfield.errors import JackfieldError
from jackfield_proxy import config
from jackfield_proxy.options import Options

if TYPE_CHECKING:
    from jackfield_proxy.app import App
    from jackfield_proxy.config import Config, Loaded
    from jackfield_proxy.incoming import Receive, Scope, Send

ENVIRONMENT = "JACKFIELD_PROXY_OPTIONS"
"""The variable in which workers find their options."""


def load(options: Options) -> Loaded:
    """The configuration that the options name.

    Raises:
        ConfigFileError: it can't be used.
    """
    if options.config is not None:
        return config.read(options.config)
    return config.Loaded(config.of_model(options.model or ""), ())


class Worker:
    """The ASGI application of a process, from the loop's start to its end."""

    def __init__(self, options: Options, loaded: Config) -> None:
        self._options = options
        self._config = loaded
        self._app: App | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or follow the server's life."""
        if scope["type"] == "lifespan":
            await self._live(receive, send)
        else:
            assert self._app is not None
            await self._app(scope, receive, send)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                try:
                    await self._start()
                except JackfieldError as error:
                    await send({"type": "lifespan.startup.failed", "message": error.message})
                    return
                await send({"type": "lifespan.startup.complete"})
            else:
                await self._stop()
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _start(self) -> None:
        from jackfield_proxy.app import App
        from jackfield_proxy.logs import Log
        from jackfield_proxy.metrics import Metrics
        from jackfield_proxy.protocol import Connection
        from jackfield_proxy.service import Service
        from jackfield_proxy.shared import open_state
        from jackfield_proxy.status import Recent
        from jackfield_proxy.upstream.transport import Upstream

        options, general = self._options, self._config.general
        log = Log(debug=options.debug, prompts=general.log_prompts, access=options.access_log)
        loop = asyncio.get_running_loop()
        log.gather(loop)
        Connection.max_head_bytes = general.max_header_bytes
        service = Service(
            self._config,
            Upstream(),
            open_state(general.redis_url, log.say),
            Metrics(options.directory),
        )
        self._app = App(service, log, Recent(options.directory))
        if hasattr(signal, "SIGHUP"):
            loop.add_signal_handler(signal.SIGHUP, self._reload)

    def _reload(self) -> None:
        """Read the configuration again; requests that run go on with the old one."""
        app = self._app
        if app is None:
            return
        try:
            loaded = load(self._options)
            old = app.service
            state = old.state
            if loaded.config.general.redis_url != old.config.general.redis_url:
                from jackfield_proxy.shared import open_state

                state = open_state(loaded.config.general.redis_url, app.log.say)
            from jackfield_proxy.protocol import Connection
            from jackfield_proxy.service import Service

            app.service = Service(loaded.config, old.upstream, state, old.metrics)
            app.log.prompts = loaded.config.general.log_prompts
            Connection.max_head_bytes = loaded.config.general.max_header_bytes
        except JackfieldError as error:
            app.log.say(f"jackfield: not reloaded, the old configuration stays:\n{error.message}")
            return
        for warning in loaded.warnings:
            app.log.say(f"Warning: {warning}")
        names = len(loaded.config.models)
        app.log.say(f"jackfield: reloaded {loaded.config.source}: {names} deployments")

    async def _stop(self) -> None:
        app = self._app
        if app is None:
            return
        app.stopping = True
        await app.service.upstream.aclose()
        await app.service.state.aclose()
        app.log.gather(None)
        app.log.flush()
        app.recent.close()
        app.service.metrics.close()


def application() -> Worker:
    """The application of a worker process, made from its environment."""
    options = Options.of_text(os.environ[ENVIRONMENT])
    return Worker(options, load(options).config)
