"""What is known of a model, by its name without prefix."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jackfield_openai_catalogue.naming import NAMING
from jackfield_openai_catalogue.rows import ROWS

_FINE_TUNED = tuple(opening for opening, _ in NAMING.wrappers)


@lru_cache(maxsize=1024)
def row(name: str) -> Mapping[str, Any] | None:
    """The row of the most specific name that the catalogue holds for ``name``, or None.

    Args:
        name: as the API takes it, without ``openai/``; a dated or fine-tuned variant finds the row
            of its base. A fine-tuned model is priced apart from its base: it has no ``prices``.

    Returns:
        The row (see the README for its keys). It is shared: read it, don't change it.
    """
    for base in NAMING.bases(name):
        found = ROWS.get(base)
        if found is not None:
            if "prices" in found and name.startswith(_FINE_TUNED):
                return {key: value for key, value in found.items() if key != "prices"}
            return found
    return None


@lru_cache(maxsize=64)
def served_on(surface: str) -> frozenset[str]:
    """The catalogued names that are served on ``surface``, whatever else serves them."""
    return frozenset(name for name, facts in ROWS.items() if surface in facts["surfaces"])


@lru_cache(maxsize=64)
def only_on(surface: str) -> frozenset[str]:
    """The catalogued names that nothing but ``surface`` serves."""
    return frozenset(name for name, facts in ROWS.items() if facts["surfaces"] == (surface,))


def catalogue() -> dict[str, Mapping[str, Any]]:
    """Every row by full name, ``openai/<name>``: what `jackfield.manifest.Manifest` asks for."""
    return {f"openai/{name}": facts for name, facts in ROWS.items()}
