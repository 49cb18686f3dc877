"""Jackfield: one call shape for OpenAI's API surfaces, each surface a plugin.

The functions here run on a default client that reads the attributes below at call time; libraries
should hold a `Client` or `AsyncClient` of their own. Nothing heavy is imported before the first
call.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from jackfield.errors import (
    AmbiguousRouteError,
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    AuthenticationError,
    BadGatewayError,
    BadRequestError,
    ConfigError,
    ConflictError,
    ContentPolicyViolationError,
    ContextWindowExceededError,
    InternalServerError,
    JackfieldError,
    NoRouteError,
    NotFoundError,
    PermissionDeniedError,
    PluginError,
    RateLimitError,
    RequestError,
    RoutingError,
    ServiceUnavailableError,
    SourceError,
    StreamInterruptedError,
    StructuredOutputError,
    Timeout,
    TransportError,
    UnprocessableEntityError,
    UnsupportedParamsError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jackfield.api import (
        acall,
        acompletion,
        aembedding,
        aspeech,
        atext_completion,
        atranscription,
        atranslation,
        avideo_content,
        avideo_delete,
        avideo_edit,
        avideo_extension,
        avideo_generation,
        avideo_list,
        avideo_remix,
        avideo_status,
        call,
        completion,
        embedding,
        explain,
        list_models,
        plugins,
        speech,
        stream_chunk_builder,
        supported_params,
        text_completion,
        transcription,
        translation,
        video_content,
        video_delete,
        video_edit,
        video_extension,
        video_generation,
        video_list,
        video_remix,
        video_status,
    )
    from jackfield.binary import (
        Binary,
    )
    from jackfield.client import (
        AsyncClient,
        Client,
        JackfieldWarning,
    )
    from jackfield.progress import (
        Progress,
    )
    from jackfield.stream import (
        AsyncStream,
        Stream,
    )
    from jackfield.surfaces.chat import (
        ChatCompletion,
        ChatCompletionChunk,
    )
    from jackfield.surfaces.embeddings import (
        EmbeddingResponse,
    )
    from jackfield.surfaces.speech import (
        SpeechEvent,
    )
    from jackfield.surfaces.text import (
        TextCompletion,
        TextCompletionChunk,
    )
    from jackfield.surfaces.transcription import (
        Transcription,
        TranscriptionEvent,
        Translation,
    )
    from jackfield.surfaces.video import (
        DeletedVideo,
        Video,
        VideoList,
    )

__version__ = "0.1.0"

api_key: str | None = None
api_base: str | None = None
organization: str | None = None
project: str | None = None
headers: Mapping[str, str] | None = None
client_session: Any = None
aclient_session: Any = None
return_response_headers: bool = False
drop_params: bool | None = None
timeout: Any = None
max_retries: int | None = None

_LAZY = {
    "AsyncClient": "jackfield.client",
    "AsyncStream": "jackfield.stream",
    "Binary": "jackfield.binary",
    "ChatCompletion": "jackfield.surfaces.chat",
    "ChatCompletionChunk": "jackfield.surfaces.chat",
    "Client": "jackfield.client",
    "DeletedVideo": "jackfield.surfaces.video",
    "EmbeddingResponse": "jackfield.surfaces.embeddings",
    "JackfieldWarning": "jackfield.client",
    "Progress": "jackfield.progress",
    "SpeechEvent": "jackfield.surfaces.speech",
    "Stream": "jackfield.stream",
    "TextCompletion": "jackfield.surfaces.text",
    "TextCompletionChunk": "jackfield.surfaces.text",
    "Transcription": "jackfield.surfaces.transcription",
    "TranscriptionEvent": "jackfield.surfaces.transcription",
    "Translation": "jackfield.surfaces.transcription",
    "Video": "jackfield.surfaces.video",
    "VideoList": "jackfield.surfaces.video",
    "acall": "jackfield.api",
    "acompletion": "jackfield.api",
    "aembedding": "jackfield.api",
    "aspeech": "jackfield.api",
    "atext_completion": "jackfield.api",
    "atranscription": "jackfield.api",
    "atranslation": "jackfield.api",
    "avideo_content": "jackfield.api",
    "avideo_delete": "jackfield.api",
    "avideo_edit": "jackfield.api",
    "avideo_extension": "jackfield.api",
    "avideo_generation": "jackfield.api",
    "avideo_list": "jackfield.api",
    "avideo_remix": "jackfield.api",
    "avideo_status": "jackfield.api",
    "call": "jackfield.api",
    "completion": "jackfield.api",
    "embedding": "jackfield.api",
    "explain": "jackfield.api",
    "list_models": "jackfield.api",
    "plugins": "jackfield.api",
    "speech": "jackfield.api",
    "stream_chunk_builder": "jackfield.api",
    "supported_params": "jackfield.api",
    "text_completion": "jackfield.api",
    "transcription": "jackfield.api",
    "translation": "jackfield.api",
    "video_content": "jackfield.api",
    "video_delete": "jackfield.api",
    "video_edit": "jackfield.api",
    "video_extension": "jackfield.api",
    "video_generation": "jackfield.api",
    "video_list": "jackfield.api",
    "video_remix": "jackfield.api",
    "video_status": "jackfield.api",
}


def __getattr__(name: str) -> Any:
    module = _LAZY.get(name)
    if module is None:
        raise AttributeError(f"module 'jackfield' has no attribute {name!r}")
    found = getattr(importlib.import_module(module), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_LAZY})


__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "AmbiguousRouteError",
    "AsyncClient",
    "AsyncStream",
    "AuthenticationError",
    "BadGatewayError",
    "BadRequestError",
    "Binary",
    "ChatCompletion",
    "ChatCompletionChunk",
    "Client",
    "ConfigError",
    "ConflictError",
    "ContentPolicyViolationError",
    "ContextWindowExceededError",
    "DeletedVideo",
    "EmbeddingResponse",
    "InternalServerError",
    "JackfieldError",
    "JackfieldWarning",
    "NoRouteError",
    "NotFoundError",
    "PermissionDeniedError",
    "PluginError",
    "Progress",
    "RateLimitError",
    "RequestError",
    "RoutingError",
    "ServiceUnavailableError",
    "SourceError",
    "SpeechEvent",
    "Stream",
    "StreamInterruptedError",
    "StructuredOutputError",
    "TextCompletion",
    "TextCompletionChunk",
    "Timeout",
    "Transcription",
    "TranscriptionEvent",
    "Translation",
    "TransportError",
    "UnprocessableEntityError",
    "UnsupportedParamsError",
    "Video",
    "VideoList",
    "acall",
    "acompletion",
    "aembedding",
    "aspeech",
    "atext_completion",
    "atranscription",
    "atranslation",
    "avideo_content",
    "avideo_delete",
    "avideo_edit",
    "avideo_extension",
    "avideo_generation",
    "avideo_list",
    "avideo_remix",
    "avideo_status",
    "call",
    "completion",
    "embedding",
    "explain",
    "list_models",
    "plugins",
    "speech",
    "stream_chunk_builder",
    "supported_params",
    "text_completion",
    "transcription",
    "translation",
    "video_content",
    "video_delete",
    "video_edit",
    "video_extension",
    "video_generation",
    "video_list",
    "video_remix",
    "video_status",
]
