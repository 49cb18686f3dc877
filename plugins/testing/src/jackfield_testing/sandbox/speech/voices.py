"""Which model has which voices."""

from __future__ import annotations

_EVERYWHERE = ("nova", "shimmer", "echo", "onyx", "fable", "alloy", "ash", "sage", "coral")
_NEWER = ("ballad", "verse", "marin", "cedar")


def is_first_generation(model: str) -> bool:
    """Whether a model is one of ``tts-1…``, which do less."""
    return model.startswith("tts-1")


def voices_of(model: str) -> tuple[str, ...]:
    """Give the names of a model's built-in voices."""
    return _EVERYWHERE if is_first_generation(model) else (*_EVERYWHERE, *_NEWER)
