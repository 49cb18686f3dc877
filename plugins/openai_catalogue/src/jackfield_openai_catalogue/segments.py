"""Segments of a path: an id is one of them, whatever characters it has."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from jackfield.errors import RequestError


def segment(given: Any, name: str, of: str) -> str:
    """An id as one segment of a path.

    Args:
        given: the id, or the API's object that has it.
        name: of the parameter, as the caller knows it.
        of: whose id it is (``a video``).

    Raises:
        RequestError: there is no id, or one that no path can hold; ``path`` is ``name``.
    """
    identifier = given.get("id") if isinstance(given, dict) else given
    if not isinstance(identifier, str) or not identifier:
        raise RequestError(f"{name} is the id of {of}, or {of}, not {given!r:.80}", path=name)
    if identifier in (".", ".."):  # a segment that servers and clients take for a step
        raise RequestError(f"{name} is {identifier!r}, which is no id", path=name)
    try:
        return quote(identifier, safe="")
    except UnicodeEncodeError:
        raise RequestError(f"{name} has characters that no URL can hold", path=name) from None
