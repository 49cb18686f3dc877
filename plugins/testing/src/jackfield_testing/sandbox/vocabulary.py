"""Token ids: their range, and the text that each stands for.

A token of three syllables is one token to ``tokens.split`` too, so that a prompt of ids and the
prompt of their text are the same prompt.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from jackfield_testing.sandbox.field_types import check_range, check_type

#: As in the encoding of OpenAI's completion and embedding models.
SIZE = 100_277

_CONSONANTS = "bdfghjklmnprstvz"
_VOWELS = "aeiou"
_SYLLABLES = len(_CONSONANTS) * len(_VOWELS)


def spell(token: int) -> str:
    """Give the text of a token: a space and a word, another one for each id."""
    syllables = []
    for _ in range(3):
        token, syllable = divmod(token, _SYLLABLES)
        consonant, vowel = divmod(syllable, len(_VOWELS))
        syllables.append(_CONSONANTS[consonant] + _VOWELS[vowel])
    return " " + "".join(syllables)


def text_of(tokens: Iterable[int]) -> str:
    """Give the text of several tokens."""
    return "".join(map(spell, map(int, tokens)))


def check_tokens(name: str, tokens: Sequence[Any]) -> None:
    """Check that all are ids of the vocabulary.

    Raises:
        APIFault: 400 naming the first that is not.
    """
    for index, token in enumerate(tokens):
        check_type(f"{name}[{index}]", token, "an integer")
        check_range(f"{name}[{index}]", token, 0, SIZE - 1)
