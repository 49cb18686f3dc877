"""How many objects and lists a JSON text has, told without making any of them."""

from __future__ import annotations

MOST = 200_000
"""What a body may have: to look through them takes about a second, and nobody else is answered
meanwhile."""
_CERTAIN = 10 * MOST
"""So many braces are too many, whether or not they stand in strings."""
_REST = bytes(set(range(256)) - set(b'"{['))


def count(data: bytes) -> int:
    """The number of objects and lists in a JSON text; of no JSON, some number.

    Those that are only spelled in strings don't count, as long as they are no more than millions.
    """
    spelled = data.count(b"{") + data.count(b"[")
    if not MOST < spelled <= _CERTAIN:
        return spelled
    data = data.replace(rb"\\", b"").replace(rb"\"", b"").translate(None, _REST)
    # Two quotes in a row end one string and begin the next, or are an empty one: without them, what
    # is left stands within strings, and outside of them, as before.
    return sum(map(len, data.replace(b'""', b"").split(b'"')[::2]))
