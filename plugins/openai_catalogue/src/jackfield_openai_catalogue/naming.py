"""How OpenAI names its models, and which bare names are OpenAI's."""

from __future__ import annotations

from jackfield.manifest import Alias, Naming

NAMING = Naming(
    suffixes=(
        "-{digit}{digit}{digit}{digit}-{digit}{digit}-{digit}{digit}",
        "-{digit}{digit}{digit}{digit}",
    ),
    wrappers=(("ft:", ":"),),
)
"""Snapshots end in ``-YYYY-MM-DD`` or, before 2024, ``-MMDD``; fine-tuned models are
``ft:<base>:<organization>:<suffix>:<id>``.
"""

_PREFIX = "openai/"

ALIASES: tuple[Alias, ...] = (
    Alias("gpt-", _PREFIX),
    Alias("o{digit}", _PREFIX),
    Alias("chatgpt-", _PREFIX),
    Alias("ft:", _PREFIX),
    Alias("codex", _PREFIX),
    Alias("computer-use", _PREFIX),
    Alias("text-embedding", _PREFIX),
    Alias("whisper", _PREFIX),
    Alias("tts", _PREFIX),
    Alias("dall-e", _PREFIX),
    Alias("gpt-image", _PREFIX),
    Alias("sora", _PREFIX),
    Alias("davinci", _PREFIX),
    Alias("babbage", _PREFIX),
    Alias("omni-moderation", _PREFIX),
    Alias("text-moderation", _PREFIX),
)
"""Families, not models: a model released tomorrow is OpenAI's by its name alone."""
