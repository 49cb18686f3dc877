"""Which distribution serves which of OpenAI's names, so that a missing one can be named.

The sets repeat what the rows say (a test holds them to it), so that a manifest, which every program
reads on its first call, does not load the rows.
"""

from __future__ import annotations

from jackfield.manifest import Reserved
from jackfield_openai_catalogue.naming import NAMING

_CHAT = "jackfield-openai"
_RESPONSES = "jackfield-openai-responses"
_TEXT = "jackfield-openai-text"
_EMBEDDINGS = "jackfield-openai-embeddings"
_AUDIO = "jackfield-openai-audio"
_VIDEO = "jackfield-openai-video"
_CONTENT = "jackfield-openai-content"

RESPONSES_ONLY = frozenset(
    {
        "codex-mini-latest",
        "computer-use-preview",
        "computer-use-preview-2025-03-11",
        "gpt-5-codex",
        "gpt-5-pro",
        "gpt-5-pro-2025-10-06",
        "gpt-5.1-codex",
        "gpt-5.1-codex-max",
        "gpt-5.1-codex-mini",
        "gpt-5.2-codex",
        "gpt-5.2-pro",
        "gpt-5.2-pro-2025-12-11",
        "gpt-5.3-codex",
        "gpt-5.5-pro",
        "gpt-5.5-pro-2026-04-23",
        "gpt-5.6-cyber",
        "gpt-daybreak-blue-latest",
        "gpt-daybreak-red-latest",
        "o1-pro",
        "o1-pro-2025-03-19",
        "o3-deep-research",
        "o3-deep-research-2025-06-26",
        "o3-pro",
        "o3-pro-2025-06-10",
        "o4-mini-deep-research",
        "o4-mini-deep-research-2025-06-26",
    }
)
"""Models that only ``/responses`` serves; on chat they take the bridge."""

CHAT_ONLY = frozenset(
    {
        "gpt-4o-audio-preview",
        "gpt-4o-audio-preview-2024-10-01",
        "gpt-4o-audio-preview-2024-12-17",
        "gpt-4o-audio-preview-2025-06-03",
        "gpt-4o-mini-audio-preview",
        "gpt-4o-mini-audio-preview-2024-12-17",
        "gpt-4o-mini-search-preview",
        "gpt-4o-mini-search-preview-2025-03-11",
        "gpt-4o-search-preview",
        "gpt-4o-search-preview-2025-03-11",
        "gpt-audio",
        "gpt-audio-mini",
    }
)
"""Models that ``/chat/completions`` serves and ``/responses`` does not; on responses they take the
bridge the other way.
"""

TEXT_ONLY = frozenset(
    {
        "babbage-002",
        "davinci-002",
        "gpt-3.5-turbo-instruct",
    }
)
"""Instruct and base models, which only ``/completions`` serves."""

TRANSCRIBERS = frozenset(
    {
        "gpt-4o-mini-transcribe",
        "gpt-4o-mini-transcribe-2025-12-15",
        "gpt-4o-transcribe",
        "gpt-4o-transcribe-diarize",
        "gpt-transcribe",
        "whisper-1",
    }
)
"""Models that turn speech into text; on chat they take ``/audio/transcriptions``."""

RESERVED: tuple[Reserved, ...] = (
    Reserved(_CHAT, surface="chat", prefix="openai/"),
    Reserved(_RESPONSES, surface="chat", prefix="openai/", models=RESPONSES_ONLY, naming=NAMING),
    Reserved(_RESPONSES, surface="chat", prefix="openai/responses/"),
    Reserved(_RESPONSES, surface="responses", prefix="openai/", default=True),
    Reserved(_RESPONSES, surface="responses", prefix="openai/responses/"),
    Reserved(_TEXT, surface="chat", prefix="openai/", models=TEXT_ONLY, naming=NAMING),
    Reserved(_TEXT, surface="chat", prefix="text-completion-openai/"),
    Reserved(_TEXT, surface="text_completion", prefix="openai/"),
    Reserved(_TEXT, surface="text_completion", prefix="text-completion-openai/"),
    Reserved(_EMBEDDINGS, surface="embedding", prefix="openai/"),
    Reserved(_AUDIO, surface="chat", prefix="openai/", models=TRANSCRIBERS, naming=NAMING),
    Reserved(_AUDIO, surface="transcription", prefix="openai/"),
    Reserved(_AUDIO, surface="translation", prefix="openai/"),
    Reserved(_AUDIO, surface="speech", prefix="openai/"),
    Reserved(_VIDEO, surface="video", prefix="openai/", default=True),
    Reserved(_CONTENT, parts=("image_url", "file", "input_audio", "input_image", "input_file")),
)
"""Every plugin for OpenAI puts these into its manifest; the same ones twice are as good as once."""
