"""Perform effects on a running asyncio event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, TypeVar

from jackfield.drivers.names import addresses
from jackfield.effects import (
    CheckSink,
    Close,
    Piece,
    Read,
    ReadSource,
    Resolve,
    Save,
    Send,
    Sleep,
)

if TYPE_CHECKING:
    from jackfield.transport.on_loop import AsyncTransport

_R = TypeVar("_R")


class AsyncDriver:
    """Performs effects on the running event loop; files are read in a worker thread."""

    def __init__(self, transport: AsyncTransport, sleep: Callable[[float], Any] | None = None):
        self._transport = transport
        self._sleep = sleep or asyncio.sleep

    async def run(self, flow: Generator[Any, Any, _R]) -> _R:
        """Drive a flow to its end.

        Raises:
            Whatever the flow raises.
        """
        value: Any = None
        error: BaseException | None = None
        try:
            while True:
                effect = flow.send(value) if error is None else flow.throw(error)
                try:
                    value, error = await self._perform(effect), None
                except BaseException as failure:  # noqa: BLE001 - the flow's to handle
                    value, error = None, failure
        except StopIteration as stop:
            result: _R = stop.value
            return result

    async def _perform(self, effect: Any) -> Any:
        kind = type(effect)
        if kind is Piece:
            return await effect.reply.piece(effect.deadline)
        if kind is Send:
            return await self._transport.send(effect.outgoing)
        if kind is Read:
            return await effect.reply.read(effect.limit)
        if kind is Close:
            return await effect.reply.close(effect.drain)
        if kind is Sleep:
            return await self._sleep(effect.seconds)
        if kind is ReadSource:
            return await asyncio.to_thread(effect.source.read, effect.mode, effect.max_bytes)
        if kind is Save:
            from jackfield.drivers.saving import asave

            return await asave(effect)
        if kind is CheckSink:
            return await asyncio.to_thread(effect.sink.check)
        if kind is Resolve:
            return await asyncio.to_thread(addresses, effect)
        raise TypeError(f"not an effect: {effect!r}")

    async def close(self, reply: Any) -> None:
        """Close a reply that is no longer read."""
        await reply.close(False)

    def close_soon(self, reply: Any) -> None:
        """Close a reply from a finalizer, on the loop it belongs to, if that still runs."""
        reply.abandon()
