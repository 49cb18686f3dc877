"""One process's numbers: doubles in memory, and which of them belong to which series.

The memory is anonymous, or a file that the other workers read. Adding to a slot is one
machine word's store, so readers need no lock and never see half a number. Only one thread adds.
"""

from __future__ import annotations

import json
import mmap
import os
from pathlib import Path

from jackfield_proxy.metrics.families import OTHER, SLOTS, SPARE, Group

Series = tuple[str, tuple[str, ...]]
"""A group's name and the label values."""

VALUES, NAMES = ".values", ".names"


class Slots:
    """The slots of this process. With a ``path``, kept in ``path.values`` and ``path.names``."""

    def __init__(self, path: Path | None = None) -> None:
        self._names_file: int | None = None
        if path is None:
            memory = mmap.mmap(-1, SLOTS * 8)
        else:
            # The values come first: whoever finds names finds the values, too.
            with path.with_suffix(VALUES).open("xb+") as file:
                _allocate(file.fileno(), SLOTS * 8)
                memory = mmap.mmap(file.fileno(), SLOTS * 8)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND
            self._names_file = os.open(path.with_suffix(NAMES), flags, 0o600)
        self._memory = memory
        self.numbers: memoryview[float] = memoryview(memory).cast("d")
        self.series: dict[Series, int] = {}
        self._counts: dict[str, int] = {}
        self._next = 0

    def at(self, group: Group, labels: tuple[str, ...]) -> int:
        """Where a series begins; one too many is counted under ``other``."""
        labels = tuple(_encodable(label) for label in labels)
        found = self.series.get((group.name, labels))
        if found is not None:
            return found
        count = self._counts.get(group.name, 0)
        if count >= group.most:
            full = count >= group.most + SPARE
            labels = tuple(
                label if not full and place in group.keep else OTHER
                for place, label in enumerate(labels)
            )
            found = self.series.get((group.name, labels))
            if found is not None:
                return found
        return self._new(group, labels)

    def _new(self, group: Group, labels: tuple[str, ...]) -> int:
        begins, self._next = self._next, self._next + group.width
        self._counts[group.name] = self._counts.get(group.name, 0) + 1
        if self._names_file is not None:
            line = json.dumps([group.name, labels, begins]) + "\n"
            os.write(self._names_file, line.encode())
        self.series[group.name, labels] = begins
        return begins

    def close(self) -> None:
        """Let go of memory and files; nothing can be counted after."""
        self.numbers.release()
        self._memory.close()
        if self._names_file is not None:
            os.close(self._names_file)
            self._names_file = None


def _allocate(file: int, size: int) -> None:
    """Give a file its size on the disk: a full one is an error now, not a dead process later."""
    if hasattr(os, "posix_fallocate"):
        os.posix_fallocate(file, 0, size)
    else:
        os.truncate(file, size)


def _encodable(label: str) -> str:
    """The label without lone surrogates, which no exposition could carry."""
    return label.encode("utf-8", "replace").decode() if not label.isascii() else label
