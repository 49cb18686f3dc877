"""What users do with the SDK: each is told to a client, and gives what it was answered."""

from __future__ import annotations

import base64
import io
import wave
from collections.abc import Callable, Iterator
from typing import Any

from sdk import Sdk, plain

from jackfield_testing.sandbox.videos.mp4 import mp4_file

Story = Callable[[Sdk], Any]
STORIES: dict[str, Story] = {}

CITIES = "Is it warm in Tokyo and San Francisco?"
SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}},
    "required": ["city"],
    "additionalProperties": False,
}
TOOL = {"name": "get_weather", "strict": True, "parameters": SCHEMA}
CHAT_TOOL = {"type": "function", "function": TOOL}
TOOL_OF_RESPONSES = {"type": "function", **TOOL}


def sound(seconds: float = 2.0) -> bytes:
    """A WAV file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(bytes(2 * round(seconds * 8000)))
    return buffer.getvalue()


def data_url(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def said(*parts: Any) -> list[Any]:
    content = parts[0] if len(parts) == 1 and isinstance(parts[0], str) else list(parts)
    return [{"role": "user", "content": content}]


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


# Calls that are one request --------------------------------------------------------------------

_PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="
)
_PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"

CHATS: dict[str, dict[str, Any]] = {
    "text": {},
    "system": {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Hello — 日本語 🚀", "name": "ann"},
            {"role": "assistant", "content": "Yes?"},
            *said(CITIES),
        ]
    },
    "several": {"n": 3, "temperature": 0.2, "seed": 7, "user": "u"},
    "logprobs": {"logprobs": True, "top_logprobs": 2, "max_tokens": 9},
    "stopped": {"stop": ["No"]},
    "refusal": {"messages": said("[refuse]")},
    "tools": {"tools": [CHAT_TOOL], "tool_choice": "auto"},
    "one tool": {"tools": [CHAT_TOOL], "parallel_tool_calls": False},
    "no tools": {"tools": [CHAT_TOOL], "tool_choice": "none"},
    "tool results": {
        "tools": [CHAT_TOOL],
        "messages": [
            *said(CITIES),
            {
                "role": "assistant",
                "content": None,
                "tool_calls": [
                    {
                        "id": "call_1",
                        "type": "function",
                        "function": {"name": "get_weather", "arguments": '{"city":"Tokyo"}'},
                    }
                ],
            },
            {"role": "tool", "tool_call_id": "call_1", "content": "8 degrees"},
        ],
    },
    "custom tool": {"tools": [{"type": "custom", "custom": {"name": "run"}}]},
    "functions": {"functions": [{"name": "f", "parameters": SCHEMA}], "function_call": "auto"},
    "json": {"response_format": {"type": "json_object"}, "messages": said("As JSON please")},
    "schema": {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "place", "strict": True, "schema": SCHEMA},
        }
    },
    "image": {
        "messages": said(
            text("What is this?"),
            {
                "type": "image_url",
                "image_url": {"url": data_url("image/png", _PNG), "detail": "low"},
            },
        )
    },
    "image by url": {
        "messages": said(
            text("And this?"),
            {"type": "image_url", "image_url": {"url": "https://example.com/a.png"}},
        )
    },
    "file": {
        "messages": said(
            text("Read this"),
            {
                "type": "file",
                "file": {"filename": "a.pdf", "file_data": data_url("application/pdf", _PDF)},
            },
        )
    },
    "sound": {
        "model": "gpt-4o-audio-preview",
        "messages": said(
            text("Hear this"),
            {
                "type": "input_audio",
                "input_audio": {"data": base64.b64encode(sound()).decode(), "format": "wav"},
            },
        ),
    },
    "speech": {
        "model": "gpt-4o-audio-preview",
        "modalities": ["text", "audio"],
        "audio": {"voice": "alloy", "format": "pcm16"},
    },
    "search": {"model": "gpt-4o-search-preview", "web_search_options": {}},
    "prediction": {"prediction": {"type": "content", "content": "hello"}},
    "reasoning": {"model": "gpt-5", "reasoning_effort": "low", "max_completion_tokens": 900},
    "reasoning off": {"model": "gpt-5.1", "reasoning_effort": "none"},
    "metadata": {"store": True, "metadata": {"a": "b"}, "service_tier": "flex"},
    "extra": {"extra_body": {"made_up": {"z": 1, "a": None}, "another": None}},
    "a fine-tuned model": {"model": "ft:gpt-4o-mini-2024-07-18:acme::abc"},
    "one nobody knows": {"model": "gpt-99-preview"},
}

RESPONSES: dict[str, dict[str, Any]] = {
    "text": {},
    "items": {"input": [{"role": "user", "content": [{"type": "input_text", "text": CITIES}]}]},
    "instructions": {"instructions": "Be brief.", "metadata": {"a": "b"}, "store": False},
    "image": {
        "input": said(
            {"type": "input_text", "text": "What is this?"},
            {"type": "input_image", "image_url": data_url("image/png", _PNG), "detail": "auto"},
        )
    },
    "file": {
        "input": said(
            {"type": "input_text", "text": "Read this"},
            {
                "type": "input_file",
                "filename": "a.pdf",
                "file_data": data_url("application/pdf", _PDF),
            },
        )
    },
    "tools": {"tools": [TOOL_OF_RESPONSES]},
    "search": {"tools": [{"type": "web_search"}], "include": ["web_search_call.action.sources"]},
    "interpreter": {"tools": [{"type": "code_interpreter", "container": {"type": "auto"}}]},
    "pictures": {"tools": [{"type": "image_generation", "partial_images": 2}]},
    "reasoning": {"model": "gpt-5", "reasoning": {"effort": "low", "summary": "auto"}},
    "encrypted": {"model": "gpt-5", "include": ["reasoning.encrypted_content"], "store": False},
    "schema": {
        "text": {
            "format": {"type": "json_schema", "name": "place", "strict": True, "schema": SCHEMA}
        }
    },
    "filtered": {"input": "[filter] hello"},
    "failed": {"input": "[fail] hello"},
    "refusal": {"input": "[refuse]"},
    "one that the bridge also serves": {"model": "gpt-5-mini"},
}


def _create(path: str, fields: dict[str, Any]) -> Story:
    return lambda ask: plain(ask(path, **fields))


for _name, _given in CHATS.items():
    _fields = {"model": "gpt-4o", "messages": said(CITIES), **_given}
    STORIES[f"chat: {_name}"] = _create("chat.completions.create", _fields)
    STORIES[f"chat stream: {_name}"] = _create(
        "chat.completions.create", {**_fields, "stream": True}
    )
STORIES["chat stream: usage"] = _create(
    "chat.completions.create",
    {
        "model": "gpt-4o",
        "messages": said("hi"),
        "stream": True,
        "stream_options": {"include_usage": True, "include_obfuscation": True},
    },
)
for _name, _given in RESPONSES.items():
    _fields = {"model": "gpt-4o", "input": CITIES, **_given}
    STORIES[f"response: {_name}"] = _create("responses.create", _fields)
    STORIES[f"response stream: {_name}"] = _create("responses.create", {**_fields, "stream": True})

COMPLETIONS: dict[str, dict[str, Any]] = {
    "text": {},
    "prompts": {"prompt": ["one", "two"], "n": 2, "echo": True, "logprobs": 1},
    "tokens": {"prompt": [[1, 2, 3], [4]], "max_tokens": 4},
    "suffix": {"suffix": "end", "stop": ["x"], "best_of": 1},
}
for _name, _given in COMPLETIONS.items():
    _fields = {"model": "gpt-3.5-turbo-instruct", "prompt": "Once upon a time", **_given}
    STORIES[f"completion: {_name}"] = _create("completions.create", _fields)
    STORIES[f"completion stream: {_name}"] = _create(
        "completions.create", {**_fields, "stream": True}
    )

EMBEDDINGS: dict[str, dict[str, Any]] = {
    "default": {},
    "floats": {"encoding_format": "float"},
    "base64": {"encoding_format": "base64"},
    "list": {"input": ["a", "b", "日本"], "dimensions": 8},
    "tokens": {"input": [[1, 2], [3]], "user": "u"},
}
for _name, _given in EMBEDDINGS.items():
    STORIES[f"embedding: {_name}"] = _create(
        "embeddings.create", {"model": "text-embedding-3-small", "input": "a", **_given}
    )

_WAV = ("a.wav", sound(6))
TRANSCRIPTIONS: dict[str, dict[str, Any]] = {
    **{form: {"response_format": form} for form in ("json", "text", "srt", "vtt")},
    "verbose": {
        "response_format": "verbose_json",
        "timestamp_granularities": ["word", "segment"],
        "language": "en",
        "temperature": 0.2,
        "prompt": "A boat",
    },
    "logprobs": {"model": "gpt-4o-transcribe", "include": ["logprobs"]},
    "stream": {"model": "gpt-4o-mini-transcribe", "stream": True},
    "speakers": {
        "model": "gpt-4o-transcribe-diarize",
        "response_format": "diarized_json",
        "chunking_strategy": {"type": "server_vad", "threshold": 0.5},
        "known_speaker_names": ["agent", "customer"],
        "known_speaker_references": [data_url("audio/wav", sound(2))] * 2,
    },
    "typed": {"file": ("ü.wav", sound(), "audio/x-wav")},
    "by bytes and name": {"file": ("b.wav", io.BytesIO(sound(3)))},
    "long": {"file": ("long.wav", sound(100))},
    "an odd name": {"file": ('a "quoted" name.wav', sound())},
}
for _name, _given in TRANSCRIPTIONS.items():
    STORIES[f"transcription: {_name}"] = _create(
        "audio.transcriptions.create", {"model": "whisper-1", "file": _WAV, **_given}
    )
for _form in ("json", "text", "srt", "vtt", "verbose_json"):
    STORIES[f"translation: {_form}"] = _create(
        "audio.translations.create",
        {"model": "whisper-1", "file": _WAV, "response_format": _form},
    )
for _form in ("mp3", "opus", "aac", "flac", "wav", "pcm"):
    STORIES[f"speech: {_form}"] = _create(
        "audio.speech.create",
        {
            "model": "gpt-4o-mini-tts",
            "voice": "marin",
            "input": "Hello there, you three.",
            "response_format": _form,
            "speed": 2,
            "instructions": "Gently",
        },
    )


# Stories of several requests -------------------------------------------------------------------


def story(tell: Callable[[Sdk], Iterator[Any]]) -> Story:
    """A generator of answers, as a story under its name."""
    told: Story = lambda ask: [plain(answer) for answer in tell(ask)]
    STORIES[tell.__name__.replace("_", " ")] = told
    return told


@story
def the_life_of_a_response(ask: Sdk) -> Iterator[Any]:
    made = ask("responses.create", model="gpt-4o", input=CITIES)
    yield made
    yield ask("responses.retrieve", made.id)
    yield ask("responses.retrieve", made.id, include=["message.output_text.logprobs"])
    yield ask("responses.input_items.list", made.id, limit=1, order="asc")
    yield ask("responses.create", model="gpt-4o", input="And?", previous_response_id=made.id)
    yield ask("responses.retrieve", made.id, stream=True, starting_after=3)
    yield ask("responses.delete", made.id)


@story
def a_tool_conversation(ask: Sdk) -> Iterator[Any]:
    made = ask("responses.create", model="gpt-4o", input=CITIES, tools=[TOOL_OF_RESPONSES])
    yield made
    results = [
        {"type": "function_call_output", "call_id": item.call_id, "output": "8 degrees"}
        for item in made.output
        if item.type == "function_call"
    ]
    assert results
    yield ask("responses.create", model="gpt-4o", input=results, previous_response_id=made.id)


@story
def a_response_in_the_background(ask: Sdk) -> Iterator[Any]:
    made = ask("responses.create", model="gpt-4o", input="[looks=2] hi", background=True)
    yield made
    yield ask("responses.retrieve", made.id)
    yield ask("responses.retrieve", made.id)
    other = ask("responses.create", model="gpt-4o", input="[stall] hi", background=True)
    yield other
    yield ask("responses.cancel", other.id)
    yield ask("responses.create", model="gpt-4o", input="later", background=True, stream=True)


@story
def counting_and_compacting(ask: Sdk) -> Iterator[Any]:
    yield ask("responses.input_tokens.count", model="gpt-4o", input=CITIES)
    yield ask("responses.compact", model="gpt-4o", input=said(CITIES))


@story
def the_life_of_a_conversation(ask: Sdk) -> Iterator[Any]:
    made = ask("conversations.create", metadata={"a": "b"}, items=said("hello"))
    yield made
    yield ask("conversations.retrieve", made.id)
    yield ask("conversations.update", made.id, metadata={"c": "d"})
    yield ask("conversations.items.create", made.id, items=said("more"))
    items = ask("conversations.items.list", made.id)
    yield items
    yield ask("conversations.items.retrieve", items[0].id, conversation_id=made.id)
    yield ask("responses.create", model="gpt-4o", input="And?", conversation=made.id)
    yield ask("conversations.items.delete", items[0].id, conversation_id=made.id)
    yield ask("conversations.delete", made.id)


@story
def the_life_of_a_video(ask: Sdk) -> Iterator[Any]:
    made = ask("videos.create", model="sora-2-pro", prompt="A cat", seconds="8", size="1280x720")
    yield made
    yield ask("videos.retrieve", made.id)
    yield ask("videos.poll", made.id)
    yield ask("videos.list", limit=2, order="asc")
    # Its picture is made out of its id, which is another one each time.
    yield len(ask("videos.download_content", made.id).content)
    yield len(ask("videos.download_content", made.id, variant="thumbnail").content)
    yield ask("videos.remix", made.id, prompt="A hat")
    yield ask("videos.delete", made.id)


@story
def a_video_with_a_picture(ask: Sdk) -> Iterator[Any]:
    picture = ("a.png", b"\x89PNG", "image/png")
    yield ask("videos.create", model="sora-2", prompt="A cat", input_reference=picture)
    yield ask(
        "videos.create_and_poll", model="sora-2", prompt="[fail=moderation_blocked]", seconds="4"
    )


@story
def edits_of_a_video(ask: Sdk) -> Iterator[Any]:
    video = ("v.mp4", mp4_file("seed", 720, 1280, 4), "video/mp4")
    yield ask("videos.edit", prompt="A hat", video=video)
    yield ask("videos.extend", prompt="A hat", video=video, seconds="12")


@story
def the_life_of_a_file(ask: Sdk) -> Iterator[Any]:
    made = ask("files.create", file=("a.jsonl", b'{"a": 1}\n'), purpose="batch")
    yield made
    yield ask("files.list", purpose="batch")
    yield ask("files.retrieve", made.id)
    yield ask("files.content", made.id)
    yield ask("files.delete", made.id)


@story
def a_large_file(ask: Sdk) -> Iterator[Any]:
    made = ask("files.create", file=("big.jsonl", b'{"a": 1}\n' * 300_000), purpose="batch")
    yield made
    yield ask("files.content", made.id)
