"""What is looked at before the application is asked: where a call comes from, and the key's header.

Without a key, who reaches the server may call it, and a browser that runs beside it reaches it for
every page that it shows. Such a page tells itself by ``Origin``, or by the name in ``Host`` that it
had made to lead here; programs that are no browsers send neither.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable
from typing import TYPE_CHECKING

from jackfield_proxy import local
from jackfield_proxy.requests.access import is_loopback
from jackfield_proxy.requests.errors import Refused
from jackfield_proxy.requests.ids import new_id
from jackfield_proxy.requests.incoming import Incoming
from jackfield_proxy.wire.asgi import Receive, Scope, Send

if TYPE_CHECKING:
    from jackfield_proxy.app import App
    from jackfield_proxy.config.model import General

_MOST_KNOWN = 64
"""Values of ``Host`` that are known to be in order: clients make up as many as they like."""
_HINT = "; name it in general_settings.cors_origins, or set a master_key."


class Guard:
    """The application behind its guard.

    Args:
        app: the application.
        general: the server's settings.
        host: the address that is listened on.
    """

    def __init__(self, app: App, general: General, host: str) -> None:
        self._app = app
        self._locked = general.master_key is not None
        self._origins = frozenset(general.cors_origins)
        self._hosts = frozenset(origin.partition("://")[2] for origin in self._origins)
        self._local = is_loopback(host)
        self._known: set[bytes] = set()

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Answer one request."""
        if scope["type"] == "http":
            if self._locked:
                scope = _with_bearer(scope)
            elif "*" not in self._origins and (scope["method"], scope["path"]) not in local.PUBLIC:
                refusal = self._refusal(scope["headers"])
                if refusal is not None:
                    return self._refuse(Incoming(scope, receive, send, new_id), refusal)
        return self._app(scope, receive, send)

    def _refusal(self, headers: list[tuple[bytes, bytes]]) -> Refused | None:
        called, origin = b"", None
        for name, value in headers:
            if name == b"host":
                called = value
            elif name == b"origin":
                origin = value
        if origin is None and called in self._known:
            return None
        host = called.decode("latin-1").lower()
        if origin is not None:
            given = origin.decode("latin-1").lower()
            if given not in self._origins and given.partition("://")[2] != host:
                return Refused(
                    403,
                    f"Pages of another site may not call this server{_HINT}",
                    code="forbidden_origin",
                )
        if self._local and host and host not in self._hosts and not _leads_here(_name(host)):
            return Refused(
                403,
                "This server listens on loopback and was called by the name of another machine"
                f"{_HINT}",
                code="forbidden_host",
            )
        if len(self._known) < _MOST_KNOWN:
            self._known.add(called)
        return None

    async def _refuse(self, incoming: Incoming, refusal: Refused) -> None:
        await incoming.refuse(refusal, [])
        self._app.log.access(incoming, time.perf_counter() - incoming.started)


def _name(host: str) -> str:
    """A ``Host`` without its port."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _leads_here(name: str) -> bool:
    # 0.0.0.0 is what some read in a server's output; it leads here, and is nobody's to give away.
    return is_loopback(name) or name in ("0.0.0.0", "[::]")


def _with_bearer(scope: Scope) -> Scope:
    """A request of Azure's clients, which send ``api-key: KEY``, as the others send it."""
    key = None
    for name, value in scope["headers"]:
        if name == b"authorization":
            return scope
        if name == b"api-key":
            key = value
    if key is None:
        return scope
    return {**scope, "headers": [*scope["headers"], (b"authorization", b"Bearer " + key)]}
