"""The canonical calls as methods, with their types, for both clients.

Each is a thin name for ``call(surface, model, …)``; the clients bring that.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, overload

from jackfield.views import View

if TYPE_CHECKING:
    from jackfield.protocols import AsyncCaller, Caller
    from jackfield.stream import AsyncStream, Stream
    from jackfield.surfaces.chat import ChatCompletion, ChatCompletionChunk


class SyncCalls:
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


class AsyncCalls:
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


def _listed(messages: Iterable[Any] | None) -> Any:
    """A list as it is; a tuple or generator as a list; anything else is left to the API."""
    if isinstance(messages, (list, str, dict, View)) or not isinstance(messages, Iterable):
        return messages
    return list(messages)
