"""One process of the server: it reads the configuration, makes the application, and reloads it."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from jackfield.errors import JackfieldError
from jackfield_proxy import config
from jackfield_proxy.serving.hangups import let_through
from jackfield_proxy.serving.options import Options

if TYPE_CHECKING:
    from jackfield_proxy.app import App
    from jackfield_proxy.config import Config, Loaded
    from jackfield_proxy.wire.asgi import Receive, Scope, Send

_COLLECT = (10_000, 10, 5)
"""Requests make few cycles and many containers: looking for the former that often is a waste."""

ENVIRONMENT = "JACKFIELD_PROXY_OPTIONS"
"""The variable in which workers find their options."""
_FOLLOW_EVERY = 1.0


def load(options: Options) -> Loaded:
    """The configuration that the options name: of several workers, the one that is kept for them.

    Raises:
        ConfigFileError: it can't be used.
    """
    if options.config is None:
        return config.Loaded(config.of_model(options.model or ""))
    if options.directory is None:
        return config.read(options.config)
    from jackfield_proxy.serving.kept import kept

    return config.parse(kept(options.directory), config.shown(options.config))


class Worker:
    """The ASGI application of a process, from the loop's start to its end."""

    def __init__(self, options: Options, loaded: Config) -> None:
        self._options = options
        self._config = loaded
        self._app: App | None = None
        self._asgi: Any = None
        self._closing: asyncio.Future[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or follow the server's life."""
        if scope["type"] == "lifespan":
            try:
                await self._live(receive, send)
            except asyncio.CancelledError:  # told to stop at once
                if self._app is not None:
                    self._app.log.gather(None)  # what is still to come is written as it comes
                    self._app.log.flush()
        else:
            assert self._asgi is not None
            await self._asgi(scope, receive, send)

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
        from jackfield_proxy.service import Service
        from jackfield_proxy.shared import open_state
        from jackfield_proxy.status import Recent
        from jackfield_proxy.upstream.transport import Upstream
        from jackfield_proxy.wire.protocol import Connection

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
            Recent(options.directory),
            time.time(),
        )
        self._app = App(service, log)
        self._asgi = self._guarded(self._app, self._config)
        gc.collect()
        gc.freeze()  # what is there now stays: collections need not look at it again
        gc.set_threshold(*_COLLECT)
        if hasattr(signal, "SIGHUP"):
            loop.add_signal_handler(signal.SIGHUP, self._reload)
            let_through()
        parent = multiprocessing.parent_process()
        if parent is not None and parent.pid is not None:
            self._follow(loop, parent.pid)

    def _follow(self, loop: asyncio.AbstractEventLoop, parent: int) -> None:
        """Stop when the process is gone that started this one, and would have stopped it."""
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)
        else:
            loop.call_later(_FOLLOW_EVERY, self._follow, loop, parent)

    def _reload(self) -> None:
        """Read the configuration again; requests that run go on with the old one."""
        app = self._app
        if app is None:
            return
        from jackfield.config import dotenv

        dotenv.cache_clear()
        try:
            loaded = load(self._options)
            old = app.service
            state = old.state
            if loaded.config.general.redis_url != old.config.general.redis_url:
                from jackfield_proxy.shared import open_state

                state = open_state(loaded.config.general.redis_url, app.log.say)
                self._closing = asyncio.ensure_future(old.state.aclose())
            from jackfield_proxy.service import Service
            from jackfield_proxy.wire.protocol import Connection

            app.service = Service(
                loaded.config, old.upstream, state, old.metrics, old.recent, old.started
            )
            self._asgi = self._guarded(app, loaded.config)
            app.log.prompts = loaded.config.general.log_prompts
            Connection.max_head_bytes = loaded.config.general.max_header_bytes
        except JackfieldError as error:
            app.log.say(f"jackfield: not reloaded, the old configuration stays:\n{error.message}")
            return
        if self._options.directory is None:  # else it was said once for all workers
            for warning in config.warnings(loaded):
                app.log.say(f"Warning: {warning}")
        names = len(loaded.config.models)
        app.log.say(
            f"jackfield: reloaded {loaded.config.source}: {config.counted(names, 'deployment')}"
        )

    def _guarded(self, app: App, config: Config) -> Any:
        from jackfield_proxy.guard import Guard

        return _with_cors(Guard(app, config.general, self._options.host or "127.0.0.1"), config)

    async def _stop(self) -> None:
        app = self._app
        if app is None:
            return
        await app.service.upstream.aclose()
        await app.service.state.aclose()
        app.log.gather(None)
        app.log.flush()
        app.service.recent.close()
        app.service.metrics.close()


def _with_cors(app: Any, config: Config) -> Any:
    """The application as pages of the configured origins may call it; as it is without any."""
    origins = config.general.cors_origins
    if not origins:
        return app
    from starlette.middleware.cors import CORSMiddleware

    return CORSMiddleware(
        app,
        allow_origins=list(origins),
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["*"],
        expose_headers=["*"],
        max_age=600,
    )


def application() -> Worker:
    """The application of a worker process, made from its environment."""
    options = Options.of_text(os.environ[ENVIRONMENT])
    try:
        return Worker(options, load(options).config)
    except JackfieldError as error:  # the file has changed since the server was started
        print(f"jackfield: a worker can't start:\n{error.message}", file=sys.stderr, flush=True)
        sys.exit(1)
