"""Who may call: the master key, and what a client may not set."""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Iterable

from jackfield.config import CALL_SETTINGS, Secret
from jackfield_proxy.requests.errors import Refused

FORBIDDEN = frozenset({*CALL_SETTINGS, "wait", "poll_interval", "wait_timeout"})
"""Settings of calls that a client may not make: a body is data, and never says where it goes.

Waiting for a job is one as well: who wants to wait asks for its status, and holds no request open.
"""


def check_key(given: bytes | None, master: Secret | None) -> None:
    """Refuse a request without the key.

    Args:
        given: the ``Authorization`` header.
        master: the key; None where everybody may call.

    Raises:
        Refused: 401.
    """
    if master is None:
        return
    scheme, _, token = (given or b"").partition(b" ")
    if scheme.lower() == b"bearer" and token:
        if hmac.compare_digest(token.strip(), master.reveal().encode("utf-8")):
            return
        raise Refused(
            401,
            "Incorrect API key provided: this server's key is its master_key.",
            code="invalid_api_key",
            kind="invalid_request_error",
            headers={"www-authenticate": "Bearer"},
        )
    raise Refused(
        401,
        "You didn't provide an API key. Send it in the Authorization header: Bearer YOUR_KEY.",
        code="missing_api_key",
        kind="invalid_request_error",
        headers={"www-authenticate": "Bearer"},
    )


def is_loopback(host: str) -> bool:
    """Whether a name or an address is this machine's own, wherever it is looked up."""
    name = host.lower().removesuffix(".")
    if name == "localhost" or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.removeprefix("[").removesuffix("]")).is_loopback
    except ValueError:
        return False


def check_fields(names: Iterable[str]) -> None:
    """Refuse a body that sets what is this server's to set.

    Raises:
        Refused: 400, naming the field.
    """
    if FORBIDDEN.isdisjoint(names := tuple(names)):
        return
    field = next(name for name in names if name in FORBIDDEN)
    raise Refused(
        400,
        f"`{field}` can't be set by a client of this server; leave it out.",
        code="forbidden_parameter",
        param=field,
    )
