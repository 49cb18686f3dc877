"""Which items of the two pages a test is about.

Names are those of `seedpages.Item` without the document: ``usage#block:1``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import attrs
import pytest
from seedpages import DOCUMENTS

CORE = "jackfield"
CHAT = "jackfield-openai"
CATALOGUE = "jackfield-openai-catalogue"
CONTENT = "jackfield-openai-content"
EMBEDDINGS = "jackfield-openai-embeddings"
AUDIO = "jackfield-openai-audio"
RESPONSES = "jackfield-openai-responses"
TEXT = "jackfield-openai-text"
PROXY = "jackfield-proxy"

Names = str | Iterable[str]


@attrs.frozen
class Mark:
    """What one test says of one item.

    Args:
        name: the item's name, document included.
        owner: the distribution that makes it work.
    """

    name: str
    owner: str


def covers(
    owner: str, *, both: Names = (), later: Names = (), earlier: Names = ()
) -> pytest.MarkDecorator:
    """Say that a test shows these items to work.

    Args:
        owner: the distribution that makes them work.
        both: items that both pages have.
        later, earlier: items that one page has, or has otherwise than the other.
    """
    return pytest.mark.covers(owner, *_named(both, later, earlier))


def _named(both: Names, later: Names, earlier: Names) -> list[str]:
    given = {"later": [*_each(both), *_each(later)], "earlier": [*_each(both), *_each(earlier)]}
    return [f"{document}:{name}" for document in DOCUMENTS for name in given[document]]


def _each(names: Names) -> Iterable[str]:
    return [names] if isinstance(names, str) else names


def marks_of(item: Any) -> Iterator[Mark]:
    """Give what a collected test says of the pages."""
    for mark in item.iter_markers("covers"):
        owner, *names = mark.args
        for name in names:
            yield Mark(name, owner)
