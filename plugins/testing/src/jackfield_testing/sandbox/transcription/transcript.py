"""Sound to words and segments: the text comes from the bytes, the times tile the duration."""

from __future__ import annotations

import attrs

from jackfield_testing.sandbox.identity import Identity, identify
from jackfield_testing.sandbox.transcription.languages import NAMES, words_of
from jackfield_testing.sandbox.transcription.task import Task

_WORDS_A_SECOND = 2.5
_SHORTEST, _LONGEST = 5, 12  # words in a segment


@attrs.frozen
class Word:
    """A word, and when it is said.

    Args:
        text: the word, without punctuation.
        start: in seconds.
        end: in seconds; where the next one starts.
    """

    text: str
    start: float
    end: float


@attrs.frozen
class Segment:
    """A sentence.

    Args:
        number: from 0.
        text: with its punctuation.
        words: at least one.
    """

    number: int
    text: str
    words: tuple[Word, ...]

    @property
    def start(self) -> float:
        """In seconds."""
        return self.words[0].start

    @property
    def end(self) -> float:
        """In seconds; where the next one starts."""
        return self.words[-1].end


@attrs.frozen
class Transcript:
    """What is said in a sound.

    Args:
        identity: of the sound.
        language: the code.
        seconds: how long it lasts; the last word ends there.
        segments: at least one.
    """

    identity: Identity
    language: str
    seconds: float
    segments: tuple[Segment, ...]

    @property
    def text(self) -> str:
        """All that is said."""
        return " ".join(segment.text for segment in self.segments)

    @property
    def words(self) -> list[Word]:
        """All words."""
        return [word for segment in self.segments for word in segment.words]

    @property
    def language_name(self) -> str:
        """The language, as answers call it."""
        return NAMES[self.language]


def transcribe(task: Task, *, translate: bool = False) -> Transcript:
    """Give the transcript of a sound: English, or in the language that the request says it is in.

    Args:
        task: the request.
        translate: whether it is English in any case.
    """
    identity = identify("transcript", {"sound": task.file.sha256})
    language = "en" if translate else task.language or "en"
    vocabulary = words_of(language)
    count = max(1, round(task.seconds * _WORDS_A_SECOND))
    times = [round(task.seconds * place / count, 2) for place in range(count)] + [task.seconds]
    segments: list[Segment] = []
    place = 0
    while place < count:
        number = len(segments)
        length = _SHORTEST + identity.number(f"length {number}", _LONGEST - _SHORTEST + 1)
        places = range(place, min(place + length, count))
        texts = [vocabulary[identity.number(f"word {at}", len(vocabulary))] for at in places]
        texts[0] = texts[0].capitalize()
        words = (
            Word(text, times[at], times[at + 1]) for at, text in zip(places, texts, strict=True)
        )
        segments.append(Segment(number, " ".join(texts) + ".", tuple(words)))
        place += length
    return Transcript(identity, language, task.seconds, tuple(segments))
