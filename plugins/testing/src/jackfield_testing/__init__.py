"""A sandbox upstream for tests: OpenAI's wire format over real HTTP on loopback, no key needed.

``Sandbox`` is loaded on first use, so that importing this package (which pytest does at start-up,
through the plugin) costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jackfield_testing.sandbox.journal import RecordedRequest
    from jackfield_testing.sandbox.server import Sandbox

__all__ = ["RecordedRequest", "Sandbox"]

_HOMES = {
    "RecordedRequest": "jackfield_testing.sandbox.journal",
    "Sandbox": "jackfield_testing.sandbox.server",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
