"""Perform effects in the calling thread."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, TypeVar

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
    from jackfield.transport.blocking import SyncTransport

_R = TypeVar("_R")


class SyncDriver:
    """Performs effects in the calling thread."""

    def __init__(
        self, transport: SyncTransport, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._transport = transport
        self._sleep = sleep

    def run(self, flow: Generator[Any, Any, _R]) -> _R:
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
                    value, error = self._perform(effect), None
                except BaseException as failure:  # noqa: BLE001 - the flow's to handle
                    value, error = None, failure
        except StopIteration as stop:
            result: _R = stop.value
            return result

    def _perform(self, effect: Any) -> Any:
        kind = type(effect)
        if kind is Piece:
            return effect.reply.piece(effect.deadline)
        if kind is Send:
            return self._transport.send(effect.outgoing)
        if kind is Read:
            return effect.reply.read(effect.limit)
        if kind is Close:
            return effect.reply.close(effect.drain)
        if kind is Sleep:
            return self._sleep(effect.seconds)
        if kind is ReadSource:
            return effect.source.read(effect.mode, effect.max_bytes)
        if kind is Save:
            from jackfield.drivers.saving import save

            return save(effect)
        if kind is CheckSink:
            return effect.sink.check()
        if kind is Resolve:
            from jackfield.drivers.names import addresses

            return addresses(effect)
        raise TypeError(f"not an effect: {effect!r}")

    def close(self, reply: Any) -> None:
        """Close a reply that is no longer read."""
        reply.close(False)
