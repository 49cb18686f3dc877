"""Which paths may be sent on, and how they are spelled.

An upstream may read a path more leniently than this server does: ``/v1/CHAT/completions`` may be
its chat. What it might take for an endpoint of ours, past all that is looked at there, stays here;
so does what climbs out of the base URL.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from jackfield_proxy.requests.endpoints import is_ours
from jackfield_proxy.requests.errors import Refused

if TYPE_CHECKING:
    from jackfield_proxy.requests.incoming import Incoming

_SAFE = "/:@!$&'()*+,;=-._~%"
_BLANK = " \t\r\n\v\f\0"
_DECODINGS = 3
_VERSIONS = re.compile(r"^(/v1(?=/))+", re.IGNORECASE)


def check(path: str) -> None:
    """Refuse a path that may be another one to an upstream.

    Args:
        path: below the base URL, decoded once.

    Raises:
        Refused: 404.
    """
    read = path
    for _ in range(_DECODINGS):
        if _climbs(read) or (is_ours(_leniently(read)) and not is_ours(path)):
            break
        if (decoded := unquote(read)) == read:
            return
        read = decoded
    raise Refused(404, f"There is no endpoint {path}.", code="unknown_url")


def _climbs(path: str) -> bool:
    # What climbs out of the base URL would take the deployment's key along.
    parts = (part.partition(";")[0].strip(_BLANK) for part in path.split("/"))
    return "\\" in path or "//" in path or any(part in (".", "..") for part in parts)


def _leniently(path: str) -> str:
    """A path without all that some servers pass over: versions, case, parameters, blanks."""
    parts = [part.partition(";")[0].strip(_BLANK) for part in path.lower().split("/")]
    return _VERSIONS.sub("", "/" + "/".join(filter(None, parts)))


def spelled(incoming: Incoming, path: str) -> str:
    """The path as the client spelled it, with its escapes."""
    raw = incoming.scope.get("raw_path", b"")
    for head in (b"/v1/", b"/"):
        if raw.startswith(head):
            below = quote(raw[len(head) - 1 :], safe=_SAFE)
            if unquote(below) == path:
                return below
    return quote(path, safe=_SAFE.replace("%", ""))
