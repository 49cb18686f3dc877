"""Request ids: unique, short, and cheap."""

from __future__ import annotations

import itertools
import os
import secrets

_count = itertools.count()
_start = secrets.token_hex(6)
_pid = os.getpid()


def new_id() -> str:
    """An id that no other process has, and no other request."""
    global _start, _pid
    if os.getpid() != _pid:  # a fork
        _start, _pid = secrets.token_hex(6), os.getpid()
    return f"jf_{_start}{next(_count):06x}"
