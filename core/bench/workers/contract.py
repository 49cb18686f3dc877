"""What a worker module offers; each `<contender>_worker.py` is one such module."""

from __future__ import annotations

from typing import Protocol


class Blocking(Protocol):
    """A synchronous client, made once and reused."""

    def call(self) -> int:
        """Do one call, read the content, return its number of characters."""

    def stream(self) -> int:
        """Do one stream, read each chunk's content, return the number of characters."""


class Asynchronous(Protocol):
    """The same on an event loop; calls run one after the other."""

    async def call(self) -> int:
        """Do one call, read the content, return its number of characters."""

    async def stream(self) -> int:
        """Do one stream, read each chunk's content, return the number of characters."""


class Worker(Protocol):
    """A worker module."""

    def Sync(self, base: str) -> Blocking:
        """Make the synchronous client."""

    def Async(self, base: str) -> Asynchronous:
        """Make the asynchronous client; called on the running loop."""

    def first(self, base: str) -> int:
        """Do what a script's first call does, clients and all."""

    async def afirst(self, base: str) -> int:
        """Do the same on an event loop."""
