"""Model names: the dated name behind a family's name, and which families reason."""

from __future__ import annotations

from typing import Any

import attrs

_DATED = {
    "chatgpt-4o-latest": "chatgpt-4o-latest",
    "gpt-3.5-turbo": "gpt-3.5-turbo-0125",
    "gpt-3.5-turbo-16k": "gpt-3.5-turbo-16k-0613",
    "gpt-4": "gpt-4-0613",
    "gpt-4-turbo": "gpt-4-turbo-2024-04-09",
    "gpt-4-turbo-preview": "gpt-4-0125-preview",
    "gpt-4.1": "gpt-4.1-2025-04-14",
    "gpt-4.1-mini": "gpt-4.1-mini-2025-04-14",
    "gpt-4.1-nano": "gpt-4.1-nano-2025-04-14",
    "gpt-4o": "gpt-4o-2024-08-06",
    "gpt-4o-audio-preview": "gpt-4o-audio-preview-2025-06-03",
    "gpt-4o-mini": "gpt-4o-mini-2024-07-18",
    "gpt-4o-mini-audio-preview": "gpt-4o-mini-audio-preview-2024-12-17",
    "gpt-4o-mini-search-preview": "gpt-4o-mini-search-preview-2025-03-11",
    "gpt-4o-search-preview": "gpt-4o-search-preview-2025-03-11",
    "gpt-5": "gpt-5-2025-08-07",
    "gpt-5-mini": "gpt-5-mini-2025-08-07",
    "gpt-5-nano": "gpt-5-nano-2025-08-07",
    "gpt-5-pro": "gpt-5-pro-2025-10-06",
    "gpt-5.1": "gpt-5.1-2025-11-13",
    "gpt-5.2": "gpt-5.2-2025-12-11",
    "gpt-5.4": "gpt-5.4-2026-03-05",
    "gpt-5.4-mini": "gpt-5.4-mini-2026-03-17",
    "gpt-5.4-nano": "gpt-5.4-nano-2026-03-17",
    "gpt-5.5": "gpt-5.5-2026-04-23",
    "gpt-5.6": "gpt-5.6-sol",
    "gpt-audio": "gpt-audio-2025-08-28",
    "gpt-audio-mini": "gpt-audio-mini-2025-12-15",
    "o1": "o1-2024-12-17",
    "o1-mini": "o1-mini-2024-09-12",
    "o1-pro": "o1-pro-2025-03-19",
    "o3": "o3-2025-04-16",
    "o3-mini": "o3-mini-2025-01-31",
    "o3-pro": "o3-pro-2025-06-10",
    "o4-mini": "o4-mini-2025-04-16",
}

#: Names that are answered under a build's name, which is no model's.
_BUILDS = {
    "babbage-002": "babbage:2023-07-21-v2",
    "davinci-002": "davinci:2023-07-21-v2",
    "gpt-3.5-turbo-instruct": "gpt-3.5-turbo-instruct:20230824-v2",
    "text-embedding-ada-002": "text-embedding-ada-002-v2",
}
_UNDATED = ("text-embedding-3-large", "text-embedding-3-small")
_MEDIA = (
    "gpt-4o-mini-transcribe",
    "gpt-4o-mini-transcribe-2025-03-20",
    "gpt-4o-mini-transcribe-2025-12-15",
    "gpt-4o-mini-tts",
    "gpt-4o-mini-tts-2025-03-20",
    "gpt-4o-mini-tts-2025-12-15",
    "gpt-4o-transcribe",
    "gpt-4o-transcribe-diarize",
    "gpt-transcribe",
    "sora-2",
    "sora-2-2025-10-06",
    "sora-2-2025-12-08",
    "sora-2-pro",
    "sora-2-pro-2025-10-06",
    "tts-1",
    "tts-1-1106",
    "tts-1-hd",
    "tts-1-hd-1106",
    "whisper-1",
)

_CREATED = 1_715_367_049


@attrs.frozen
class ModelName:
    """A model name as it was sent.

    Args:
        name: what the request says, without the fault directive.
        fault: the text after ``!``, or an empty string.
    """

    name: str
    fault: str = ""

    @classmethod
    def parse(cls, text: str) -> ModelName:
        """Take ``gpt-4o!status=429`` apart; what follows the first ``!`` is the directive."""
        name, _, fault = text.partition("!")
        return cls(name, fault)

    @property
    def exists(self) -> bool:
        """Whether the sandbox has it: every name but those that say otherwise."""
        return bool(self.name) and "does-not-exist" not in self.name

    @property
    def dated(self) -> str:
        """The name that the answer bears."""
        return _DATED.get(self.name) or _BUILDS.get(self.name, self.name)

    @property
    def reasons(self) -> bool:
        """Whether it is a reasoning model, which takes fewer parameters."""
        if self.name.startswith("gpt-5-chat"):
            return False
        return self.name.startswith(("o1", "o3", "o4", "gpt-5"))


def model_card(name: str) -> dict[str, Any]:
    """Describe one model, as ``GET /models/{id}`` does."""
    return {"id": name, "object": "model", "created": _CREATED, "owned_by": "openai"}


def model_list() -> dict[str, Any]:
    """List the known families and their dated names, as ``GET /models`` does."""
    names = sorted({*_DATED, *_DATED.values(), *_BUILDS, *_UNDATED, *_MEDIA})
    return {"object": "list", "data": [model_card(name) for name in names]}
