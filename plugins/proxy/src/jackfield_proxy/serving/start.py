"""Start the server: check, listen, say where, and run until a signal."""

from __future__ import annotations

import contextlib
import errno
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
from typing import TYPE_CHECKING, Any

import attrs

from jackfield import __version__
from jackfield.errors import ConfigError
from jackfield_proxy.config import counted, warnings
from jackfield_proxy.requests.access import is_loopback
from jackfield_proxy.serving.hangups import held_back, hold_back, let_through
from jackfield_proxy.serving.worker import ENVIRONMENT, Worker, load

if TYPE_CHECKING:
    from jackfield_proxy.config import Config, Loaded
    from jackfield_proxy.serving.options import Options

_BACKLOG = 2048
_IDLE = 75
_STEP = 0.1
_STOPS = frozenset({signal.SIGINT, signal.SIGTERM})
_WEAK = frozenset({"sk-1234"})


def run(options: Options) -> int:
    """Serve until a signal says stop; the exit code.

    Raises:
        ConfigFileError: the configuration can't be used.
        ConfigError: the address can't be listened on.
    """
    loaded = load(options)
    _warn(loaded)
    config = loaded.config
    host = options.host or ("127.0.0.1" if config.general.master_key is None else "0.0.0.0")
    options = attrs.evolve(options, host=host)
    listening = _listen(host, options.port)
    hold_back()  # whoever has read where it listens may send a signal already
    _banner(config, host, listening.getsockname()[1])
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    logging.getLogger("python_multipart").setLevel(logging.ERROR)  # the client is told
    _allow_files()
    if options.workers > 1:
        return _many(options, loaded, listening)
    return _one(Worker(options, config), config, listening)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(_BACKLOG)
    except (OSError, OverflowError) as error:
        listening.close()
        if getattr(error, "errno", None) == errno.EADDRINUSE:
            why = f"port {port} of {host} is in use; choose another with --port"
        elif getattr(error, "errno", None) == errno.EACCES:
            why = f"port {port} of {host} is not yours to use; choose one above 1023 with --port"
        else:
            why = f"can't listen on {host}:{port}: {getattr(error, 'strerror', None) or error}"
        raise ConfigError(why) from None
    listening.set_inheritable(True)
    return listening


def _allow_files() -> None:
    """Open as many files as the system lets us: a stream takes two."""
    try:
        import resource
    except ImportError:  # a system without that limit
        return
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    with contextlib.suppress(ValueError, OSError):  # it stays as it is
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def _banner(config: Config, host: str, port: int) -> None:
    shown = f"[{host}]" if ":" in host else host
    what = config.only or f"{counted(len(config.models), 'deployment')} of {config.source}"
    _say(f"Jackfield {__version__} serves {what}")
    _say(f"Server running on http://{shown}:{port}  (status page: /, stop with Ctrl-C)")
    key = config.general.master_key
    if is_loopback(host):
        return
    if key is None:
        _say(
            f"Warning: everybody who reaches {shown} may call; set general_settings.master_key, "
            "or listen on 127.0.0.1"
        )
    elif key.reveal() in _WEAK:
        _say("Warning: the master_key is the one of the documentation; anybody can guess it")


def _warn(loaded: Loaded) -> None:
    for warning in warnings(loaded):
        _say(f"Warning: {warning}")


def _say(text: str) -> None:
    if sys.stderr is not None:
        print(text, file=sys.stderr, flush=True)


def _settings(app: Any, config: Config, **more: Any) -> Any:
    from uvicorn import Config as Uvicorn

    from jackfield_proxy.wire.protocol import Connection

    return Uvicorn(
        app,
        http=Connection,
        ws="none",
        lifespan="on",
        loop="auto",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=_IDLE,
        timeout_graceful_shutdown=max(1, round(config.general.shutdown_grace)),
        backlog=_BACKLOG,
        **more,
    )


def _one(worker: Worker, config: Config, listening: socket.socket) -> int:
    from uvicorn import Server

    class Running(Server):
        """A server for which a signal to stop is no failure."""

        def handle_exit(self, sig: int, frame: Any) -> None:
            if self.should_exit:
                self.force_exit = True
            self.should_exit = True

    server = Running(_settings(worker, config))
    server.run(sockets=[listening])
    return 0 if server.started else 1


def _many(options: Options, loaded: Loaded, listening: socket.socket) -> int:
    from uvicorn.config import STARTUP_FAILURE
    from uvicorn.supervisors import Multiprocess

    from jackfield_proxy.metrics import forget
    from jackfield_proxy.serving.kept import keep

    class Workers(Multiprocess):
        """Workers that reload in place, and are replaced when they die."""

        def terminate_all(self) -> None:
            for sock in self.sockets:  # or whoever comes now would wait until the last has ended
                sock.close()
            super().terminate_all()

        def join_all(self) -> None:
            """Wait for them; a second signal doesn't."""
            while any(process.process.is_alive() for process in self.processes):
                if not _STOPS.isdisjoint(self.signal_queue):
                    for process in self.processes:
                        process.kill()
                for process in self.processes:
                    process.process.join(_STEP)

        def init_processes(self) -> None:
            super().init_processes()  # they let it through when they have a handler
            let_through()

        def handle_hup(self) -> None:
            try:
                again = _again(options)
            except ConfigError as error:
                _say(f"jackfield: not reloaded, the old configuration stays:\n{error.message}")
                return
            _warn(again)
            keep(directory, again.text)
            for process in self.processes:
                if process.pid is not None:
                    os.kill(process.pid, signal.SIGHUP)

        def keep_subprocess_alive(self) -> None:
            before = [process.pid for process in self.processes]
            with held_back():
                super().keep_subprocess_alive()
            after = {process.pid for process in self.processes}
            for pid in before:
                if pid is not None and pid not in after:
                    forget(directory, pid)

    directory = tempfile.mkdtemp(prefix="jackfield-proxy-")
    try:
        keep(directory, loaded.text)
        os.environ[ENVIRONMENT] = attrs.evolve(options, directory=directory).to_text()
        settings = _settings(
            "jackfield_proxy.serving.worker:application",
            loaded.config,
            factory=True,
            workers=options.workers,
        )
        workers = Workers(settings, sockets=[listening])
        workers.run()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return 1 if any(one.exitcode == STARTUP_FAILURE for one in workers.processes) else 0


def _again(options: Options) -> Loaded:
    """The configuration as its file has it now.

    Raises:
        ConfigError: workers could not start with it.
    """
    from jackfield.config import dotenv
    from jackfield_proxy.shared import open_state

    dotenv.cache_clear()
    loaded = load(options)
    open_state(loaded.config.general.redis_url, _say)
    return loaded
