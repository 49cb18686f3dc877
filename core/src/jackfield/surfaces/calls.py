"""The canonical calls as methods, with their types, for both clients.

Each is a thin name for ``call(surface, model, …)``; the clients bring that.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, overload

from jackfield.surfaces.media_calls import AsyncMediaCalls, SyncMediaCalls
from jackfield.surfaces.responses_calls import AsyncResponsesCalls, SyncResponsesCalls
from jackfield.views import View

if TYPE_CHECKING:
    from jackfield.protocols import AsyncCaller, Caller
    from jackfield.stream import AsyncStream, Stream
    from jackfield.surfaces.chat import ChatCompletion, ChatCompletionChunk
    from jackfield.surfaces.embeddings import EmbeddingResponse
    from jackfield.surfaces.text import TextCompletion, TextCompletionChunk


class SyncCalls(SyncResponsesCalls, SyncMediaCalls):
    """The canonical calls of the blocking client."""

    @overload
    def completion(
        self: Caller,
        model: str,
        messages: Iterable[Any] | None = None,
        *,
        stream: Literal[False] | None = False,
        **params: Any,
    ) -> ChatCompletion: ...
    @overload
    def completion(
        self: Caller,
        model: str,
        messages: Iterable[Any] | None = None,
        *,
        stream: Literal[True],
        **params: Any,
    ) -> Stream[ChatCompletionChunk]: ...
    @overload
    def completion(
        self: Caller,
        model: str,
        messages: Iterable[Any] | None = None,
        *,
        stream: bool | None,
        **params: Any,
    ) -> ChatCompletion | Stream[ChatCompletionChunk]: ...
    def completion(
        self: Caller,
        model: str,
        messages: Iterable[Any] | None = None,
        *,
        stream: bool | None = False,
        **params: Any,
    ) -> Any:
        """Chat completion.

        Args:
            model: a model name, bare or with a plugin's prefix.
            messages: OpenAI messages; a message of an earlier result can be among them.
            stream: True for an iterator of chunks instead of a result.
            **params: any parameter of the API, and any of the call's settings.

        Returns:
            A ``ChatCompletion``, or a ``Stream`` of ``ChatCompletionChunk``.

        Raises:
            JackfieldError: see `jackfield.errors`.
        """
        return self.call("chat", model, messages=_listed(messages), **params, stream=stream)

    @overload
    def text_completion(
        self: Caller,
        model: str,
        prompt: Any,
        *,
        stream: Literal[False] | None = False,
        **params: Any,
    ) -> TextCompletion: ...
    @overload
    def text_completion(
        self: Caller,
        model: str,
        prompt: Any,
        *,
        stream: Literal[True],
        **params: Any,
    ) -> Stream[TextCompletionChunk]: ...
    @overload
    def text_completion(
        self: Caller,
        model: str,
        prompt: Any,
        *,
        stream: bool | None,
        **params: Any,
    ) -> TextCompletion | Stream[TextCompletionChunk]: ...
    def text_completion(
        self: Caller,
        model: str,
        prompt: Any,
        *,
        stream: bool | None = False,
        **params: Any,
    ) -> Any:
        """Text completion, of a prompt or of several.

        Args:
            model: a model name, bare or with a plugin's prefix.
            prompt: a text, a list of texts, token ids, or a list of those.
            stream: True for an iterator of chunks instead of a result.
            **params: any parameter of the API, and any of the call's settings.

        Returns:
            A ``TextCompletion``, or a ``Stream`` of ``TextCompletionChunk``.
        """
        return self.call("text_completion", model, prompt=prompt, **params, stream=stream)

    def embedding(
        self: Caller,
        model: str,
        input: Any,
        **params: Any,
    ) -> EmbeddingResponse:
        """Embeddings: a vector for each input.

        Args:
            model: a model name, bare or with a plugin's prefix.
            input: a text, a list of texts, token ids, or a list of those; a list of any length.
            **params: any parameter of the API, and any of the call's settings.

        Returns:
            An ``EmbeddingResponse``; its ``data`` is in the order of the inputs.
        """
        found: EmbeddingResponse = self.call("embedding", model, input=input, **params)
        return found


class AsyncCalls(AsyncResponsesCalls, AsyncMediaCalls):
    """The canonical calls of the asyncio client."""

    @overload
    async def completion(
        self: AsyncCaller,
        model: str,
        messages: Iterable[Any] | None = None,
        *,
        stream: Literal[False] | None = False,
        **params: Any,
    ) -> ChatCompletion: ...
    @overload
    async def completion(
        self: AsyncCaller,
        model: str,
        messages: Iterable[Any] | None = None,
        *,
        stream: Literal[True],
        **params: Any,
    ) -> AsyncStream[ChatCompletionChunk]: ...
    @overload
    async def completion(
        self: AsyncCaller,
        model: str,
        messages: Iterable[Any] | None = None,
        *,
        stream: bool | None,
        **params: Any,
    ) -> ChatCompletion | AsyncStream[ChatCompletionChunk]: ...
    async def completion(
        self: AsyncCaller,
        model: str,
        messages: Iterable[Any] | None = None,
        *,
        stream: bool | None = False,
        **params: Any,
    ) -> Any:
        """As `SyncCalls.completion`."""
        return await self.call("chat", model, messages=_listed(messages), **params, stream=stream)

    @overload
    async def text_completion(
        self: AsyncCaller,
        model: str,
        prompt: Any,
        *,
        stream: Literal[False] | None = False,
        **params: Any,
    ) -> TextCompletion: ...
    @overload
    async def text_completion(
        self: AsyncCaller,
        model: str,
        prompt: Any,
        *,
        stream: Literal[True],
        **params: Any,
    ) -> AsyncStream[TextCompletionChunk]: ...
    @overload
    async def text_completion(
        self: AsyncCaller,
        model: str,
        prompt: Any,
        *,
        stream: bool | None,
        **params: Any,
    ) -> TextCompletion | AsyncStream[TextCompletionChunk]: ...
    async def text_completion(
        self: AsyncCaller,
        model: str,
        prompt: Any,
        *,
        stream: bool | None = False,
        **params: Any,
    ) -> Any:
        """As `SyncCalls.text_completion`."""
        return await self.call("text_completion", model, prompt=prompt, **params, stream=stream)

    async def embedding(
        self: AsyncCaller,
        model: str,
        input: Any,
        **params: Any,
    ) -> EmbeddingResponse:
        """As `SyncCalls.embedding`."""
        found: EmbeddingResponse = await self.call("embedding", model, input=input, **params)
        return found


def _listed(messages: Iterable[Any] | None) -> Any:
    """A list as it is; a tuple or generator as a list; anything else is left to the API."""
    if isinstance(messages, (list, str, dict, View)) or not isinstance(messages, Iterable):
        return messages
    return list(messages)
