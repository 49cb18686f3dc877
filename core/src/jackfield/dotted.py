"""Load what a dotted name stands for: ``package.module:name``, or a module alone."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from typing import Any


@cache
def load(name: str) -> Any:
    """The object that ``package.module:name`` names; without ``:name``, the module.

    Raises:
        ImportError: where there is none.
    """
    module, _, attribute = name.partition(":")
    found: Any = import_module(module)
    for part in attribute.split(".") if attribute else ():
        try:
            found = getattr(found, part)
        except AttributeError:
            raise ImportError(f"{module} has no {attribute}") from None
    return found
