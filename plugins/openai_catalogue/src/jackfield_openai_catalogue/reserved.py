"""Which distribution serves which of OpenAI's names, so that a missing one can be named."""

from __future__ import annotations

from jackfield.manifest import Reserved
from jackfield_openai_catalogue.lookup import only_on, served_on
from jackfield_openai_catalogue.naming import NAMING

_CHAT = "jackfield-openai"
_RESPONSES = "jackfield-openai-responses"
_TEXT = "jackfield-openai-text"
_EMBEDDINGS = "jackfield-openai-embeddings"
_AUDIO = "jackfield-openai-audio"
_VIDEO = "jackfield-openai-video"
_CONTENT = "jackfield-openai-content"

RESPONSES_ONLY = only_on("responses")
"""Models that only ``/responses`` serves; on chat they take the bridge."""

TEXT_ONLY = only_on("text_completion")
"""Instruct and base models, which only ``/completions`` serves."""

TRANSCRIBERS = served_on("transcription")
"""Models that turn speech into text; on chat they take ``/audio/transcriptions``."""

RESERVED: tuple[Reserved, ...] = (
    Reserved(_CHAT, surface="chat", prefix="openai/"),
    Reserved(_RESPONSES, surface="chat", prefix="openai/", models=RESPONSES_ONLY, naming=NAMING),
    Reserved(_RESPONSES, surface="chat", prefix="openai/responses/"),
    Reserved(_RESPONSES, surface="responses", prefix="openai/"),
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
    Reserved(_VIDEO, surface="video", prefix="openai/"),
    Reserved(_CONTENT, parts=("image_url", "file", "input_audio", "input_image", "input_file")),
)
"""Every plugin for OpenAI puts these into its manifest; the same ones twice are as good as once."""
