"""What the sandbox keeps between requests: files, video jobs, responses and conversations."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from jackfield_testing.sandbox.identity import Identity

if TYPE_CHECKING:
    from jackfield_testing.sandbox.files.stored import StoredFile
    from jackfield_testing.sandbox.responses.conversation import Conversation
    from jackfield_testing.sandbox.responses.stored import StoredResponse
    from jackfield_testing.sandbox.videos.job import Job

#: When everything begins: 2025-01-01T00:00:00Z. Each thing that is made is a second younger.
EPOCH = 1_735_689_600


class _Named(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=_Named)


class Shelf(Generic[T]):
    """Things by id, oldest first; safe from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        """Forget everything, and which ids were given: the same requests get the same ids again."""
        with self._lock:
            self._things: dict[str, T] = {}
            self._seen: dict[str, int] = {}
            self._made = 0

    def add(self, seed: str, make: Callable[[Identity, int], T]) -> T:
        """Make a thing and keep it.

        Args:
            seed: what it is made from; the same seed again gives another identity.
            make: identity and creation time, in epoch seconds, to the thing.
        """
        with self._lock:
            self._seen[seed] = self._seen.get(seed, 0) + 1
            self._made += 1
            thing = make(Identity(f"{seed} {self._seen[seed]}"), EPOCH + self._made)
            self._things[thing.id] = thing
            return thing

    def put(self, thing: T) -> T:
        """Keep a thing under its own id, in the place of one that has it already."""
        with self._lock:
            self._things[thing.id] = thing
            return thing

    def get(self, id: str) -> T | None:
        """Give a thing, or None where there is none."""
        with self._lock:
            return self._things.get(id)

    def change(self, id: str, change: Callable[[T], T]) -> T | None:
        """Put another thing in the place of one, and give it; None where there is none."""
        with self._lock:
            if id not in self._things:
                return None
            self._things[id] = change(self._things[id])
            return self._things[id]

    def remove(self, id: str) -> T | None:
        """Take a thing away, and give it; None where there is none."""
        with self._lock:
            return self._things.pop(id, None)

    def all(self) -> list[T]:
        """A copy of the things, oldest first."""
        with self._lock:
            return list(self._things.values())


class World:
    """The state of one sandbox."""

    def __init__(self) -> None:
        self.files: Shelf[StoredFile] = Shelf()
        self.videos: Shelf[Job] = Shelf()
        self.responses: Shelf[StoredResponse] = Shelf()
        self.conversations: Shelf[Conversation] = Shelf()

    def clear(self) -> None:
        """Forget everything."""
        self.files.clear()
        self.videos.clear()
        self.responses.clear()
        self.conversations.clear()
