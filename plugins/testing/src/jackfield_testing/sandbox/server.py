"""Start and stop: in a thread of this process (``Sandbox``), or in the foreground (``serve``).

uvicorn's HTTP protocol runs on a loop of our own, so that starting needs no polling, stopping waits
for nobody, no signal handler is touched and no logger is configured, except that what uvicorn says
of clients that leave early goes nowhere unless the program has a handler for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from jackfield_testing.sandbox.app import create_app
from jackfield_testing.sandbox.delivery import TRANSPORT
from jackfield_testing.sandbox.journal import Journal, RecordedRequest
from jackfield_testing.sandbox.world import World

API_KEY = "sk-sandbox"
_KEEP_ALIVE = 3600  # seconds; a test's idle connection is never closed under it
_PARTING = 0.5  # seconds that unsent bytes get when the server stops


class Sandbox:
    """A server that speaks OpenAI's wire format on loopback.

    Use it as a context manager, or call ``start`` and ``stop``.

    Args:
        host: the address to listen on.
        port: the port; 0 takes a free one.
    """

    api_key = API_KEY

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.host = host
        self.port = port
        self.journal = Journal()
        self.world = World()
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    @property
    def base_url(self) -> str:
        """``http://127.0.0.1:PORT/v1``."""
        return base_url(self.host, self.port)

    @property
    def requests(self) -> list[RecordedRequest]:
        """What was asked, oldest first; a copy."""
        return self.journal.requests

    @property
    def last(self) -> RecordedRequest:
        """The last request.

        Raises:
            LookupError: when there was none.
        """
        requests = self.requests
        if not requests:
            raise LookupError("the sandbox was asked nothing")
        return requests[-1]

    def clear(self) -> None:
        """Forget what was asked, how often each ``times=`` fault has struck, files and videos."""
        self.journal.clear()
        self.world.clear()

    def start(self) -> Sandbox:
        """Listen, and give the sandbox itself once it answers.

        Raises:
            OSError: when the address cannot be listened on.
            RuntimeError: when it is running already.
        """
        if self._thread is not None:
            raise RuntimeError("the sandbox is running already")
        sock = listen(self.host, self.port)
        self.port = sock.getsockname()[1]
        ready = threading.Event()

        def started(stopping: asyncio.Event) -> None:
            self._loop, self._stopping = asyncio.get_running_loop(), stopping
            ready.set()

        self._thread = threading.Thread(
            target=lambda: asyncio.run(_run(sock, self.journal, self.world, started)),
            name="jackfield-sandbox",
            daemon=True,
        )
        self._thread.start()
        ready.wait()
        return self

    def stop(self) -> None:
        """Close every connection and end the thread; nothing happens where it is not running."""
        if self._thread is None or self._loop is None or self._stopping is None:
            return
        with contextlib.suppress(RuntimeError):  # the loop is closed already
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._thread = self._loop = self._stopping = None

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def serve(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    announce: Callable[[str], None] | None = None,
) -> None:
    """Run a sandbox in the foreground until Ctrl-C.

    Args:
        host: the address to listen on.
        port: the port; 0 takes a free one.
        announce: is called with the base URL once it listens.

    Raises:
        OSError: when the address cannot be listened on.
    """
    sock = listen(host, port)
    url = base_url(host, sock.getsockname()[1])

    def started(_: asyncio.Event) -> None:
        if announce is not None:
            announce(url)

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(sock, Journal(), World(), started))


def base_url(host: str, port: int) -> str:
    """Give the base URL for an address."""
    return f"http://[{host}]:{port}/v1" if ":" in host else f"http://{host}:{port}/v1"


def listen(host: str, port: int) -> socket.socket:
    """Give a listening socket.

    Raises:
        OSError: when the address cannot be listened on.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family, backlog=1024)


# Without any handler, logging's last resort would print it.
logging.getLogger("uvicorn.error").addHandler(logging.NullHandler())


class _Protocol(H11Protocol):
    """uvicorn's protocol, with the transport in the request's state and no access log."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # uvicorn types it so
        # asyncio does this for sockets that name their protocol only, and ours does not
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.access_log = False
        self.app_state = {**self.app_state, TRANSPORT: transport}
        super().connection_made(transport)


async def _run(
    sock: socket.socket,
    journal: Journal,
    world: World,
    started: Callable[[asyncio.Event], None],
) -> None:
    config = Config(
        create_app(journal, world),
        http=_Protocol,
        ws="none",
        lifespan="off",
        log_config=None,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE,
    )
    config.load()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Protocol(config, state, {}), sock=sock)
    stopping = asyncio.Event()
    started(stopping)
    try:
        await stopping.wait()
    finally:
        server.close()
        await _part(state)


async def _part(state: ServerState) -> None:
    """Close the connections; what waits for its client is told that it left."""
    for transport in _transports(state):
        transport.close()
    if state.tasks:
        await asyncio.wait(state.tasks, timeout=_PARTING)
    for transport in _transports(state):
        transport.abort()
    await asyncio.sleep(0)


def _transports(state: ServerState) -> Iterator[Any]:
    for connection in list(state.connections):
        yield connection.transport
