"""Request ids: unique, short, and cheap."""

from __future__ import annotations

import itertools
import os
import secrets

_count = itertools.count()
_start = secrets.token_hex(6)


def _anew() -> None:
    global _start
    _start = secrets.token_hex(6)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_anew)


def new_id() -> str:
    """An id that no other process has, and no other request."""
    return f"jf_{_start}{next(_count):06x}"
