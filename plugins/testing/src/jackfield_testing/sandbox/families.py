"""Which endpoint a model's name belongs to, as far as the name says."""

from __future__ import annotations

import re

#: First match counts. A name that is in none of them is anybody's.
_FAMILIES = (
    ("text", r"gpt-3\.5-turbo-instruct|(text-|code-)?(davinci|curie|babbage|ada)\b(?!.*embed)"),
    ("embedding", r"text-embedding-|text-(similarity|search)-"),
    ("media", r"whisper|tts-|dall-e|gpt-image|sora|gpt-[\w.-]*(transcribe|tts)\b"),
    ("moderation", r"(omni|text)-moderation"),
    ("chat", r"gpt-|o[0-9]|chatgpt-|codex-|computer-use-"),
)


def family(name: str) -> str:
    """Give ``text``, ``embedding``, ``media``, ``moderation`` or ``chat``, or an empty string.

    A fine-tuned model, ``ft:<base>:<organization>:…``, is of its base's family.
    """
    base = base_of(name)
    return next((kind for kind, pattern in _FAMILIES if re.match(pattern, base)), "")


#: Models that answer nowhere but under ``/responses``.
_RESPONSES_ONLY = (
    r"(o1|o3|gpt-5(\.\d+)?)-pro\b|gpt-[\d.]+-codex|codex-|o\d[\w-]*-deep-research"
    r"|computer-use-|gpt-5\.6-cyber|gpt-daybreak-"
)


def is_for_responses_only(name: str) -> bool:
    """Whether a model answers nowhere but under ``/responses``."""
    return re.match(_RESPONSES_ONLY, base_of(name)) is not None


def base_of(name: str) -> str:
    """Give the model that a fine-tuned one was made from, or the name itself."""
    return name.split(":")[1] if name.startswith("ft:") else name
