"""The canonical calls of the Responses API as methods, with their types, for both clients.

Each is a thin name for ``call(surface, model, …)``; the clients bring that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from jackfield.surfaces.conversation_calls import AsyncConversationCalls, SyncConversationCalls

if TYPE_CHECKING:
    from jackfield.protocols import AsyncCaller, Caller
    from jackfield.stream import AsyncStream, Stream
    from jackfield.surfaces.responses import (
        CompactedResponse,
        DeletedResponse,
        ItemList,
        Response,
        ResponseEvent,
        TokenCount,
    )


class SyncResponsesCalls(SyncConversationCalls):
    """The calls of the Responses API, of the blocking client."""

    @overload
    def responses(
        self: Caller,
        model: str | None,
        input: Any = None,
        *,
        stream: Literal[False] | None = False,
        **params: Any,
    ) -> Response: ...
    @overload
    def responses(
        self: Caller,
        model: str | None,
        input: Any = None,
        *,
        stream: Literal[True],
        **params: Any,
    ) -> Stream[ResponseEvent]: ...
    @overload
    def responses(
        self: Caller,
        model: str | None,
        input: Any = None,
        *,
        stream: bool | None,
        **params: Any,
    ) -> Response | Stream[ResponseEvent]: ...
    def responses(
        self: Caller,
        model: str | None,
        input: Any = None,
        *,
        stream: bool | None = False,
        **params: Any,
    ) -> Any:
        """Create a response.

        Args:
            model: a model name, bare or with a plugin's prefix; None where a stored ``prompt``
                brings its own.
            input: a text, or a list of items; items of an earlier response can be among them.
            stream: True for an iterator of events instead of a result.
            **params: any parameter of the API, and any of the call's settings. With ``wait=True``
                a response in the background is waited for: it is looked at every
                ``poll_interval`` seconds, for ``wait_timeout`` at most. ``text_format`` takes a
                Python type, and ``output_parsed`` then holds its value.

        Returns:
            A ``Response``, or a ``Stream`` of ``ResponseEvent``.
        """
        return self.call("responses", model, input=input, **params, stream=stream)

    def get_response(
        self: Caller,
        response_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Any:
        """Look a response up.

        Args:
            response_id: the API's id, or a ``Response``.
            model: whose it is, where several providers are installed.
            **params: any parameter of the API, and any of the call's settings. ``stream=True``
                reads its events, from ``starting_after`` on; ``wait=True`` waits for its end.

        Returns:
            A ``Response``, or a ``Stream`` of ``ResponseEvent``.
        """
        found: Any = self.call(
            "responses", model, operation="retrieve", response_id=response_id, **params
        )
        return found

    def delete_response(
        self: Caller,
        response_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> DeletedResponse:
        """Delete a stored response.

        Args:
            response_id: the API's id, or a ``Response``.
            model: whose it is, where several providers are installed.
            **params: any parameter of the API, and any of the call's settings.

        Returns:
            The confirmation.
        """
        found: DeletedResponse = self.call(
            "responses", model, operation="delete", response_id=response_id, **params
        )
        return found

    def cancel_response(
        self: Caller,
        response_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Response:
        """Cancel a response in the background.

        Args:
            response_id: the API's id, or a ``Response``.
            model: whose it is, where several providers are installed.
            **params: any parameter of the API, and any of the call's settings.

        Returns:
            The response as it is now.
        """
        found: Response = self.call(
            "responses", model, operation="cancel", response_id=response_id, **params
        )
        return found

    def compact_response(
        self: Caller,
        model: str,
        input: Any = None,
        **params: Any,
    ) -> CompactedResponse:
        """Compact a conversation into fewer items.

        Args:
            model: a model name, bare or with a plugin's prefix.
            input: the items so far.
            **params: any parameter of the API, and any of the call's settings.

        Returns:
            A ``CompactedResponse``; its ``output`` is the next call's input.
        """
        found: CompactedResponse = self.call(
            "responses", model, operation="compact", input=input, **params
        )
        return found

    def list_input_items(
        self: Caller,
        response_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> ItemList:
        """List what a response was asked, a page at a time.

        Args:
            response_id: the API's id, or a ``Response``.
            model: whose it is, where several providers are installed.
            **params: ``after``, ``limit``, ``order``, ``include``, and any of the call's settings.

        Returns:
            An ``ItemList``; ``last_id`` is the next page's ``after``.
        """
        found: ItemList = self.call(
            "responses", model, operation="input_items", response_id=response_id, **params
        )
        return found

    def count_input_tokens(
        self: Caller,
        model: str,
        input: Any = None,
        **params: Any,
    ) -> TokenCount:
        """Count the tokens that a call would send.

        Args:
            model: a model name, bare or with a plugin's prefix.
            input: as for `responses`.
            **params: any parameter of the API, and any of the call's settings.

        Returns:
            A ``TokenCount``.
        """
        found: TokenCount = self.call(
            "responses", model, operation="count_tokens", input=input, **params
        )
        return found


class AsyncResponsesCalls(AsyncConversationCalls):
    """The calls of the Responses API, of the asyncio client."""

    @overload
    async def responses(
        self: AsyncCaller,
        model: str | None,
        input: Any = None,
        *,
        stream: Literal[False] | None = False,
        **params: Any,
    ) -> Response: ...
    @overload
    async def responses(
        self: AsyncCaller,
        model: str | None,
        input: Any = None,
        *,
        stream: Literal[True],
        **params: Any,
    ) -> AsyncStream[ResponseEvent]: ...
    @overload
    async def responses(
        self: AsyncCaller,
        model: str | None,
        input: Any = None,
        *,
        stream: bool | None,
        **params: Any,
    ) -> Response | AsyncStream[ResponseEvent]: ...
    async def responses(
        self: AsyncCaller,
        model: str | None,
        input: Any = None,
        *,
        stream: bool | None = False,
        **params: Any,
    ) -> Any:
        """As `SyncResponsesCalls.responses`."""
        return await self.call("responses", model, input=input, **params, stream=stream)

    async def get_response(
        self: AsyncCaller,
        response_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Any:
        """As `SyncResponsesCalls.get_response`."""
        found: Any = await self.call(
            "responses", model, operation="retrieve", response_id=response_id, **params
        )
        return found

    async def delete_response(
        self: AsyncCaller,
        response_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> DeletedResponse:
        """As `SyncResponsesCalls.delete_response`."""
        found: DeletedResponse = await self.call(
            "responses", model, operation="delete", response_id=response_id, **params
        )
        return found

    async def cancel_response(
        self: AsyncCaller,
        response_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Response:
        """As `SyncResponsesCalls.cancel_response`."""
        found: Response = await self.call(
            "responses", model, operation="cancel", response_id=response_id, **params
        )
        return found

    async def compact_response(
        self: AsyncCaller,
        model: str,
        input: Any = None,
        **params: Any,
    ) -> CompactedResponse:
        """As `SyncResponsesCalls.compact_response`."""
        found: CompactedResponse = await self.call(
            "responses", model, operation="compact", input=input, **params
        )
        return found

    async def list_input_items(
        self: AsyncCaller,
        response_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> ItemList:
        """As `SyncResponsesCalls.list_input_items`."""
        found: ItemList = await self.call(
            "responses", model, operation="input_items", response_id=response_id, **params
        )
        return found

    async def count_input_tokens(
        self: AsyncCaller,
        model: str,
        input: Any = None,
        **params: Any,
    ) -> TokenCount:
        """As `SyncResponsesCalls.count_input_tokens`."""
        found: TokenCount = await self.call(
            "responses", model, operation="count_tokens", input=input, **params
        )
        return found
