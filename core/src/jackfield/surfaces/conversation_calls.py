"""The canonical calls on conversations as methods, with their types, for both clients.

Each is a thin name for ``call(surface, model, …)``; the clients bring that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jackfield.protocols import AsyncCaller, Caller
    from jackfield.surfaces.responses import (
        Conversation,
        DeletedResponse,
        ItemList,
        StoredItem,
    )


class SyncConversationCalls:
    """The calls on stored conversations, of the blocking client."""

    def conversation_create(
        self: Caller,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Conversation:
        """Create a conversation.

        Args:
            model: whose it is, where several providers are installed.
            **params: ``items``, ``metadata``, and any of the call's settings.

        Returns:
            The ``Conversation``.
        """
        found: Conversation = self.call(
            "responses", model, operation="conversation_create", **params
        )
        return found

    def conversation_get(
        self: Caller,
        conversation_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Conversation:
        """Look a conversation up.

        Args:
            conversation_id: the API's id, or a ``Conversation``.
            model: whose it is, where several providers are installed.
            **params: any parameter of the API, and any of the call's settings.

        Returns:
            The ``Conversation``.
        """
        found: Conversation = self.call(
            "responses",
            model,
            operation="conversation_retrieve",
            conversation_id=conversation_id,
            **params,
        )
        return found

    def conversation_update(
        self: Caller,
        conversation_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Conversation:
        """Change a conversation's metadata.

        Args:
            conversation_id: the API's id, or a ``Conversation``.
            model: whose it is, where several providers are installed.
            **params: any parameter of the API, and any of the call's settings.

        Returns:
            The ``Conversation``.
        """
        found: Conversation = self.call(
            "responses",
            model,
            operation="conversation_update",
            conversation_id=conversation_id,
            **params,
        )
        return found

    def conversation_delete(
        self: Caller,
        conversation_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> DeletedResponse:
        """Delete a conversation.

        Args:
            conversation_id: the API's id, or a ``Conversation``.
            model: whose it is, where several providers are installed.
            **params: any parameter of the API, and any of the call's settings.

        Returns:
            The confirmation.
        """
        found: DeletedResponse = self.call(
            "responses",
            model,
            operation="conversation_delete",
            conversation_id=conversation_id,
            **params,
        )
        return found

    def conversation_items(
        self: Caller,
        conversation_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> ItemList:
        """List a conversation's items, a page at a time.

        Args:
            conversation_id: the API's id, or a ``Conversation``.
            model: whose it is, where several providers are installed.
            **params: any parameter of the API, and any of the call's settings.

        Returns:
            An ``ItemList``.
        """
        found: ItemList = self.call(
            "responses",
            model,
            operation="conversation_items",
            conversation_id=conversation_id,
            **params,
        )
        return found

    def conversation_add_items(
        self: Caller,
        conversation_id: Any,
        items: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> ItemList:
        """Add items to a conversation.

        Args:
            conversation_id: the API's id, or a ``Conversation``.
            items: the items.
            model: whose it is, where several providers are installed.
            **params: any parameter of the API, and any of the call's settings.

        Returns:
            An ``ItemList``.
        """
        found: ItemList = self.call(
            "responses",
            model,
            operation="conversation_add_items",
            conversation_id=conversation_id,
            items=items,
            **params,
        )
        return found

    def conversation_get_item(
        self: Caller,
        conversation_id: Any,
        item_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> StoredItem:
        """Look one item of a conversation up.

        Args:
            conversation_id: the API's id, or a ``Conversation``.
            item_id: the API's id.
            model: whose it is, where several providers are installed.
            **params: any parameter of the API, and any of the call's settings.

        Returns:
            The ``StoredItem``.
        """
        found: StoredItem = self.call(
            "responses",
            model,
            operation="conversation_item",
            conversation_id=conversation_id,
            item_id=item_id,
            **params,
        )
        return found

    def conversation_delete_item(
        self: Caller,
        conversation_id: Any,
        item_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Conversation:
        """Delete an item of a conversation.

        Args:
            conversation_id: the API's id, or a ``Conversation``.
            item_id: the API's id.
            model: whose it is, where several providers are installed.
            **params: any parameter of the API, and any of the call's settings.

        Returns:
            The ``Conversation``.
        """
        found: Conversation = self.call(
            "responses",
            model,
            operation="conversation_delete_item",
            conversation_id=conversation_id,
            item_id=item_id,
            **params,
        )
        return found


class AsyncConversationCalls:
    """The calls on stored conversations, of the asyncio client."""

    async def conversation_create(
        self: AsyncCaller,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Conversation:
        """As `SyncConversationCalls.conversation_create`."""
        found: Conversation = await self.call(
            "responses", model, operation="conversation_create", **params
        )
        return found

    async def conversation_get(
        self: AsyncCaller,
        conversation_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Conversation:
        """As `SyncConversationCalls.conversation_get`."""
        found: Conversation = await self.call(
            "responses",
            model,
            operation="conversation_retrieve",
            conversation_id=conversation_id,
            **params,
        )
        return found

    async def conversation_update(
        self: AsyncCaller,
        conversation_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Conversation:
        """As `SyncConversationCalls.conversation_update`."""
        found: Conversation = await self.call(
            "responses",
            model,
            operation="conversation_update",
            conversation_id=conversation_id,
            **params,
        )
        return found

    async def conversation_delete(
        self: AsyncCaller,
        conversation_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> DeletedResponse:
        """As `SyncConversationCalls.conversation_delete`."""
        found: DeletedResponse = await self.call(
            "responses",
            model,
            operation="conversation_delete",
            conversation_id=conversation_id,
            **params,
        )
        return found

    async def conversation_items(
        self: AsyncCaller,
        conversation_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> ItemList:
        """As `SyncConversationCalls.conversation_items`."""
        found: ItemList = await self.call(
            "responses",
            model,
            operation="conversation_items",
            conversation_id=conversation_id,
            **params,
        )
        return found

    async def conversation_add_items(
        self: AsyncCaller,
        conversation_id: Any,
        items: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> ItemList:
        """As `SyncConversationCalls.conversation_add_items`."""
        found: ItemList = await self.call(
            "responses",
            model,
            operation="conversation_add_items",
            conversation_id=conversation_id,
            items=items,
            **params,
        )
        return found

    async def conversation_get_item(
        self: AsyncCaller,
        conversation_id: Any,
        item_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> StoredItem:
        """As `SyncConversationCalls.conversation_get_item`."""
        found: StoredItem = await self.call(
            "responses",
            model,
            operation="conversation_item",
            conversation_id=conversation_id,
            item_id=item_id,
            **params,
        )
        return found

    async def conversation_delete_item(
        self: AsyncCaller,
        conversation_id: Any,
        item_id: Any,
        *,
        model: str | None = None,
        **params: Any,
    ) -> Conversation:
        """As `SyncConversationCalls.conversation_delete_item`."""
        found: Conversation = await self.call(
            "responses",
            model,
            operation="conversation_delete_item",
            conversation_id=conversation_id,
            item_id=item_id,
            **params,
        )
        return found
