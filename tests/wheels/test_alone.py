"""Each of OpenAI's plugins alone in a clean environment: its surface works, and every other call
names the distribution that is missing. No call goes to the next-best route.
"""

from __future__ import annotations

from typing import Any

import pytest

from jackfield_testing import Sandbox

CALLS = """
import io, jackfield, struct, sys, wave

buffer = io.BytesIO()
with wave.open(buffer, "wb") as sound:
    sound.setnchannels(1)
    sound.setsampwidth(2)
    sound.setframerate(8000)
    sound.writeframes(struct.pack("<8000h", *range(8000)))
wav = buffer.getvalue()
messages = [{"role": "user", "content": "Hello there"}]

CALLS = {
    "chat gpt-4o": lambda: jackfield.completion("gpt-4o", messages),
    "chat openai/gpt-4o": lambda: jackfield.completion("openai/gpt-4o", messages),
    "chat gpt-5-pro": lambda: jackfield.completion("gpt-5-pro", messages),
    "chat openai/gpt-5-pro": lambda: jackfield.completion("openai/gpt-5-pro", messages),
    "chat gpt-5-pro-2025-10-06": lambda: jackfield.completion("gpt-5-pro-2025-10-06", messages),
    "chat openai/responses/x": lambda: jackfield.completion(
        "openai/responses/gpt-4o", messages
    ),
    "chat gpt-3.5-turbo-instruct": lambda: jackfield.completion("gpt-3.5-turbo-instruct", messages),
    "chat text-completion-openai/gpt-3.5-turbo-instruct": lambda: jackfield.completion(
        "text-completion-openai/gpt-3.5-turbo-instruct", messages
    ),
    "chat whisper-1": lambda: jackfield.completion("whisper-1", file=wav),
    "responses gpt-4o": lambda: jackfield.responses("gpt-4o", "hi"),
    "responses, no model": lambda: jackfield.conversation_create(),
    "text gpt-3.5-turbo-instruct": lambda: jackfield.text_completion(
        "gpt-3.5-turbo-instruct", "Once"
    ),
    "embedding text-embedding-3-small": lambda: jackfield.embedding(
        "text-embedding-3-small", "hello"
    ),
    "transcription whisper-1": lambda: jackfield.transcription("whisper-1", wav),
    "translation whisper-1": lambda: jackfield.translation("whisper-1", wav),
    "speech tts-1": lambda: jackfield.speech("tts-1", "hello", "alloy"),
    "video sora-2": lambda: jackfield.video_generation("sora-2", "a river"),
    "video, no model": lambda: jackfield.video_list(),
}
for name, call in CALLS.items():
    try:
        call()
        out[name] = "works"
    except jackfield.NoRouteError as error:
        named = error.distribution
        out[name] = named if named and f"pip install {named}" in str(error) else f"?? {error}"
    except jackfield.JackfieldError as error:
        out[name] = f"{type(error).__name__}: {error}"
"""

CHAT = "jackfield-openai"
RESPONSES = "jackfield-openai-responses"
TEXT = "jackfield-openai-text"
EMBEDDINGS = "jackfield-openai-embeddings"
AUDIO = "jackfield-openai-audio"
VIDEO = "jackfield-openai-video"
OWNERS = {
    "chat gpt-4o": CHAT,
    "chat openai/gpt-4o": CHAT,
    "chat gpt-5-pro": RESPONSES,
    "chat openai/gpt-5-pro": RESPONSES,
    "chat gpt-5-pro-2025-10-06": RESPONSES,
    "chat openai/responses/x": RESPONSES,
    "chat gpt-3.5-turbo-instruct": TEXT,
    "chat text-completion-openai/gpt-3.5-turbo-instruct": TEXT,
    "chat whisper-1": AUDIO,
    "responses gpt-4o": RESPONSES,
    "responses, no model": RESPONSES,
    "text gpt-3.5-turbo-instruct": TEXT,
    "embedding text-embedding-3-small": EMBEDDINGS,
    "transcription whisper-1": AUDIO,
    "translation whisper-1": AUDIO,
    "speech tts-1": AUDIO,
    "video sora-2": VIDEO,
    "video, no model": VIDEO,
}


@pytest.mark.parametrize(
    ("folder", "distribution"),
    [
        ("openai", CHAT),
        ("openai_text", TEXT),
        ("openai_embeddings", EMBEDDINGS),
        ("openai_audio", AUDIO),
        ("openai_responses", RESPONSES),
        ("openai_video", VIDEO),
        ("openai_content", "jackfield-openai-content"),
    ],
)
def test_a_plugin_alone_serves_its_own_and_names_the_others(
    environment: Any, sandbox: Sandbox, folder: str, distribution: str
) -> None:
    out = environment("core", "openai_catalogue", folder).run(
        CALLS, OPENAI_BASE_URL=sandbox.base_url, OPENAI_API_KEY=sandbox.api_key
    )
    assert out == {
        name: "works" if owner == distribution else owner for name, owner in OWNERS.items()
    }


def test_core_alone_says_that_no_plugin_is_installed(environment: Any) -> None:
    out = environment("core").run(CALLS, OPENAI_API_KEY="sk-none")
    assert set(out) == set(OWNERS)
    for name, said in out.items():
        assert 'pip install "jackfield[openai]"' in said, name


MESSAGES = """
import jackfield
picture = b"\\x89PNG\\r\\n\\x1a\\n"
parts = [{"type": "image_url", "image_url": {"url": picture}}]
try:
    jackfield.completion("gpt-4o", [{"role": "user", "content": parts}])
except jackfield.RequestError as error:
    out["said"] = str(error)
"""


def test_without_the_content_plugin_a_picture_names_it(environment: Any, sandbox: Sandbox) -> None:
    out = environment("core", "openai_catalogue", "openai").run(
        MESSAGES, OPENAI_BASE_URL=sandbox.base_url, OPENAI_API_KEY=sandbox.api_key
    )
    assert "pip install jackfield-openai-content" in out["said"]
