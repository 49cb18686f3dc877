"""OpenAI as data: its endpoint, how its models are named, who serves them, what they can do.

Not a plugin. The plugins for OpenAI's surfaces share it, so that they agree. Names are loaded when
they are first used; importing the package itself loads nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jackfield_openai_catalogue.endpoint import ENDPOINT
    from jackfield_openai_catalogue.lookup import catalogue, only_on, row, served_on
    from jackfield_openai_catalogue.naming import ALIASES, NAMING
    from jackfield_openai_catalogue.record import ModelRecord, Prices, records
    from jackfield_openai_catalogue.reserved import (
        CHAT_ONLY,
        RESERVED,
        RESPONSES_ONLY,
        TEXT_ONLY,
        TRANSCRIBERS,
    )
    from jackfield_openai_catalogue.rows import ROWS

__all__ = [
    "ALIASES",
    "CHAT_ONLY",
    "ENDPOINT",
    "NAMING",
    "RESERVED",
    "RESPONSES_ONLY",
    "ROWS",
    "TEXT_ONLY",
    "TRANSCRIBERS",
    "ModelRecord",
    "Prices",
    "catalogue",
    "only_on",
    "records",
    "row",
    "served_on",
]

_HOMES = {
    "ALIASES": "naming",
    "CHAT_ONLY": "reserved",
    "ENDPOINT": "endpoint",
    "ModelRecord": "record",
    "NAMING": "naming",
    "Prices": "record",
    "RESERVED": "reserved",
    "RESPONSES_ONLY": "reserved",
    "ROWS": "rows",
    "TEXT_ONLY": "reserved",
    "TRANSCRIBERS": "reserved",
    "catalogue": "lookup",
    "only_on": "lookup",
    "records": "record",
    "row": "lookup",
    "served_on": "lookup",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{home}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
