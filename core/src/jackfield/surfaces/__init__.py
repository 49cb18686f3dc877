"""The canonical surfaces, described as data; a plugin may list any of them in its manifest."""

from __future__ import annotations

from jackfield.manifest import Manifest, Operation, Surface

CHAT = Surface(
    name="chat",
    result="jackfield.surfaces.chat:ChatCompletion",
    chunk="jackfield.surfaces.chat:ChatCompletionChunk",
    fold="jackfield.surfaces.chat:fold",
    split="jackfield.surfaces.chat:split",
    complete="jackfield.surfaces.chat:complete",
    required=("messages",),
    structured="jackfield.surfaces.chat_structured:prepare",
)

TEXT_COMPLETION = Surface(
    name="text_completion",
    result="jackfield.surfaces.text:TextCompletion",
    chunk="jackfield.surfaces.text:TextCompletionChunk",
    fold="jackfield.surfaces.text:fold",
    split="jackfield.surfaces.text:split",
    complete="jackfield.surfaces.text:complete",
    required=("prompt",),
)

EMBEDDING = Surface(
    name="embedding",
    result="jackfield.surfaces.embeddings:EmbeddingResponse",
    required=("input",),
)

TRANSCRIPTION = Surface(
    name="transcription",
    result="jackfield.surfaces.transcription:Transcription",
    chunk="jackfield.surfaces.transcription:TranscriptionEvent",
    fold="jackfield.surfaces.transcription:fold",
    split="jackfield.surfaces.transcription:split",
    complete="jackfield.surfaces.transcription:complete",
    required=("file",),
)

TRANSLATION = Surface(
    name="translation",
    result="jackfield.surfaces.transcription:Translation",
    required=("file",),
)

SPEECH = Surface(
    name="speech",
    result="jackfield.binary:Binary",
    chunk="jackfield.surfaces.speech:SpeechEvent",
    fold="jackfield.surfaces.speech:fold",
    split="jackfield.surfaces.speech:split",
    complete="jackfield.surfaces.speech:complete",
    required=("input", "voice"),
)

_VIDEO = "jackfield.surfaces.video:Video"

VIDEO = Surface(
    name="video",
    result=_VIDEO,
    required=("prompt",),
    operations=(
        Operation("retrieve", _VIDEO, required=("video_id",)),
        Operation("content", "jackfield.binary:Binary", required=("video_id",)),
        Operation("list", "jackfield.surfaces.video:VideoList"),
        Operation("remix", _VIDEO, required=("video_id", "prompt")),
        Operation("edit", _VIDEO, required=("video", "prompt")),
        Operation("extension", _VIDEO, required=("video", "prompt", "seconds")),
        Operation("delete", "jackfield.surfaces.video:DeletedVideo", required=("video_id",)),
    ),
)

MANIFEST = Manifest(
    name="surfaces",
    surfaces=(
        CHAT,
        TEXT_COMPLETION,
        EMBEDDING,
        TRANSCRIPTION,
        TRANSLATION,
        SPEECH,
        VIDEO,
    ),
)
