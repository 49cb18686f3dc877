"""The numbers of all workers together.

Each worker keeps its own pair of files in a folder that belongs to one run of the server. What a
worker that is gone has counted moves to ``gone.json``, so that totals never fall; its gauges end
with it. Folding and reading exclude one another, so that nothing is counted twice or not at all.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from jackfield_proxy.metrics.families import COUNTED, IN_FLIGHT, SLOTS
from jackfield_proxy.metrics.slots import NAMES, VALUES, Series, Slots

Reading = Mapping[Series, Sequence[float]]
"""By group name and label values: the series' slots, in the order of `families`."""

_WIDTHS = {group.name: group.width for group in (*COUNTED, IN_FLIGHT)}


def read(own: Slots, directory: Path | None, mine: Path | None = None) -> Reading:
    """The sums over this process, the other workers, and those that are gone."""
    total: dict[Series, list[float]] = {}
    _add(total, own.series, own.numbers)
    if directory is None:
        return total
    with _alone(directory):
        for group, labels, numbers in _gone(directory):
            _plus(total, (group, tuple(labels)), numbers)
        for path in directory.glob(f"worker-*{NAMES}"):
            if mine is None or path.stem != mine.stem:
                _add_file(total, path, alive=_alive(_pid(path)))
    return total


def forget(directory: str | Path, pid: int) -> None:
    """Keep what a worker that has ended counted, and drop its gauges and files."""
    directory = Path(directory)
    with _alone(directory):
        paths = list(directory.glob(f"worker-{pid}-*{NAMES}"))
        if not paths:
            return
        total: dict[Series, list[float]] = {}
        for group, labels, numbers in _gone(directory):
            _plus(total, (group, tuple(labels)), numbers)
        for path in paths:
            _add_file(total, path, alive=False)
        kept = [[group, labels, numbers] for (group, labels), numbers in total.items()]
        written = directory / "gone.json.new"
        written.write_text(json.dumps(kept), "utf-8")
        written.replace(directory / "gone.json")
        for path in paths:
            path.unlink(missing_ok=True)
            path.with_suffix(VALUES).unlink(missing_ok=True)


def _gone(directory: Path) -> list[tuple[str, list[str], list[float]]]:
    try:
        kept: list[tuple[str, list[str], list[float]]] = json.loads(
            (directory / "gone.json").read_text("utf-8")
        )
    except FileNotFoundError:
        return []
    return kept


def _add_file(total: dict[Series, list[float]], path: Path, *, alive: bool) -> None:
    series: dict[Series, int] = {}
    with contextlib.suppress(FileNotFoundError):
        for line in path.read_text("utf-8").split("\n"):
            with contextlib.suppress(ValueError):  # the last line may still be on its way
                group, labels, begins = json.loads(line)
                if alive or group != IN_FLIGHT.name:
                    series[group, tuple(labels)] = begins
        with path.with_suffix(VALUES).open("rb") as file:
            memory = mmap.mmap(file.fileno(), SLOTS * 8, access=mmap.ACCESS_READ)
        with memory, memoryview(memory) as view, view.cast("d") as numbers:
            _add(total, series, numbers)


def _add(
    total: dict[Series, list[float]], series: Mapping[Series, int], slots: memoryview[float]
) -> None:
    for key, begins in list(series.items()):  # another thread may add to them
        _plus(total, key, slots[begins : begins + _WIDTHS[key[0]]].tolist())


def _plus(total: dict[Series, list[float]], key: Series, numbers: Sequence[float]) -> None:
    sums = total.get(key)
    if sums is None:
        total[key] = list(numbers)
    else:
        for place, number in enumerate(numbers):
            sums[place] += number


def _pid(path: Path) -> int:
    return int(path.stem.split("-")[1])


def _alive(pid: int) -> bool:
    """Whether a process runs; supposed where asking would be harmful."""
    if os.name != "posix":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextlib.contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """Exclude every other process that reads or folds the folder's files."""
    try:
        import fcntl
    except ImportError:  # no file locks here: a scrape at the moment of folding may be off
        yield
        return
    with (directory / "lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
