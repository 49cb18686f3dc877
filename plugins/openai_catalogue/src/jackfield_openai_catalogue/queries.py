"""Parameters as a query, under the names that OpenAI's own libraries give them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jackfield.errors import RequestError
from jackfield.forms import flattened
from jackfield.sources import Source


def query(params: Mapping[str, Any]) -> dict[str, Any]:
    """Texts by name (``object[key]``, ``list[]``); several under one name are a list.

    Raises:
        RequestError: a file is among them; ``path`` says where.
    """
    found: dict[str, list[str]] = {}
    for name, value in flattened(params, lambda value: isinstance(value, Source)):
        if isinstance(value, Source):
            raise RequestError(f"{name} is a file, which a query can't carry", path=name)
        found.setdefault(name, []).append(value or "")
    return {name: texts[0] if len(texts) == 1 else texts for name, texts in found.items()}
