"""What a text is about: the proper names in it, or failing those, its subject."""

from __future__ import annotations

import re

from jackfield_testing.sandbox.chat.conversation import excerpt

#: Words that begin a sentence or an order, and name nothing.
_NO_NAMES = frozenset(
    """
    a add also am an and answer are as ask at be book but buy calculate call can check
    choose compare compute could create define delete describe did do does draw each
    every explain extract fetch find for from generate get give good hello hey hi how i
    i'd i'll i'm i've if in is it it's let let's list look make may me my no now of ok
    okay on one open or our plan play please provide read reply report respond return
    run say schedule search send set should show some start stop suggest summarize
    summarise tell thank thanks that the their then there these they this those to today
    tomorrow translate try turn update use was we were what what's when where where's
    which who who's why will with would write yes yesterday you your
    """.split()  # noqa: SIM905 (a list of one word per line reads worse)
)
_CAPITAL = r"[A-ZÀ-ÖØ-Þ][\w'\u2019&-]*(?:\.(?=[A-Z]))?"
_NAME = re.compile(
    rf"{_CAPITAL}(?:[ ](?:(?:of|the|de|la|le|du|von|van|al)[ ])*{_CAPITAL})*(?:,[ ][A-Z]{{2}}\b)?"
)
_AFTER_PREPOSITION = re.compile(
    r"\b(?:in|at|for|about|from|to)\s+([^\W\d_][\w'\u2019-]*)", re.IGNORECASE
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:\n])[\s\"\u201c'(]*$")


def proper_names(text: str, most: int = 8) -> list[str]:
    """Give the proper-noun phrases of a text in order, each once.

    "Is it colder in San Francisco than in Tokyo?" gives San Francisco and Tokyo.
    """
    names: list[str] = []
    for match in _NAME.finditer(text):
        words = match.group().split(" ")
        at_start = _SENTENCE_START.search(text[: match.start()]) is not None
        while words and words[0].lower().strip("'\u2019") in _NO_NAMES:
            words, at_start = words[1:], False
        # one capital at a sentence's start is grammar, not a name
        if not words or (at_start and len(words) == 1):
            continue
        name = re.sub(r"['\u2019]s$", "", " ".join(words))
        if name not in names:
            names.append(name)
    return names[:most]


def subject(text: str) -> str:
    """Give the one thing that a text is most likely about, where it has no proper names."""
    found = _AFTER_PREPOSITION.findall(text)
    return found[-1] if found else excerpt(text, 60)
