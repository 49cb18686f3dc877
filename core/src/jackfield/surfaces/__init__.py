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

_RESPONSE = "jackfield.surfaces.responses:Response"
_ITEMS = "jackfield.surfaces.responses:ItemList"
_CONVERSATION = "jackfield.surfaces.responses:Conversation"
_DELETED = "jackfield.surfaces.responses:DeletedResponse"
_BY_ID = ("response_id",)
_OF = ("conversation_id",)

RESPONSES = Surface(
    name="responses",
    result=_RESPONSE,
    chunk="jackfield.surfaces.responses:ResponseEvent",
    fold="jackfield.surfaces.responses:fold",
    split="jackfield.surfaces.responses:split",
    complete="jackfield.surfaces.responses:complete",
    structured="jackfield.surfaces.responses_structured:prepare",
    needs_model=False,  # a stored prompt may bring its own
    operations=(
        Operation("retrieve", _RESPONSE, required=_BY_ID, streams=True),
        Operation("delete", _DELETED, required=_BY_ID),
        Operation("cancel", _RESPONSE, required=_BY_ID),
        Operation("compact", "jackfield.surfaces.responses:CompactedResponse", needs_model=True),
        Operation("input_items", _ITEMS, required=_BY_ID),
        Operation("count_tokens", "jackfield.surfaces.responses:TokenCount", needs_model=True),
        Operation("conversation_create", _CONVERSATION),
        Operation("conversation_retrieve", _CONVERSATION, required=_OF),
        Operation("conversation_update", _CONVERSATION, required=_OF),
        Operation("conversation_delete", _DELETED, required=_OF),
        Operation("conversation_items", _ITEMS, required=_OF),
        Operation("conversation_add_items", _ITEMS, required=(*_OF, "items")),
        Operation(
            "conversation_item",
            "jackfield.surfaces.responses:StoredItem",
            required=(*_OF, "item_id"),
        ),
        Operation("conversation_delete_item", _CONVERSATION, required=(*_OF, "item_id")),
    ),
)

MANIFEST = Manifest(
    name="surfaces",
    surfaces=(
        CHAT,
        TEXT_COMPLETION,
        EMBEDDING,
        RESPONSES,
        TRANSCRIPTION,
        TRANSLATION,
        SPEECH,
        VIDEO,
    ),
)
