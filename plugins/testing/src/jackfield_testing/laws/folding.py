"""A stream and the answer it streams are the same thing, for any surface that has both."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any

from jackfield.dotted import load
from jackfield.manifest import Surface


def folds_back(surface: Surface, chunks: Sequence[dict[str, Any]], result: Any) -> None:
    """``fold`` of the chunks is the result, and the chunks are as before."""
    assert surface.fold is not None
    before = copy.deepcopy(list(chunks))
    folded = load(surface.fold)(chunks)
    assert folded == result, f"folded to {folded!r}"
    assert chunks == before, "fold changed the chunks"


def split_folds_back(surface: Surface, result: dict[str, Any]) -> None:
    """``fold(split(result))`` is the result, the chunks are complete, the result is as before."""
    assert surface.split is not None
    before = copy.deepcopy(result)
    chunks = load(surface.split)(result)
    assert result == before, "split changed the result"
    folds_back(surface, chunks, result)
    if surface.complete is not None and result.get("choices"):
        assert load(surface.complete)(chunks), "what split makes is not complete"


def complete_only_when_finished(surface: Surface, chunks: Sequence[dict[str, Any]]) -> None:
    """``complete`` holds for the whole chat stream, and for no beginning of it that is open.

    A beginning is open while a choice that has begun has no ``finish_reason``; a choice that is
    still to come is nothing that chunks can tell.
    """
    assert surface.complete is not None
    complete = load(surface.complete)
    assert complete(chunks), "a whole stream is not complete"
    open_choices: set[Any] = set()
    begun = False
    for end, chunk in enumerate(chunks):
        said = complete(chunks[:end])
        assert said == (begun and not open_choices), f"complete says {said} of {end} chunks"
        for choice in chunk["choices"]:
            begun = True
            if choice["finish_reason"] is None:
                open_choices.add(choice["index"])
            else:
                open_choices.discard(choice["index"])
