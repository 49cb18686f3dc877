"""Look host names up."""

from __future__ import annotations

import socket

from jackfield.effects import Resolve
from jackfield.errors import SourceError


def addresses(effect: Resolve) -> list[str]:
    """The addresses of a host, each once.

    Raises:
        SourceError: it has none.
    """
    try:
        found = socket.getaddrinfo(effect.host, effect.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise SourceError(f"can't look up the host {effect.host}: {error}") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))
