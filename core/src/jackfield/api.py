"""The module-level functions: the calls of a default client that reads the module attributes."""

from __future__ import annotations

import atexit
import sys
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, overload

from jackfield.client import ATTRIBUTES, AsyncClient, Client
from jackfield.dotted import load
from jackfield.errors import RequestError
from jackfield.surfaces import CHAT
from jackfield.views import View, raw

if TYPE_CHECKING:
    from jackfield.surfaces.chat import ChatCompletion, ChatCompletionChunk
    from jackfield.surfaces.text import TextCompletion, TextCompletionChunk
    from jackfield.surfaces.transcription import Transcription, TranscriptionEvent


class _Attributes(Mapping[str, Any]):
    """The settings as the module attributes have them now."""

    _module = vars(sys.modules["jackfield"])

    def __getitem__(self, name: str) -> Any:
        return self._module.get(name) if name in ATTRIBUTES else None

    def get(self, name: str, default: Any = None) -> Any:
        """As ``dict.get``; unset attributes are None."""
        return self._module.get(name) if name in ATTRIBUTES else default

    def __iter__(self) -> Iterator[str]:
        return iter(ATTRIBUTES)

    def __len__(self) -> int:
        return len(ATTRIBUTES)


class _DefaultClient(Client):
    def __init__(self) -> None:
        super().__init__()
        self._settings = _Attributes()


class _DefaultAsyncClient(AsyncClient):
    def __init__(self) -> None:
        super().__init__()
        self._settings = _Attributes()


_client = _DefaultClient()
_async_client = _DefaultAsyncClient()
atexit.register(_client.close)

call = _client.call
acall = _async_client.call
completion = _client.completion
acompletion = _async_client.completion
text_completion = _client.text_completion
atext_completion = _async_client.text_completion
embedding = _client.embedding
aembedding = _async_client.embedding
transcription = _client.transcription
atranscription = _async_client.transcription
translation = _client.translation
atranslation = _async_client.translation
speech = _client.speech
aspeech = _async_client.speech
video_generation = _client.video_generation
avideo_generation = _async_client.video_generation
video_status = _client.video_status
avideo_status = _async_client.video_status
video_content = _client.video_content
avideo_content = _async_client.video_content
video_list = _client.video_list
avideo_list = _async_client.video_list
video_remix = _client.video_remix
avideo_remix = _async_client.video_remix
video_edit = _client.video_edit
avideo_edit = _async_client.video_edit
video_extension = _client.video_extension
avideo_extension = _async_client.video_extension
video_delete = _client.video_delete
avideo_delete = _async_client.video_delete
responses = _client.responses
aresponses = _async_client.responses
get_response = _client.get_response
aget_response = _async_client.get_response
delete_response = _client.delete_response
adelete_response = _async_client.delete_response
cancel_response = _client.cancel_response
acancel_response = _async_client.cancel_response
compact_response = _client.compact_response
acompact_response = _async_client.compact_response
list_input_items = _client.list_input_items
alist_input_items = _async_client.list_input_items
count_input_tokens = _client.count_input_tokens
acount_input_tokens = _async_client.count_input_tokens
conversation_create = _client.conversation_create
aconversation_create = _async_client.conversation_create
conversation_get = _client.conversation_get
aconversation_get = _async_client.conversation_get
conversation_update = _client.conversation_update
aconversation_update = _async_client.conversation_update
conversation_delete = _client.conversation_delete
aconversation_delete = _async_client.conversation_delete
conversation_items = _client.conversation_items
aconversation_items = _async_client.conversation_items
conversation_add_items = _client.conversation_add_items
aconversation_add_items = _async_client.conversation_add_items
conversation_get_item = _client.conversation_get_item
aconversation_get_item = _async_client.conversation_get_item
conversation_delete_item = _client.conversation_delete_item
aconversation_delete_item = _async_client.conversation_delete_item
explain = _client.explain
supported_params = _client.supported_params
list_models = _client.list_models
plugins = _client.plugins


@overload
def stream_chunk_builder(
    chunks: Iterable[ChatCompletionChunk], messages: Any = None, *, surface: str | None = None
) -> ChatCompletion: ...
@overload
def stream_chunk_builder(
    chunks: Iterable[TextCompletionChunk], messages: Any = None, *, surface: str | None = None
) -> TextCompletion: ...
@overload
def stream_chunk_builder(
    chunks: Iterable[TranscriptionEvent], messages: Any = None, *, surface: str | None = None
) -> Transcription: ...
@overload
def stream_chunk_builder(
    chunks: Iterable[Any], messages: Any = None, *, surface: str | None = None
) -> Any: ...
def stream_chunk_builder(
    chunks: Iterable[Any], messages: Any = None, *, surface: str | None = None
) -> Any:
    """Fold chunks into the result that the same answer gives without streaming.

    Args:
        chunks: the chunks of one stream, as they came (views or plain JSON).
        messages: accepted and ignored.
        surface: the surface they are from; by default the one whose chunks they are, and chat's
            for plain JSON.

    Raises:
        RequestError: the surface does not stream.
    """
    given = list(chunks)
    registry = _client._registry()
    found = None if surface or not given else registry.surface_of(type(given[0]))
    described = found or registry.surface(surface or CHAT.name)
    if described.fold is None:
        raise RequestError(f"the {described.name} surface does not stream")
    plain = [chunk._raw if isinstance(chunk, View) else raw(chunk) for chunk in given]
    return load(described.result)(load(described.fold)(plain))
